// Action templates: what `plan` hands to `exec`. Arguments may be symbolic, because build-script output decides
// later arguments and digests of dependencies exist only after they ran. `exec` fills the holes (sealing) and otherwise
// knows nothing of Rust.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::plan {

using ActionIndex = std::uint32_t;

/// What stands in results for the places of this machine (`--remap-path-prefix`).
constexpr std::string_view k_remapped_workspace = "/workspace";
constexpr std::string_view k_remapped_target = "/workspace/target";
constexpr std::string_view k_remapped_cargo_home = "/cargo";

/// The path of output `output` of action `action`.
struct OutputRef
{
  ActionIndex action = 0;
  std::uint32_t output = 0;
  auto operator<=>(const OutputRef&) const = default;
};

/// Arguments that a build script's run decides for this action. The ScriptArgs of one action stand together at the end of `args`, in
/// link order, and expand as a group, as cargo does it: every script's `-L` (those inside an OUT_DIR first, else in order), then per
/// script its `-l` and `-C link-arg=`, then per own script `--cfg` and `--check-cfg`. `rustc-env` of own scripts goes to the environment.
struct ScriptArgs
{
  ActionIndex script = 0;                  ///< a run_build_script action
  bool own_package = false;                ///< --cfg, --check-cfg and rustc-env apply
  bool pass_l = false;                     ///< `-l`
  bool search_paths = true;                ///< `-L`
  std::vector<std::string> link_arg_kinds; ///< "all", "bins", "bin=NAME", "cdylib", "tests", "examples", "benches"
  auto operator<=>(const ScriptArgs&) const = default;
};

/// One argument: text with output paths in it, or a script's.
struct ArgPiece
{
  std::variant<std::string, OutputRef, ScriptArgs> value;
};
using TemplateArg =
    std::vector<ArgPiece>; ///< pieces are joined without a separator; a ScriptArgs piece stands alone and may expand to many

enum class ActionKind : std::uint8_t {
  rustc,            ///< one rustc call
  run_build_script, ///< its stdout is directives
  tool,             ///< a step behind the linker: reads files, writes files; what it says on stderr is for people
};

struct TemplateOutput
{
  base::Path path;
  bool early = false;        ///< usable as soon as rustc announces it (`.rmeta`): pipelining, local scheduling only
  bool optional = false;     ///< may be absent (.d files, .rmeta of a failed check)
  bool is_directory = false; ///< OUT_DIR, incremental
  bool user_visible = false; ///< a final artifact: never a hard link to a read-only blob
};

/// What an action reads, besides other actions' outputs.
struct TemplateInput
{
  enum class Kind : std::uint8_t {
    file,             ///< one file
    package_tree,     ///< the files of a path package that dep-info will narrow locally
    registry_package, ///< an immutable unpacked crate: its checksum stands for the tree
    toolchain,        ///< the memoised digest of the compiler and std for `text` = triples
  } kind = Kind::file;
  base::Path path;
  std::string text; ///< checksum hex of a registry package, or commit of a git one; triples of the toolchain, with commas
};

struct TemplateDependency
{
  ActionIndex action = 0;
  bool early_is_enough = false;       ///< may start when the early outputs are there
  std::vector<std::uint32_t> outputs; ///< those that are inputs; empty: order only
};

/// What the JSON messages, status lines and `--timings` need; opaque to scheduling.
struct ActionLabel
{
  std::string package_display; ///< "serde v1.0.0"
  std::string package_id;      ///< the spec string of JSON messages
  std::string crate_name;
  std::string target_kind; ///< "lib", "bin", "custom-build" …
  std::string verb;        ///< "Compiling", "Checking", ""
  std::string package_name, package_version;
  std::string description;   ///< "`serde` (lib)", "`app` (bin \"app\" test)": in "could not compile …", "… generated 2 warnings"
  std::string progress_name; ///< in the bar: "serde", "serde(build)", "app(bin)"
  std::string fix_arguments; ///< "--lib -p app" of cargo's fix hint; empty: no hint
  bool is_local = false;     ///< warnings are shown
  bool is_root = false;
  std::uint32_t unit = 0;
};

/// What a build script's directives are checked against.
struct ScriptPackage
{
  std::string library_crate_name; ///< empty: no library
  std::vector<std::string> bins;  ///< names of the package's programs
  bool has_cdylib = false, has_tests = false, has_benches = false, has_examples = false;
  bool operator==(const ScriptPackage&) const = default;
};

