#include <cargo_wasm/cache/store.hpp>

#include <atomic>
#include <mutex>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

#include <cargo_wasm/base/bytes.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include "store_files.hpp"

namespace cargo_wasm::cache {
namespace {

constexpr std::string_view k_format = "cargo-wasm store 1\n";
constexpr std::uint32_t k_file_mode = 0444;
constexpr std::uint32_t k_program_mode = 0555;
constexpr std::int64_t k_mark_after_ns = 3'600'000'000'000; ///< an entry's last use is known to the hour
constexpr std::size_t k_secret_bytes = 32;

std::uint32_t blob_mode(bool executable)
{
  return executable ? k_program_mode : k_file_mode;
}

std::string blob_name(const base::Digest& digest, bool executable)
{
  return base::to_hex(digest.hash) + (executable ? ".x" : "");
}

std::string random_secret()
{
  std::random_device entropy; // getrandom(2)
  std::string bytes(k_secret_bytes, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(entropy() & 0xffU);
  }
  return bytes;
}

Error unusable(const base::Path& directory, const Error& cause)
{
  Error error("CW1239", fmt::format("the store of results `{}` cannot be used", directory.string()), Blame::environment);
  error.notes.push_back(cause.message);
  error.notes.insert(error.notes.end(), cause.notes.begin(), cause.notes.end());
  error.helps.emplace_back("`CARGO_WASM_CACHE_DIR` names another place; `--no-cache` builds without one");
  return error;
}

} // namespace

std::string seal_entry(std::string_view encoded_result)
{
  std::string out(k_entry_magic);
  std::uint64_t check = base::check_value(encoded_result);
  for (unsigned i = 0; i < 8; ++i, check >>= 8U) {
    out += static_cast<char>(check & 0xffU);
  }
  out += encoded_result;
  return out;
}

std::optional<std::string_view> open_entry(std::string_view file)
{
  if (file.size() < k_entry_head_bytes || !file.starts_with(k_entry_magic)) {
    return std::nullopt;
  }
  std::uint64_t check = 0;
  for (unsigned i = 0; i < 8; ++i) {
    check |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(file[k_entry_magic.size() + i])) << (8 * i);
  }
  const std::string_view result = file.substr(k_entry_head_bytes);
  return base::check_value(result) == check ? std::optional(result) : std::nullopt;
}

struct Store::Parts
{
  std::atomic<std::uint64_t> inserted_bytes{0};
  std::mutex secret_mutex;
  std::string secret;
};

Store::Store(base::Filesystem& fs, const base::Clock& clock, base::Path directory)
    : m_fs(fs), m_clock(clock), m_directory(std::move(directory)), m_parts(std::make_unique<Parts>())
{
}

Store::~Store()
{
  // What the next `collect_if_grown` of anybody needs to know; losing it costs a collection that comes later.
  if (const std::uint64_t bytes = m_parts->inserted_bytes; bytes > 0) {
    if (const auto lock = m_fs.lock(m_directory / "growth.lock", base::LockMode::exclusive, [] {}); lock) {
      const auto before = m_fs.read_if_exists(m_directory / "growth");
      const std::uint64_t sum = before && *before ? std::strtoull((*before)->c_str(), nullptr, 10) : 0;
      (void)m_fs.write_atomic(m_directory / "growth", fmt::format("{}\n", sum + bytes));
    }
  }
}

Result<std::unique_ptr<Store>> Store::open(base::Filesystem& fs, const base::Clock& clock, const base::Path& directory)
{
  const base::Path format = directory / "format";
  const auto written = fs.read_if_exists(format);
  if (!written) {
    return fail(unusable(directory, written.error()));
  }
  if (!*written) {
    if (auto made = fs.create_directories(directory); !made) {
      return fail(unusable(directory, made.error()));
    }
    if (auto wrote = fs.write_atomic(format, k_format); !wrote) {
      return fail(unusable(directory, wrote.error()));
    }
  } else if (**written != k_format) {
    return fail(
        Error("CW1240", fmt::format("the store of results `{}` was made by another version", directory.string()), Blame::environment)
            .note(fmt::format("its file `format` says `{}`", base::trim(**written)))
            .help("this version goes on without it; `CARGO_WASM_CACHE_DIR` names another place")
            .help("or remove the directory: everything in it can be made again"));
  }
  return std::unique_ptr<Store>(new Store(fs, clock, directory));
}

base::Path Store::entry_path(const base::Digest& key) const
{
  const std::string hex = base::to_hex(key.hash);
  return m_directory / "ac" / hex.substr(0, 2) / hex;
}

base::Path Store::path_of_blob(const base::Digest& digest, bool executable) const
{
  const std::string name = blob_name(digest, executable);
  return m_directory / "cas" / name.substr(0, 2) / name;
}

Result<std::optional<std::string>> Store::entry(const base::Digest& key)
{
  const base::Path path = entry_path(key);
  CW_TRY_ASSIGN(auto file, m_fs.read_if_exists(path));
  if (!file) {
    return std::nullopt;
  }
  const auto result = open_entry(*file);
  if (!result) {
    (void)m_fs.remove(path); // who may not do so replaces it with the next that is put in, or lives without it
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const auto stat, m_fs.stat(path));
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(m_clock.now().time_since_epoch()).count();
  if (stat && (stat->mtime_ns < now - k_mark_after_ns || stat->mtime_ns > now + k_mark_after_ns)) {
    (void)m_fs.set_mtime_ns(path, now); // another user's store: it counts as older than it is
  }
  file->erase(0, k_entry_head_bytes);
  return file;
}

