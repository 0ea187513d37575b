#include "shared_key.hpp"

#include <algorithm>
#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/as_packed.hpp>
#include <cargo_wasm/exec/observed.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>

#include "dotenv.hpp"
#include "git_state.hpp"
#include "host_tools.hpp"
#include "private_values.hpp"
#include "result_notes.hpp"
#include "toolchain_check.hpp"
#include "tree_stamp.hpp"

namespace cargo_wasm::exec {
namespace {

using InputKind = plan::TemplateInput::Kind;

bool is_below(std::string_view name, std::string_view directory)
{
  return name.size() > directory.size() && name.starts_with(directory) && name[directory.size()] == '/';
}

/// What is built for this machine, not for a wasm target, also depends on its C library and linker.
bool is_for_host(const plan::ActionTemplate& tmpl, const ExpandedCommand& command)
{
  return tmpl.kind == plan::ActionKind::run_build_script || (tmpl.kind == plan::ActionKind::rustc && !is_for_wasm(command.arguments));
}

} // namespace

SharedKeys::SharedKeys(const Context& context, const CacheUse& use)
    : m_context(context), m_use(use), m_places(context.places), m_tools(context.env, use.memo_directory)
{
  m_places.add(use.driver_program, "program");
  // In both forms: what asks the system where it is, as `canonicalize` does, is told of no link.
  const auto add_both = [&](std::vector<std::string>& paths, const base::Path& path) {
    paths.push_back(path.native());
    if (const auto real = context.env.fs.canonicalize(path); real && *real != path) {
      paths.push_back(real->native());
    }
  };
  for (const base::Path& path : {context.graph.workspace_root, context.graph.target_directory}) {
    add_both(m_checkout, path);
  }
  add_both(m_user, context.graph.cargo_home);
  add_both(m_user, use.home);
  for (const plan::ActionTemplate& tmpl : context.graph.actions) {
    for (const plan::TemplateInput& input : tmpl.inputs) {
      if (input.kind == InputKind::toolchain && std::ranges::find(m_user, input.path.native()) == m_user.end()) {
        m_user.push_back(input.path.native());
      }
    }
  }
  const auto is_short = [](const std::string& path) { return path.size() < 2; };
  std::erase_if(m_checkout, is_short);
  std::erase_if(m_user, is_short);
}

Result<SharedKey> SharedKeys::make(plan::ActionIndex action, const Verdict& verdict)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  SharedKey key;
  key.input.with_package_variables = true;
  key.input.with_library_path = runs_code_here(tmpl, verdict.input.dependencies);
  key.input.dependencies = verdict.input.dependencies;
  key.input.platform = verdict.input.platform;
  for (const plan::TemplateInput& input : tmpl.inputs) {
    if (input.kind == InputKind::toolchain) {
      CW_TRY_ASSIGN(key.input.platform["toolchain"], toolchain(input, verdict.input.platform.at("toolchain")));
    } else if (input.kind != InputKind::file) {
      CW_TRY(add_package(tmpl, input, key));
    }
  }
  if (tmpl.out_dir && tmpl.kind != plan::ActionKind::run_build_script) {
    key.whole_places.push_back(m_context.places.name_of(tmpl.out_dir->native()));
  }
  CW_TRY(add_tools(tmpl, verdict.command, key));
  if (auto names = private_variables(tmpl, verdict.command); !names.empty()) {
    // rustc says what it looked at; scripts and macros need not.
    if (tmpl.kind == plan::ActionKind::rustc && !runs_code_here(tmpl, key.input.dependencies)) {
      key.input.left_out = std::move(names);
    } else {
      key.input.key_of_variables = secret();
      key.input.hidden = std::move(names);
      key.is_of_this_machine = true;
    }
  }
  CW_TRY(add_mentioned(tmpl, verdict.command, key));
  add_git(tmpl, key);
  return key;
}

