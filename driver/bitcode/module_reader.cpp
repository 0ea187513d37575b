#include "module_reader.hpp"

#include "codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::bitcode {
namespace {

constexpr RecordCodes k_module_records = record_codes(module_code::k_version,
                                                      module_code::k_triple,
                                                      module_code::k_data_layout,
                                                      module_code::k_assembly,
                                                      module_code::k_variable,
                                                      module_code::k_function,
                                                      module_code::k_alias_old,
                                                      module_code::k_alias,
                                                      module_code::k_source_file,
                                                      module_code::k_ifunc);

} // namespace

std::optional<std::string> text_of(std::span<const std::uint64_t> values)
{
  std::string out;
  out.reserve(values.size());
  for (const std::uint64_t value : values) {
    if (value > 0xff) {
      return std::nullopt;
    }
    out += static_cast<char>(value);
  }
  return out;
}

Error ModuleReader::malformed(const Record& record, std::string message, std::string_view block) const
{
  return m_stream.error("CW0655", std::move(message), record.position, fmt::format("{}, record {}", block, record.code));
}

Error ModuleReader::newer(std::uint64_t position, std::string message, std::string_view block) const
{
  Error out = m_stream.error("CW0657", std::move(message), position, std::string(block));
  out.blame = Blame::environment;
  return out;
}

std::string_view ModuleReader::keep(std::string_view text)
{
  m_memory += text.size();
  return m_texts.keep(text);
}

Result<> ModuleReader::check_memory(const Record& record) const
{
  if (m_memory > m_most_memory) {
    return fail(m_stream.error("CW0656",
                               fmt::format("the tables of a module would take more than {} bytes", m_most_memory),
                               record.position,
                               fmt::format("record {}", record.code)));
  }
  return {};
}

Result<> ModuleReader::once(const BlockHeader& header, std::string_view name)
{
  if (!m_seen.emplace(header.id, header.start).second) {
    return fail(m_stream.error("CW0655", fmt::format("the module has its {} twice", name), header.start, "module block"));
  }
  return {};
}

Result<Module> ModuleReader::read(const BlockHeader& header)
{
  m_module.offset = m_stream.file_offset(header.start);
  m_most_memory = std::max(k_least_memory_limit, (header.end - header.body) / 8 * k_most_memory_per_byte);
  BlockReader reader(m_stream, header, &m_block_info, k_module_records);
  std::string assembly;
  while (true) {
    CW_TRY_ASSIGN(const BlockReader::Item item, reader.next());
    if (item == BlockReader::Item::end) {
      break;
    }
    if (item == BlockReader::Item::block) {
      CW_TRY(read_block(reader.sub_block()));
    } else {
      CW_TRY(read_record(reader.record(), assembly));
      CW_TRY(check_memory(reader.record()));
    }
  }
  if (reader.greatest_code() > module_code::k_last_known) {
    distrust_ids();
  }
  CW_TRY(finish(assembly));
  return std::move(m_module);
}

Result<> ModuleReader::read_record(const Record& record, std::string& assembly)
{
  switch (record.code) {
  case module_code::k_version:
    if (record.values.empty()) {
      return fail(malformed(record, "the module's version is missing", "module block"));
    }
    m_module.version = record.values.front();
    if (m_module.version > k_newest_module_version) {
      return fail(newer(
          record.position,
          fmt::format("the bitcode has module version {}, {} is the newest that can be read", m_module.version, k_newest_module_version),
          "module block"));
    }
    return {};
  case module_code::k_variable:
    return add_variable(record);
  case module_code::k_function:
    return add_function(record);
  case module_code::k_alias_old:
  case module_code::k_alias:
  case module_code::k_ifunc:
    return add_indirect(record);
  default:
    break;
  }
  auto text = text_of(record.values);
  if (!text) {
    return fail(malformed(record, "a text has a character beyond 255", "module block"));
  }
  switch (record.code) {
  case module_code::k_triple:
    m_module.target_triple = keep(*text);
    break;
  case module_code::k_data_layout:
    m_module.data_layout = keep(*text);
    break;
  case module_code::k_source_file:
    m_module.source_file_name = keep(*text);
    break;
  case module_code::k_assembly:
    assembly += *text;
    m_memory += text->size();
    break;
  default:
    break;
  }
  return {};
}

Result<> ModuleReader::read_block(const BlockHeader& header)
{
  switch (header.id) {
  case block_id::k_block_info:
    return read_block_info(header);
  case block_id::k_types:
    CW_TRY(once(header, "types"));
    return read_types(header);
  case block_id::k_attribute_groups:
    CW_TRY(once(header, "attribute groups"));
    return read_attribute_groups(header);
  case block_id::k_attribute_lists:
    CW_TRY(once(header, "attribute lists"));
    return read_attribute_lists(header);
  case block_id::k_value_symbols:
    CW_TRY(once(header, "symbol table"));
    return read_names(header);
  case block_id::k_summary:
  case block_id::k_full_lto_summary:
    CW_TRY(once(header, "summary"));
    return read_summary(header);
  default:
    return {};
  }
}

Result<> ModuleReader::read_block_info(const BlockHeader& header)
{
  BlockReader reader(m_stream, header, nullptr, record_codes(block_info_code::k_set_block));
  reader.require_target();
  while (true) {
    CW_TRY_ASSIGN(const bool has_record, reader.next_record());
    if (!has_record) {
      return {};
    }
    const Record& record = reader.record();
    if (record.values.empty() || record.values.front() > 0xffff'ffff) {
      return fail(malformed(record, "no block is named for the abbreviations that follow", "BLOCKINFO block"));
    }
    reader.define_for(static_cast<std::uint32_t>(record.values.front()), m_block_info);
  }
}

/// A kind of symbol that came later than this reader would shift the numbers that edges and aliases are.
void ModuleReader::distrust_ids()
{
  if (m_module.summary == SummaryState::read) {
    m_module.summary = SummaryState::unknown;
  }
  m_module.edges.clear();
  for (Symbol& symbol : m_module.symbols) {
    symbol.aliasee = k_none;
    symbol.has_edges = symbol.is_live_root = false;
    symbol.first_edge = symbol.reference_count = symbol.call_count = 0;
  }
}

Result<> ModuleReader::finish(std::string_view assembly)
{
  if (!assembly.empty()) {
    m_module.assembly = keep(assembly);
  }
  m_module.has_names = m_module.version >= 2 || m_seen.contains(block_id::k_value_symbols) || m_module.symbols.empty();
  for (Symbol& symbol : m_module.symbols) {
    if (symbol.aliasee >= m_module.symbols.size()) {
      symbol.aliasee = k_none;
    }
  }
  // The types of attributes were read before the types where LLVM is older than 12.
  for (const ParameterAttribute& attribute : m_module.attributes.passing) {
    if (attribute.type && *attribute.type >= m_module.types.types.size()) {
      return fail(m_stream.error("CW0655",
                                 fmt::format("an attribute has type {}, but there are {}", *attribute.type, m_module.types.types.size()),
                                 m_seen.at(block_id::k_attribute_groups),
                                 "attribute groups"));
    }
  }
  return {};
}

} // namespace cargo_wasm::bitcode
