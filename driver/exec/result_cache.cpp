#include "result_cache.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>

#include "byte_search.hpp"
#include "git_state.hpp"
#include "out_dir_before.hpp"
#include "result_notes.hpp"
#include "toolchain_check.hpp"
#include "tree_stamp.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_most_observations = 16; ///< lists under one first digest; the oldest goes

bool contains_any(std::string_view bytes, const std::vector<std::string>& needles)
{
  return std::ranges::any_of(needles, [&](const std::string& needle) { return occurs_in(needle, bytes); });
}

bool is_uplifted(const plan::ActionTemplate& tmpl, std::uint32_t output)
{
  return tmpl.outputs[output].user_visible || std::ranges::any_of(tmpl.uplifted, [&](const auto& entry) { return entry.first == output; });
}

bool stays_in_checkout(const SharedKey& key)
{
  return !key.only_here.empty() || key.input.platform.contains(k_out_dir_before);
}

/// What stands in a record for a file that only the store has.
KnownFile known_elsewhere(const action::OutputFile& file)
{
  KnownFile known;
  known.identity.size_bytes = file.digest.size_bytes;
  known.digest = file.digest;
  known.executable = file.is_executable;
  return known;
}

} // namespace

bool is_for_people(const plan::ActionGraph& graph, plan::ActionIndex action)
{
  const plan::ActionTemplate& tmpl = graph.actions[action];
  if (tmpl.label.target_kind == "custom-build" && std::ranges::find(graph.roots, action) == graph.roots.end()) {
    return false; // a build script lies where cargo puts it, and only its run reads it
  }
  if (tmpl.kind == plan::ActionKind::run_build_script && tmpl.label.is_local) {
    return true; // editors read what it wrote, and the `.d` file beside the artifact names it
  }
  const bool has_visible = std::ranges::any_of(tmpl.outputs, &plan::TemplateOutput::user_visible);
  return has_visible || !tmpl.uplifted.empty() || tmpl.link_report || tmpl.finished_by || tmpl.finishes || tmpl.executable_output ||
         tmpl.kind == plan::ActionKind::tool || std::ranges::find(graph.roots, action) != graph.roots.end();
}

std::vector<plan::ActionIndex> read_actions(const plan::ActionGraph& graph, plan::ActionIndex action)
{
  const plan::ActionTemplate& tmpl = graph.actions[action];
  std::set<plan::ActionIndex> read(tmpl.library_path_scripts.begin(), tmpl.library_path_scripts.end());
  for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
    if (!dependency.outputs.empty()) {
      read.insert(dependency.action);
    }
  }
  if (tmpl.program_ref) {
    read.insert(tmpl.program_ref->action);
  }
  for (const plan::TemplateArg& argument : tmpl.args) {
    for (const plan::ArgPiece& piece : argument) {
      if (const auto* script = std::get_if<plan::ScriptArgs>(&piece.value)) {
        read.insert(script->script);
      } else if (const auto* output = std::get_if<plan::OutputRef>(&piece.value); output != nullptr && output->action != action) {
        read.insert(output->action);
      }
    }
  }
  return {read.begin(), read.end()};
}

ResultCache::ResultCache(const Context& context, const CacheUse& use, bool empties_out_dirs)
    : m_context(context), m_use(use), m_store(*use.store), m_keys(context, use), m_empties_out_dirs(empties_out_dirs)
{
}

void ResultCache::leave_out(const Error& why)
{
  if (m_is_left_out.exchange(true)) {
    return;
  }
  if (why.id == "CW1145") {
    m_context.env.reporter.warning(why);
  } else {
    Error warning("CW1184", "the store of results is left out of the rest of this build", Blame::environment);
    warning.notes.push_back(why.message);
    warning.notes.insert(warning.notes.end(), why.notes.begin(), why.notes.end());
    warning.helps.emplace_back("the build goes on and is right without it; `CARGO_WASM_CACHE_DIR` names another place");
    m_context.env.reporter.warning(warning);
  }
}

void ResultCache::leave_out_since_changed(const base::Path& toolchain)
{
  leave_out(toolchain_changed(toolchain));
}

std::optional<FoundResult> ResultCache::look_up(plan::ActionIndex action, Verdict& verdict)
{
  if (m_is_left_out) {
    return std::nullopt;
  }
  auto result = find(action, verdict);
  if (!result) {
    leave_out(result.error());
    return std::nullopt;
  }
  return std::move(*result);
}

