#include "job.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/compiler_message.hpp>
#include <cargo_wasm/exec/dep_info.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "beside_results.hpp"
#include "compiler_output.hpp"
#include "job_sinks.hpp"
#include "out_dir_before.hpp"
#include "private_values.hpp"
#include "result_cache.hpp"
#include "toolchain_check.hpp"
#include "tree_stamp.hpp"

namespace cargo_wasm::exec {
namespace {

/// Linux takes 128 KiB per argument and 2 MiB in all, environment included; cargo falls back when exec fails, which is later
/// than needed.
constexpr std::size_t k_long_command_bytes = 96 * 1024;

std::string indented(std::string_view text)
{
  std::string out;
  for (const std::string_view line : base::split(text, '\n')) {
    out += line.empty() ? "\n" : fmt::format("  {}\n", line);
  }
  while (out.ends_with("\n\n")) {
    out.pop_back();
  }
  return out.substr(std::min(out.find_first_not_of('\n'), out.size()));
}

class Job
{
public:
  Job(const JobSettings& settings,
      plan::ActionIndex index,
      Verdict verdict,
      RemoteUnits* elsewhere,
      const std::function<void(Event)>& emit,
      std::stop_token stop)
      : m_settings(settings), m_context(settings.context), m_template(settings.context.graph.actions[index]), m_index(index),
        m_verdict(std::move(verdict)), m_elsewhere(elsewhere), m_emit(emit), m_stop(std::move(stop))
  {
  }

  Result<> run(JobOutput& out)
  {
    if (m_settings.results != nullptr) {
      out.found = m_settings.results->fetch(m_index, m_verdict);
      if (out.found) {
        return {};
      }
    }
    CW_TRY(prepare());
    base::Command command = command_for(m_settings, m_template, m_verdict.command);
    m_shown_command = base::to_shell_string(command, shown_environment());
    if (m_elsewhere == nullptr) {
      m_emit({Event::Kind::running, m_index, m_shown_command});
    }
    m_started_ns = now_ns();
    std::optional<RemoteUnit> unit;
    if (m_elsewhere != nullptr) {
      unit = m_elsewhere->run(m_index, m_verdict, command);
      if (!unit) {
        out.returned = std::make_shared<Verdict>(std::move(m_verdict));
        return {};
      }
      m_emit({Event::Kind::running, m_index, m_shown_command, m_elsewhere->pool().settings().url});
    } else {
      CW_TRY(shorten(command));
    }
    switch (m_template.kind) {
    case plan::ActionKind::rustc:
      CW_TRY(run_rustc(command, unit ? &*unit : nullptr, out));
      break;
    case plan::ActionKind::run_build_script:
      CW_TRY(run_and_watch_script(command, out));
      break;
    case plan::ActionKind::tool:
      CW_TRY(run_tool(command, out));
      break;
    }
    CW_TRY_ASSIGN(m_record.sources, look_after_run());
    CW_TRY_ASSIGN(const auto changed, changed_toolchain(m_context, m_template, m_verdict.input));
    m_inputs_moved = m_inputs_moved || changed;
    if (changed && m_settings.results != nullptr) {
      m_settings.results->leave_out_since_changed(*changed);
    }
    CW_TRY(collect_outputs(out));
    CW_TRY_ASSIGN(const bool is_private, has_private_values(m_context, m_template, m_verdict.command, m_record, m_verdict.shared.get()));
    const bool is_unsigned = m_elsewhere != nullptr && !m_elsewhere->pool().settings().sign;
    m_record.is_private = is_private;
    m_record.is_for_this_machine = is_private || is_unsigned;
    seal_record(out);
    return {};
  }

private:
  [[nodiscard]] std::int64_t now_ns() const
  {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(m_context.env.clock.now().time_since_epoch()).count();
  }

  /// With -vv the variables we set are part of the command line people see.
  [[nodiscard]] base::EnvMap shown_environment() const
  {
    base::EnvMap shown;
    if (m_context.env.reporter.verbosity() >= base::Verbosity::very_verbose) {
      for (const auto& [name, value] : m_verdict.command.environment) {
        shown.emplace(name, value);
      }
    }
    return shown;
  }

