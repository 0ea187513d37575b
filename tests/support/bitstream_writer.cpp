#include <support/bitstream_writer.hpp>

namespace cargo_wasm::test {
namespace {

constexpr std::uint64_t k_end = 0;
constexpr std::uint64_t k_enter = 1;
constexpr std::uint64_t k_define = 2;
constexpr std::uint64_t k_unabbreviated = 3;

} // namespace

BitstreamWriter::BitstreamWriter(std::string_view magic) : m_bytes(magic) {}

BitstreamWriter& BitstreamWriter::fixed(std::uint64_t value, unsigned width)
{
  for (unsigned i = 0; i < width; ++i) {
    if (m_free_bits == 0) {
      m_bytes += '\0';
      m_free_bits = 8;
    }
    const unsigned bit = static_cast<unsigned>(value >> i) & 1U;
    m_bytes.back() = static_cast<char>(static_cast<unsigned char>(m_bytes.back()) | (bit << (8 - m_free_bits)));
    --m_free_bits;
  }
  return *this;
}

BitstreamWriter& BitstreamWriter::variable(std::uint64_t value, unsigned width)
{
  const std::uint64_t more = std::uint64_t{1} << (width - 1);
  while (value >= more) {
    fixed((value & (more - 1)) | more, width);
    value >>= width - 1;
  }
  return fixed(value, width);
}

BitstreamWriter& BitstreamWriter::align()
{
  m_free_bits = 0;
  m_bytes.resize((m_bytes.size() + 3) / 4 * 4);
  return *this;
}

BitstreamWriter& BitstreamWriter::raw(std::string_view bytes)
{
  m_bytes += bytes;
  return *this;
}

BitstreamWriter& BitstreamWriter::id(std::uint64_t abbreviation)
{
  return fixed(abbreviation, m_width);
}

BitstreamWriter& BitstreamWriter::enter(std::uint32_t block, unsigned id_width)
{
  id(k_enter).variable(block, 8).variable(id_width, 4).align();
  m_open.push_back({m_width, m_bytes.size()});
  m_width = id_width;
  return fixed(0, 32);
}

BitstreamWriter& BitstreamWriter::leave(int words_too_many)
{
  id(k_end).align();
  const Open open = m_open.back();
  m_open.pop_back();
  m_width = open.outer_width;
  const auto words = static_cast<std::uint32_t>((m_bytes.size() - open.length_at) / 4 - 1) + static_cast<std::uint32_t>(words_too_many);
  for (unsigned i = 0; i < 4; ++i) {
    m_bytes[open.length_at + i] = static_cast<char>(words >> (8 * i));
  }
  return *this;
}

BitstreamWriter& BitstreamWriter::record(std::uint32_t code, const Values& values)
{
  id(k_unabbreviated).variable(code, 6).variable(values.size(), 6);
  for (const std::uint64_t value : values) {
    variable(value, 6);
  }
  return *this;
}

BitstreamWriter& BitstreamWriter::text(std::uint32_t code, std::string_view text, Values before)
{
  for (const char c : text) {
    before.push_back(static_cast<unsigned char>(c));
  }
  return record(code, before);
}

BitstreamWriter& BitstreamWriter::define(std::initializer_list<BitField> fields)
{
  id(k_define).variable(fields.size(), 5);
  for (const BitField& field : fields) {
    if (field.kind == BitField::Kind::literal) {
      fixed(1, 1).variable(field.value, 8);
      continue;
    }
    fixed(0, 1).fixed(static_cast<std::uint64_t>(field.kind), 3);
    if (field.kind == BitField::Kind::fixed || field.kind == BitField::Kind::variable) {
      variable(field.value, 5);
    }
  }
  return *this;
}

BitstreamWriter& BitstreamWriter::blob(std::string_view bytes)
{
  return variable(bytes.size(), 6).align().raw(bytes).align();
}

BitstreamWriter::Values zero_terminated(std::string_view text)
{
  BitstreamWriter::Values out;
  for (const char c : text) {
    out.push_back(static_cast<unsigned char>(c));
  }
  out.push_back(0);
  return out;
}

BitstreamWriter::Values joined(std::initializer_list<BitstreamWriter::Values> parts)
{
  BitstreamWriter::Values out;
  for (const auto& part : parts) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

} // namespace cargo_wasm::test
