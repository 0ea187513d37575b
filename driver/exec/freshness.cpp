#include "freshness.hpp"

#include <algorithm>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/observed.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>

#include "private_values.hpp"
#include "shared_key.hpp"
#include "toolchain_check.hpp"

namespace cargo_wasm::exec {
namespace {

std::vector<SealedFile> sealed_files(const std::vector<RecordedFile>& files)
{
  std::vector<SealedFile> sealed;
  sealed.reserve(files.size());
  for (const RecordedFile& file : files) {
    sealed.push_back({file.name, file.known.digest, file.known.executable});
  }
  return sealed;
}

/// A directory where a file was named: `rerun-if-changed=generated`, which was not there when the script ran.
KnownFile directory_in_place()
{
  KnownFile file;
  file.digest.size_bytes = ~std::uint64_t{1};
  return file;
}

bool lies_in(const std::string& name, const RecordedTree& tree)
{
  return name.size() > tree.name.size() && name.starts_with(tree.name) && name[tree.name.size()] == '/';
}

} // namespace

void take_seal(Record& record, const plan::ActionTemplate& tmpl, SealedAction sealed, SealInput input)
{
  record.identity = tmpl.identity;
  record.digest = sealed.digest;
  record.arguments = std::move(sealed.command.arguments);
  record.environment = std::move(sealed.command.environment);
  record.working_directory = std::move(sealed.command.working_directory);
  record.platform = std::move(input.platform);
  record.dependencies = std::move(input.dependencies);
}

KnownFile absent_file()
{
  KnownFile file;
  file.digest.size_bytes = ~std::uint64_t{0};
  return file;
}

Result<std::vector<RecordedFile>> look_at_sources(const Context& context,
                                                  const std::vector<std::string>& file_names,
                                                  const std::vector<RecordedTree>& trees,
                                                  const std::vector<RecordedFile>& earlier,
                                                  bool look_again)
{
  std::vector<std::string> names;
  for (const std::string& name : file_names) {
    if (std::none_of(trees.begin(), trees.end(), [&](const RecordedTree& tree) { return lies_in(name, tree); })) {
      names.push_back(name);
    }
  }
  for (const RecordedTree& tree : trees) {
    CW_TRY_ASSIGN(const TreeListing listing,
                  list_tree(context.env.fs, context.places.path_of(tree.name), tree.kind, context.graph.target_directory.string()));
    for (const auto& paths : {listing.files, listing.empty_directories}) { // a script may list the names of directories
      for (const std::string& path : paths) {
        names.push_back(context.places.name_of(path));
      }
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());

  std::vector<RecordedFile> files;
  files.reserve(names.size());
  for (std::string& name : names) {
    const auto found = std::lower_bound(
        earlier.begin(), earlier.end(), name, [](const RecordedFile& file, const std::string& n) { return file.name < n; });
    const KnownFile* hint = found != earlier.end() && found->name == name ? &found->known : nullptr;
    const std::string path = context.places.path_of(name);
    CW_TRY_ASSIGN(std::optional<KnownFile> known, look_again ? context.digests.file_now(path, hint) : context.digests.file(path, hint));
    if (!known) {
      known = context.env.fs.is_directory(path) ? directory_in_place() : absent_file();
    }
    files.push_back({std::move(name), *known});
  }
  return files;
}

std::optional<std::string>
variable_of_child(const Env& env, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name)
{
  if (const auto set = command.environment.find(name); set != command.environment.end()) {
    return set->second;
  }
  if (std::find(tmpl.env_removed.begin(), tmpl.env_removed.end(), name) != tmpl.env_removed.end()) {
    return std::nullopt;
  }
  const std::string* inherited = base::is_secret_variable(name) ? nullptr : env.var(name);
  return inherited != nullptr ? std::optional(*inherited) : std::nullopt;
}

std::optional<std::string>
recorded_variable(const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name)
{
  auto value = variable_of_child(context.env, tmpl, command, name);
  const bool is_set_by_us = command.environment.contains(name) && !is_configured_secret(tmpl, name);
  const bool is_plain = !value || is_set_by_us || is_shareable_variable(name);
  return is_plain ? value : std::optional(hashed_value(context.key_of_variables, *value));
}

base::Digest digest_of_tree(const std::string& directory_name, const std::vector<RecordedFile>& files)
{
  action::InputTree tree;
  for (const RecordedFile& file : files) {
    tree.add_file(std::string_view(file.name).substr(directory_name.size() + 1), file.known.digest, file.known.executable);
  }
  return tree.root_digest();
}

Result<ScriptOutput>
parse_for(const Env& env, const plan::ActionTemplate& tmpl, std::string_view stdout_text, const std::string& out_dir_then)
{
  ScriptContext context;
  context.package_display = tmpl.label.package_display;
  context.package = tmpl.script_package;
  context.minimum_rust_version = tmpl.minimum_rust_version;
  context.out_dir_then = out_dir_then;
  context.out_dir_now = tmpl.out_dir ? tmpl.out_dir->string() : std::string();
  if (const std::string* bootstrap = env.var("RUSTC_BOOTSTRAP")) {
    context.rustc_bootstrap = *bootstrap;
  }
  return parse_script_output(stdout_text, context);
}

std::string path_to_show(const Context& context, const std::string& path)
{
  const std::string root = context.graph.workspace_root.string() + "/";
  return path.starts_with(root) ? path.substr(root.size()) : path;
}

std::optional<std::string> absent_input(const Context& context, const plan::ActionTemplate& tmpl, const ScriptOutput& script)
{
  for (const std::string& path : tmpl.replaced_script_output ? std::vector<std::string>{} : script.rerun_if_changed) {
    const base::Path named = (tmpl.package_root / path).lexically_normal();
    if (!context.env.fs.exists(named)) {
      return path_to_show(context, named.native());
    }
  }
  return std::nullopt;
}

Result<> FreshnessChecker::add_platform(const plan::ActionTemplate& tmpl, SealInput& input)
{
  if (tmpl.replaced_script_output) {
    input.platform["replaced-output"] = base::to_hex(base::sha256(base::join(*tmpl.replaced_script_output, "\n")));
  }
  for (const plan::TemplateInput& item : tmpl.inputs) {
    if (item.kind == plan::TemplateInput::Kind::file) {
      CW_TRY_ASSIGN(const auto known, m_context.digests.file(item.path.string()));
      input.platform["file:" + m_context.places.name_of(item.path.native())] =
          base::to_hex((known ? known->digest : absent_file().digest).hash);
    } else if (item.kind == plan::TemplateInput::Kind::registry_package) {
      input.platform["package"] = item.text;
    } else if (item.kind == plan::TemplateInput::Kind::toolchain) {
      auto& known = m_toolchains[{item.path.string(), item.text}];
      if (known.empty()) {
        CW_TRY_ASSIGN(known, toolchain_identity(m_context.env.fs, item.path, triples_of(item.text)));
      }
      input.platform["toolchain"] = known;
    }
  }
  return {};
}

Result<Verdict> FreshnessChecker::check(plan::ActionIndex index, std::span<const KnownResult> results)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[index];
  Verdict verdict;
  verdict.command = expand(m_context.graph, index, results);
  const auto used = used_outputs(m_context.graph, index, results);
  for (const auto& [path, digest] : used) {
    verdict.input.dependencies.emplace_back(m_context.places.name_of(path), digest);
  }
  verdict.input.key_of_variables = m_context.key_of_variables;
  CW_TRY(add_platform(tmpl, verdict.input));
  if (tmpl.kind != plan::ActionKind::tool) {
    verdict.named = named_by_scripts(m_context.graph, index, results, used);
    if (std::string names = digest_of_names(verdict.named, m_context.places); !names.empty()) {
      verdict.input.platform[k_named_by_scripts] = std::move(names);
    }
  }
  // Scripts and macros read what a manifest says about its package without saying so; of other code rustc knows.
  verdict.input.with_package_variables = runs_code_here(tmpl, used);
  verdict.record = m_log.find(tmpl.identity);
  if (!verdict.record) {
    verdict.dirty = DirtyReason{m_log.contains(tmpl.identity) ? DirtyKind::record_unusable : DirtyKind::never_built, {}, {}, {}};
    return verdict;
  }
  Record& record = *verdict.record;
  std::vector<std::string> names;
  names.reserve(record.sources.size());
  for (const RecordedFile& file : record.sources) {
    names.push_back(file.name);
  }
  CW_TRY_ASSIGN(std::vector<RecordedFile> sources, look_at_sources(m_context, names, record.source_trees, record.sources, false));
  SealInput now = verdict.input;
  now.sources = sealed_files(sources);
  for (const auto& [name, value] : record.observed) {
    now.observed.emplace_back(name, recorded_variable(m_context, tmpl, verdict.command, name));
  }
  const SealedAction sealed = seal(tmpl, verdict.command, now, m_context.places);
  if (sealed.digest != record.digest) {
    verdict.dirty = explain_difference(m_context, record, tmpl, sealed.command, now);
    return verdict;
  }
  if (!record.once_because.empty()) {
    verdict.dirty = DirtyReason{DirtyKind::made_once, record.once_because, {}, {}};
    return verdict;
  }
  verdict.record_moved = sources != record.sources;
  record.sources = std::move(sources);
  CW_TRY_ASSIGN(verdict.dirty, check_outputs(tmpl, verdict));
  if (!verdict.dirty && tmpl.kind == plan::ActionKind::run_build_script) {
    CW_TRY_ASSIGN(verdict.dirty, check_script(tmpl, verdict));
  }
  return verdict;
}

Result<std::optional<DirtyReason>> FreshnessChecker::check_outputs(const plan::ActionTemplate& tmpl, Verdict& verdict)
{
  verdict.result.outputs.resize(tmpl.outputs.size());
  const auto differs = [&](RecordedFile& file) -> Result<std::optional<DirtyReason>> {
    const std::string path = m_context.places.path_of(file.name);
    CW_TRY_ASSIGN(const auto known, m_context.digests.file(path, &file.known));
    if (!known && file.known.identity.is_elsewhere() && m_has_store) {
      m_context.digests.adopt(path, file.known);
      return std::nullopt;
    }
    if (!known) {
      return DirtyReason{DirtyKind::output_missing, path, {}, {}};
    }
    if (known->digest != file.known.digest) {
      return DirtyReason{DirtyKind::output_changed, path, {}, {}};
    }
    if (known->identity != file.known.identity) {
      file.known = *known;
      verdict.record_moved = true;
    }
    return std::nullopt;
  };
  for (RecordedOutput& output : verdict.record->outputs) {
    if (output.index >= tmpl.outputs.size()) {
      return DirtyReason{DirtyKind::record_unusable, {}, {}, {}};
    }
    if (!output.is_directory) {
      RecordedFile file{output.name, output.known};
      CW_TRY_ASSIGN(auto reason, differs(file));
      if (reason) {
        return reason;
      }
      output.known = file.known;
    } else {
      for (RecordedFile& file : output.files) {
        CW_TRY_ASSIGN(auto reason, differs(file));
        if (reason) {
          return reason;
        }
      }
      const std::string directory = m_context.places.path_of(output.name);
      const auto is_elsewhere = [](const RecordedFile& file) { return file.known.identity.is_elsewhere(); };
      if (!m_context.env.fs.is_directory(directory) && !(m_has_store && std::ranges::all_of(output.files, is_elsewhere))) {
        return DirtyReason{DirtyKind::output_missing, directory, {}, {}};
      }
    }
    verdict.result.outputs[output.index] = output.known.digest;
  }
  return std::nullopt;
}

Result<std::optional<DirtyReason>> FreshnessChecker::check_script(const plan::ActionTemplate& tmpl, Verdict& verdict)
{
  Record& record = *verdict.record;
  auto parsed = parse_for(m_context.env, tmpl, record.stdout_text, record.out_dir);
  if (!parsed) {
    return DirtyReason{DirtyKind::record_unusable, {}, {}, {}};
  }
  if (auto absent = absent_input(m_context, tmpl, *parsed)) {
    return DirtyReason{DirtyKind::source_missing, std::move(*absent), {}, {}};
  }
  verdict.result.script = std::move(*parsed);
  return std::nullopt;
}

} // namespace cargo_wasm::exec
