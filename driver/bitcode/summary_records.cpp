// The module's summary: which symbols a definition refers to and which it calls (ModuleSummaryIndexBitcodeReader::parseEntireSummary).
//
// LLVM's own linker decides by it what a program keeps, so it names every symbol that the optimized body or initializer uses. What it
// leaves out: intrinsics, uses in assembly (the symbols used there are marked live), and calls that code generation adds (`memcpy`,
// `__multi3`). docs/adr/0011-bitcode-reader.md says why function bodies are not read instead.
//
//   function := [symbol, flags, instructions, function flags, r, read-only r, write-only r, reference × r, (callee, hotness)…]
//   variable := [symbol, flags, variable flags, reference…]
//   vtable   := [symbol, flags, variable flags, r, reference × r, (function, offset)…]
//   alias    := [symbol, flags, aliasee]
// Versions below 7 lack some of the counts.
#include "codes.hpp"
#include "module_reader.hpp"

#include <fmt/format.h>

#include <limits>

namespace cargo_wasm::bitcode {
namespace {

constexpr std::string_view k_summary_block = "summary";
constexpr std::uint64_t k_live_flag = 1U << 5;

/// Where the parts of a record begin, or nullopt when it is too short.
struct Layout
{
  std::size_t references = 0;
  std::size_t reference_count = 0;
  std::size_t calls = 0;
  std::size_t call_stride = 1;
};

std::optional<Layout> layout_of(const Record& record, std::uint64_t version)
{
  const auto& values = record.values;
  Layout out;
  std::size_t count_at = 0; // 0: whatever is left
  switch (record.code) {
  case summary_code::k_variable:
    out.references = version >= 5 ? 3 : 2;
    break;
  case summary_code::k_alias:
    out.references = 2;
    break;
  case summary_code::k_vtable:
    count_at = 3;
    out.references = 4;
    out.call_stride = 2;
    break;
  default:
    count_at = version >= 4 ? 4 : 3;
    out.references = version >= 7 ? 7 : version >= 5 ? 6 : version >= 4 ? 5 : 4;
    if (version == 1) {
      out.call_stride = record.code == summary_code::k_function_profile ? 3 : 2;
    } else {
      out.call_stride = record.code == summary_code::k_function ? 1 : 2;
    }
  }
  if (values.size() < out.references) {
    return std::nullopt;
  }
  const std::size_t left = values.size() - out.references;
  if (count_at == 0) {
    out.reference_count = left;
  } else {
    if (values[count_at] > left) {
      return std::nullopt;
    }
    out.reference_count = static_cast<std::size_t>(values[count_at]);
  }
  out.calls = out.references + out.reference_count;
  if ((values.size() - out.calls) % out.call_stride != 0) {
    return std::nullopt;
  }
  return out;
}

} // namespace

Result<> ModuleReader::read_summary(const BlockHeader& header)
{
  BlockReader reader(m_stream,
                     header,
                     &m_block_info,
                     record_codes(summary_code::k_function,
                                  summary_code::k_function_profile,
                                  summary_code::k_variable,
                                  summary_code::k_alias,
                                  summary_code::k_version,
                                  summary_code::k_function_frequency,
                                  summary_code::k_vtable));
  std::optional<std::uint64_t> version;
  while (true) {
    CW_TRY_ASSIGN(const bool has_record, reader.next_record());
    if (!has_record) {
      break;
    }
    const Record& record = reader.record();
    if (record.code == summary_code::k_version) {
      if (version || record.values.empty()) {
        return fail(malformed(record, "the summary's version is there twice, or empty", k_summary_block));
      }
      version = record.values.front();
      if (*version == 0 || *version > k_newest_summary_version) {
        m_module.summary = SummaryState::unknown;
        return {};
      }
      continue;
    }
    if (!version) {
      return fail(malformed(record, "the summary does not begin with its version", k_summary_block));
    }
    CW_TRY(add_edges(record, *version));
  }
  m_module.summary = SummaryState::read;
  return {};
}

Result<> ModuleReader::add_edges(const Record& record, std::uint64_t version)
{
  const auto layout = layout_of(record, version);
  if (!layout) {
    return fail(malformed(record, "a record of the summary is too short for its counts", k_summary_block));
  }
  const auto& values = record.values;
  auto& symbols = m_module.symbols;
  if (values[0] >= symbols.size()) {
    return fail(
        malformed(record, fmt::format("the summary is about symbol {}, but there are {}", values[0], symbols.size()), k_summary_block));
  }
  Symbol& symbol = symbols[static_cast<std::size_t>(values[0])];
  if (symbol.has_edges) {
    return fail(malformed(record, fmt::format("the summary has symbol {} twice", values[0]), k_summary_block));
  }
  if (values.size() > std::numeric_limits<std::uint32_t>::max() - m_module.edges.size()) {
    return fail(
        m_stream.error("CW0656", "the summary has more edges than 32 bits can count", record.position, std::string(k_summary_block)));
  }
  symbol.has_edges = true;
  symbol.is_live_root = (values[1] & k_live_flag) != 0;
  symbol.first_edge = static_cast<std::uint32_t>(m_module.edges.size());
  // Numbers beyond the symbols stand for functions that a profile met in other modules.
  const auto add = [&](std::uint64_t id) {
    if (id < symbols.size()) {
      m_module.edges.push_back(static_cast<SymbolId>(id));
    }
  };
  for (std::size_t i = 0; i < layout->reference_count; ++i) {
    add(values[layout->references + i]);
  }
  symbol.reference_count = static_cast<std::uint32_t>(m_module.edges.size()) - symbol.first_edge;
  for (std::size_t i = layout->calls; i < values.size(); i += layout->call_stride) {
    add(values[i]);
  }
  symbol.call_count = static_cast<std::uint32_t>(m_module.edges.size()) - symbol.first_edge - symbol.reference_count;
  m_memory += (symbol.reference_count + symbol.call_count) * sizeof(SymbolId);
  return check_memory(record);
}

} // namespace cargo_wasm::bitcode