Result<std::optional<FoundResult>> ResultCache::find(plan::ActionIndex action, Verdict& verdict)
{
  CW_TRY_ASSIGN(SharedKey key, m_keys.make(action, verdict));
  verdict.shared = std::make_shared<const SharedKey>(std::move(key));
  std::optional<FoundResult> usable;
  const auto take = [&](const KeptResult& kept) -> Result<bool> {
    CW_TRY_ASSIGN(usable, found(action, verdict, kept.result));
    if (usable) {
      usable->names_checkout = kept.scope == Scope::checkout;
    }
    return usable.has_value();
  };
  CW_TRY(visit_results(action, verdict, *verdict.shared, take));
  if (!usable && !m_empties_out_dirs) {
    CW_TRY_ASSIGN(const auto of_here, with_out_dir_before(m_context, m_context.graph.actions[action], verdict.shared));
    if (of_here != verdict.shared) {
      CW_TRY(visit_results(action, verdict, *of_here, take));
    }
  }
  return usable;
}

Result<> ResultCache::visit_results(plan::ActionIndex action,
                                    const Verdict& verdict,
                                    const SharedKey& key,
                                    const std::function<Result<bool>(const KeptResult&)>& ends_at)
{
  for (const Scope scope : k_scopes) {
    if (scope != Scope::checkout && stays_in_checkout(key)) {
      continue;
    }
    const SealedAction first = m_keys.first(action, verdict.command, key, scope);
    CW_TRY_ASSIGN(const auto listed, m_store.entry(first.digest));
    const auto list = listed ? action::decode_action_result(*listed) : std::nullopt;
    const auto notes = list ? notes_in(list->result) : std::nullopt;
    const auto observations = notes ? decode_observations(*notes) : std::nullopt;
    if (!observations) {
      continue;
    }
    for (const Observations& observed : *observations) {
      CW_TRY_ASSIGN(const SealedAction second, m_keys.second(action, verdict.command, key, scope, observed));
      CW_TRY_ASSIGN(const auto entry, m_store.entry(second.digest));
      const auto result = entry ? action::decode_action_result(*entry) : std::nullopt;
      if (result) {
        CW_TRY_ASSIGN(const bool is_end, ends_at({scope, first.digest, second.digest, observed, result->result}));
        if (is_end) {
          return {};
        }
      }
    }
  }
  return {};
}

Result<std::optional<FoundResult>> ResultCache::found(plan::ActionIndex action, const Verdict& verdict, const action::ActionResult& result)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  const auto bytes = notes_in(result);
  const auto notes = bytes ? decode_notes(*bytes) : std::nullopt;
  if (!notes || result.exit_code != 0) {
    return std::nullopt;
  }
  FoundResult out;
  Record& record = out.record;
  out.result.outputs.resize(tmpl.outputs.size());
  for (std::uint32_t i = 0; i < tmpl.outputs.size(); ++i) {
    const plan::TemplateOutput& wanted = tmpl.outputs[i];
    RecordedOutput output;
    output.index = i;
    output.name = m_context.places.name_of(wanted.path.native());
    output.is_directory = wanted.is_directory;
    if (wanted.is_directory) {
      if (tmpl.kind == plan::ActionKind::rustc) {
        continue; // incremental: it stays as it is
      }
      for (const action::OutputFile& file : result.output_files) {
        if (file.path.starts_with(output.name + "/")) {
          output.files.push_back({file.path, known_elsewhere(file)});
        }
      }
      std::ranges::sort(output.files, {}, &RecordedFile::name);
      output.known.digest = digest_of_tree(output.name, output.files);
    } else {
      const auto file = std::ranges::find(result.output_files, output.name, &action::OutputFile::path);
      if (file == result.output_files.end()) {
        if (wanted.optional) {
          continue;
        }
        return std::nullopt;
      }
      output.known = known_elsewhere(*file);
      if (i == tmpl.link_report) {
        CW_TRY_ASSIGN(const auto text, m_context.env.fs.read_if_exists(m_store.path_of_blob(file->digest, file->is_executable)));
        if (!text || base::digest_of(*text) != file->digest) {
          return std::nullopt;
        }
        std::string real = m_context.places.real(*text);
        output.known.digest = base::digest_of(real);
        out.texts.emplace(i, std::move(real));
      }
    }
    out.result.outputs[i] = output.known.digest;
    record.outputs.push_back(std::move(output));
  }
  for (const action::OutputFile& file : result.output_files) {
    if (file.contents.empty()) {
      CW_TRY_ASSIGN(const bool is_there, m_store.contains(file.digest, file.is_executable));
      if (!is_there) {
        return std::nullopt;
      }
    }
  }
  for (std::size_t i = 0; i < notes->sources.size(); ++i) {
    const auto& [name, digest] = notes->sources[i];
    RecordedFile source{name, {}};
    const std::string path = m_context.places.path_of(name);
    if (m_keys.is_as_unpacked(name)) {
      CW_TRY_ASSIGN(const auto stat, m_context.env.fs.stat(path));
      source.known = stat ? KnownFile{identity_of(*stat), digest, notes->executable[i], false} : absent_file();
    } else {
      CW_TRY_ASSIGN(const auto known, m_context.digests.file(path));
      source.known = known ? *known : absent_file();
    }
    if (source.known.digest != digest) {
      return std::nullopt; // an unpacked crate that was edited, for instance
    }
    record.sources.push_back(std::move(source));
  }
  record.source_trees = notes->trees;
  for (const std::string& name : notes->variables) {
    record.observed.emplace_back(name, recorded_variable(m_context, tmpl, verdict.command, name));
  }
  record.stdout_text = m_context.places.real(result.stdout_raw);
  record.stderr_text = m_context.places.real(result.stderr_raw);
  record.out_dir = m_context.places.real(notes->out_dir);
  record.duration_ms = notes->duration_ms;
  record.warnings = notes->warnings;
  record.is_for_this_machine = notes->is_for_this_machine;
  record.is_private = notes->is_private;
  if (tmpl.kind == plan::ActionKind::run_build_script) {
    auto script = parse_for(m_context.env, tmpl, record.stdout_text, record.out_dir);
    if (!script || absent_input(m_context, tmpl, *script)) {
      return std::nullopt;
    }
    out.result.script = std::move(*script);
  }
  SealInput input = verdict.input;
  for (const RecordedFile& source : record.sources) {
    input.sources.push_back({source.name, source.known.digest, source.known.executable});
  }
  input.observed = record.observed;
  SealedAction sealed = seal(tmpl, verdict.command, input, m_context.places);
  take_seal(record, tmpl, std::move(sealed), std::move(input));
  return out;
}

