#include <cargo_wasm/exec/noop.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <cargo_wasm/base/bytes.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

#include "noop_format.hpp"

namespace cargo_wasm::exec {
namespace {

/// Opening a directory pays when at least this many entries are looked at through it.
constexpr std::size_t k_worth_opening = 3;

/// The present state; nullopt when it contradicts the kind or is too young to be believed.
std::optional<NoopEntry> look(const NoopPath& path, std::int64_t started_ns)
{
  NoopEntry entry{};
  entry.kind = static_cast<std::uint32_t>(path.kind);
  struct stat status
  {
  };
  const bool there = ::stat(path.path.c_str(), &status) == 0;
  if (path.kind == NoopPath::Kind::absent) {
    return there ? std::nullopt : std::optional(entry);
  }
  if (!there) {
    return std::nullopt;
  }
  if (path.kind == NoopPath::Kind::present) {
    entry.size_bytes = S_ISDIR(status.st_mode) ? 1 : 0;
    return entry;
  }
  entry.size_bytes = static_cast<std::uint64_t>(status.st_size);
  entry.mtime_ns = nanoseconds(status.st_mtim);
  entry.ctime_ns = nanoseconds(status.st_ctim);
  entry.inode = status.st_ino;
  if (path.kind == NoopPath::Kind::directory || path.kind == NoopPath::Kind::listing) {
    entry.size_bytes = path.kind == NoopPath::Kind::listing ? listing_sum(path.path.c_str()) : 0;
    entry.ctime_ns = 0;
  }
  if (path.kind == NoopPath::Kind::output && entry.mtime_ns == cache::k_blob_mtime_ns) {
    entry.ctime_ns = 0; // it moves whenever another checkout takes the file from the store, or gives it back
  }
  const std::int64_t changed_ns = std::max(entry.mtime_ns, entry.ctime_ns);
  if (path.kind != NoopPath::Kind::output && changed_ns >= started_ns - k_clock_tick_ns) {
    return std::nullopt;
  }
  return entry;
}

/// The strongest claim about a path wins: what this run wrote need not be old, and what was read says more than that it is there.
int strength(NoopPath::Kind kind)
{
  switch (kind) {
  case NoopPath::Kind::output:
    return 4;
  case NoopPath::Kind::input:
  case NoopPath::Kind::directory:
    return 3;
  case NoopPath::Kind::listing:
    return 2;
  case NoopPath::Kind::present:
  case NoopPath::Kind::absent:
    return 1;
  }
  return 0;
}

class StringTable
{
public:
  std::uint32_t add(std::string_view text)
  {
    const auto offset = static_cast<std::uint32_t>(m_bytes.size());
    m_bytes += text;
    m_bytes += '\0';
    return offset;
  }
  std::string m_bytes;
};

template <class T> void append(std::string& out, const T& value)
{
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

} // namespace

std::string key_text(const NoopKey& key)
{
  std::string text = key.working_directory + '\0';
  for (const std::string& argument : key.arguments) {
    text += argument;
    text += '\0';
  }
  return text;
}

VariablesSum variables_sum(const char* strings, std::uint32_t prefix_count, std::uint32_t name_count, const char* const* environment)
{
  VariablesSum result;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const char* variable = *environment;
    const char* at = strings;
    bool counts = false;
    for (std::uint32_t i = 0; i < prefix_count + name_count && !counts; ++i) {
      const std::size_t length = std::strlen(at);
      counts = std::strncmp(variable, at, length) == 0 && (i < prefix_count || variable[length] == '=');
      at += length + 1;
    }
    if (counts) {
      result.sum += base::check_value(variable);
      ++result.count;
    }
  }
  return result;
}

base::Path noop_file(const base::Path& cache_directory, const NoopKey& key)
{
  return cache_directory / "noop" / base::StableHasher().add(key_text(key)).finish_hex();
}

bool record_noop(const base::Path& file, const NoopKey& key, const NoopSnapshot& snapshot, const char* const* environment)
{
  std::map<std::string, NoopPath::Kind> paths;
  for (const NoopPath& path : snapshot.paths) {
    const auto [found, is_new] = paths.emplace(path.path, path.kind);
    if (!is_new && strength(path.kind) > strength(found->second)) {
      found->second = path.kind;
    }
  }
  std::map<std::string, std::vector<std::pair<std::string, NoopEntry>>> directories;
  for (const auto& [path, kind] : paths) {
    const auto entry = look({kind, path}, snapshot.started_ns);
    if (!entry) {
      ::unlink(file.c_str());
      return false;
    }
    // Entries of "" carry their whole path; so do those of the root directory, whose name would be empty, too.
    const std::size_t slash = path.rfind('/');
    const std::size_t name = slash == 0 ? 0 : slash + 1;
    directories[path.substr(0, slash)].emplace_back(path.substr(name), *entry);
  }
  auto& whole = directories[""];
  for (auto it = directories.begin(); it != directories.end();) {
    if (!it->first.empty() && it->second.size() < k_worth_opening) {
      for (auto& [name, entry] : it->second) {
        whole.emplace_back(it->first + "/" + name, entry);
      }
      it = directories.erase(it);
    } else {
      ++it;
    }
  }

  NoopHeader header{};
  std::memcpy(header.magic, k_noop_magic, sizeof header.magic);
  StringTable strings;
  for (const std::string& prefix : snapshot.variable_prefixes) {
    strings.add(prefix);
  }
  const std::set<std::string> names(snapshot.variables.begin(), snapshot.variables.end());
  for (const std::string& name : names) {
    strings.add(name);
  }
  header.prefixes = static_cast<std::uint32_t>(snapshot.variable_prefixes.size());
  header.names = static_cast<std::uint32_t>(names.size());
  const VariablesSum variables = variables_sum(strings.m_bytes.c_str(), header.prefixes, header.names, environment);
  header.variables_sum = variables.sum;
  header.variables_count = variables.count;
  header.exit_code = snapshot.exit_code;
  const std::string key_bytes = key_text(key);
  header.key_bytes = static_cast<std::uint32_t>(key_bytes.size());
  header.stderr_bytes = static_cast<std::uint32_t>(snapshot.stderr_text.size());
  header.stdout_bytes = static_cast<std::uint32_t>(snapshot.stdout_text.size());
  strings.m_bytes += key_bytes + snapshot.stderr_text + snapshot.stdout_text;

  std::string directory_bytes;
  std::string entry_bytes;
  for (const auto& [name, entries] : directories) {
    NoopDirectory directory{};
    directory.name = strings.add(name);
    directory.first = header.entries;
    directory.count = static_cast<std::uint32_t>(entries.size());
    append(directory_bytes, directory);
    ++header.directories;
    for (const auto& [entry_name, entry] : entries) {
      NoopEntry written = entry;
      written.name = strings.add(entry_name.empty() ? std::string_view("/") : std::string_view(entry_name));
      append(entry_bytes, written);
      ++header.entries;
    }
  }
  header.strings_bytes = static_cast<std::uint32_t>(strings.m_bytes.size());
  header.file_bytes = sizeof header + directory_bytes.size() + entry_bytes.size() + strings.m_bytes.size();
  std::string out;
  append(out, header);
  out += entry_bytes + directory_bytes + strings.m_bytes;
  constexpr std::size_t k_checked_from = sizeof header.magic + sizeof header.check;
  const std::uint64_t check = base::check_value(std::string_view(out).substr(k_checked_from));
  std::memcpy(out.data() + sizeof header.magic, &check, sizeof check);
  const auto fs = base::make_filesystem();
  return fs->write_atomic(file, out).has_value();
}

} // namespace cargo_wasm::exec
