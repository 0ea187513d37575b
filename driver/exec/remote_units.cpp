#include "remote_units.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/compiler_message.hpp>
#include <cargo_wasm/exec/dep_info.hpp>

#include "dotenv.hpp"
#include "private_values.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_script_name = "unit.sh";
constexpr std::string_view k_bootstrap = "RUSTC_BOOTSTRAP";

std::string value_after(const std::vector<std::string>& arguments, std::string_view option)
{
  const auto found = std::ranges::find(arguments, option);
  return found != arguments.end() && found + 1 != arguments.end() ? *(found + 1) : std::string();
}

/// `--emit=…` names metadata or a library, and nothing links.
bool makes_library(const plan::ActionTemplate& tmpl)
{
  return tmpl.dep_info && !tmpl.link_report && std::ranges::any_of(tmpl.outputs, [](const plan::TemplateOutput& output) {
           const std::string extension = output.path.extension().native();
           return extension == ".rlib" || extension == ".rmeta";
         });
}

const plan::TemplateInput* toolchain_of(const plan::ActionTemplate& tmpl)
{
  const auto found = std::ranges::find(tmpl.inputs, plan::TemplateInput::Kind::toolchain, &plan::TemplateInput::kind);
  return found == tmpl.inputs.end() ? nullptr : &*found;
}

/// A compiler that ran writes JSON; a shell or a loader does not.
bool has_messages(std::string_view stderr_text)
{
  return std::ranges::any_of(base::split(stderr_text, '\n'),
                             [](std::string_view line) { return parse_compiler_line(line).kind != CompilerMessage::Kind::text; });
}

/// The first line of the first error.
std::string first_error(std::string_view stderr_text)
{
  for (const std::string_view line : base::split(stderr_text, '\n')) {
    const CompilerMessage message = parse_compiler_line(line);
    if (message.kind == CompilerMessage::Kind::diagnostic && message.level == "error") {
      const std::string text = strip_escapes(message.rendered);
      return text.substr(0, text.find('\n'));
    }
  }
  return {};
}

} // namespace

/// The input root as it grows, and where its files are.
struct RemoteUnits::Inputs
{
  action::InputTree tree;
  std::vector<remote::Blob> blobs;
  std::map<std::string, base::Digest> sent;
  bool is_too_large = false;

  void add(const std::string& name, const base::Digest& digest, bool executable, std::variant<std::string, base::Path> content)
  {
    is_too_large = is_too_large || digest.size_bytes > remote::k_largest_blob_bytes;
    tree.add_file(name, digest, executable);
    sent.insert_or_assign(name, digest);
    blobs.push_back({digest, std::move(content)});
  }

  void add_bytes(const std::string& bytes) { blobs.push_back({base::digest_of(bytes), bytes}); }
};

RemoteUnits::RemoteUnits(const Context& context, const CacheUse& use, remote::ExecutionPool& pool)
    : m_context(context), m_use(use), m_pool(pool)
{
}

bool RemoteUnits::takes(plan::ActionIndex action, const Verdict& verdict) const
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  if (tmpl.kind != plan::ActionKind::rustc || !tmpl.cacheable || verdict.shared == nullptr || !makes_library(tmpl)) {
    return false;
  }
  const auto is_secret_file = [](const SealedFile& file) { return is_dotenv_file(file.name); };
  if (!verdict.shared->only_here.empty() || std::ranges::any_of(verdict.shared->unlisted, is_secret_file)) {
    return false; // a macro there would find other files than one here
  }
  const std::string triple = value_after(verdict.command.arguments, "--target");
  const plan::TemplateInput* const toolchain = toolchain_of(tmpl);
  return toolchain != nullptr && tmpl.program == toolchain->path / "bin" / "rustc" && triple.starts_with("wasm") &&
         triple.find_first_of("./") == std::string::npos && !m_context.places.name_of(tmpl.cwd.native()).starts_with("root") &&
         std::ranges::all_of(verdict.command.arguments,
                             [&](const std::string& argument) { return stays_in_places(argument, m_context.places); });
}

std::optional<RemoteUnit> RemoteUnits::run(plan::ActionIndex action, const Verdict& verdict, const base::Command& command)
{
  if (m_pool.is_left_out()) {
    return std::nullopt;
  }
  auto done = run_there(action, verdict, command);
  if (!done) {
    note_return(m_context.graph.actions[action], done.error().message);
    return std::nullopt;
  }
  if (*done) {
    ++m_executed;
    m_breaker.compiled_there();
  }
  return std::move(*done);
}

void RemoteUnits::compiled_here(plan::ActionIndex action, const Record& record)
{
  if (const auto why = m_breaker.compiled_here(action, record)) {
    m_pool.leave_out(*why, why->id);
  }
}

void RemoteUnits::note_return(const plan::ActionTemplate& tmpl, const std::string& why)
{
  const std::lock_guard lock(m_mutex);
  m_came_back.push_back(fmt::format("{}: {}", tmpl.label.description, why));
}

