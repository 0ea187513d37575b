// The few rules of the protobuf wire format that REAPI's messages need (docs/formats/action.md): varints and
// length-delimited fields. A field with its default value is not written, which together with "in order of number" makes
// the bytes canonical. Reading takes what other writers may write, too: any order, fields of other kinds, unknown ones.
#pragma once
#include <cstdint>
#include <optional>
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

/// One field of a message: a number (varint) or bytes (length-delimited, a view into the message).
struct ProtobufField
{
  std::uint32_t number = 0;
  bool is_bytes = false;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// Fields one after another, from bytes that nobody vouches for. After damage `next` is empty and `ok()` is false. Cost: O(1) a field.
class ProtobufReader
{
public:
  explicit ProtobufReader(std::string_view message) : m_rest(message) {}

  /// The next field; those of fixed width are passed over, groups are damage. Empty at the end.
  [[nodiscard]] std::optional<ProtobufField> next()
  {
    while (m_ok && !m_rest.empty()) {
      const std::uint64_t key = varint();
      ProtobufField field;
      field.number = static_cast<std::uint32_t>(key >> 3U);
      m_ok = m_ok && field.number != 0 && key >> 32U == 0;
      switch (key & 7U) {
      case 0:
        field.value = varint();
        return m_ok ? std::optional(field) : std::nullopt;
      case 1:
        take(8);
        break;
      case 2:
        field.is_bytes = true;
        field.bytes = take(varint());
        return m_ok ? std::optional(field) : std::nullopt;
      case 5:
        take(4);
        break;
      default:
        m_ok = false;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] bool ok() const { return m_ok; }

private:
  std::uint64_t varint()
  {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(m_rest.front());
      m_rest.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    m_ok = false;
    return 0;
  }

  std::string_view take(std::uint64_t size)
  {
    if (!m_ok || size > m_rest.size()) {
      m_ok = false;
      return {};
    }
    const std::string_view bytes = m_rest.substr(0, static_cast<std::size_t>(size));
    m_rest.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view m_rest;
  bool m_ok = true;
};

} // namespace cargo_wasm::action
