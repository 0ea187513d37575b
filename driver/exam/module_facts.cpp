#include "module_facts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::exam {

namespace {

constexpr std::uint8_t k_i32_const = 0x41;

/// What the linker and the runtime agree on, not the program: judged by what programs do with it.
bool is_wasi(std::string_view module)
{
  return module == "wasi_snapshot_preview1" || module.starts_with("wasi:");
}

std::string type_of(const wasm::Module& module, std::uint32_t index)
{
  const auto type = wasm::find_function_type(module, index);
  return type ? wasm::to_string(*type) : "a type that is none";
}

class FactsReader
{
public:
  explicit FactsReader(const wasm::Module& module) : m_module(module) {}

  Result<ModuleFacts> read()
  {
    CW_TRY(read_imports());
    CW_TRY(read_exports());
    CW_TRY(read_table());
    return std::move(m_facts);
  }

private:
  Result<> read_imports()
  {
    m_facts.cores.emplace_back();
    CW_TRY(m_module.for_each_import([&](const wasm::Import& import) {
      m_facts.cores.back().emplace(import.name);
      if (import.type.kind == wasm::ExternalKind::memory) {
        m_facts.imported_memory = import.type.memory;
      } else if (is_wasi(import.module)) {
        m_facts.wasi_imports.emplace_back(import.name);
      } else {
        const bool is_function = import.type.kind == wasm::ExternalKind::func;
        m_facts.imports.push_back(fmt::format(
            "{}.{} : {}", import.module, import.name, is_function ? type_of(m_module, import.type.type_index) : to_string(import.type)));
      }
      if (import.type.kind == wasm::ExternalKind::func) {
        m_function_types.push_back(import.type.type_index);
      }
    }));
    std::ranges::sort(m_facts.imports);
    std::ranges::sort(m_facts.wasi_imports);
    return {};
  }

  Result<> read_exports()
  {
    CW_TRY_ASSIGN(const auto functions, m_module.index_functions());
    auto exports = m_module.exports();
    for (wasm::Export entry; exports.next(entry);) {
      if (entry.kind == wasm::ExternalKind::func && entry.index < functions.size()) {
        const std::uint32_t type = entry.index < functions.imported() ? m_function_types[entry.index] : functions.type_of(entry.index);
        m_facts.exports.push_back(fmt::format("{} : {}", entry.name, type_of(m_module, type)));
      }
    }
    CW_TRY(exports.finish());
    std::ranges::sort(m_facts.exports);
    return {};
  }

  /// wasm-ld leaves slot 0 empty, so that a null function pointer traps, and makes the table as long as what it puts there.
  Result<> read_table()
  {
    std::optional<std::uint64_t> size;
    auto tables = m_module.tables();
    for (wasm::Table table; tables.next(table);) {
      size = size.value_or(table.type.limits.initial);
    }
    CW_TRY(tables.finish());
    std::set<std::uint64_t> filled;
    auto elements = m_module.elements();
    bool is_known = true;
    for (wasm::Element element; elements.next(element);) {
      wasm::Cursor offset = element.offset.code;
      if (element.mode != wasm::SegmentMode::active || element.table_index.value_or(0) != 0) {
        continue;
      }
      if (element.has_expressions || offset.u8("an instruction") != k_i32_const) {
        is_known = false; // its place is decided when the module is loaded
        continue;
      }
      const auto begin = static_cast<std::uint32_t>(offset.i32("a slot"));
      for (std::uint32_t i = 0; i < element.functions.size(); ++i) {
        filled.insert(std::uint64_t{begin} + i);
      }
    }
    CW_TRY(elements.finish());
    constexpr std::uint64_t k_most = 1'000'000; // a damaged module may claim any size
    for (std::uint64_t slot = 1; is_known && slot < std::min(size.value_or(0), k_most); ++slot) {
      if (!filled.contains(slot)) {
        m_facts.empty_slots.push_back(static_cast<std::uint32_t>(slot));
      }
    }
    return {};
  }

  const wasm::Module& m_module;
  std::vector<std::uint32_t> m_function_types; ///< of the imported ones
  ModuleFacts m_facts;
};

Result<ModuleFacts> read_component_facts(const wasm::Source& source)
{
  ModuleFacts facts;
  facts.is_component = true;
  Result<> nested;
  wasm::ComponentHandlers handlers;
  handlers.on_import = [&](const wasm::ComponentImport& import) { facts.wasi_imports.emplace_back(import.name.name); };
  handlers.on_nested = [&](const wasm::NestedBinary& binary) {
    if (!nested || binary.encoding != wasm::Encoding::module) {
      return;
    }
    facts.cores.emplace_back();
    const auto module = wasm::Module::read(binary.source);
    nested = !module ? Result<>(fail(module.error()))
                     : module->for_each_import([&](const wasm::Import& import) { facts.cores.back().emplace(import.name); });
  };
  CW_TRY(wasm::read_component(source, handlers));
  CW_TRY(nested);
  std::ranges::sort(facts.wasi_imports);
  return facts;
}

} // namespace

Result<ModuleFacts> read_facts(const base::ReadOnlyFilesystem& fs, const base::Path& file)
{
  CW_TRY_ASSIGN(const base::MappedFile bytes, fs.map(file));
  const wasm::Source source(file, bytes.bytes());
  if (wasm::file_kind(source) == wasm::FileKind::component) {
    return read_component_facts(source);
  }
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  return FactsReader(module).read();
}

} // namespace cargo_wasm::exam