Result<const ToolchainTree*> RemoteUnits::toolchain(const plan::ActionTemplate& tmpl, const std::string& triple)
{
  const std::lock_guard lock(m_mutex);
  const auto known = m_toolchains.find(triple);
  if (known != m_toolchains.end()) {
    return &known->second;
  }
  CW_TRY_ASSIGN(ToolchainTree tree, toolchain_tree(m_context.env.fs, toolchain_of(tmpl)->path, triple, m_use.memo_directory));
  return &m_toolchains.emplace(triple, std::move(tree)).first->second;
}

Result<> RemoteUnits::add_file(const std::string& place_name, Inputs& inputs) const
{
  const std::string path = m_context.places.path_of(place_name);
  CW_TRY_ASSIGN(const auto known, m_context.digests.file(path));
  if (known) {
    inputs.add(place_name, known->digest, known->executable, base::Path(path));
  }
  return {};
}

Result<> RemoteUnits::add_tree(const std::string& place_name, Inputs& inputs) const
{
  const std::string directory = m_context.places.path_of(place_name);
  CW_TRY_ASSIGN(const TreeListing listing, list_tree(m_context.env.fs, directory, TreeKind::everything, {}));
  for (const std::string& file : listing.files) {
    CW_TRY(add_file(m_context.places.name_of(file), inputs));
  }
  return {};
}

/// The package as the shared key has it, hidden and ignored files where a macro may read them, the libraries below, what build scripts
/// made, and what a run here has looked at besides.
Result<> RemoteUnits::add_inputs(plan::ActionIndex action, const Verdict& verdict, Inputs& inputs) const
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  for (const SealedFile& file : verdict.shared->input.sources) {
    inputs.add(file.name, file.digest, file.executable, base::Path(m_context.places.path_of(file.name)));
  }
  for (const SealedFile& file : verdict.shared->unlisted) {
    inputs.add(file.name, file.digest, file.executable, base::Path(m_context.places.path_of(file.name)));
  }
  for (const plan::TemplateInput& input : tmpl.inputs) {
    const std::string name = m_context.places.name_of(input.path.native());
    if (input.kind == plan::TemplateInput::Kind::registry_package && std::ranges::count(verdict.shared->whole_places, name) > 0) {
      CW_TRY(add_tree(name, inputs));
    }
  }
  for (const auto& [name, digest] : verdict.input.dependencies) {
    const base::Path path = m_context.places.path_of(name);
    if (m_context.env.fs.is_directory(path)) {
      CW_TRY(add_tree(name, inputs));
    } else {
      inputs.add(name, digest, false, path);
    }
  }
  if (verdict.record) {
    for (const RecordedFile& file : verdict.record->sources) {
      // The toolchain is sent as a whole.
      const bool may_be_sent = !file.name.starts_with("root/") && !file.name.starts_with("toolchain/") && !is_dotenv_file(file.name);
      if (may_be_sent && !inputs.sent.contains(file.name)) {
        CW_TRY(add_file(file.name, inputs));
      }
    }
  }
  return {};
}

