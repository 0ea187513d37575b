#include "module_needs.hpp"

#include <fmt/format.h>

#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::browser {

namespace {

constexpr std::string_view k_place_section = "__wasm_bindgen_test_unstable";
constexpr std::string_view k_test_prefix = "__wbgt_";

/// The first byte that is one of these says it; crates that are linked together may each have written one.
SuitePlace place_of(std::string_view content)
{
  for (std::uint8_t place = 1; place <= static_cast<std::uint8_t>(SuitePlace::other); ++place) {
    if (content.find(static_cast<char>(place)) != std::string_view::npos) {
      return static_cast<SuitePlace>(place);
    }
  }
  return SuitePlace::anywhere;
}

} // namespace

Result<ModuleNeeds> module_needs(const base::ReadOnlyFilesystem& fs, const base::Path& path)
{
  CW_TRY_ASSIGN(const base::MappedFile file, fs.map(path));
  const wasm::Source source(file.path(), file.bytes());
  const wasm::FileKind kind = wasm::file_kind(source);
  if (kind == wasm::FileKind::component) {
    return fail(Error("CW0976", fmt::format("`{}` is a component, which browsers cannot load", path.native()))
                    .help("build a module: `--target wasm32-wasip1`"));
  }
  if (kind != wasm::FileKind::module) {
    return fail(
        Error("CW0976", fmt::format("`{}` is no WebAssembly module", path.native())).help("give it a `.wasm` file that a linker wrote"));
  }
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  ModuleNeeds needs;
  CW_TRY(module.for_each_import([&](const wasm::Import& import) {
    if (import.type.kind == wasm::ExternalKind::memory) {
      const wasm::Limits& limits = import.type.memory.limits;
      needs.memory = {std::string(import.module), std::string(import.name), limits.initial, limits.maximum, limits.shared};
    }
  }));
  auto exports = module.exports();
  for (wasm::Export entry; exports.next(entry);) {
    if (entry.name.starts_with(k_test_prefix)) {
      needs.tests.emplace_back(entry.name);
    }
  }
  CW_TRY(exports.finish());
  if (const auto section = module.custom(k_place_section)) {
    wasm::Cursor content = *section;
    needs.place = place_of(content.rest());
  }
  return needs;
}

} // namespace cargo_wasm::browser
