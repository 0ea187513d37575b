// What a look at the bytes finds out before and beside toml++: nesting without bound, which it would follow down the stack, and line
// ends inside strings, which it normalises.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::manifest {

/// Levels of tables and arrays together. Far above what a manifest needs, far below what a stack takes.
constexpr std::size_t k_deepest_level = 128;

/// The byte where a document passes k_deepest_level: headers, dotted keys, arrays and inline tables all count. One pass; exact for the part
/// of the document that is well-formed, which is all that a reader ever descends into.
[[nodiscard]] std::optional<std::size_t> too_deep_at(std::string_view text);

/// A multi-line string as it stands in the document, quotes included, with each "\r\n" of its value written as escapes, so that the
/// reader keeps both characters. For `'''` strings there are no escapes: nothing, and the value is the text between the quotes.
[[nodiscard]] std::optional<std::string> with_escaped_line_ends(std::string_view quoted);

} // namespace cargo_wasm::manifest
