// The few rules of the protobuf wire format that REAPI's messages need (docs/formats/action.md): varints and
// length-delimited fields. A field with its default value is not written, which together with "in order of number" makes
// the bytes canonical.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::action {

class ProtobufWriter
{
public:
  void varint_field(std::uint32_t number, std::uint64_t value)
  {
    if (value != 0) {
      key(number, 0);
      varint(value);
    }
  }

  /// A singular string or bytes field.
  void bytes_field(std::uint32_t number, std::string_view value)
  {
    if (!value.empty()) {
      element(number, value);
    }
  }

  /// A repeated field's element or a message: written even when empty, because its presence says something.
  void element(std::uint32_t number, std::string_view value)
  {
    key(number, 2);
    varint(value.size());
    m_out += value;
  }

  [[nodiscard]] std::string take() && { return std::move(m_out); }

private:
  void key(std::uint32_t number, std::uint32_t wire_type) { varint((std::uint64_t{number} << 3U) | wire_type); }

  void varint(std::uint64_t value)
  {
    while (value >= 0x80) {
      m_out += static_cast<char>((value & 0x7fU) | 0x80U);
      value >>= 7U;
    }
    m_out += static_cast<char>(value);
  }

  std::string m_out;
};

} // namespace cargo_wasm::action
