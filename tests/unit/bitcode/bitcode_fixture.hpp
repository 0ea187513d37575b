// Small bitcode modules, put together field by field.
#pragma once
#include <cargo_wasm/bitcode/module.hpp>

#include <span>
#include <string>
#include <string_view>

#include <support/bitstream_writer.hpp>
#include <support/catch.hpp>

namespace cargo_wasm::test {

using Values = BitstreamWriter::Values;

namespace block {
constexpr std::uint32_t k_info = 0;
constexpr std::uint32_t k_module = 8;
constexpr std::uint32_t k_lists = 9;
constexpr std::uint32_t k_groups = 10;
constexpr std::uint32_t k_identification = 13;
constexpr std::uint32_t k_names = 14;
constexpr std::uint32_t k_types = 17;
constexpr std::uint32_t k_summary = 20;
constexpr std::uint32_t k_strings = 23;
} // namespace block

constexpr std::uint64_t k_function_place = 0xffff'ffff;

/// Types by id of `add_types`.
constexpr std::uint64_t k_i32 = 0;
constexpr std::uint64_t k_i64 = 1;
constexpr std::uint64_t k_ptr = 2;
constexpr std::uint64_t k_void = 3;
constexpr std::uint64_t k_i32_of_ptr_i32 = 4;
constexpr std::uint64_t k_void_of_ptr = 5;
constexpr std::uint64_t k_pair = 6;
constexpr std::uint64_t k_type_count = 7;

inline void add_types(BitstreamWriter& out)
{
  out.enter(block::k_types, 4)
      .record(1, {k_type_count})
      .record(7, {32})
      .record(7, {64})
      .record(25, {0})
      .record(2)
      .record(21, {0, k_i32, k_ptr, k_i32})
      .record(21, {0, k_void, k_ptr})
      .text(19, "pair")
      .record(20, {0, k_i32, k_i64})
      .leave();
}

/// Groups and lists: list 1 is an import `log` of module `host`, list 2 takes its parameter `sret(%pair)`.
inline void add_attributes(BitstreamWriter& out)
{
  const auto string = [](std::string_view key, std::string_view value) {
    return joined({{4}, zero_terminated(key), zero_terminated(value)});
  };
  out.enter(block::k_groups)
      .record(3, joined({{1, k_function_place, 0, 18}, string("wasm-import-module", "host"), string("wasm-import-name", "log")}))
      .record(3, {2, 1, 6, 29, k_pair, 0, 9})
      .record(3, {3, 2, 0, 34})
      .leave();
  out.enter(block::k_lists).record(2, {1, 3}).record(2, {2}).leave();
}

/// The record of a function whose name has `size` bytes at `offset` of the string table.
inline Values function(std::uint64_t offset, std::uint64_t size, std::uint64_t type, bool is_declaration, std::uint64_t attributes = 0)
{
  return {offset, size, type, 0, is_declaration ? 1U : 0U, 0, attributes, 0, 0, 0, 0, 0, 0, 0, 0};
}

inline void add_identification(BitstreamWriter& out, std::string_view producer = "LLVM23.1.1-rust-1.99.1-stable", std::uint64_t epoch = 0)
{
  out.enter(block::k_identification, 5).text(1, producer).record(2, {epoch}).leave();
}

inline void add_strings(BitstreamWriter& out, std::string_view strings)
{
  out.enter(block::k_strings).define({{BitField::Kind::literal, 1}, {BitField::Kind::blob}}).id(4).blob(strings).leave();
}

constexpr std::string_view k_sample_strings = "logrunDATAlast";

/// Symbols 0 `DATA`, a variable from elsewhere; 1 `run`; 2 `log`, the import; 3 `last`, whose result goes through its parameter.
inline void add_module(BitstreamWriter& out)
{
  out.enter(block::k_module).record(1, {2});
  add_types(out);
  add_attributes(out);
  out.text(2, "wasm32-unknown-unknown").text(3, "e-m:e").text(16, "a.rs");
  out.record(7, {6, 4, k_i32, 2, 0, 0, 0, 0, 0, 0});
  out.record(8, function(3, 3, k_i32_of_ptr_i32, false));
  out.record(8, function(0, 3, k_i32_of_ptr_i32, true, 1));
  out.record(8, function(10, 4, k_void_of_ptr, true, 2));
  out.leave();
}

inline std::string sample()
{
  BitstreamWriter out;
  add_identification(out);
  add_module(out);
  add_strings(out, k_sample_strings);
  return out.bytes();
}

inline Result<bitcode::File> read(const std::string& bytes, std::uint64_t offset = 0)
{
  return bitcode::read(std::as_bytes(std::span(bytes)), "lib.o", offset);
}

/// The error as it is printed, or "no error".
inline std::string error_of(const std::string& bytes)
{
  const auto file = read(bytes);
  return file ? "no error" : base::render(file.error(), base::Severity::error, false);
}

} // namespace cargo_wasm::test
