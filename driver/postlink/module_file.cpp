#include "module_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/wasm/feature_use.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>
#include <cargo_wasm/wasm/rewrite.hpp>

namespace cargo_wasm::postlink {

wasm::Source source_of(const base::MappedFile& file)
{
  return {file.path(), file.bytes()};
}

Result<base::MappedFile> map_module(const base::ReadOnlyFilesystem& fs, const base::Path& path)
{
  CW_TRY_ASSIGN(base::MappedFile file, fs.map(path));
  const wasm::FileKind kind = wasm::file_kind(source_of(file));
  if (kind == wasm::FileKind::component) {
    return fail(Error("CW0857", fmt::format("`{}` is a component, and a module is needed", path.native()))
                    .note("optimizers and wasm-bindgen read the module inside a component before it is wrapped")
                    .help("build for `wasm32-wasip2` with `wasm-opt` in the profile: cargo-wasm optimizes first and wraps then"));
  }
  if (kind != wasm::FileKind::module && kind != wasm::FileKind::object) {
    return fail(
        Error("CW0857", fmt::format("`{}` is no WebAssembly module", path.native())).help("give it a `.wasm` file that a linker wrote"));
  }
  return file;
}

Result<std::vector<std::string>> target_features(const wasm::Source& source)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  const auto content = module.custom("target_features");
  std::vector<std::string> names;
  if (!content) {
    CW_TRY_ASSIGN(const std::vector<wasm::FeatureUse> uses, wasm::features_used(module));
    for (const wasm::FeatureUse& use : uses) {
      names.emplace_back(wasm::name_of(use.feature));
    }
    std::ranges::sort(names);
    return names;
  }
  wasm::SectionReader<wasm::TargetFeature> features(source, *content, "target_features section");
  for (wasm::TargetFeature feature; features.next(feature);) {
    if (feature.prefix != '-') {
      names.emplace_back(feature.name);
    }
  }
  CW_TRY(features.finish());
  std::ranges::sort(names);
  return names;
}

Result<std::set<std::string>> export_names(const wasm::Source& source)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  std::set<std::string> names;
  auto exports = module.exports();
  for (wasm::Export entry; exports.next(entry);) {
    names.emplace(entry.name);
  }
  CW_TRY(exports.finish());
  return names;
}

Result<std::vector<std::uint32_t>> exported_tables(const wasm::Source& source)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  std::vector<std::uint32_t> tables;
  auto exports = module.exports();
  for (wasm::Export entry; exports.next(entry);) {
    if (entry.kind == wasm::ExternalKind::table) {
      tables.push_back(entry.index);
    }
  }
  CW_TRY(exports.finish());
  std::ranges::sort(tables);
  return tables;
}

Result<std::set<std::string>> import_names(const wasm::Source& source)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  std::set<std::string> names;
  CW_TRY(module.for_each_import([&](const wasm::Import& import) { names.insert(fmt::format("{}.{}", import.module, import.name)); }));
  return names;
}

bool has_debug_sections(const wasm::Source& source)
{
  const auto module = wasm::Module::read(source);
  bool found = false;
  if (module) {
    module->for_each_section([&](std::uint32_t, const wasm::Payload& section) {
      found = found || (section.kind == wasm::PayloadKind::custom && wasm::is_debug_section(section.name));
    });
  }
  return found;
}

} // namespace cargo_wasm::postlink