  /// Old results must not outlive the inputs they were made from: rustc prefers an old .rlib to a new .rmeta, and a linker
  /// writes into a file that may have a second name. OUT_DIR is left as it is, as under cargo: scripts keep caches there.
  Result<> prepare()
  {
    base::Filesystem& fs = m_context.env.fs;
    std::set<base::Path> directories;
    for (const plan::TemplateOutput& output : m_template.outputs) {
      if (output.is_directory) {
        directories.insert(output.path);
        continue;
      }
      if (lies_in_own_directory(output)) {
        continue; // a tool replaces its directory whole
      }
      CW_TRY(fs.remove(output.path));
      m_context.digests.forget(output.path.string());
      directories.insert(output.path.parent_path());
    }
    if (m_template.dep_info) {
      CW_TRY(fs.remove(*m_template.dep_info));
      directories.insert(m_template.dep_info->parent_path());
    }
    if (m_template.once_file) {
      CW_TRY(fs.remove(*m_template.once_file));
    }
    if (m_template.out_dir && m_template.kind == plan::ActionKind::run_build_script) {
      if (m_settings.options.empties_out_dirs) {
        CW_TRY(fs.remove_all(*m_template.out_dir));
      }
      directories.insert(*m_template.out_dir);
      // What an earlier input left there becomes part of this result, as under cargo.
      auto key = with_out_dir_before(m_context, m_template, m_verdict.shared);
      m_verdict.shared = key ? std::move(*key) : nullptr;
    }
    for (const base::Path& directory : directories) {
      CW_TRY(fs.create_directories(directory));
    }
    return {};
  }

  /// Long argument lists go into a file, one argument a line (web-sys alone has some 1600 `--cfg`).
  Result<> shorten(base::Command& command)
  {
    std::size_t bytes = 0;
    for (const std::string& argument : command.args) {
      bytes += argument.size() + 1;
    }
    if (bytes < k_long_command_bytes || m_template.kind == plan::ActionKind::run_build_script) {
      return {};
    }
    const auto first =
        std::find_if(command.args.begin(), command.args.end(), [](const std::string& argument) { return argument.starts_with('-'); });
    std::string text;
    for (auto it = first; it != command.args.end(); ++it) {
      text += *it;
      text += '\n';
    }
    const base::Path file = m_context.graph.state_directory / "args" / (base::StableHasher().add(m_template.identity).finish_hex());
    CW_TRY(m_context.env.fs.write_atomic(file, text));
    command.args.erase(first, command.args.end());
    command.args.push_back("@" + file.string());
    return {};
  }

  Result<> run_rustc(const base::Command& command, RemoteUnit* unit, JobOutput& out)
  {
    CompilerOutput output(m_context.graph, m_index, m_settings.options.message_format, true, [this](Event event) {
      if (event.kind == Event::Kind::early_output) {
        announce_early(event);
      }
      m_emit(std::move(event));
    });
    RustcSink sink(output);
    auto exit = unit == nullptr ? m_context.env.process.run(command, sink, m_stop) : Result<base::Exit>(base::Exit{});
    if (unit != nullptr) {
      sink.on_stderr(unit->stderr_text);
      m_sent = std::move(unit->sent);
    }
    sink.finish();
    out.advice_text = std::move(output.plain_text);
    if (!exit) {
      return fail(std::move(exit).error());
    }
    m_record.stderr_text = std::move(output.cached);
    m_record.warnings = output.warnings;
    if (!exit->success()) {
      return fail(compile_error(*exit, output));
    }
    CW_TRY(read_dep_info());
    return add_unsaid_inputs();
  }

  /// What rustc's list of files does not have (unsaid_inputs.hpp).
  Result<> add_unsaid_inputs()
  {
    add_inputs_of_scripts();
    CW_TRY_ASSIGN(const auto files, linked_files(m_context.env.fs, m_template.cwd, m_verdict.command.arguments));
    for (const std::string& file : files) {
      m_linked.insert(m_context.places.name_of(file));
    }
    m_source_names.insert(m_source_names.end(), m_linked.begin(), m_linked.end());
    return {};
  }

  /// The digest is taken now; when rustc ends it is taken again, with all others.
  void announce_early(Event& event)
  {
    const std::string path = m_template.outputs[event.output].path.string();
    if (const auto known = m_context.digests.file_now(path); known && *known) {
      event.digest = (*known)->digest;
    }
  }

  [[nodiscard]] Error compile_error(const base::Exit& exit, const CompilerOutput& output) const
  {
    const auto counted = [](std::uint32_t count, std::string_view one, std::string_view many) {
      return count == 1 ? std::string(one) : fmt::format(fmt::runtime(many), count);
    };
    std::string message = fmt::format("could not compile {}", m_template.label.description);
    if (output.errors > 0) {
      message += counted(output.errors, " due to 1 previous error", " due to {} previous errors");
    }
    if (output.warnings > 0) {
      message += counted(output.warnings, "; 1 warning emitted", "; {} warnings emitted");
    }
    Error error("CW0601", std::move(message));
    // Without an error on the screen the command is the only thing to go by; a signal is worth its number, too.
    if (output.errors == 0 || exit.signal != 0) {
      error.notes.push_back(fmt::format("`{}` ended with {}", m_shown_command, base::to_string(exit)));
    }
    return error;
  }

