#include <algorithm>

#include <cargo_wasm/exec/file_digests.hpp>

namespace cargo_wasm::exec {

FileIdentity identity_of(const base::FileStat& stat)
{
  return {stat.size_bytes, stat.mtime_ns, stat.ctime_ns, stat.inode};
}

bool is_same_file(const FileIdentity& then, const FileIdentity& now)
{
  return then.size_bytes == now.size_bytes && then.mtime_ns == now.mtime_ns && then.inode == now.inode &&
         (then.ctime_ns == now.ctime_ns || then.ctime_ns == 0);
}

Result<std::optional<KnownFile>> FileDigests::file(const std::string& path, const KnownFile* earlier)
{
  {
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_known.find(path); found != m_known.end()) {
      return found->second;
    }
  }
  return file_now(path, earlier);
}

Result<std::optional<KnownFile>> FileDigests::file_now(const std::string& path, const KnownFile* earlier)
{
  CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, m_fs.stat(path));
  std::optional<KnownFile> known;
  if (stat && stat->type == base::FileType::regular) {
    const FileIdentity identity = identity_of(*stat);
    known.emplace();
    known->identity = identity;
    known->executable = (stat->mode & 0111U) != 0;
    const std::optional<KnownFile> remembered = last_look(path);
    const auto holds = [&](const KnownFile& look) { return !look.racy && is_same_file(look.identity, identity); };
    if (earlier != nullptr && holds(*earlier)) {
      known->digest = earlier->digest;
      known->identity = earlier->identity;
    } else if (remembered && holds(*remembered)) {
      known->digest = remembered->digest;
      known->identity = remembered->identity;
    } else {
      const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(m_clock.now().time_since_epoch()).count();
      known->racy = std::max(identity.mtime_ns, identity.ctime_ns) > now - k_clock_tick_ns;
      CW_TRY_ASSIGN(known->digest, base::digest_file(path));
    }
  }
  const std::lock_guard lock(m_mutex);
  m_known.insert_or_assign(path, known);
  return known;
}

std::optional<KnownFile> FileDigests::last_look(const std::string& path)
{
  const std::lock_guard lock(m_mutex);
  const auto found = m_known.find(path);
  return found == m_known.end() ? std::nullopt : found->second;
}

void FileDigests::forget(const std::string& path)
{
  const std::lock_guard lock(m_mutex);
  m_known.erase(path);
}

void FileDigests::forget_outside(const std::vector<std::string>& directories)
{
  const std::lock_guard lock(m_mutex);
  std::erase_if(m_known, [&](const auto& entry) {
    return std::none_of(directories.begin(), directories.end(), [&](const std::string& directory) {
      return entry.first.size() > directory.size() && entry.first.starts_with(directory) && entry.first[directory.size()] == '/';
    });
  });
}

void FileDigests::adopt(const std::string& path, const KnownFile& known)
{
  const std::lock_guard lock(m_mutex);
  m_known.insert_or_assign(path, known);
}

} // namespace cargo_wasm::exec
