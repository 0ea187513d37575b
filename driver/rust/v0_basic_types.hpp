#pragma once
#include <algorithm>
#include <array>
#include <utility>

namespace cargo_wasm::rust {

/// One letter each (RFC 2603, <basic-type>).
constexpr std::array<std::pair<char, const char*>, 21> k_basic_types{{
    {'a', "i8"},    {'b', "bool"},  {'c', "char"}, {'d', "f64"}, {'e', "str"},  {'f', "f32"},  {'h', "u8"},
    {'i', "isize"}, {'j', "usize"}, {'l', "i32"},  {'m', "u32"}, {'n', "i128"}, {'o', "u128"}, {'p', "_"},
    {'s', "i16"},   {'t', "u16"},   {'u', "()"},   {'v', "..."}, {'x', "i64"},  {'y', "u64"},  {'z', "!"},
}};

/// nullptr: the letter stands for something else.
inline const char* basic_type(char tag)
{
  const auto found = std::ranges::find(k_basic_types, tag, &std::pair<char, const char*>::first);
  return found == k_basic_types.end() ? nullptr : found->second;
}

} // namespace cargo_wasm::rust
