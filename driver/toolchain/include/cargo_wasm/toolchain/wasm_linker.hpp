// Which linker makes the module: what rustc would start for a wasm target, and the wasm-ld that does the work inside of it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::toolchain {

struct RustcInfo;
class RustcCache;

struct WasmLinker
{
  enum class Kind : std::uint8_t {
    wasm_ld,         ///< rust-lld, wasm-ld, wasm-ld-19: rustc's arguments are the linker's
    component_ld,    ///< wasm-component-ld: runs a wasm-ld (`--wasm-ld-path`), then makes a component
    compiler_driver, ///< clang and its kin: linker arguments arrive as `-Wl,…`, it runs a wasm-ld (`-fuse-ld=`)
  } kind = Kind::wasm_ld;
  base::Path program; ///< what rustc would start, absolute
  base::Path wasm_ld; ///< the wasm-ld that links: `program` itself, or the one that it would start; absolute
  bool operator==(const WasmLinker&) const = default;
};

/// Every `-C` option among rustc's flags in any of its spellings, without the `-C`: `opt-level=3`, `save-temps`.
[[nodiscard]] std::vector<std::string> codegen_options(std::span<const std::string> rustflags);

/// The last value of `-C NAME=VALUE` among rustc's flags in any of its spellings.
[[nodiscard]] std::optional<std::string> codegen_option(std::span<const std::string> rustflags, std::string_view name);

/// All arguments that `-C link-arg=A` and `-C link-args=A B` add, in order.
[[nodiscard]] std::vector<std::string> link_arguments(std::span<const std::string> rustflags);

/// The linker for a wasm triple. `configured` is the configuration's (`target.TRIPLE.linker`); `-C linker=` in the flags wins over it,
/// and without both the target's own default counts, which rustc is asked for. nullopt when it cannot be found: rustc then says what it
/// misses. Cost: one process the first time (kept in the cache), one more for each compiler driver.
[[nodiscard]] Result<std::optional<WasmLinker>> probe_wasm_linker(const base::Env& env,
                                                                  const manifest::Config& config,
                                                                  const RustcInfo& rustc,
                                                                  std::string_view triple,
                                                                  std::span<const std::string> rustflags,
                                                                  const std::optional<base::Path>& configured,
                                                                  RustcCache& cache);

} // namespace cargo_wasm::toolchain
