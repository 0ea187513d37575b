// The linker that rustc starts: this program under the name `wasm-ld`. It reads what rustc asks for, takes back only what rustc asks for
// on its own account and old versions should not have (`--allow-undefined`), runs the real linker, and writes down what happened.
//
// The driver tells it what to do through variables of rustc's environment, which are part of the link action's key:
//   CARGO_WASM_LINKER            the linker to run, absolute
//   CARGO_WASM_LINK_REPORT       the file to write the report to, absolute
//   CARGO_WASM_LINK_POLICY       `enforce` or `report` (--strict-cargo: the command line stays as it is)
//   CARGO_WASM_LINK_OWN_FLAGS    the flags that this rustc passes by itself and the policy takes back, separated by blanks
//   CARGO_WASM_LINK_ALLOW        functions of `env` that the project lists, separated by blanks
//   CARGO_WASM_LINK_SETTINGS     the link settings in force and where each comes from, for the report; absent when there are none
//   CARGO_WASM_LINK_EXPANDED     the expanded sources of all crates, separated by colons, where this compiler may confuse imports
//   CARGO_WASM_LINKED_MODULE     nothing is linked: this module is what the linker wrote already (a component is wrapped around it)
//   CARGO_WASM_LINK_CRATES       under LTO the libraries of all crates, relative to the report's directory, separated by colons
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/shim/link_report.hpp>

namespace cargo_wasm::shim {

constexpr const char* k_settings_variable = "CARGO_WASM_LINK_SETTINGS";
constexpr const char* k_expanded_variable = "CARGO_WASM_LINK_EXPANDED";

constexpr const char* k_linked_module_variable = "CARGO_WASM_LINKED_MODULE";

struct ShimRequest
{
  base::Path linker;
  base::Path report;
  bool enforce = true;
  std::vector<std::string> own_flags;
  std::vector<std::string> allowed;
  std::vector<std::string> settings; ///< "max-memory=1048576 (package)"
  std::vector<std::string> expanded; ///< absolute paths; empty: imports are not compared
  std::vector<std::string> crates;   ///< libraries that LTO merges before the linker sees them, relative to the report's directory
  bool operator==(const ShimRequest&) const = default;
};

/// The variables that carry a request: what the driver puts into the link action's environment.
[[nodiscard]] base::EnvMap to_variables(const ShimRequest& request);
/// Errors: CW0801 a variable is missing or says nothing known: the shim was started by somebody else than cargo-wasm's rustc.
[[nodiscard]] Result<ShimRequest> read_request(const base::EnvMap& variables);

/// What CARGO_WASM_LINK_SETTINGS says: settings with "; " between them.
[[nodiscard]] std::vector<std::string> split_settings(std::string_view text);

/// The command line as the policy wants it.
struct AdjustedArguments
{
  std::vector<std::string> arguments;
  std::vector<std::string> removed;
  std::vector<std::string> added;
  bool user_allows_undefined = false;
};

/// Under `enforce`: takes back each of rustc's own flags once, where rustc puts it: before the first input. What the user passes stands
/// behind the inputs and stays. Asks for every message, not the first twenty. `allow_file` lists the allowed symbols; empty: none.
[[nodiscard]] AdjustedArguments
adjust_arguments(const std::vector<std::string>& arguments, const ShimRequest& request, const base::Path& allow_file);

/// The linker's stderr as rustc shall show it: its first twenty messages and how many there are more; all of it when there are fewer.
[[nodiscard]] std::string shorten_messages(std::string_view text);

/// Links. Returns the exit code for rustc to see: the linker's own, 128 + n after a signal; 1 when the linker was content with a call that
/// cannot work and the program can come there, and when imports could be confused, which nothing is linked for.
/// Errors: CW0010 the linker cannot be started; CW0003 the report cannot be written; CW0800, CW0801.
[[nodiscard]] Result<int> run_shim(const base::Env& env, const std::vector<std::string>& arguments);

} // namespace cargo_wasm::shim
