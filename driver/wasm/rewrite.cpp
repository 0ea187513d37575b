#include <cargo_wasm/wasm/rewrite.hpp>

#include <cargo_wasm/wasm/module.hpp>
#include <cargo_wasm/wasm/parser.hpp>

namespace cargo_wasm::wasm {

namespace {

constexpr std::size_t k_header_bytes = 8; ///< magic number and version

void append_unsigned(std::string& out, std::uint64_t value)
{
  constexpr std::uint64_t k_more = 0x80;
  while (value >= k_more) {
    out.push_back(static_cast<char>((value & (k_more - 1)) | k_more));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

void append_custom(std::string& out, const CustomSection& section)
{
  std::string body;
  append_unsigned(body, section.name.size());
  body += section.name;
  body += section.content;
  out.push_back('\0');
  append_unsigned(out, body.size());
  out += body;
}

} // namespace

Result<std::string>
rewrite_custom_sections(const Source& source, const std::function<bool(std::string_view name)>& keep, std::span<const CustomSection> added)
{
  CW_TRY_ASSIGN(const Module module, Module::read(source));
  std::string out(source.bytes.substr(0, k_header_bytes));
  out.reserve(source.bytes.size());
  const auto base = static_cast<std::uint64_t>(source.bytes.data() - source.file.data());
  std::uint64_t begin = base + k_header_bytes; // of the next section, its header included
  module.for_each_section([&](std::uint32_t, const Payload& section) {
    const bool stays = section.kind != PayloadKind::custom || keep(section.name);
    if (stays) {
      out += source.file.substr(begin, section.end - begin);
    }
    begin = section.end;
  });
  for (const CustomSection& section : added) {
    append_custom(out, section);
  }
  return out;
}

std::string sized_text(std::string_view text)
{
  std::string out;
  append_unsigned(out, text.size());
  out += text;
  return out;
}

Result<std::string> with_custom_section(const Source& source, const CustomSection& section)
{
  const auto base = static_cast<std::uint64_t>(source.bytes.data() - source.file.data());
  std::string out;
  out.reserve(source.bytes.size() + section.name.size() + section.content.size() + k_header_bytes);
  std::uint64_t kept = base; // up to where the bytes were looked at
  std::uint64_t end = base;  // of the section before
  Parser parser(source);
  Payload payload;
  while (parser.next(payload)) {
    if (payload.kind == PayloadKind::code) {
      parser.skip_bodies();
    } else if (payload.kind == PayloadKind::core_module || payload.kind == PayloadKind::component) {
      parser.skip_nested();
    }
    if (payload.kind == PayloadKind::custom && payload.name == section.name) {
      out += source.file.substr(kept, end - kept);
      kept = payload.end;
    }
    end = payload.kind == PayloadKind::header ? base + k_header_bytes : payload.end;
  }
  CW_TRY(parser.finish());
  out += source.file.substr(kept, base + source.bytes.size() - kept);
  append_custom(out, section);
  return out;
}

bool is_debug_section(std::string_view name) noexcept
{
  return name.starts_with(".debug_") || name.starts_with("reloc..debug_");
}

} // namespace cargo_wasm::wasm