Result<std::optional<RemoteUnit>> RemoteUnits::run_there(plan::ActionIndex action, const Verdict& verdict, const base::Command& command)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  const auto comes_back = [&](const std::string& why) -> std::optional<RemoteUnit> {
    note_return(tmpl, why);
    return std::nullopt;
  };
  base::EnvMap variables;
  for (const auto& [name, value] : verdict.command.environment) {
    const bool is_private = is_private_variable(tmpl, verdict.command, name);
    if (is_private && loads_macros(verdict.input.dependencies)) { // which look at it and do not say so
      return comes_back(fmt::format("its macros may read `{}`, which may be a secret", name));
    }
    if (name != "CARGO" && !is_private) { // this program is not there
      variables.emplace(name, value);
    }
  }
  if (const std::string* const bootstrap = m_context.env.var(k_bootstrap)) {
    variables.emplace(k_bootstrap, *bootstrap);
  }
  const auto script = script_for(command, variables, m_context.places);
  if (!script) {
    return comes_back("its command cannot be sent");
  }
  CW_TRY_ASSIGN(const ToolchainTree* const compiler, toolchain(tmpl, value_after(command.args, "--target")));
  Inputs inputs;
  CW_TRY(add_inputs(action, verdict, inputs));
  inputs.add(std::string(k_script_name), base::digest_of(*script), false, *script);
  inputs.tree.add_directory("toolchain", compiler->root);
  if (inputs.is_too_large) {
    return comes_back("an input is too large");
  }
  std::map<base::Digest, std::string> directories;
  action::Action encoded;
  encoded.input_root = inputs.tree.root_digest(&directories);
  for (auto& [digest, bytes] : directories) {
    inputs.blobs.push_back({digest, std::move(bytes)});
  }
  action::Command remote_command;
  remote_command.arguments = {"/bin/sh", std::string(k_script_name)};
  remote_command.platform = m_pool.settings().platform;
  std::set<std::string> outputs{m_context.places.name_of(tmpl.dep_info->native())};
  for (const plan::TemplateOutput& output : tmpl.outputs) {
    outputs.insert(m_context.places.name_of(output.path.native()));
  }
  remote_command.output_paths.assign(outputs.begin(), outputs.end());
  const std::string command_bytes = action::encode(remote_command);
  encoded.command = base::digest_of(command_bytes);
  encoded.platform = remote_command.platform;
  const std::string action_bytes = action::encode(encoded);
  inputs.add_bytes(command_bytes);
  inputs.add_bytes(action_bytes);

  CW_TRY_ASSIGN(const action::ActionResult result,
                m_pool.run({.action = base::digest_of(action_bytes), .blobs = std::move(inputs.blobs), .common = compiler->blobs}));
  const std::string root = result.stdout_raw.substr(0, result.stdout_raw.find('\n'));
  if (root.size() < 2 || !root.starts_with('/') || (result.exit_code != 0 && !has_messages(result.stderr_raw))) {
    Error why(
        "CW1136", root.starts_with('/') ? "the compiler does not run there" : "it does not say where a unit is compiled", Blame::network);
    why.notes.push_back(fmt::format("exit status {}, and it wrote: {}", result.exit_code, result.stderr_raw.substr(0, 300)));
    m_pool.leave_out(why, why.id);
    return fail(std::move(why));
  }
  const WorkerPlaces worker(root, m_context.places);
  RemoteUnit unit{.stderr_text = worker.real(result.stderr_raw), .sent = std::move(inputs.sent)};
  if (result.exit_code != 0) {
    ExecutorBreaker::Failure failure{tmpl.label.description, first_error(unit.stderr_text), {}, {}};
    for (const auto& [name, digest] : unit.sent) {
      failure.files.insert(name);
    }
    for (const auto& [name, value] : variables) {
      failure.variables.insert(name);
    }
    m_breaker.failed_there(action, std::move(failure));
    return comes_back("it does not compile there"); // a full disk looks like wrong code: only a compiler here fails a build
  }
  CW_TRY(fetch_outputs(tmpl, result, worker));
  CW_TRY_ASSIGN(const std::string objection, objection_to(tmpl, verdict, worker));
  return objection.empty() ? std::optional(std::move(unit)) : comes_back(objection);
}

Result<> RemoteUnits::fetch_outputs(const plan::ActionTemplate& tmpl, const action::ActionResult& result, const WorkerPlaces& worker)
{
  std::vector<remote::WantedBlob> wanted;
  const auto want = [&](const base::Path& path) {
    const auto file = std::ranges::find(result.output_files, m_context.places.name_of(path.native()), &action::OutputFile::path);
    if (file != result.output_files.end()) {
      wanted.push_back({file->digest, path});
    }
    return file != result.output_files.end();
  };
  for (const plan::TemplateOutput& output : tmpl.outputs) {
    if (output.path != *tmpl.dep_info && !want(output.path) && !output.optional) {
      return fail(Error("CW1279", fmt::format("`{}` was not made", output.path.filename().native()), Blame::network));
    }
  }
  if (!want(*tmpl.dep_info)) {
    return fail(Error("CW1279", "no dep-info was made", Blame::network));
  }
  CW_TRY(m_pool.download(wanted));
  CW_TRY_ASSIGN(const std::string info, m_context.env.fs.read(*tmpl.dep_info));
  return m_context.env.fs.write_atomic(*tmpl.dep_info, worker.real_dep_info(info));
}

Result<std::string> RemoteUnits::objection_to(const plan::ActionTemplate& tmpl, const Verdict& verdict, const WorkerPlaces& worker) const
{
  CW_TRY_ASSIGN(const std::string text, m_context.env.fs.read(*tmpl.dep_info));
  const auto info = parse_dep_info(text);
  if (!info) {
    return std::string("its dep-info cannot be read");
  }
  for (const auto& [name, value] : info->variables) {
    if (value != variable_of_child(m_context.env, tmpl, verdict.command, name)) {
      return fmt::format("it looks at `{}`, which is another there", name);
    }
  }
  for (const std::string& file : info->files) {
    if (m_context.places.name_of((tmpl.cwd / file).lexically_normal().native()).starts_with("root/")) {
      return fmt::format("it reads `{}`, which is a file of that machine", file);
    }
  }
  for (const plan::TemplateOutput& output : tmpl.outputs) {
    if (output.path == *tmpl.dep_info || !m_context.env.fs.exists(output.path)) {
      continue;
    }
    CW_TRY_ASSIGN(const auto file, m_context.env.fs.map(output.path));
    if (worker.is_named_in(file.bytes())) {
      return fmt::format("`{}` names the place where it was made", output.path.filename().native());
    }
  }
  return std::string();
}

} // namespace cargo_wasm::exec