Result<> SharedKeys::add_package(const plan::ActionTemplate& tmpl, const plan::TemplateInput& input, SharedKey& key)
{
  if (input.kind == InputKind::registry_package) {
    CW_TRY_ASSIGN(const bool untouched, is_untouched(input));
    if (untouched) {
      key.whole_places.push_back(m_context.places.name_of(input.path.native()));
      return {};
    }
    key.input.platform.erase("package"); // its checksum says nothing of what lies there now
  }
  CW_TRY(add_tree(input, key));
  key.looks_at_unlisted = input.kind == InputKind::package_tree && runs_code_here(tmpl, key.input.dependencies);
  if (key.looks_at_unlisted) {
    CW_TRY(add_unlisted(input, key));
  }
  return {};
}

/// `git describe` and its like are asked by scripts and macros that name no file for it. What is checked out counts for all scripts; git
/// knows more than that (changed files, remotes, how deep the clone is).
void SharedKeys::add_git(const plan::ActionTemplate& tmpl, SharedKey& key) const
{
  const auto package = std::ranges::find(tmpl.inputs, InputKind::package_tree, &plan::TemplateInput::kind);
  if (package == tmpl.inputs.end() || !(key.mentions_git || tmpl.kind == plan::ActionKind::run_build_script)) {
    return;
  }
  const std::string names = names_of_commits(m_context.env.fs, package->path);
  key.input.platform["commit"] = checked_out_commit(m_context.env.fs, package->path);
  key.input.platform["commit-names"] = names;
  if (key.mentions_git && !names.empty() && key.only_here.empty()) {
    key.only_here = "its build script or a macro mentions git, which may have been asked for more than the commit";
  }
}

Result<> SharedKeys::add_tree(const plan::TemplateInput& input, SharedKey& key)
{
  auto& files = m_trees[input.path.native()];
  if (files.empty()) {
    CW_TRY_ASSIGN(files, look_at_sources(m_context, {}, {{m_context.places.name_of(input.path.native()), TreeKind::package}}, {}, false));
  }
  key.package_tree = m_context.places.name_of(input.path.native());
  for (const RecordedFile& file : files) {
    key.package_files.insert(file.name);
    key.input.sources.push_back({file.name, file.known.digest, file.known.executable});
  }
  return {};
}

/// A script may read `.env`, a macro `dist/`, and neither says so. Too many of them are not hashed, and keep the result in its checkout.
Result<> SharedKeys::add_unlisted(const plan::TemplateInput& input, SharedKey& key)
{
  auto found = m_unlisted.find(input.path.native());
  if (found == m_unlisted.end()) {
    CW_TRY_ASSIGN(Unlisted unlisted, look_at_unlisted(input, key));
    found = m_unlisted.emplace(input.path.native(), std::move(unlisted)).first;
  }
  if (!found->second.digest.empty()) {
    key.input.platform["unlisted"] = found->second.digest;
    key.unlisted = found->second.files;
    const bool has_secrets = std::ranges::any_of(key.unlisted, [](const SealedFile& file) { return is_dotenv_file(file.name); });
    key.is_of_this_machine = key.is_of_this_machine || has_secrets;
  }
  if (found->second.is_too_much) {
    key.only_here = "its package has many files that are hidden or ignored, which a script or macro may read";
  }
  return {};
}

