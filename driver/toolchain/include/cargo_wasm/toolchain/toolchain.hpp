// Which compiler: rustup's rules without rustup's proxy (starting it costs more than a no-op build), and the
// wrappers and the `rustc` override as cargo has them. The reason for the choice is kept, because "why this one?" is what
// people ask when it is the wrong one.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/wasm_settings.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {

struct ToolchainChoice
{
  Path rustc;                  ///< what to start; absolute unless it is on nobody's PATH
  std::optional<Path> rustdoc; ///< beside rustc, `build.rustdoc` or RUSTDOC
  std::optional<Path> wrapper, workspace_wrapper;
  std::optional<std::string> name;     ///< rustup's full name ("1.99.1-x86_64-unknown-linux-gnu"); nullopt outside rustup
  std::string reason;                  ///< "because of `rust-toolchain.toml`": completes "using 1.99.1 …"
  std::optional<base::TextSpan> where; ///< the line that names it, where a file does
  std::optional<Path> rustup;          ///< the rustup program, for the install functions
  std::vector<std::string> wanted_components, wanted_targets; ///< from rust-toolchain.toml
  EnvMap child_env; ///< for every child: RUSTUP_TOOLCHAIN, so that a script that starts `rustc` gets this one
};

/// What was asked for beside environment and files of rustup.
struct ToolchainWish
{
  std::optional<std::string> plus;                   ///< "1.96.0" of `+1.96.0`
  std::optional<manifest::WantedToolchain> manifest; ///< `[package.metadata.wasm] toolchain`
  Path project_root;                                 ///< of `manifest`: rustup's overrides of directories in here win over it
};

/// Order (docs/guide/toolchains.md): `+NAME`, RUSTUP_TOOLCHAIN, rustup's override of a directory of the project, the manifest's key, then
/// walking up from the working directory rustup's directory overrides and rust-toolchain(.toml), then rustup's default. A `rustc` on PATH
/// that is no proxy comes before rustup, unless `+NAME` or the manifest asks for it. RUSTC and `build.rustc` win over everything, as in
/// cargo. Errors: CW0500 not installed (one line, with the command that installs it), CW0501 no rustc at all, CW0502 a bad rust-toolchain
/// file (with its place), CW0503 `+NAME` or the manifest's key without rustup, CW0507 rustup's settings are damaged.
[[nodiscard]] Result<ToolchainChoice> select_toolchain(const Env& env, const manifest::Config& config, const ToolchainWish& wish);

/// What `select_toolchain` would use, installed or not: for `--install-missing`. nullopt when rustup has no say.
struct MissingToolchain
{
  std::string name; ///< as rustup takes it
  std::vector<std::string> components, targets;
  std::optional<Path> rustup; ///< the program
};
[[nodiscard]] Result<std::optional<MissingToolchain>>
find_missing_toolchain(const Env& env, const manifest::Config& config, const ToolchainWish& wish);

/// `rustup toolchain install NAME --profile minimal …`; its output goes to the user. Errors: CW0508 rustup failed, CW0503 no rustup.
Result<> install_toolchain(const Env& env, const MissingToolchain& missing);
/// The same for a name that somebody typed. Errors: CW0673 rustup knows no such toolchain; CW0508, CW0503.
Result<> install_named_toolchain(const Env& env, const MissingToolchain& named);
/// `rustup component add NAME --toolchain …`. Errors: CW0508, CW0503.
Result<> install_component(const Env& env, const ToolchainChoice& choice, std::string_view component);
/// `rustup target add TRIPLE --toolchain NAME`. Errors: CW0508, CW0503.
Result<> install_target(const Env& env, const ToolchainChoice& choice, std::string_view triple);

/// Fails with CW0510 when the standard library of a triple is not installed; says the command that mends it (rustup's, or
/// "install the package that holds it" outside rustup); with CW0985 where the toolchain's list of components says that there is none.
[[nodiscard]] Result<>
verify_target_installed(const base::ReadOnlyFilesystem& fs, const ToolchainChoice& choice, const RustcInfo& rustc, std::string_view triple);
/// The triples whose standard library lies in the sysroot, sorted.
[[nodiscard]] std::vector<std::string> installed_targets(const base::ReadOnlyFilesystem& fs, const RustcInfo& rustc);

/// Triple of the machine this program was built for; used before any rustc was asked.
[[nodiscard]] std::string_view build_machine_triple();

} // namespace cargo_wasm::toolchain
