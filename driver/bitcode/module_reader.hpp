// Reads one MODULE block: a file each for types, attributes, symbols and the summary.
#pragma once
#include "block.hpp"
#include "stream.hpp"

#include <cargo_wasm/bitcode/module.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>

namespace cargo_wasm::bitcode {

class ModuleReader
{
public:
  /// `strings` is the content of the STRTAB block that serves this module; `texts` keeps what has to be copied.
  ModuleReader(const Stream& stream, std::optional<std::span<const std::byte>> strings, TextStore& texts)
      : m_stream(stream), m_strings(strings), m_texts(texts)
  {
  }

  /// Errors: CW0651 to CW0658.
  [[nodiscard]] Result<Module> read(const BlockHeader& header);

private:
  Result<> read_record(const Record& record, std::string& assembly);
  Result<> read_block(const BlockHeader& header);
  Result<> read_block_info(const BlockHeader& header);
  Result<> once(const BlockHeader& header, std::string_view name);
  void distrust_ids();
  Result<> finish(std::string_view assembly);

  // type_records.cpp
  Result<> read_types(const BlockHeader& header);
  Result<> add_type(const Record& record, std::string_view& name);
  Result<> add_elements(Type& type, std::span<const std::uint64_t> ids, const Record& record);
  Result<> check_forward_types(std::uint64_t position) const;

  // attribute_records.cpp
  Result<> read_attribute_groups(const BlockHeader& header);
  Result<> add_attribute_group(const Record& record);
  Result<> read_attribute_lists(const BlockHeader& header);

  // symbol_records.cpp
  Result<> add_variable(const Record& record);
  Result<> add_function(const Record& record);
  Result<> add_indirect(const Record& record);
  Result<> read_names(const BlockHeader& header);
  Result<std::string_view> take_name(const Record& record, std::span<const std::uint64_t>& values) const;
  Result<TypeId> pointee(TypeId type, const Record& record) const;
  Result<TypeId> type_of(std::uint64_t id, const Record& record) const;
  Result<> push_symbol(Symbol symbol, const Record& record);

  // summary_records.cpp
  Result<> read_summary(const BlockHeader& header);
  Result<> add_edges(const Record& record, std::uint64_t version);

  [[nodiscard]] Error malformed(const Record& record, std::string message, std::string_view block) const;
  /// For what a newer LLVM writes. Blame: environment.
  [[nodiscard]] Error newer(std::uint64_t position, std::string message, std::string_view block) const;
  std::string_view keep(std::string_view text);
  /// What the module's tables take grows with its block, by at most `k_most_memory_per_byte`. Errors: CW0656.
  Result<> check_memory(const Record& record) const;

  const Stream& m_stream;
  std::optional<std::span<const std::byte>> m_strings;
  TextStore& m_texts;
  BlockInfo m_block_info;
  std::map<std::uint32_t, std::uint64_t> m_seen; ///< blocks that a module has once, and where
  std::map<std::uint64_t, std::uint32_t> m_group_of_id;
  std::uint64_t m_memory = 0; ///< of the tables, in bytes
  std::uint64_t m_most_memory = 0;
  Module m_module;
};

/// Of the tables, in bytes for each byte of a module's block. Compilers need less than one; literals of abbreviations, which take no bits
/// in a record, would allow hundreds.
constexpr std::uint64_t k_most_memory_per_byte = 32;
/// For small modules.
constexpr std::uint64_t k_least_memory_limit = 64 * 1024;

/// Bytes of a record, one a value. nullopt when a value is none.
[[nodiscard]] std::optional<std::string> text_of(std::span<const std::uint64_t> values);

} // namespace cargo_wasm::bitcode
