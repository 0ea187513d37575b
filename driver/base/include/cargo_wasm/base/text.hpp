// Small text helpers used by messages everywhere.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::base {

/// Levenshtein distance with cargo's weights (util/edit_distance.rs): 1 per edit, transposition 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);
/// The candidate nearest to `word` within a third of its length (at least 1, cargo's rule: 3), if any.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
/// Views into `text`, which must live on: the second declaration refuses temporaries, as in `for (auto part : split(f(), ','))`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
template <std::same_as<std::string> Temporary> std::vector<std::string_view> split(Temporary&& text, char separator) = delete;
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);
/// Upper case with '-' as '_': how cargo makes an environment variable's name (`envify`).
[[nodiscard]] std::string envify(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);
/// "1.4 MiB", "812 B".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

/// Shell-style pattern as the `glob` crate reads it: `*`, `?`, `[a-z]`, `**` between slashes.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

} // namespace cargo_wasm::base
