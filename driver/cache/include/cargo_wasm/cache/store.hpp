// The local store: results by the digest of what they were made from, files by the digest of their bytes
// (docs/formats/store.md). No daemon; many processes and projects use one store at a time.
//
// What is there is whole: a file or an entry appears by rename or link. A blob is read-only and bears a fixed time; one that does not is
// hashed before it is believed, and removed when it is something else. Nobody relies on the store: what is missing or damaged is made
// again.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::cache {

/// The mtime of every blob: 2001-01-01. Whoever writes into one by a second name moves it.
constexpr std::int64_t k_blob_mtime_ns = 978'307'200'000'000'000;

/// How a file gets into the store, or out of it.
enum class Placing : std::uint8_t {
  link, ///< one file with two names, read-only from then on; a copy across file systems
  copy, ///< a file of its own that its user may write (a reflink where the file system can)
};

struct StoreStats
{
  std::uint64_t entries = 0, entry_bytes = 0;
  std::uint64_t blobs = 0, blob_bytes = 0;
  [[nodiscard]] std::uint64_t bytes() const { return entry_bytes + blob_bytes; }
};

struct CollectReport
{
  std::uint64_t removed_entries = 0, removed_blobs = 0, freed_bytes = 0;
  StoreStats left;
};

struct VerifyReport
{
  StoreStats checked;
  std::uint64_t damaged_blobs = 0;      ///< other bytes than their name says; removed
  std::uint64_t damaged_entries = 0;    ///< cannot be read; removed
  std::uint64_t incomplete_entries = 0; ///< name a blob that is not there; removed
};

class Store
{
public:
  /// Makes the directory where it is missing. Errors: CW1239 it cannot be used (blame environment), CW1240 a newer version wrote it.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(base::Filesystem& fs, const base::Clock& clock, const base::Path& directory);

  /// The encoded result of an action; nullopt: none, or a damaged one, which is removed. Marks it as used. Cost: two system calls.
  [[nodiscard]] Result<std::optional<std::string>> entry(const base::Digest& key);
  /// Whatever was there is replaced. Errors: CW0003.
  Result<> put_entry(const base::Digest& key, std::string_view encoded_result);

  /// Keeps a file whose digest is known. With `link`, `path` becomes the store's own file: read-only, with the blob's time.
  /// Errors: CW0001 to CW0003.
  Result<> put_file(const base::Path& path, const base::Digest& digest, bool executable, Placing placing);
  Result<> put_bytes(std::string_view bytes, const base::Digest& digest, bool executable);
  /// `path` becomes this blob, whatever it was. False: it is not there, or damaged (and removed). The parent directory must exist.
  [[nodiscard]] Result<bool> restore(const base::Digest& digest, bool executable, const base::Path& path, Placing placing);
  /// Whether the blob is there with the right bytes, as far as its size, mode and time tell; else it is hashed. Cost: one system call.
  [[nodiscard]] Result<bool> contains(const base::Digest& digest, bool executable);
  [[nodiscard]] base::Path path_of_blob(const base::Digest& digest, bool executable) const;

  /// Held while blobs and the entry that names them are put in, so that no collection comes between. Cheap.
  [[nodiscard]] Result<std::unique_ptr<base::FileLock>> hold();

  /// Bytes that this process put in, for `collect_if_grown`.
  [[nodiscard]] std::uint64_t inserted_bytes() const noexcept;
  /// Removes entries, those that were not used for longest first, until the store is not larger than `max_bytes`, then blobs that no
  /// entry names. Waits for those who put something in. Cost: a look at every file.
  [[nodiscard]] Result<CollectReport> collect(std::uint64_t max_bytes);
  /// `collect`, when what was put in since the last time may have made the store too large and nobody else uses it right now; nullopt:
  /// not yet.
  [[nodiscard]] Result<std::optional<CollectReport>> collect_if_grown(std::uint64_t max_bytes);
  [[nodiscard]] Result<StoreStats> stats() const;
  /// Hashes every blob and reads every entry; what is damaged is removed.
  [[nodiscard]] Result<VerifyReport> verify();

  /// 32 bytes that only this store's users know: what variables held is compared by HMAC under it. Made at the first use, mode 0600.
  [[nodiscard]] Result<std::string> secret();
  [[nodiscard]] const base::Path& directory() const noexcept { return m_directory; }

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

private:
  Store(base::Filesystem& fs, const base::Clock& clock, base::Path directory);
  struct Parts;
  void forget_growth() noexcept;
  [[nodiscard]] base::Path entry_path(const base::Digest& key) const;
  Result<bool> is_intact(const base::Path& blob, const base::Digest& digest, bool executable);
  Result<> seal_blob(const base::Path& blob, bool executable);

  base::Filesystem& m_fs;
  const base::Clock& m_clock;
  base::Path m_directory;
  std::unique_ptr<Parts> m_parts;
};

} // namespace cargo_wasm::cache
