// Everything that is asked of a toolchain, in one value: what `toolchain list` and `toolchain probe` show.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/toolchain/defects.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::toolchain {

/// A wasm target that a compiler knows.
struct WasmTargetFacts
{
  std::string triple;
  bool has_std = false;
  // The rest is asked for with Detail::whole only.
  std::vector<std::string> default_features; ///< target features that are on without any flag
  std::optional<TargetInfo> info;            ///< with the flags and the linker that configuration and environment give it here
  std::string linker_version;                ///< "LLD 23.1.1"; empty: it would not say
  std::string wasm_ld_version;               ///< of the linker inside, where that is another program
  std::string problem;                       ///< why rustc does not describe it; empty: it does
};

struct ToolchainFacts
{
  RustcInfo rustc;
  std::vector<WasmTargetFacts> targets; ///< of `rustc --print target-list`, sorted
  std::optional<WasmLinker> linker;     ///< of wasm32-unknown-unknown when nobody says otherwise
  std::string linker_version;
  Path cache_file; ///< where the answers are kept: $XDG_CACHE_HOME/cargo-wasm/toolchains/IDENTITY.json

  [[nodiscard]] std::vector<std::string> triples(bool with_std) const;
};

enum class Detail : std::uint8_t { brief, whole };

/// Cost: about six processes the first time, with Detail::whole four more a target; none when the compiler was asked before.
/// Errors: those of probe_rustc.
[[nodiscard]] Result<ToolchainFacts> describe_toolchain(
    const Env& env, const manifest::Config& config, const ToolchainChoice& choice, const Path& cache_directory, Detail detail);

} // namespace cargo_wasm::toolchain
