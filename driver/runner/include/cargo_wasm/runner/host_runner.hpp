// How a program is started on a host: one value a host, its command line in a file of its own.
//
// A host is named as profiles/host names it; what is known here is only which program runs modules for it, what that program takes, and how
// to get it. Nothing here starts anything.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>

namespace cargo_wasm::runner {

/// A directory of this machine, and what the program calls it.
struct MappedDirectory
{
  std::string host, guest;
  bool operator==(const MappedDirectory&) const = default;
};

/// What is started, the same for every host.
struct ProgramRequest
{
  base::Path module; ///< absolute
  std::vector<std::string> arguments = {};
  EnvMap env = {};                             ///< the program's variables, which the runtime gets, too
  std::vector<std::string> own_variables = {}; ///< those of them that are meant for the program, where not all can be handed over
  std::vector<MappedDirectory> directories = {};
  base::Path cwd = {};
  std::optional<std::uint64_t> memory_bytes = {}; ///< the most that linear memory may grow to
  base::Path cache_directory = {};                ///< for what a runtime compiles; empty: none
  base::Path own_program = {};                    ///< this program, for runtimes that it is itself
  base::Path driver_program = {};                 ///< this program again, where the runtime asks it to read a trap; empty: it does not
  std::vector<base::Path> siblings = {};          ///< the module before it was stripped
  std::optional<base::Path> bindings = {};        ///< of wasm-bindgen for pages: a directory
  std::optional<base::Path> chromium = {};        ///< that the configuration names
};

struct HostRunner
{
  std::string_view id;                    ///< "wasmtime": what the table of results calls it
  std::vector<std::string_view> hosts;    ///< profiles that it stands for
  std::vector<std::string_view> programs; ///< on PATH, the best first; none: this program itself runs it
  std::string_view how_to_get;            ///< a command, or where from
  std::vector<std::string_view> targets;  ///< globs over triples: what it can start
  bool limits_memory = false;             ///< has an option for it
  bool maps_directories = true;           ///< to other names than they have
  bool takes_bindings = false;            ///< starts what was built for JavaScript, by its bindings
  base::Command (*command)(const base::Path& program, const ProgramRequest& request);
};

/// All of them, in the order in which the default one is looked for.
[[nodiscard]] std::span<const HostRunner> host_runners();

/// The runner of a host called `host` ("node22", "chrome@120"); null where none can start programs for it.
[[nodiscard]] const HostRunner* runner_of_host(std::string_view host);

/// Whether it starts what is built for `triple`.
[[nodiscard]] bool takes_target(const HostRunner& runner, std::string_view triple);

/// Its program on PATH; `own` where it is this one. Errors: CW0930 it is not there, with how to get it.
[[nodiscard]] Result<base::Path> find_host_program(const Env& env, const HostRunner& runner, const base::Path& own);

/// The whole command: program, module, arguments, environment.
[[nodiscard]] base::Command host_command(const HostRunner& runner, const base::Path& program, const ProgramRequest& request);

/// `wasm.tools.chromium="PATH"`, for `--config`.
[[nodiscard]] std::string chromium_setting(const base::Path& chromium);

/// "64MiB", "64M", "67108864", as bytes; nullopt for anything else, and for 0.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// Runs a module in Node: argv = wasm file, preopened directories (guest and host paths in turn, a newline after each), the program that
/// reads traps (empty: none), the program's arguments. Its exit status becomes Node's; a trap is printed and gives 134, as an abort does.
extern const std::string_view k_node_wasi_script;

/// Runs what jco made of a component, `NAME.js` beside it: argv = the component, then as above.
extern const std::string_view k_node_component_script;

} // namespace cargo_wasm::runner
