// What can be wrong with bytes, in a form that costs nothing until it happens: readers keep one small Failure instead of passing a Result
// for every number, and it becomes a base::Error where reading ends.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::wasm {

/// The bytes of one module, component or archive, and what errors call them. A view: the file's bytes and its path outlive the Source and
/// everything that was read from it (base::MappedFile owns both).
struct Source
{
  const base::Path* path = nullptr;
  std::string_view file;   ///< all of the file; offsets in errors count from here
  std::string_view bytes;  ///< the part that is read: `file`, or a member of it
  std::string_view member; ///< name within an archive; empty for a file that stands alone

  Source() = default;
  Source(const base::Path& path_, std::string_view file_) : path(&path_), file(file_), bytes(file_) {}
};

enum class Fault : std::uint8_t {
  none,
  ended,     ///< CW0612: the bytes end within something
  leb_long,  ///< CW0613: a LEB128 number has more bytes than its type can need
  leb_large, ///< CW0613: a LEB128 number sets bits that its type does not have
  byte,      ///< CW0614: another byte than the format allows here
  number,    ///< CW0614: another number than the format allows here
  text,      ///< CW0614: a name that is not UTF-8
  excess,    ///< CW0614: bytes after the end of something
  structure, ///< CW0614: parts that do not fit one another; `found_text` says what was found
  limit,     ///< CW0615: more than an engine accepts
  header,    ///< CW0616: neither a module nor a component
  archive,   ///< CW0617: an archive that cannot be taken apart
};

/// The first thing that went wrong. `expected` and `found_text` point to string literals.
struct Failure
{
  Fault fault = Fault::none;
  std::uint64_t offset = 0; ///< in Source::file; where wasmparser 0.263 reports the same error
  std::uint64_t found = 0;
  const char* expected = "";
  const char* found_text = "";

  [[nodiscard]] explicit operator bool() const noexcept { return fault != Fault::none; }
};

/// The failure as an error at its place. `what` says where in the file that is, in words: "import section, entry 7 of 9".
[[nodiscard]] Error to_error(const Failure& failure, const Source& source, std::string what);

} // namespace cargo_wasm::wasm
