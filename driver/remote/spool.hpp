// What could not be sent before a build ended: one file an entry, which names the blobs' files.
//
//   cargo-wasm/spool/v2 NEWLINE
//   check     8 bytes, of all that follows
//   action    hash (64 hex digits, text), size
//   entry     text: the ActionResult as it is to be stored
//   remotes   count; each name and URL, texts
//   blobs     count; each hash, size, 0 and a path or 1 and the bytes
//
// Numbers and texts as base::ByteWriter has them. The spool lies in the store, which projects share: what one of them calls `team` may be
// another server for the next, so an entry goes only where the URL is the same, too.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// Where an entry is to go.
struct SpoolTarget
{
  std::string name;
  std::string url;
  bool operator==(const SpoolTarget&) const = default;
};

/// An entry on its way.
struct UploadJob
{
  Digest action;
  std::string entry;
  std::vector<SpoolTarget> remotes; ///< that do not have it yet
  std::vector<Blob> blobs;
};

[[nodiscard]] std::string to_bytes(const UploadJob& job);
/// nullopt for anything but what `to_bytes` writes.
[[nodiscard]] std::optional<UploadJob> parse_job(std::string_view bytes);

class Spool
{
public:
  Spool(base::Filesystem& fs, Path directory) : m_fs(fs), m_directory(std::move(directory)) {}

  /// One file for an action and its remotes, so builds with other remotes replace nothing. Errors: CW0003.
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