  Result<> read_dep_info()
  {
    if (!m_template.dep_info) {
      return {};
    }
    CW_TRY_ASSIGN(const auto text, m_context.env.fs.read_if_exists(*m_template.dep_info));
    if (!text) {
      return {};
    }
    const auto info = parse_dep_info(*text);
    if (!info) {
      return fail(Error("CW0603",
                        fmt::format("rustc wrote a dependency file that cannot be read: `{}`", m_template.dep_info->string()),
                        Blame::environment));
    }
    for (const std::string& file : info->files) {
      m_source_names.push_back(m_context.places.name_of((m_template.cwd / file).lexically_normal().native()));
    }
    std::string without_values = *text;
    for (const auto& [name, value] : info->variables) {
      m_record.observed.emplace_back(name, recorded_variable(m_context, m_template, m_verdict.command, name));
      if (m_record.observed.back().second.value_or("").starts_with(k_hashed_value)) {
        take_out_variable(without_values, name);
      }
    }
    return without_values == *text ? Result<>() : m_context.env.fs.write_atomic(*m_template.dep_info, without_values);
  }

  Result<> run_tool(const base::Command& command, JobOutput& out)
  {
    base::CapturingSink sink;
    CW_TRY_ASSIGN(const base::Exit exit, m_context.env.process.run(command, sink, m_stop));
    if (!exit.success()) {
      const std::string said = sink.out + sink.err;
      out.child_text = m_context.env.reporter.color() ? said : strip_escapes(said);
      return fail(Error("CW0604", fmt::format("could not finish {}", m_template.label.description), Blame::environment)
                      .note(fmt::format("`{}` ended with {}", m_shown_command, base::to_string(exit))));
    }
    m_record.stderr_text = std::move(sink.err);
    if (m_template.once_file) {
      CW_TRY_ASSIGN(const auto reason, m_context.env.fs.read_if_exists(*m_template.once_file));
      m_record.once_because = reason ? std::string(base::trim(*reason)) : std::string();
    }
    return {};
  }

  /// Scripts are to write into OUT_DIR. What one writes into a package, or where users find
  /// artifacts, is not brought back by its result.
  Result<> run_and_watch_script(const base::Command& command, JobOutput& out)
  {
    CW_TRY_ASSIGN(const std::string before, stamp_of_packages(m_context, m_template));
    const bool may_be_kept = m_settings.results != nullptr;
    const FilesBesideResults beside = may_be_kept ? files_beside_results(m_context, m_template) : FilesBesideResults();
    const Result<> ran = run_script(command, out);
    CW_TRY_ASSIGN(const std::string after, stamp_of_packages(m_context, m_template));
    out.wrote_outside = before != after;
    m_leaves_more =
        out.wrote_outside || (may_be_kept && wrote_beside_results(m_context.graph, beside, files_beside_results(m_context, m_template)));
    return ran;
  }

  Result<> run_script(const base::Command& command, JobOutput& out)
  {
    const bool very_verbose = m_context.env.reporter.verbosity() >= base::Verbosity::very_verbose;
    ScriptSink sink(
        fmt::format("[{} {}] ", m_template.label.package_name, m_template.label.package_version), very_verbose, m_index, m_emit);
    base::Exit exit;
    if (m_template.replaced_script_output) {
      sink.out = base::join(*m_template.replaced_script_output, "\n");
    } else {
      CW_TRY_ASSIGN(exit, m_context.env.process.run(command, sink, m_stop));
      sink.finish();
    }
    out.advice_text = sink.out + sink.err;
    if (!exit.success()) {
      out.messages = script_messages(sink.out);
      out.child_text = output_of_script(sink);
      return fail(Error("CW0610", fmt::format("the build script of `{}` failed", m_template.label.package_display))
                      .note(fmt::format("`{}` ended with {}", m_shown_command, base::to_string(exit))));
    }
    const std::string out_dir = m_template.out_dir ? m_template.out_dir->string() : std::string();
    CW_TRY_ASSIGN(ScriptOutput parsed, parse_for(m_context.env, m_template, sink.out, out_dir));
    if (parsed.has_errors()) {
      out.messages = parsed.messages;
      return fail(Error("CW0611", fmt::format("the build script of `{}` reported errors", m_template.label.package_display)));
    }
    m_record.stdout_text = std::move(sink.out);
    m_record.stderr_text = std::move(sink.err);
    m_record.out_dir = out_dir;
    name_script_inputs(parsed);
    add_inputs_of_scripts();
    out.result.script = std::move(parsed);
    return {};
  }

