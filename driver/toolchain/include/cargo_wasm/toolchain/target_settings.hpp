// Configuration that depends on the platform: flags, linker, runner, and scripts that are replaced by fixed
// output (`[target.TRIPLE.LINKS]`). Which table applies follows cargo (context/target.rs, compiler/build_context).
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/spec/cfg.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>

namespace cargo_wasm::toolchain {

/// `rustflags` for one kind; the first source that has any wins: CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, target.TRIPLE ++ every
/// matching target.cfg(…) in byte order of its key, build.rustflags. Host units get none when a `--target` was requested.
/// `cfgs` null = not known yet (the first probe): cfg tables are left out.
[[nodiscard]] Result<std::vector<std::string>> rustflags_for(const manifest::Config& config,
                                                             const EnvMap& vars,
                                                             const CompileKind& kind,
                                                             std::string_view host_triple,
                                                             const std::vector<spec::Cfg>* cfgs,
                                                             std::span<const CompileKind> requested_kinds);
[[nodiscard]] Result<std::vector<std::string>> rustdocflags_for(const manifest::Config& config,
                                                                const EnvMap& vars,
                                                                const CompileKind& kind,
                                                                std::string_view host_triple,
                                                                const std::vector<spec::Cfg>* cfgs,
                                                                std::span<const CompileKind> requested_kinds);

/// `target.TRIPLE.linker`, else the one matching `target.cfg(…)`. Errors: CW0511 two cfg tables match.
[[nodiscard]] Result<std::optional<Path>>
linker_for(const manifest::Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs);
/// Same rule for `runner`. Errors: CW0511.
[[nodiscard]] Result<std::optional<manifest::PathAndArgs>>
runner_for(const manifest::Config& config, std::string_view triple, const std::vector<spec::Cfg>& cfgs);

/// `[target.TRIPLE.LINKS]`: per `links` name the lines a build script would have printed instead ("cargo:rustc-link-lib=z").
/// Errors: CW0512 a key that a fixed output cannot have.
[[nodiscard]] Result<std::map<std::string, std::vector<std::string>>> links_overrides(const manifest::Config& config,
                                                                                      std::string_view triple);

} // namespace cargo_wasm::toolchain
