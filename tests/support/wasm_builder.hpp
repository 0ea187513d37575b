// Wasm files from a few calls: bytes as a test means them, wrong ones included.
//
//   const std::string module = wasm_module({section(1, vec({func_type({0x7f}, {})})), custom("name", …)});
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::test {

/// Bytes as numbers: `bytes({0x00, 0x61})`.
[[nodiscard]] inline std::string bytes(std::initializer_list<unsigned> values)
{
  std::string out;
  for (const unsigned value : values) {
    out += static_cast<char>(value);
  }
  return out;
}

/// Unsigned LEB128.
[[nodiscard]] inline std::string leb(std::uint64_t value)
{
  std::string out;
  for (; value >= 0x80; value >>= 7U) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
  }
  return out + static_cast<char>(value);
}

/// Unsigned LEB128 in five bytes, as objects write what is relocated.
[[nodiscard]] inline std::string padded_leb(std::uint32_t value)
{
  std::string out;
  for (unsigned i = 0; i < 4; ++i, value >>= 7U) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
  }
  return out + static_cast<char>(value);
}

/// Length and bytes: a name, the bytes of a segment, a function body.
[[nodiscard]] inline std::string sized(std::string_view content)
{
  return leb(content.size()) + std::string(content);
}

/// Count and items.
[[nodiscard]] inline std::string vec(const std::vector<std::string>& items)
{
  std::string out = leb(items.size());
  for (const std::string& item : items) {
    out += item;
  }
  return out;
}

[[nodiscard]] inline std::string section(unsigned id, std::string_view content)
{
  return static_cast<char>(id) + sized(content);
}

[[nodiscard]] inline std::string custom(std::string_view name, std::string_view content)
{
  return section(0, sized(name) + std::string(content));
}

[[nodiscard]] inline std::string joined(const std::vector<std::string>& parts)
{
  std::string out;
  for (const std::string& part : parts) {
    out += part;
  }
  return out;
}

[[nodiscard]] inline std::string wasm_module(const std::vector<std::string>& sections)
{
  return bytes({0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00}) + joined(sections);
}

[[nodiscard]] inline std::string wasm_component(const std::vector<std::string>& sections)
{
  return bytes({0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00}) + joined(sections);
}

/// A type entry; value types as bytes: 0x7f is i32, 0x7e i64.
[[nodiscard]] inline std::string func_type(std::initializer_list<unsigned> params, std::initializer_list<unsigned> results)
{
  return "\x60" + sized(bytes(params)) + sized(bytes(results));
}

/// An import of a function.
[[nodiscard]] inline std::string import_func(std::string_view module, std::string_view name, std::uint32_t type)
{
  return sized(module) + sized(name) + bytes({0x00}) + leb(type);
}

/// An export; kinds: 0 function, 1 table, 2 memory, 3 global.
[[nodiscard]] inline std::string export_item(std::string_view name, unsigned kind, std::uint32_t index)
{
  return sized(name) + bytes({kind}) + leb(index);
}

/// A body without locals; `code` without its last `end`.
[[nodiscard]] inline std::string body(std::string_view code)
{
  return sized(bytes({0x00}) + std::string(code) + bytes({0x0b}));
}

} // namespace cargo_wasm::test