struct ActionTemplate
{
  ActionKind kind = ActionKind::rustc;
  ActionLabel label;
  base::Path program;                   ///< rustc; for scripts filled from `program_ref`
  std::optional<OutputRef> program_ref; ///< run_build_script: the compiled script
  std::vector<TemplateArg> args;
  std::map<std::string, std::string> env; ///< added to the inherited environment and part of the key
  std::vector<std::string> env_removed;
  base::Path cwd;
  std::vector<TemplateInput> inputs;
  std::vector<TemplateOutput> outputs;
  std::vector<TemplateDependency> dependencies;
  std::optional<base::Path> dep_info; ///< rustc's `.d` file: the local key's input set after the run
  /// The program writes here why its result is good for this build only; when it does not, the result can be kept.
  std::optional<base::Path> once_file;
  std::uint64_t priority = 0; ///< transitively dependent work; larger first
  bool cacheable = true;
  std::string not_cacheable_because; ///< "incremental", "a time-out" …
  std::string identity;              ///< stable across edits: names the record of the last success
  /// Given to the program after `args`, but no part of the key: what only changes how diagnostics look (--diagnostic-width).
  std::vector<std::string> unkeyed_args;
  /// Runs whose `-L` directories inside the target directory are added to LD_LIBRARY_PATH: native libraries of proc macros.
  std::vector<ActionIndex> library_path_scripts;
  // run_build_script; NUM_JOBS and CARGO_MAKEFLAGS are added by exec and are no part of the key
  std::string links;                                            ///< the package's `links`, for DEP_ variables of dependents
  std::vector<std::pair<std::string, ActionIndex>> dep_scripts; ///< `links` name → run action whose metadata becomes DEP_<NAME>_<KEY>
  base::Path package_root;
  ScriptPackage script_package;                    ///< which directives make sense
  std::optional<std::string> minimum_rust_version; ///< decides whether `cargo::` directives are allowed (1.77)
  std::optional<base::Path> out_dir;               ///< $OUT_DIR of a run, and of what is compiled with its outputs
  /// `[target.TRIPLE.LINKS]` of the configuration: these directives stand for the script's output, nothing runs.
  std::optional<std::vector<std::string>> replaced_script_output;
  // JSON messages: prepared by plan, completed by exec with filenames and `fresh`
  std::shared_ptr<const nlohmann::json> artifact_message; ///< "compiler-artifact" without filenames/executable/fresh
  std::shared_ptr<const nlohmann::json> message_target;   ///< "target" object of compiler-message
  std::string manifest_path;
  std::vector<std::uint32_t> artifact_outputs; ///< outputs listed as filenames (after uplift paths where uplifted)
  std::optional<std::uint32_t> executable_output;
  std::optional<std::uint32_t> link_report; ///< the output that tells how a wasm module was linked (docs/formats/link-report.md)
  std::vector<std::pair<std::uint32_t, base::Path>> uplifted; ///< output → where users find it
  /// Of an action with steps behind it: the last of them, whose first output stands for this action's output `finished_output`.
  std::optional<ActionIndex> finished_by;
  std::uint32_t finished_output = 0;
  std::optional<ActionIndex> finishes; ///< of that last step: whose artifact it has
};

/// Two artifacts for one place: cargo warns and lets the later one win; here the winner does not depend on timing.
struct OutputCollision
{
  base::Path path;
  ActionIndex winner = 0, loser = 0;
};

struct ActionGraph;
/// Where users find an output: uplifted by the action itself or by the last step behind it, else where it was made.
[[nodiscard]] const base::Path& shown_path(const ActionGraph& graph, ActionIndex action, std::uint32_t output);

struct ActionGraph
{
  std::vector<ActionTemplate> actions; ///< dependencies come before dependents
  std::vector<ActionIndex> roots;      ///< what was asked for
  base::Path target_directory;         ///< …/target
  base::Path state_directory;          ///< …/target/.cargo-wasm
  std::string profile_directory;       ///< "debug": builds of different ones need not wait for one another
  base::Path workspace_root;           ///< these three stand in keys by name, so that a moved checkout stays fresh
  base::Path cargo_home;
  std::vector<OutputCollision> collisions;
  base::Path driver_program; ///< this program: what the shim is a link to
  base::Path linker_shim;    ///< where rustc expects the linker that is this program; empty: nothing links wasm
  std::string finished;      ///< "`dev` profile [unoptimized + debuginfo]"
};

} // namespace cargo_wasm::plan
