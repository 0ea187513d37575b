#include "inspected_binary.hpp"

#include <fmt/format.h>

#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/custom.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::uint32_t k_usual_page_log2 = 16;

InspectedMemory memory_of(const wasm::MemoryType& type, bool is_imported)
{
  const std::uint32_t page = type.page_size_log2.value_or(k_usual_page_log2);
  InspectedMemory memory;
  memory.min_bytes = type.limits.initial << page;
  if (type.limits.maximum) {
    memory.max_bytes = *type.limits.maximum << page;
  }
  memory.is_shared = type.limits.shared;
  memory.is_imported = is_imported;
  return memory;
}

void read_producers(const wasm::Source& source, const wasm::Cursor& content, InspectedBinary& into)
{
  wasm::SectionReader<wasm::ProducersField> fields(source, content, "producers section");
  wasm::ProducersField field;
  while (fields.next(field)) {
    wasm::SectionReader<wasm::Producer> values(source, field.values, "producers section");
    wasm::Producer producer;
    while (values.next(producer)) {
      into.producers.push_back({std::string(field.name), std::string(producer.name), std::string(producer.version)});
    }
  }
}

void read_target_features(const wasm::Source& source, const wasm::Cursor& content, InspectedBinary& into)
{
  wasm::SectionReader<wasm::TargetFeature> features(source, content, "target_features section");
  wasm::TargetFeature feature;
  while (features.next(feature)) {
    into.features.push_back(fmt::format("{}{}", feature.prefix, feature.name));
  }
}

/// The outermost level: names and sizes, and what tools left.
Result<> read_sections(const wasm::Source& source, InspectedBinary& into)
{
  wasm::Parser parser(source);
  wasm::Payload payload;
  while (parser.next(payload)) {
    if (payload.is_section() && payload.depth == 0) {
      const bool is_custom = payload.kind == wasm::PayloadKind::custom;
      into.sections.push_back(
          {is_custom ? fmt::format("custom section `{}`", payload.name) : wasm::name_of(payload.kind), payload.end - payload.begin});
      if (is_custom && payload.name == "producers") {
        read_producers(source, payload.content, into);
      } else if (is_custom && payload.name == "target_features") {
        read_target_features(source, payload.content, into);
      }
    }
    if (payload.kind == wasm::PayloadKind::code) {
      parser.skip_bodies();
    } else if (payload.kind == wasm::PayloadKind::core_module || payload.kind == wasm::PayloadKind::component) {
      parser.skip_nested();
    }
  }
  return parser.finish();
}

Result<> read_module(const wasm::Source& source, InspectedBinary& into)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  CW_TRY(module.for_each_import([&](const wasm::Import& entry) {
    into.imports.push_back(fmt::format("{}.{} ({})", entry.module, entry.name, wasm::to_string(entry.type.kind)));
    if (entry.type.kind == wasm::ExternalKind::memory) {
      into.memories.push_back(memory_of(entry.type.memory, true));
    }
  }));
  auto exports = module.exports();
  wasm::Export exported;
  while (exports.next(exported)) {
    into.exports.push_back(fmt::format("{} ({})", exported.name, wasm::to_string(exported.kind)));
  }
  CW_TRY(exports.finish());
  auto memories = module.memories();
  wasm::MemoryType memory;
  while (memories.next(memory)) {
    into.memories.push_back(memory_of(memory, false));
  }
  CW_TRY(memories.finish());
  into.functions = module.section(wasm::PayloadKind::function).count;
  return {};
}

Result<> read_component_parts(const wasm::Source& source, InspectedBinary& into)
{
  Result<> nested;
  wasm::ComponentHandlers handlers;
  handlers.on_import = [&](const wasm::ComponentImport& entry) { into.imports.emplace_back(entry.name.name); };
  handlers.on_export = [&](const wasm::ComponentExport& entry) { into.exports.emplace_back(entry.name.name); };
  handlers.on_nested = [&](const wasm::NestedBinary& binary) {
    if (!nested || binary.encoding != wasm::Encoding::module) {
      return;
    }
    auto module = inspect_binary(binary.source);
    if (module) {
      into.modules.push_back(std::move(*module));
    } else {
      nested = fail(std::move(module.error()));
    }
  };
  CW_TRY(wasm::read_component(source, handlers));
  return nested;
}

} // namespace

Result<InspectedBinary> inspect_binary(const wasm::Source& source)
{
  InspectedBinary binary;
  binary.bytes = source.bytes.size();
  binary.is_component = wasm::file_kind(source) == wasm::FileKind::component;
  CW_TRY(read_sections(source, binary));
  CW_TRY(binary.is_component ? read_component_parts(source, binary) : read_module(source, binary));
  return binary;
}

} // namespace cargo_wasm::ops