Result<Unlisted> SharedKeys::look_at_unlisted(const plan::TemplateInput& input, const SharedKey& key) const
{
  constexpr std::size_t k_most_files = 2000;
  constexpr std::uint64_t k_most_bytes = 64 << 20;
  std::map<std::string, std::string> paths; // by place name
  std::uint64_t bytes = 0;
  const auto is_too_much = [&] { return paths.size() > k_most_files || bytes > k_most_bytes; };
  const auto note = [&](const std::string& path, const base::FileStat& stat) {
    std::string name = m_context.places.name_of(path);
    if (!key.package_files.contains(name)) {
      paths.emplace(std::move(name), path);
      bytes += stat.size_bytes;
    }
    return !is_too_much();
  };
  CW_TRY(
      for_each_file(m_context.env.fs, input.path.native(), m_context.graph.target_directory.native(), LinkedDirectories::followed, note));
  if (is_too_much()) {
    return Unlisted{{}, "too many", true};
  }
  Unlisted found;
  base::StableHasher hasher;
  for (const auto& [name, path] : paths) {
    const auto looked = m_context.digests.file_now(path);
    const bool is_read = looked && *looked; // else scripts cannot read it either
    hasher.add(name).add(is_read ? base::to_hex(key_digest(name, (*looked)->digest).hash) : "");
    if (is_read) {
      found.files.push_back({name, (*looked)->digest, (*looked)->executable});
    }
  }
  found.digest = paths.empty() ? "" : hasher.finish_hex();
  return found;
}

Result<bool> SharedKeys::still_holds(plan::ActionIndex action, const SharedKey& key)
{
  for (const plan::TemplateInput& input : m_context.graph.actions[action].inputs) {
    if (input.kind != InputKind::package_tree && input.kind != InputKind::registry_package) {
      continue;
    }
    if (const auto then = input.kind == InputKind::registry_package ? stamp_of(input.path.native()) : std::nullopt) {
      CW_TRY_ASSIGN(const std::string now, stamp_of_unpacked(m_context.env.fs, input.path));
      if (now != *then) {
        return false; // edited meanwhile: its checksum says nothing of what was compiled
      }
      continue;
    }
    CW_TRY_ASSIGN(const auto files,
                  look_at_sources(m_context, {}, {{m_context.places.name_of(input.path.native()), TreeKind::package}}, {}, true));
    const bool is_equal = std::ranges::equal(files, key.input.sources, [](const RecordedFile& now, const SealedFile& then) {
      return now.name == then.name && now.known.digest == then.digest && now.known.executable == then.executable;
    });
    CW_TRY_ASSIGN(const bool holds_beside, still_holds_beside(input, key));
    if (!is_equal || !holds_beside) {
      return false;
    }
  }
  return true;
}

/// What counts of a package besides the files that it lists: between the making of the key and the start of its run, a job may have waited.
Result<bool> SharedKeys::still_holds_beside(const plan::TemplateInput& input, const SharedKey& key) const
{
  const auto is_as_then = [&](const char* name, const std::string& now) {
    const auto then = key.input.platform.find(name);
    return then == key.input.platform.end() || then->second == now;
  };
  if (!is_as_then("commit", checked_out_commit(m_context.env.fs, input.path)) ||
      !is_as_then("commit-names", names_of_commits(m_context.env.fs, input.path))) {
    return false;
  }
  if (!key.looks_at_unlisted) {
    return true;
  }
  CW_TRY_ASSIGN(const Unlisted now, look_at_unlisted(input, key));
  const auto then = key.input.platform.find("unlisted");
  return now.digest == (then == key.input.platform.end() ? std::string() : then->second);
}

std::optional<std::string> SharedKeys::stamp_of(const std::string& package_root) const
{
  const std::lock_guard lock(m_mutex);
  const auto found = m_stamps.find(package_root);
  return found == m_stamps.end() ? std::nullopt : found->second;
}

void SharedKeys::forget_packages()
{
  m_trees.clear();
  m_unlisted.clear();
}

