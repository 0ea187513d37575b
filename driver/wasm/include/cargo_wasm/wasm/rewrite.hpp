// A module with other custom sections than before: what steps behind the linker take out (names, debug information) and put in. All other
// sections are copied byte for byte, in their order.
#pragma once
#include <cargo_wasm/wasm/failure.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::wasm {

struct CustomSection
{
  std::string name;
  std::string content;
};

/// The module without the custom sections of which `keep` says no, with `added` behind the last one, in their order.
/// Errors: CW0612 to CW0616, as Module::read: a component is CW0616. Cost: a copy.
/// Source: core specification, "Modules" and "Custom Section" of the binary format.
[[nodiscard]] Result<std::string>
rewrite_custom_sections(const Source& module, const std::function<bool(std::string_view name)>& keep, std::span<const CustomSection> added);

/// The module with `pages` as the maximum of each of its own memories that has none or a larger one. Memories that it imports stay: their
/// host decides. Nullopt: a memory begins with more. Errors: CW0612 to CW0616, as Module::read. Cost: a copy.
/// Source: core specification, "Memory Section" and "Limits" of the binary format; pages of 64 KiB.
[[nodiscard]] Result<std::optional<std::string>> with_memory_maximum(const Source& module, std::uint64_t pages);

/// A text with its length before it, as sections hold names.
[[nodiscard]] std::string sized_text(std::string_view text);

/// A module or component without custom sections of that name in its outermost level, and with this one behind everything else.
/// Errors: CW0612 to CW0616. Cost: a copy.
[[nodiscard]] Result<std::string> with_custom_section(const Source& binary, const CustomSection& section);

/// DWARF as LLVM writes it: `.debug_info`, `.debug_line` and their kin.
[[nodiscard]] bool is_debug_section(std::string_view name) noexcept;

} // namespace cargo_wasm::wasm