  [[nodiscard]] std::string output_of_script(const ScriptSink& sink) const
  {
    if (base::trim(sink.out).empty() && base::trim(sink.err).empty()) {
      return {};
    }
    std::string text = fmt::format("output of the build script of `{}`:\n", m_template.label.package_display);
    if (!base::trim(sink.out).empty()) {
      text += "  --- stdout\n" + indented(sink.out);
    }
    if (!base::trim(sink.err).empty()) {
      text += "  --- stderr\n" + indented(sink.err);
    }
    return text;
  }

  /// With `rerun-if-*` exactly these decide; without, the whole package does, unless its checksum stands for it.
  void name_script_inputs(const ScriptOutput& script)
  {
    const bool whole_package = !script.names_inputs() && !m_template.replaced_script_output;
    add_named_inputs(m_template, named_by(m_template, m_index, script, whole_package));
  }

  void add_inputs_of_scripts()
  {
    for (const NamedInputs& named : m_verdict.named) {
      add_named_inputs(m_context.graph.actions[named.script], named);
    }
  }

  void add_named_inputs(const plan::ActionTemplate& script, const NamedInputs& named)
  {
    for (const std::string& path : named.files) {
      std::string name = m_context.places.name_of(path);
      if (name.ends_with('/')) {
        name.pop_back();
      }
      if (m_context.env.fs.is_directory(path)) {
        m_record.source_trees.push_back({std::move(name), TreeKind::everything});
      } else {
        m_source_names.push_back(std::move(name));
      }
    }
    for (const std::string& name : named.variables) {
      m_record.observed.emplace_back(name, recorded_variable(m_context, m_template, m_verdict.command, name));
    }
    if (!named.whole_package) {
      return;
    }
    for (const plan::TemplateInput& input : script.inputs) {
      if (input.kind == plan::TemplateInput::Kind::package_tree) {
        m_record.source_trees.push_back({m_context.places.name_of(input.path.native()), TreeKind::package});
      }
    }
  }

  /// The sources as they are now. One that was touched since the start, and was not known with the same content before, may
  /// have been read in another state: then the result is not recorded.
  Result<std::vector<RecordedFile>> look_after_run()
  {
    const std::vector<RecordedFile> known = m_verdict.record ? m_verdict.record->sources : std::vector<RecordedFile>{};
    CW_TRY_ASSIGN(std::vector<RecordedFile> now, look_at_sources(m_context, m_source_names, m_record.source_trees, known, true));
    const std::int64_t ended_ns = now_ns();
    m_inputs_moved = ended_ns < m_started_ns; // the clock was set back: times say nothing
    for (const RecordedFile& file : now) {
      if (const auto sent = m_sent.find(file.name); sent != m_sent.end()) {
        m_inputs_moved = m_inputs_moved || sent->second != file.known.digest; // that is what was compiled, whatever is here now
        continue;
      }
      // A modification time that is yet to come was set by somebody, when ctime says.
      const FileIdentity& identity = file.known.identity;
      const bool is_to_come = identity.mtime_ns > ended_ns + k_clock_tick_ns;
      const std::int64_t changed_ns = is_to_come ? identity.ctime_ns : std::max(identity.mtime_ns, identity.ctime_ns);
      if (changed_ns < m_started_ns - k_clock_tick_ns) {
        continue;
      }
      const auto earlier = m_seen_before.find(file.name);
      if (earlier == m_seen_before.end() || earlier->second != file.known.digest) {
        m_inputs_moved = m_inputs_moved || !(lies_in_output(file.name) || is_linked_output(file.name));
      }
    }
    return now;
  }

  [[nodiscard]] bool lies_in_own_directory(const plan::TemplateOutput& file) const
  {
    return std::ranges::any_of(m_template.outputs, [&](const plan::TemplateOutput& output) {
      return output.is_directory && file.path.native().starts_with(output.path.native() + "/");
    });
  }

  /// What lies in OUT_DIR was written by a script of this very build, which recorded it.
  [[nodiscard]] bool lies_in_output(const std::string& name) const
  {
    return m_template.out_dir && m_template.kind != plan::ActionKind::run_build_script &&
           name.starts_with(m_context.places.name_of(m_template.out_dir->native()) + "/");
  }