Result<> SharedKeys::add_tools(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, SharedKey& key)
{
  auto& platform = key.input.platform;
  if (is_for_host(tmpl, command)) {
    CW_TRY_ASSIGN(platform["host"], host_tools(tmpl, command));
  }
  if (is_for_this_processor(command.arguments)) {
    platform["processor"] = this_processor(m_context.env.fs);
    key.only_here = platform["processor"].empty() ? "it is made for this processor, which nobody tells from others" : key.only_here;
  }
  if (tmpl.link_report || tmpl.kind == plan::ActionKind::tool) {
    CW_TRY_ASSIGN(platform["cargo-wasm"], m_tools.program(m_use.driver_program));
  }
  if (tmpl.kind == plan::ActionKind::rustc) {
    CW_TRY(add_wrappers(tmpl, command, platform));
    CW_TRY(add_linker(tmpl, command, platform));
    const base::ReadOnlyFilesystem& fs = m_context.env.fs;
    if (std::string names = digest_of_libraries(fs, tmpl.cwd, command.arguments, m_context.graph.target_directory); !names.empty()) {
      platform["libraries"] = std::move(names);
    }
  }
  if (const std::string* bootstrap = m_context.env.var("RUSTC_BOOTSTRAP")) {
    platform["RUSTC_BOOTSTRAP"] = *bootstrap;
  }
  if (tmpl.kind == plan::ActionKind::run_build_script) {
    for (const auto& [name, value] : m_context.env.vars) {
      if (is_read_by_build_scripts(name) && !command.environment.contains(name)) {
        platform["variable:" + name] = value;
      }
    }
    std::map<std::string, std::string> variables = command.environment;
    variables.insert(m_context.env.vars.begin(), m_context.env.vars.end());
    CW_TRY_ASSIGN(const auto tools, m_tools.of_build_scripts(variables, tmpl.cwd));
    for (const auto& [name, digest] : tools) {
      platform["tool:" + name] = digest;
    }
  }
  return {};
}

/// Wrappers and clippy, which the toolchain's digest does not cover: the program, and those that it is to call, which are its first
/// arguments.
Result<>
SharedKeys::add_wrappers(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, std::map<std::string, std::string>& platform)
{
  std::vector<std::string> called{tmpl.program.native()};
  for (const std::string& argument : command.arguments) {
    if (argument.starts_with('-') || called.size() == 3) { // a wrapper, a workspace's wrapper, the compiler
      break;
    }
    called.push_back(argument);
  }
  std::string digests;
  for (const base::Path name : called) {
    const bool is_of_toolchain = std::ranges::any_of(tmpl.inputs, [&](const plan::TemplateInput& input) {
      return input.kind == InputKind::toolchain && name == input.path / "bin/rustc";
    });
    const auto path = is_of_toolchain ? std::nullopt : called_program(m_context.env, tmpl.cwd, name.native());
    if (!path) {
      continue;
    }
    CW_TRY_ASSIGN(const std::string digest, m_tools.program(*path));
    digests += (digests.empty() ? "" : " ") + digest;
  }
  if (!digests.empty()) {
    platform["program"] = digests;
    platform["primary"] = command.environment.contains("CARGO_PRIMARY_PACKAGE") ? "1" : ""; // by which clippy knows where to look
  }
  return {};
}

/// The linkers of a module that neither the toolchain has nor this program is: one that the configuration names, and the one behind the
/// shim.
Result<>
SharedKeys::add_linker(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, std::map<std::string, std::string>& platform)
{
  if (!tmpl.link_report) {
    return {};
  }
  std::vector<base::Path> linkers = named_linkers(m_context.env, tmpl.cwd, command.arguments);
  if (const auto behind = command.environment.find("CARGO_WASM_LINKER"); behind != command.environment.end()) {
    if (auto path = called_program(m_context.env, tmpl.cwd, behind->second)) {
      linkers.push_back(std::move(*path));
    }
  }
  std::string digests;
  for (const base::Path& path : linkers) {
    const bool is_known =
        path == m_context.graph.linker_shim.lexically_normal() || std::ranges::any_of(tmpl.inputs, [&](const plan::TemplateInput& input) {
          return input.kind == InputKind::toolchain && is_below(path.native(), input.path.native());
        });
    if (!is_known) {
      CW_TRY_ASSIGN(const std::string digest, m_tools.tool(path));
      digests += (digests.empty() ? "" : " ") + digest;
    }
  }
  if (!digests.empty()) {
    platform["linker"] = digests;
  }
  return {};
}

