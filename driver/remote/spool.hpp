// What could not be sent before a build ended: one file an entry, which names the blobs' files.
//
//   cargo-wasm/spool/v1 NEWLINE
//   check     8 bytes, of all that follows
//   action    hash (64 hex digits, text), size
//   entry     text: the ActionResult as it is to be stored
//   remotes   count, texts
//   blobs     count; each hash, size, 0 and a path or 1 and the bytes
//
// Numbers and texts as base::ByteWriter has them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// An entry on its way.
struct UploadJob
{
  Digest action;
  std::string entry;
  std::vector<std::string> remotes; ///< that do not have it yet, by name
  std::vector<Blob> blobs;
};

[[nodiscard]] std::string to_bytes(const UploadJob& job);
/// nullopt for anything but what `to_bytes` writes.
[[nodiscard]] std::optional<UploadJob> parse_job(std::string_view bytes);

class Spool
{
public:
  Spool(base::Filesystem& fs, Path directory) : m_fs(fs), m_directory(std::move(directory)) {}

  /// Errors: CW0003.
  [[nodiscard]] Result<> add(const UploadJob& job);
  /// Files of entries. Errors: CW1272.
  [[nodiscard]] Result<std::vector<Path>> files() const;
  /// nullopt when it is gone or damaged.
  [[nodiscard]] std::optional<UploadJob> load(const Path& file) const;
  void remove(const Path& file);
  /// nullptr: somebody else sends what is here. Errors: CW1272.
  [[nodiscard]] Result<std::unique_ptr<base::FileLock>> lock();

private:
  base::Filesystem& m_fs;
  Path m_directory;
};

} // namespace cargo_wasm::remote