Result<> ResultCache::settle(plan::ActionIndex action, FoundResult& found)
{
  for (const plan::TemplateOutput& output : m_context.graph.actions[action].outputs) {
    if (!output.is_directory) {
      CW_TRY(m_context.env.fs.remove(output.path));
    }
  }
  const auto adopt = [&](const std::string& name, const KnownFile& known) {
    if (known.identity.is_elsewhere()) {
      m_context.digests.adopt(m_context.places.path_of(name), known);
    }
  };
  for (RecordedOutput& output : found.record.outputs) {
    if (const auto text = found.texts.find(output.index); text != found.texts.end()) {
      const std::string path = m_context.places.path_of(output.name);
      CW_TRY(m_context.env.fs.write_atomic(path, text->second));
      CW_TRY_ASSIGN(const auto known, m_context.digests.file_now(path));
      output.known = known.value_or(output.known);
      output.known.racy = false;
    }
    if (!output.is_directory) {
      adopt(output.name, output.known);
    }
    for (const RecordedFile& file : output.files) {
      adopt(file.name, file.known);
    }
  }
  return {};
}

Result<bool> ResultCache::bring_directory(const RecordedOutput& output, const std::string& path)
{
  base::Filesystem& fs = m_context.env.fs;
  const base::Path whole = path, half = path + ".half";
  CW_TRY(fs.remove_all(half));
  CW_TRY(fs.create_directories(half));
  for (const RecordedFile& file : output.files) {
    const base::Path place = half / base::Path(m_context.places.path_of(file.name)).lexically_relative(whole);
    CW_TRY(fs.create_directories(place.parent_path()));
    CW_TRY_ASSIGN(const bool is_there, m_store.restore(file.known.digest, file.known.executable, place, cache::Placing::copy));
    if (!is_there) {
      CW_TRY(fs.remove_all(half));
      return false; // a script that runs now must not find some of its files
    }
  }
  CW_TRY(fs.remove_all(whole));
  return fs.rename(half, whole).map([] { return true; });
}

