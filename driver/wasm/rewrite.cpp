#include <cargo_wasm/wasm/rewrite.hpp>

#include <algorithm>

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

std::string limits_of(const MemoryType& memory, std::uint64_t maximum)
{
  const Limits& limits = memory.limits;
  const unsigned flags = 1U | (limits.shared ? 2U : 0U) | (limits.is_64 ? 4U : 0U) | (memory.page_size_log2 ? 8U : 0U);
  std::string out(1, static_cast<char>(flags));
  append_unsigned(out, limits.initial);
  append_unsigned(out, maximum);
  if (memory.page_size_log2) {
    append_unsigned(out, *memory.page_size_log2);
  }
  return out;
}

/// The module anew: `write` puts in what stands for a section, whose bytes have its header before them.
std::string with_sections(const Source& source,
                          const Module& module,
                          const std::function<void(std::string& out, const Payload& section, std::string_view bytes)>& write)
{
  std::string out(source.bytes.substr(0, k_header_bytes));
  out.reserve(source.bytes.size());
  const auto base = static_cast<std::uint64_t>(source.bytes.data() - source.file.data());
  std::uint64_t begin = base + k_header_bytes; // of the next section, its header included
  module.for_each_section([&](std::uint32_t, const Payload& section) {
    write(out, section, source.file.substr(begin, section.end - begin));
    begin = section.end;
  });
  return out;
}

} // namespace

Result<std::string>
rewrite_custom_sections(const Source& source, const std::function<bool(std::string_view name)>& keep, std::span<const CustomSection> added)
{
  CW_TRY_ASSIGN(const Module module, Module::read(source));
  std::string out = with_sections(source, module, [&](std::string& into, const Payload& section, std::string_view bytes) {
    if (section.kind != PayloadKind::custom || keep(section.name)) {
      into += bytes;
    }
  });
  for (const CustomSection& section : added) {
    append_custom(out, section);
  }
  return out;
}

Result<std::optional<std::string>> with_memory_maximum(const Source& source, std::uint64_t pages)
{
  constexpr std::uint32_t k_usual_page_log2 = 16;
  CW_TRY_ASSIGN(const Module module, Module::read(source));
  const Section& section = module.section(PayloadKind::memory);
  if (!section.present) {
    return std::string(source.bytes);
  }
  std::string entries;
  std::uint32_t count = 0;
  bool fits = true;
  auto memories = module.memories();
  for (MemoryType memory; memories.next(memory); ++count) {
    const std::uint32_t log2 = memory.page_size_log2.value_or(k_usual_page_log2);
    const std::uint64_t most = log2 <= k_usual_page_log2 ? pages << (k_usual_page_log2 - log2) : pages >> (log2 - k_usual_page_log2);
    fits = fits && memory.limits.initial <= most;
    entries += limits_of(memory, std::min(most, memory.limits.maximum.value_or(most)));
  }
  if (!fits) {
    return std::nullopt;
  }
  std::string body;
  append_unsigned(body, count);
  body += entries;
  return with_sections(source, module, [&](std::string& into, const Payload& payload, std::string_view bytes) {
    if (payload.kind != PayloadKind::memory) {
      into += bytes;
      return;
    }
    constexpr char k_memory_section = 5;
    into.push_back(k_memory_section);
    append_unsigned(into, body.size());
    into += body;
  });
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
