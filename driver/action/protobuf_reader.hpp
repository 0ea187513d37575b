// Reading the protobuf wire format, bounded: what a server or a file says is never believed further than its bytes go.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cargo_wasm::action {

/// One field of a message. Of a length-delimited field `bytes` is the value, of a varint `number`.
struct ProtobufField
{
  std::uint32_t number = 0;
  std::uint64_t varint = 0;
  std::string_view bytes;
  bool is_bytes = false;
};

class ProtobufReader
{
public:
  explicit ProtobufReader(std::string_view message) : m_rest(message) {}

  /// The next varint or length-delimited field, fixed-width ones passed over; nullopt at the end, or where the bytes are no message.
  std::optional<ProtobufField> next()
  {
    while (!m_rest.empty() && m_ok) {
      const std::uint64_t key = varint();
      ProtobufField field;
      field.number = static_cast<std::uint32_t>(key >> 3U);
      switch (key & 7U) {
      case 0:
        field.varint = varint();
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

  /// False when the bytes were no message.
  [[nodiscard]] bool ok() const noexcept { return m_ok; }

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
    if (size > m_rest.size()) {
      m_ok = false;
      return {};
    }
    const std::string_view bytes = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return bytes;
  }

  std::string_view m_rest;
  bool m_ok = true;
};

} // namespace cargo_wasm::action
