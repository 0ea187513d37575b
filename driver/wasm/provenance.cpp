#include <cargo_wasm/wasm/provenance.hpp>

#include <cargo_wasm/wasm/custom.hpp>
#include <cargo_wasm/wasm/parser.hpp>

#include <algorithm>

namespace cargo_wasm::wasm {

namespace {

constexpr std::size_t k_most_payloads = 10'000, k_most_tools = 32, k_longest_tool_text = 128;

/// The beginning, never with half a character.
std::string beginning(std::string_view text)
{
  std::size_t size = std::min(text.size(), k_longest_tool_text);
  const auto goes_on = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (size > 0 && size < text.size() && goes_on(size)) {
    --size;
  }
  return std::string(text.substr(0, size));
}

void add_tools(const Source& source, const Cursor& content, std::vector<NamedTool>& tools)
{
  SectionReader<ProducersField> fields(source, content, "producers section");
  ProducersField field;
  while (tools.size() < k_most_tools && fields.next(field)) {
    SectionReader<Producer> values(source, field.values, "producers section");
    Producer producer;
    while (tools.size() < k_most_tools && values.next(producer)) {
      NamedTool tool{beginning(field.name), beginning(producer.name), beginning(producer.version)};
      if (std::find(tools.begin(), tools.end(), tool) == tools.end()) {
        tools.push_back(std::move(tool));
      }
    }
  }
}

std::optional<base::Sha256> digest_of(std::string_view content)
{
  base::Sha256 digest;
  if (content.size() != digest.bytes.size()) {
    return std::nullopt;
  }
  std::copy(content.begin(), content.end(), digest.bytes.begin());
  return digest;
}

} // namespace

Provenance read_provenance(const Source& binary)
{
  Provenance found;
  Parser parser(binary);
  Payload payload;
  for (std::size_t seen = 0; seen < k_most_payloads && parser.next(payload); ++seen) {
    if (payload.kind == PayloadKind::code) {
      parser.skip_bodies();
    } else if (payload.kind == PayloadKind::custom && payload.name == "producers") {
      add_tools(binary, payload.content, found.tools);
    } else if (payload.kind == PayloadKind::custom && payload.name == k_build_record_section && payload.depth == 0) {
      found.build_record = digest_of(payload.content.rest());
    }
  }
  return found;
}

} // namespace cargo_wasm::wasm