Result<bool> ResultCache::bring(plan::ActionIndex action, Record& record)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  const auto take_identity = [&](const std::string& name, KnownFile& known) -> Result<> {
    const std::string path = m_context.places.path_of(name);
    CW_TRY_ASSIGN(const auto stat, m_context.env.fs.stat(path));
    if (stat) {
      known.identity = identity_of(*stat);
      if (known.identity.mtime_ns == cache::k_blob_mtime_ns) {
        known.identity.ctime_ns = 0;
      }
      m_context.digests.adopt(path, known);
    }
    return {};
  };
  for (RecordedOutput& output : record.outputs) {
    const std::string path = m_context.places.path_of(output.name);
    if (output.is_directory) {
      const bool is_here = m_context.env.fs.is_directory(path) &&
                           std::ranges::none_of(output.files, [](const RecordedFile& file) { return file.known.identity.is_elsewhere(); });
      if (is_here) {
        continue;
      }
      CW_TRY_ASSIGN(const bool is_there, bring_directory(output, path));
      if (!is_there) {
        return false;
      }
      for (RecordedFile& file : output.files) {
        CW_TRY(take_identity(file.name, file.known));
      }
      continue;
    }
    if (!output.known.identity.is_elsewhere()) {
      continue;
    }
    CW_TRY(m_context.env.fs.create_directories(base::Path(path).parent_path()));
    const auto placing = is_uplifted(tmpl, output.index) ? cache::Placing::copy : cache::Placing::link;
    CW_TRY_ASSIGN(const bool is_there, m_store.restore(output.known.digest, output.known.executable, path, placing));
    if (!is_there) {
      return false;
    }
    CW_TRY(take_identity(output.name, output.known));
  }
  return true;
}

void ResultCache::forget_packages()
{
  m_keys.forget_packages();
}

void ResultCache::keep(plan::ActionIndex action, const Verdict& verdict, Record& record)
{
  if (verdict.shared == nullptr || !record.once_because.empty()) {
    return;
  }
  if (m_is_left_out) {
    return;
  }
  if (auto kept = keep_now(action, verdict, record); !kept) {
    leave_out(kept.error());
  }
}

Result<std::pair<Scope, std::string>>
ResultCache::scope_of(const plan::ActionTemplate& tmpl, const Record& record, std::string_view texts) const
{
  if (!tmpl.cacheable) {
    return std::pair(Scope::checkout, tmpl.not_cacheable_because);
  }
  std::pair<Scope, std::string> found{Scope::anywhere, {}};
  const auto look_at = [&](std::string_view bytes, std::string_view name) {
    if (contains_any(bytes, m_keys.paths_of(Scope::checkout))) {
      found = {Scope::checkout, fmt::format("{} contains the path of this checkout", name)};
    } else if (found.first == Scope::anywhere && contains_any(bytes, m_keys.paths_of(Scope::user))) {
      found = {Scope::user, fmt::format("{} contains a path of this user", name)};
    }
  };
  look_at(texts, "what it printed");
  const auto is_text = [&](const RecordedOutput& output) { return output.index == tmpl.link_report; }; // kept with names for places
  const auto look_at_file = [&](const std::string& name) -> Result<> {
    if (found.first != Scope::checkout) {
      CW_TRY_ASSIGN(const auto file, m_context.env.fs.map(m_context.places.path_of(name)));
      look_at(file.bytes(), fmt::format("`{}`", name));
    }
    return {};
  };
  for (const RecordedOutput& output : record.outputs) {
    if (!output.is_directory && !is_text(output)) {
      CW_TRY(look_at_file(output.name));
    }
    for (const RecordedFile& file : output.files) {
      CW_TRY(look_at_file(file.name));
    }
  }
  return found;
}

Result<> ResultCache::keep_output(const plan::ActionTemplate& tmpl, RecordedOutput& output, action::ActionResult& result)
{
  const auto keep_file = [&](const std::string& name, KnownFile& known, cache::Placing placing) -> Result<> {
    const std::string path = m_context.places.path_of(name);
    CW_TRY(m_store.put_file(path, known.digest, known.executable, placing));
    action::OutputFile file;
    file.path = name;
    file.digest = known.digest;
    file.is_executable = known.executable;
    result.output_files.push_back(std::move(file));
    if (placing == cache::Placing::link) {
      CW_TRY_ASSIGN(const auto stat, m_context.env.fs.stat(path));
      if (stat) {
        known.identity = identity_of(*stat);
        known.identity.ctime_ns = stat->mtime_ns == cache::k_blob_mtime_ns ? 0 : stat->ctime_ns;
        m_context.digests.adopt(path, known);
      }
    }
    return {};
  };
  if (output.index == tmpl.link_report) {
    CW_TRY_ASSIGN(const std::string text, m_context.env.fs.read(m_context.places.path_of(output.name)));
    const std::string neutral = m_context.places.neutral(text);
    action::OutputFile file;
    file.path = output.name;
    file.digest = base::digest_of(neutral);
    CW_TRY(m_store.put_bytes(neutral, file.digest, false));
    result.output_files.push_back(std::move(file));
    return {};
  }
  if (!output.is_directory) {
    return keep_file(output.name, output.known, is_uplifted(tmpl, output.index) ? cache::Placing::copy : cache::Placing::link);
  }
  for (RecordedFile& file : output.files) {
    CW_TRY(keep_file(file.name, file.known, cache::Placing::copy));
  }
  return {};
}

