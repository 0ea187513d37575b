// Which units of a build become components, with all that is needed for it: told before anything is compiled.
#pragma once
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/plan/bindgen.hpp>
#include <cargo_wasm/plan/component.hpp>

namespace cargo_wasm::ops {

/// `--component`, and what the manifests say. Adapters of another version than the toolchain's come from the registry; what is fetched from
/// registries is put in place, and WIT is read once, to tell what is wrong with it. Errors: CW0951 a combination that cannot be, CW0952 and
/// CW0953 WIT that is wrong, CW0955 no such adapter, CW0957 a plug that is no dependency and no file, CW0962 the toolchain has no
/// wasm-component-ld.
[[nodiscard]] Result<plan::ComponentOfUnit> choose_components(const Env& env,
                                                              const GlobalOptions& options,
                                                              Project& project,
                                                              const CompileRequest& request,
                                                              const toolchain::TargetData& platforms,
                                                              const plan::UnitGraph& units,
                                                              const PackageHosts& hosts,
                                                              const plan::BindgenOfUnit& bindgen);

} // namespace cargo_wasm::ops
