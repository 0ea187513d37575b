// The public files of a registry or mirror as they are answered over HTTP: ETag by content, conditions, ranges, HEAD. Small files are kept
// in memory, each looked at by one stat a request; large ones are sent from the disk. Safe to use from several threads.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::registry_server {

struct FileQuestion
{
  std::string_view method = {}, target = {};
  std::string_view if_none_match = {}, range = {}, if_range = {}; ///< values of these headers; empty without one
};

/// An open file, closed with its last owner.
class OpenFile
{
public:
  explicit OpenFile(int descriptor) : m_descriptor(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  /// At most `size` bytes from `offset` on into `buffer`; 0 at the end and on errors.
  [[nodiscard]] std::size_t read(char* buffer, std::size_t size, std::uint64_t offset) const;

private:
  int m_descriptor;
};

/// The answer but for its `Connection` header: `head`, an empty line, then the body, which is in memory or in a file.
struct FileAnswer
{
  int status = 200;
  std::shared_ptr<const std::string> head; ///< status line and headers, each with its end of line
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0, length = 0; ///< of the body in `bytes` or `file`

  /// What is in memory of the body.
  [[nodiscard]] std::string_view body() const { return bytes ? std::string_view(*bytes).substr(offset, length) : std::string_view(); }
};

struct StaticFileLimits
{
  std::uint64_t memory_bytes = std::uint64_t{64} << 20; ///< of all that is kept
  std::uint64_t small_bytes = std::uint64_t{256} << 10; ///< larger files are not kept
  bool is_private = false;                              ///< caches that several people share must not keep them
};

class StaticFiles
{
public:
  /// `fs` outlives it.
  StaticFiles(const base::ReadOnlyFilesystem& fs, base::Path directory, StaticFileLimits limits = {});
  ~StaticFiles();

  /// Never fails: 404, 405, 416 and 500 are answers. Cost: a stat for what is kept.
  [[nodiscard]] FileAnswer answer(const FileQuestion& question);
  /// Bytes that are kept now, their bookkeeping included.
  [[nodiscard]] std::uint64_t memory_bytes() const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