Result<> ResultCache::keep_now(plan::ActionIndex action, const Verdict& verdict, Record& record)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  const SharedKey& key = *verdict.shared;
  CW_TRY_ASSIGN(const bool still_holds, m_keys.still_holds(action, key));
  const bool has_marks = record.stdout_text.find("/cw:") != std::string::npos || record.stderr_text.find("/cw:") != std::string::npos;
  if (!still_holds || has_marks) {
    return {};
  }
  for (const RecordedOutput& output : record.outputs) {
    const bool is_left_by_script = output.is_directory && tmpl.kind == plan::ActionKind::run_build_script;
    CW_TRY_ASSIGN(const bool is_plain,
                  is_left_by_script ? is_plain_directory(m_context.env.fs, m_context.places.path_of(output.name)) : Result<bool>(true));
    if (!is_plain) {
      return {};
    }
  }
  if (tmpl.kind == plan::ActionKind::run_build_script) {
    CW_TRY_ASSIGN(const ScriptOutput script, parse_for(m_context.env, tmpl, record.stdout_text, record.out_dir));
    if (absent_input(m_context, tmpl, script)) {
      return {}; // it runs in every build
    }
  }
  action::ActionResult result;
  result.stdout_raw = m_context.places.neutral(record.stdout_text);
  result.stderr_raw = m_context.places.neutral(record.stderr_text);
  CW_TRY_ASSIGN(auto decided, scope_of(tmpl, record, result.stdout_raw + result.stderr_raw));
  if (decided.first != Scope::checkout && may_have_asked_git(m_context.env, tmpl, key, record)) {
    decided = {Scope::checkout, "its script does not say what it reads, and may have asked git whether files are changed"};
  }
  if (key.input.platform.contains(k_out_dir_before)) {
    decided = {Scope::checkout, "its OUT_DIR held what an earlier run had left"};
  }
  if (!key.only_here.empty()) {
    decided = {Scope::checkout, key.only_here};
  }
  const Scope scope = decided.first;
  const Observations observed = m_keys.observations_of(key, record);
  CW_TRY_ASSIGN(const SealedAction second, m_keys.second(action, verdict.command, key, scope, observed));
  const SealedAction first = m_keys.first(action, verdict.command, key, scope);

  ResultNotes notes;
  for (const RecordedFile& source : record.sources) {
    notes.sources.emplace_back(source.name, source.known.digest);
    notes.executable.push_back(source.known.executable);
  }
  notes.trees = record.source_trees;
  for (const auto& [name, value] : record.observed) {
    notes.variables.push_back(name);
  }
  notes.out_dir = m_context.places.neutral(record.out_dir);
  notes.duration_ms = record.duration_ms;
  notes.warnings = record.warnings;
  notes.private_because = decided.second;
  notes.is_for_this_machine = record.is_for_this_machine;
  notes.is_private = record.is_private;

  CW_TRY_ASSIGN(const auto hold, m_store.hold());
  for (RecordedOutput& output : record.outputs) {
    CW_TRY(keep_output(tmpl, output, result));
  }
  add_notes(result, encode(notes));
  CW_TRY(m_store.put_entry(second.digest, action::encode(result)));

  CW_TRY_ASSIGN(const auto observations, note_observations(first.digest, observed));
  if (scope != Scope::checkout && !notes.is_for_this_machine && !key.is_of_this_machine) {
    action::ActionResult list;
    add_notes(list, encode(observations));
    const std::lock_guard lock(m_mutex);
    m_offers.push_back({action, {{second.digest, std::move(result)}, {first.digest, std::move(list)}}});
  }
  return {};
}

/// Adds to the list under a first digest; the list.
Result<std::vector<Observations>> ResultCache::note_observations(const base::Digest& first, const Observations& observed)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY_ASSIGN(const auto listed, m_store.entry(first));
  const auto list = listed ? action::decode_action_result(*listed) : std::nullopt;
  const auto before = list ? notes_in(list->result) : std::nullopt;
  auto observations = before ? decode_observations(*before).value_or(std::vector<Observations>{}) : std::vector<Observations>{};
  if (std::ranges::find(observations, observed) == observations.end()) {
    observations.insert(observations.begin(), observed);
    observations.resize(std::min(observations.size(), k_most_observations));
    action::ActionResult whole;
    add_notes(whole, encode(observations));
    CW_TRY(m_store.put_entry(first, action::encode(whole)));
  }
  return observations;
}

} // namespace cargo_wasm::exec
