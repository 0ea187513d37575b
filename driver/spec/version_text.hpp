// The pieces that versions, requirements and `rust-version` are made of. Readers consume from
// `rest`; on failure they return false and say why in `reason`.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::spec {

constexpr bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A pre-release is below its release; otherwise part by part, numbers below words.
[[nodiscard]] std::strong_ordering compare_prerelease(std::string_view a, std::string_view b);

/// `part` names the number in the reason: "major", "minor", "patch".
[[nodiscard]] bool read_number(std::string_view& rest, std::string_view part, std::uint64_t& value, std::string& reason);
/// Dotted identifiers; a pre-release's numbers may not start with a zero.
[[nodiscard]] bool read_identifiers(std::string_view& rest, bool is_prerelease, std::string& value, std::string& reason);

/// The first UTF-8 character, for messages.
[[nodiscard]] std::string_view first_character(std::string_view text);

} // namespace cargo_wasm::spec
