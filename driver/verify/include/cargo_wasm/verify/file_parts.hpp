// What files consist of, and where two of them part.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/verify/build_record.hpp>

namespace cargo_wasm::verify {

/// Sections of a module or component, members of an archive; nothing of other files and of damaged ones. Cost: one pass over the bytes.
[[nodiscard]] std::vector<FilePart> parts_of(const base::Path& path, std::string_view bytes);

/// Where two files differ first.
struct FileDifference
{
  std::string part;         ///< "code section", "member `app.o`, code section", empty: the file has no parts
  std::uint64_t offset = 0; ///< in the file, of the first byte that differs
  std::string function;     ///< of a module's code: the function's name, else "function 12"; empty elsewhere
  std::string was, is;      ///< some bytes from there on, as people read them: text, or hexadecimal
  bool operator==(const FileDifference&) const = default;
};

/// nullopt: the same bytes. Archives are compared member by member, so that their symbol table is not what is told.
[[nodiscard]] std::optional<FileDifference> first_difference(const base::Path& path, std::string_view was, std::string_view is);

} // namespace cargo_wasm::verify
