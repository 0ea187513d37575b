// A file taken apart, with places.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/wasm/failure.hpp>

namespace cargo_wasm::verify {

struct PlacedPart
{
  std::string name;
  std::uint64_t offset = 0; ///< of the content in the file
  std::string_view bytes;
  bool is_code = false; ///< of a module
};

/// The outermost sections of a module or component, as far as they can be read.
[[nodiscard]] std::vector<PlacedPart> sections_of(const wasm::Source& source);
/// Sections, or members of an archive.
[[nodiscard]] std::vector<PlacedPart> placed_parts(const base::Path& path, std::string_view bytes);

} // namespace cargo_wasm::verify