Result<> Store::put_entry(const base::Digest& key, std::string_view encoded_result)
{
  const base::Path path = entry_path(key);
  CW_TRY(m_fs.write_atomic(path, seal_entry(encoded_result)));
  m_parts->inserted_bytes += encoded_result.size() + k_entry_head_bytes;
  return m_fs.set_mode(path, 0644);
}

Result<bool> Store::is_intact(const base::Path& blob, const base::Digest& digest, bool executable)
{
  CW_TRY_ASSIGN(const auto stat, m_fs.lstat(blob));
  if (!stat) {
    return false;
  }
  if (stat->type == base::FileType::regular && stat->size_bytes == digest.size_bytes && stat->mtime_ns == k_blob_mtime_ns &&
      (stat->mode & 0777U) == blob_mode(executable)) {
    return true;
  }
  if (stat->type == base::FileType::regular && stat->size_bytes == digest.size_bytes) {
    const auto actual = base::digest_file(blob);
    if (actual && *actual == digest) {   // its maker was killed between the link and the time
      (void)seal_blob(blob, executable); // another user's file stays as it is, and is hashed again next time
      return true;
    }
  }
  (void)m_fs.remove(blob);
  return false;
}

Result<> Store::seal_blob(const base::Path& blob, bool executable)
{
  CW_TRY(m_fs.set_mode(blob, blob_mode(executable)));
  return m_fs.set_mtime_ns(blob, k_blob_mtime_ns);
}

Result<bool> Store::contains(const base::Digest& digest, bool executable)
{
  return is_intact(path_of_blob(digest, executable), digest, executable);
}

Result<> Store::put_file(const base::Path& path, const base::Digest& digest, bool executable, Placing placing)
{
  const base::Path blob = path_of_blob(digest, executable);
  CW_TRY_ASSIGN(const bool is_known, is_intact(blob, digest, executable));
  if (is_known) { // the same bytes from elsewhere: one file for both
    return placing == Placing::link ? m_fs.link_or_copy(blob, path) : Result<>();
  }
  CW_TRY(m_fs.create_directories(blob.parent_path()));
  if (placing == Placing::link) {
    CW_TRY(m_fs.link_or_copy(path, blob));
  } else {
    CW_TRY(m_fs.copy(path, blob));
  }
  m_parts->inserted_bytes += digest.size_bytes;
  return seal_blob(blob, executable);
}

Result<> Store::put_bytes(std::string_view bytes, const base::Digest& digest, bool executable)
{
  const base::Path blob = path_of_blob(digest, executable);
  CW_TRY_ASSIGN(const bool is_known, is_intact(blob, digest, executable));
  if (is_known) {
    return {};
  }
  CW_TRY(m_fs.write_atomic(blob, bytes));
  m_parts->inserted_bytes += digest.size_bytes;
  return seal_blob(blob, executable);
}

Result<bool> Store::restore(const base::Digest& digest, bool executable, const base::Path& path, Placing placing)
{
  const base::Path blob = path_of_blob(digest, executable);
  CW_TRY_ASSIGN(const bool is_there, is_intact(blob, digest, executable));
  if (!is_there) {
    return false;
  }
  auto placed = placing == Placing::link ? m_fs.link_or_copy(blob, path) : m_fs.copy(blob, path);
  if (!placed) {
    return m_fs.exists(blob) ? Result<bool>(fail(std::move(placed.error()))) : Result<bool>(false); // collected meanwhile
  }
  if (placing == Placing::copy) {
    CW_TRY(m_fs.set_mode(path, executable ? 0755 : 0644));
  }
  return true;
}

Result<std::unique_ptr<base::FileLock>> Store::hold()
{
  return m_fs.lock(m_directory / "lock", base::LockMode::shared, [] {});
}

std::uint64_t Store::inserted_bytes() const noexcept
{
  return m_parts->inserted_bytes;
}

void Store::forget_growth() noexcept
{
  m_parts->inserted_bytes = 0;
}

Result<std::string> Store::secret()
{
  const std::lock_guard lock(m_parts->secret_mutex);
  if (!m_parts->secret.empty()) {
    return m_parts->secret;
  }
  const auto hold = m_fs.lock(m_directory / "growth.lock", base::LockMode::exclusive, [] {});
  base::Path path = m_directory / "secret";
  auto known = m_fs.read_if_exists(path);
  if (!known) { // that of the user who made the store: others have one each
    path += fmt::format("-{}", ::geteuid());
    known = m_fs.read_if_exists(path);
  }
  if (!known) {
    return fail(std::move(known.error()));
  }
  if (!*known || (*known)->size() != k_secret_bytes) {
    *known = random_secret();
    (void)m_fs.remove(path);
    CW_TRY(m_fs.create_file(path, **known, 0600, 0));
  }
  m_parts->secret = std::move(**known);
  return m_parts->secret;
}

} // namespace cargo_wasm::cache
