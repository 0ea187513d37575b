// What fuzzers of several readers share: the first byte of an input says which one it is for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace cargo_wasm::fuzz {

/// Ends the fuzzer, which keeps the input then.
inline void demand(bool held)
{
  if (!held) {
    std::abort();
  }
}

struct Reader
{
  char mark;
  void (*read)(std::string_view text);
};

/// Hands what is behind the first byte to the reader with that mark, else to `otherwise`.
inline int
read_by_mark(const std::uint8_t* data, std::size_t size, std::initializer_list<Reader> readers, void (*otherwise)(std::string_view))
{
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const Reader& reader : readers) {
    if (reader.mark == static_cast<char>(data[0])) {
      reader.read(text);
      return 0;
    }
  }
  otherwise(text);
  return 0;
}

} // namespace cargo_wasm::fuzz