/// The store's; where this user may not read it, that of the target directory, so that only this checkout finds the result.
std::string SharedKeys::secret() const
{
  const auto known = m_use.store->secret();
  return known ? *known : m_context.key_of_variables;
}

SealedAction SharedKeys::first(plan::ActionIndex action, const ExpandedCommand& command, const SharedKey& key, Scope scope) const
{
  SealInput input = key.input;
  if (scope != Scope::anywhere) {
    std::string places;
    for (const Scope each : {Scope::user, Scope::checkout}) {
      if (each <= scope) {
        places += base::join(paths_of(each), "\n") + "\n";
      }
    }
    input.platform["private-to"] = base::to_hex(base::sha256(places));
  }
  return seal(m_context.graph.actions[action], command, input, m_places);
}

base::Digest SharedKeys::key_digest(const std::string& name, const base::Digest& digest) const
{
  const bool is_hidden = is_dotenv_file(name) && digest != absent_file().digest;
  return is_hidden ? base::digest_of(hashed_value(secret(), base::to_hex(digest.hash))) : digest;
}

Result<std::optional<std::string>>
SharedKeys::key_value(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name) const
{
  auto value = variable_of_child(m_context.env, tmpl, command, name);
  if (!value || (command.environment.contains(name) && !is_private_variable(tmpl, command, name)) || is_shareable_variable(name)) {
    return value;
  }
  CW_TRY_ASSIGN(const std::string secret, m_use.store->secret());
  return hashed_value(secret, *value);
}

Result<SealedAction> SharedKeys::second(
    plan::ActionIndex action, const ExpandedCommand& command, const SharedKey& key, Scope scope, const Observations& observed) const
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  SharedKey whole;
  whole.input = key.input;
  for (const std::string& name : observed.variables) {
    CW_TRY_ASSIGN(auto value, key_value(tmpl, command, name));
    whole.input.observed.emplace_back(name, std::move(value));
  }
  CW_TRY_ASSIGN(const auto files, look_at_sources(m_context, observed.files, observed.trees, {}, false));
  for (const RecordedFile& file : files) {
    if (!key.package_files.contains(file.name)) {
      whole.input.sources.push_back({file.name, key_digest(file.name, file.known.digest), file.known.executable});
    }
  }
  if (tmpl.kind == plan::ActionKind::rustc && loads_macros(key.input.dependencies)) {
    std::vector<base::Path> apart = library_directories(tmpl.cwd, command.arguments);
    apart.push_back(m_context.graph.target_directory);
    whole.input.platform["beside"] = digest_of_names_beside(m_context.env.fs, m_context.places, observed.files, apart);
  }
  whole.input.platform["step"] = "second";
  // Also what was looked at and is not there: a result that asked for one variable more is another, though that is not set.
  whole.input.platform["looked-at"] = base::to_hex(base::sha256(encode(std::vector<Observations>{observed})));
  return first(action, command, whole, scope);
}

Observations SharedKeys::observations_of(const SharedKey& key, const Record& record) const
{
  Observations observed;
  for (const auto& [name, value] : record.observed) {
    if (name != "OUT_DIR") {
      observed.variables.push_back(name);
    }
  }
  std::ranges::sort(observed.variables);
  observed.variables.erase(std::unique(observed.variables.begin(), observed.variables.end()), observed.variables.end());
  const auto is_covered = [&](const std::string& name) {
    return key.package_files.contains(name) ||
           std::ranges::any_of(key.whole_places, [&](const std::string& place) { return name == place || is_below(name, place); }) ||
           std::ranges::binary_search(
               key.input.dependencies, name, {}, [](const auto& dependency) -> const std::string& { return dependency.first; });
  };
  for (const RecordedTree& tree : record.source_trees) {
    if (tree.name != key.package_tree && !is_covered(tree.name)) {
      observed.trees.push_back(tree);
    }
  }
  for (const RecordedFile& file : record.sources) {
    const bool lies_in_tree = std::ranges::any_of(observed.trees, [&](const RecordedTree& tree) { return is_below(file.name, tree.name); });
    if (!is_covered(file.name) && !lies_in_tree) {
      observed.files.push_back(file.name);
    }
  }
  return observed;
}

