// What a page has to know of a module before it loads it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::browser {

struct ImportedMemory
{
  std::string module, name;
  std::uint64_t initial = 0;
  std::optional<std::uint64_t> maximum;
  bool shared = false;
};

/// Where a suite of wasm-bindgen-test wants to run: what `wasm_bindgen_test_configure!` wrote.
enum class SuitePlace : std::uint8_t { anywhere, page, dedicated_worker, shared_worker, service_worker, node, other };

struct ModuleNeeds
{
  std::optional<ImportedMemory> memory;
  std::vector<std::string> tests; ///< exports that wasm-bindgen-test made, in the module's order: "__wbgt_$_crate::name"
  SuitePlace place = SuitePlace::anywhere;
};

/// Errors: CW0001, CW0002; CW0976 a component, or no module; CW0612 to CW0616.
[[nodiscard]] Result<ModuleNeeds> module_needs(const base::ReadOnlyFilesystem& fs, const base::Path& path);

} // namespace cargo_wasm::browser
