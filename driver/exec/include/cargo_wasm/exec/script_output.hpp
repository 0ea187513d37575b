// What a build script printed, as values (cargo: compiler/custom_build.rs; cargo-internals §5 has the list of keys).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

struct ScriptMessage
{
  enum class Severity : std::uint8_t { warning, error } severity = Severity::warning;
  std::string text;
  bool operator==(const ScriptMessage&) const = default;
};

struct LibraryPath
{
  std::string value;       ///< as rustc takes it, "native=/dir" included
  bool in_out_dir = false; ///< searched before those of the system
  bool operator==(const LibraryPath&) const = default;
};

struct LinkArgument
{
  std::string kind; ///< "all", "cdylib", "bins", "bin=NAME", "tests", "benches", "examples"
  std::string value;
  bool operator==(const LinkArgument&) const = default;
};

struct ScriptOutput
{
  std::vector<LibraryPath> library_paths;
  std::vector<std::string> library_links;
  std::vector<LinkArgument> link_args;
  std::vector<std::string> cfgs, check_cfgs;
  std::vector<std::pair<std::string, std::string>> env, metadata;
  std::vector<std::string> rerun_if_changed, rerun_if_env_changed;
  std::vector<ScriptMessage> messages;
  bool operator==(const ScriptOutput&) const = default;

  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] bool names_inputs() const { return !rerun_if_changed.empty() || !rerun_if_env_changed.empty(); }
};

struct ScriptContext
{
  std::string package_display; ///< "foo v0.1.0 (/dir/foo)"
  plan::ScriptPackage package;
  std::optional<std::string> minimum_rust_version; ///< decides whether `cargo::` is allowed
  std::string out_dir_then, out_dir_now;           ///< differ when the target directory was moved since the run
  std::optional<std::string> rustc_bootstrap;      ///< RUSTC_BOOTSTRAP of our environment
  bool nightly = false;
};

/// Lines that are no directive, or no UTF-8, are skipped, as cargo does.
/// Errors (blame user): CW0640 no `=`, CW0641 unknown `cargo::` key, CW0642 a kind of target the package lacks,
/// CW0643 something else than -l and -L in rustc-flags, or a name without a value, CW0644 RUSTC_BOOTSTRAP,
/// CW0645 `cargo::` in a package for compilers before 1.77.
[[nodiscard]] Result<ScriptOutput> parse_script_output(std::string_view stdout_bytes, const ScriptContext& context);

/// Only the `warning=` and `error=` lines: what is still worth showing of a script that failed.
[[nodiscard]] std::vector<ScriptMessage> script_messages(std::string_view stdout_bytes);

} // namespace cargo_wasm::exec
