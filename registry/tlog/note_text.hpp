// What the readers of notes, keys and proofs share: names, numbers and hashes as they stand in lines.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <cargo_wasm/base/digest.hpp>

namespace cargo_wasm::registry_tlog {

/// signed-note: not empty, no space of Unicode, no plus; and no control character, since it stands in a line. UTF-8.
[[nodiscard]] bool is_key_name(std::string_view name);
/// Decimal, without leading zeros, at most 2^63-1.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);
[[nodiscard]] std::optional<base::Sha256> parse_base64_hash(std::string_view text);
[[nodiscard]] std::string base64_of(const base::Sha256& hash);
/// The first four bytes.
[[nodiscard]] std::uint32_t big_endian32(std::span<const std::uint8_t> bytes);
/// The line up to the next newline, which both are taken off `rest`; nullopt without a newline.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& rest);

} // namespace cargo_wasm::registry_tlog