  /// Another script's library, which was written or brought back just now.
  [[nodiscard]] bool is_linked_output(const std::string& name) const
  {
    return m_linked.contains(name) && name.starts_with(m_context.places.name_of(m_context.graph.target_directory.native()) + "/");
  }

  Result<> collect_outputs(JobOutput& out)
  {
    auto linked = uplift(m_context, m_template);
    if (!linked) {
      return fail(std::move(linked).error());
    }
    out.result.outputs.resize(m_template.outputs.size());
    for (std::uint32_t i = 0; i < m_template.outputs.size(); ++i) {
      const plan::TemplateOutput& output = m_template.outputs[i];
      RecordedOutput recorded;
      recorded.index = i;
      recorded.name = m_context.places.name_of(output.path.native());
      recorded.is_directory = output.is_directory;
      if (output.is_directory) {
        if (m_template.kind == plan::ActionKind::rustc) {
          continue; // incremental: rustc's own, checked by rustc
        }
        CW_TRY_ASSIGN(recorded.files, files_of_directory(m_context, recorded.name, output.path));
        recorded.known.digest = digest_of_tree(recorded.name, recorded.files);
      } else {
        CW_TRY_ASSIGN(const auto known, m_context.digests.file_now(output.path.string()));
        if (!known && output.optional) {
          continue;
        }
        if (!known) {
          return fail(
              Error("CW0602", fmt::format("{} was compiled, but `{}` is not there", m_template.label.description, output.path.string()))
                  .note(fmt::format("the command was `{}`", m_shown_command)));
        }
        recorded.known = *known;
        // Nobody but this action writes there, so what was hashed is what it left.
        recorded.known.racy = false;
      }
      out.result.outputs[i] = recorded.known.digest;
      m_record.outputs.push_back(std::move(recorded));
    }
    return {};
  }

  void seal_record(JobOutput& out)
  {
    SealInput input = m_verdict.input;
    for (const RecordedFile& file : m_record.sources) {
      input.sources.push_back({file.name, file.known.digest, file.known.executable});
    }
    input.observed = m_record.observed;
    SealedAction sealed = seal(m_template, m_verdict.command, input, m_context.places);
    take_seal(m_record, m_template, std::move(sealed), std::move(input));
    m_record.duration_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now_ns() - m_started_ns) / 1'000'000));
    out.inputs_moved = m_inputs_moved;
    if (!m_inputs_moved && !m_leaves_more && m_settings.results != nullptr) {
      m_settings.results->keep(m_index, m_verdict, m_record);
    }
    out.record = std::move(m_record);
  }

public:
  /// Contents that were looked at before the program started, by place name.
  void remember_before()
  {
    if (m_verdict.shared != nullptr) {
      for (const SealedFile& file : m_verdict.shared->input.sources) {
        m_seen_before.emplace(file.name, file.digest);
      }
    }
    if (m_verdict.record) {
      for (const RecordedFile& file : m_verdict.record->sources) {
        if (const auto look = m_context.digests.last_look(m_context.places.path_of(file.name))) {
          m_seen_before.emplace(file.name, look->digest);
        }
      }
    }
  }

private:
  const JobSettings& m_settings;
  const Context& m_context;
  const plan::ActionTemplate& m_template;
  plan::ActionIndex m_index;
  Verdict m_verdict;
  RemoteUnits* m_elsewhere;
  const std::function<void(Event)>& m_emit;
  std::stop_token m_stop;
  std::string m_shown_command;
  std::int64_t m_started_ns = 0;
  std::vector<std::string> m_source_names;
  std::map<std::string, base::Digest> m_seen_before;
  std::map<std::string, base::Digest> m_sent; ///< what another machine has compiled, by place name
  std::set<std::string> m_linked;             ///< libraries and what else linkers read, by place name
  bool m_inputs_moved = false;
  bool m_leaves_more = false; ///< than its outputs
  Record m_record;
};

} // namespace

void run_job(const JobSettings& settings,
             plan::ActionIndex index,
             Verdict verdict,
             RemoteUnits* elsewhere,
             const std::function<void(Event)>& emit,
             std::stop_token stop)
{
  auto out = std::make_shared<JobOutput>();
  out->started = settings.context.env.clock.monotonic();
  Job job(settings, index, std::move(verdict), elsewhere, emit, std::move(stop));
  job.remember_before();
  if (auto result = job.run(*out); result) {
    out->success = true;
  } else {
    out->error = std::move(result).error();
  }
  out->ended = settings.context.env.clock.monotonic();
  Event event{Event::Kind::finished, index};
  event.job = std::move(out);
  emit(std::move(event));
}

} // namespace cargo_wasm::exec