/// @param identity  of the compiler that the build began with; it may be replaced while it is hashed
Result<std::string> SharedKeys::toolchain(const plan::TemplateInput& input, const std::string& identity)
{
  std::string& known = m_toolchains[input.path.native() + "\n" + input.text];
  if (known.empty()) {
    CW_TRY_ASSIGN(const base::Digest digest,
                  toolchain_contents(m_context.env.fs, input.path, triples_of(input.text), m_use.memo_directory));
    CW_TRY_ASSIGN(const std::string now, toolchain_identity(m_context.env.fs, input.path, triples_of(input.text)));
    if (now != identity) {
      return fail(toolchain_changed(input.path)); // what was hashed may be of both; no later look has that stamp
    }
    known = base::to_hex(digest.hash);
  }
  return known;
}

Result<std::string> SharedKeys::host_tools(const plan::ActionTemplate& tmpl, const ExpandedCommand& command)
{
  utsname machine{};
  (void)::uname(&machine);
  std::string text = fmt::format("{} glibc {}", machine.machine, ::gnu_get_libc_version());
  std::vector<base::Path> programs;
  for (const char* const name : {"cc", "ld"}) {
    if (const auto path = m_context.env.program_on_path(name)) {
      programs.push_back(*path);
    }
  }
  const std::vector<base::Path> named = named_linkers(m_context.env, tmpl.cwd, command.arguments);
  programs.insert(programs.end(), named.begin(), named.end());
  for (const base::Path& path : programs) {
    CW_TRY_ASSIGN(const std::string digest, m_tools.tool(path));
    text += fmt::format(" {} {}", path.filename().native(), digest);
  }
  return text;
}

/// A crate is compared with its archive. A checkout of git has none: cargo writes `.cargo-ok` last, and what was changed later has a later
/// ctime, which nobody can set. Of the mark the earlier time counts, since making a hard link moves its ctime.
Result<bool> SharedKeys::is_untouched(const plan::TemplateInput& package)
{
  const base::Path& package_root = package.path;
  const auto found = m_stamps.find(package_root.native());
  if (found != m_stamps.end()) {
    return found->second.has_value();
  }
  const base::ReadOnlyFilesystem& fs = m_context.env.fs;
  CW_TRY_ASSIGN(auto stamp, stamp_if_as_packed(m_context.env.fs, m_context.env.clock, package_root, package.text, m_use.memo_directory));
  CW_TRY_ASSIGN(const auto mark, fs.lstat(package_root / ".cargo-ok"));
  if (mark && !base::parse_sha256(package.text)) {
    CW_TRY_ASSIGN(stamp, stamp_of_unpacked(fs, package_root));
    CW_TRY_ASSIGN(const TreeListing tree, list_tree(fs, package_root.native(), TreeKind::everything, {}));
    for (const std::vector<std::string>& paths : {tree.files, tree.directories}) {
      for (const std::string& path : paths) {
        CW_TRY_ASSIGN(const auto stat, fs.lstat(path));
        if (!stat || stat->ctime_ns > std::min(mark->mtime_ns, mark->ctime_ns)) {
          stamp.reset();
        }
      }
    }
  }
  const std::lock_guard lock(m_mutex);
  return m_stamps.emplace(package_root.native(), std::move(stamp)).first->second.has_value();
}

bool SharedKeys::is_as_unpacked(const std::string& place_name) const
{
  std::string above = m_context.places.path_of(place_name);
  const std::lock_guard lock(m_mutex);
  while (true) {
    const std::size_t slash = above.rfind('/');
    if (slash == std::string::npos || slash == 0) {
      return false;
    }
    above.resize(slash);
    if (const auto package = m_stamps.find(above); package != m_stamps.end()) {
      return package->second.has_value();
    }
  }
}

} // namespace cargo_wasm::exec
