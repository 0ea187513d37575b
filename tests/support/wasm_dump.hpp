// Everything that the wasm reader reads from a file, in a canonical form: the other side of tests/differential/wasm/oracle, and what the
// fuzzer runs. The digest is FNV-1a (64 bits) over the lines.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <cargo_wasm/wasm/items.hpp>
#include <cargo_wasm/wasm/parser.hpp>

namespace cargo_wasm::test {

class Fnv
{
public:
  void add(std::string_view bytes)
  {
    for (const char c : bytes) {
      m_value = (m_value ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3U;
    }
  }
  void add_number(std::uint64_t number)
  {
    for (unsigned i = 0; i < 8; ++i) {
      m_value = (m_value ^ ((number >> (8 * i)) & 0xffU)) * 0x0000'0100'0000'01b3U;
    }
  }
  /// With a zero behind it.
  void add_text(std::string_view text)
  {
    add(text);
    add(std::string_view("\0", 1));
  }
  [[nodiscard]] std::uint64_t value() const { return m_value; }

private:
  std::uint64_t m_value = 0xcbf2'9ce4'8422'2325U;
};

class DumpSink
{
public:
  explicit DumpSink(bool keeps_text) : m_keeps(keeps_text) {}
  void line(std::string_view text)
  {
    m_digest.add(text);
    m_digest.add("\n");
    if (m_keeps) {
      m_text += text;
      m_text += '\n';
    }
  }
  [[nodiscard]] std::uint64_t digest() const { return m_digest.value(); }
  [[nodiscard]] const std::string& text() const { return m_text; }

private:
  bool m_keeps;
  Fnv m_digest;
  std::string m_text;
};

/// Reads the module or component to its end, or to the first thing that is wrong, which is the result.
[[nodiscard]] wasm::Failure dump_wasm(const wasm::Source& source, DumpSink& out);

// The parts, each in a file of its own.
[[nodiscard]] wasm::Failure dump_component_section(const wasm::Source& source, const wasm::Payload& payload, DumpSink& out);
void dump_custom_section(const wasm::Source& source, const wasm::Payload& payload, DumpSink& out);
void dump_rec_group(const wasm::RecGroup& group, DumpSink& out);

} // namespace cargo_wasm::test
