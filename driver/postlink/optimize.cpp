#include <cargo_wasm/postlink/optimize.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/compressed_size.hpp>
#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/feature_use.hpp>
#include <cargo_wasm/wasm/module.hpp>
#include <cargo_wasm/wasm/rewrite.hpp>
#include <cargo_wasm/wasm/source_map.hpp>

#include "module_file.hpp"
#include "temporary_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

constexpr std::array<std::string_view, 4> k_auto_levels{"2", "3", "s", "z"};
constexpr std::string_view k_quick_level = "1"; ///< when the wanted one takes too long

std::string quoted_list(const std::vector<std::string>& names)
{
  std::string text;
  for (const std::string& name : names) {
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", name);
  }
  return text;
}

class Optimization
{
public:
  Optimization(const base::Env& env, const OptimizeRequest& request) : m_env(env), m_request(request) {}

  Result<OptimizeOutcome> run()
  {
    CW_TRY_ASSIGN(const base::MappedFile file, map_module(m_env.fs, m_request.input));
    const wasm::Source source = source_of(file);
    CW_TRY_ASSIGN(const auto features, target_features(source));
    FeatureOptions options = feature_options(m_request.tool, features);
    if (!options.unknown.empty()) {
      m_outcome.warnings.push_back(unknown_features(options.unknown));
      CW_TRY(m_env.fs.write_atomic(m_request.output, file.bytes()));
      return std::move(m_outcome);
    }
    m_feature_options = std::move(options.options);
    CW_TRY_ASSIGN(const auto tables, exported_tables(source));
    if (!m_request.tool.exports_later_tables && !tables.empty() && tables.back() > 0) {
      m_outcome.warnings.push_back(table_would_be_lost());
      CW_TRY(m_env.fs.write_atomic(m_request.output, file.bytes()));
      return std::move(m_outcome);
    }
    CW_TRY(choose_lowerings(source));
    CW_TRY_ASSIGN(m_exports, export_names(source));
    CW_TRY_ASSIGN(m_imports, import_names(source));
    const TemporaryFile without_lines(m_env.fs, beside(m_request.output, "in"));
    const TemporaryFile lines(m_env.fs, beside(m_request.output, "lines"));
    m_input = m_request.input;
    if (has_debug_sections(source) && !(m_request.keeps_debug_info && m_request.tool.updates_dwarf)) {
      const auto keep = [](std::string_view name) { return !wasm::is_debug_section(name); };
      CW_TRY_ASSIGN(const std::string stripped, wasm::rewrite_custom_sections(source, keep, {}));
      CW_TRY(m_env.fs.write_atomic(without_lines.path(), stripped));
      m_input = without_lines.path();
      if (m_request.keeps_debug_info && m_request.source_map) {
        CW_TRY(write_lines(source, stripped, lines.path()));
      } else if (m_request.keeps_debug_info) {
        m_outcome.warnings.push_back(lines_are_lost());
      }
    }
    CW_TRY(try_levels());
    return std::move(m_outcome);
  }

private:
  struct Made
  {
    std::string module, source_map;
  };

  Error unknown_features(const std::vector<std::string>& features) const
  {
    return Error("CW0852",
                 fmt::format(
                     "wasm-opt {} does not know {}, so the module stays as it was linked", m_request.tool.version, quoted_list(features)))
        .note("the module uses these features of WebAssembly, and an optimizer that does not know them would refuse it")
        .help("use a newer wasm-opt: `npm install binaryen` brings one for a project");
  }

  Error table_would_be_lost() const
  {
    return Error("CW0964",
                 fmt::format("wasm-opt {} confuses the tables of this module, so it stays as it was linked", m_request.tool.version))
        .note("the module exports a second table, as JavaScript bindings need it, and this build would export the first in its place")
        .help("use a newer wasm-opt: `npm install binaryen` brings one for a project");
  }

  /// Passes for what is to be replaced and really used: they refuse modules that use more of the same proposal.
  Result<> choose_lowerings(const wasm::Source& source)
  {
    wasm::FeatureSet wanted;
    for (const std::string& name : m_request.lowered) {
      if (const auto feature = wasm::feature_named(name)) {
        wanted.insert(*feature);
      }
    }
    if (wanted.empty()) {
      return {};
    }
    CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
    CW_TRY_ASSIGN(const auto uses, wasm::features_used(module, wanted));
    for (const wasm::FeatureUse& use : uses) {
      const std::string_view name = wasm::name_of(use.feature);
      if (auto option = lowering_option(m_request.tool, name)) {
        m_lowering_options.push_back(std::move(*option));
      } else {
        m_outcome.warnings.push_back(
            Error("CW0878", fmt::format("wasm-opt {} cannot replace `{}` by older instructions", m_request.tool.version, name))
                .note("the host lacks it, and its profile asks for this")
                .help("use a newer wasm-opt: `npm install binaryen` brings one for a project"));
      }
    }
    return {};
  }

  /// The line table as a map of the module that wasm-opt gets.
  Result<> write_lines(const wasm::Source& linked, const std::string& stripped, const base::Path& file)
  {
    CW_TRY_ASSIGN(const wasm::Module with_lines, wasm::Module::read(linked));
    CW_TRY_ASSIGN(const wasm::Module without, wasm::Module::read(wasm::Source(file, stripped)));
    const wasm::DebugLines table(with_lines);
    const std::string map =
        wasm::write_source_map(table, wasm::DebugInlines(with_lines, table), without.section(wasm::PayloadKind::code).begin);
    CW_TRY(m_env.fs.write_atomic(file, map));
    m_map_before = file;
    return {};
  }

  Error lines_are_lost() const
  {
    return Error("CW0856", fmt::format("wasm-opt {} does not carry debug information along, so it was taken out", m_request.tool.version))
        .note("it would change the code and leave the line tables as they were: every line would be wrong")
        .help("use a build of wasm-opt that was made with DWARF support, as Debian's is, or leave `debug` out of this profile");
  }

  Result<> try_levels()
  {
    std::vector<std::string> levels{m_request.level};
    if (m_request.level == "auto") {
      levels.assign(k_auto_levels.begin(), k_auto_levels.end());
    }
    std::optional<Made> best;
    std::uint64_t best_size = 0;
    std::vector<std::string> slow;
    for (const std::string& level : levels) {
      CW_TRY_ASSIGN(std::optional<Made> made, module_at(level));
      if (!made) {
        slow.push_back(level);
        continue;
      }
      const std::uint64_t size = levels.size() == 1 ? 0 : measured(made->module);
      if (!best || size < best_size) {
        best = std::move(made);
        best_size = size;
        m_outcome.level = level;
      }
    }
    if (!best) {
      CW_TRY_ASSIGN(best, module_at(std::string(k_quick_level)));
      m_outcome.level = k_quick_level;
    }
    if (!best) {
      return fail(Error("CW0853", fmt::format("wasm-opt {} did not end in time", m_request.tool.version), Blame::environment)
                      .note(fmt::format("not even with `-O{}`", k_quick_level))
                      .help("switch it off with `wasm-opt = false`, or try another version of it"));
    }
    for (const std::string& level : slow) {
      Error warning = too_slow(level);
      if (m_outcome.once_because.empty()) {
        m_outcome.once_because = warning.message;
      }
      m_outcome.warnings.push_back(std::move(warning));
    }
    if (m_map_before.empty()) {
      return m_env.fs.write_atomic(m_request.output, best->module);
    }
    CW_TRY(m_env.fs.write_atomic(*m_request.source_map, best->source_map));
    const auto keep = [](std::string_view) { return true; };
    const std::array named{wasm::CustomSection{"sourceMappingURL", wasm::sized_text(m_request.source_map_url)}};
    CW_TRY_ASSIGN(const std::string with_url, wasm::rewrite_custom_sections(wasm::Source(m_request.output, best->module), keep, named));
    return m_env.fs.write_atomic(m_request.output, with_url);
  }

  [[nodiscard]] std::uint64_t measured(const std::string& module) const
  {
    return m_request.measure == "gzip"     ? base::gzip_size(module)
           : m_request.measure == "brotli" ? base::brotli_size(module)
                                           : module.size();
  }

  Error too_slow(const std::string& level) const
  {
    return Error("CW0854", fmt::format("wasm-opt took more than {} s with `-O{}`", m_request.longest.count() / 1000, level))
        .note(fmt::format("`-O{}` was used instead", m_outcome.level))
        .note("how fast this machine was just now decided that, so the result is good for this build only: the next one tries again")
        .help("choose a lower `wasm-opt` level for this profile, or allow more time: `[wasm.tools] wasm-opt-timeout = SECONDS`");
  }

  /// The optimized module; nullopt when time was over.
  Result<std::optional<Made>> module_at(const std::string& level)
  {
    const TemporaryFile made(m_env.fs, beside(m_request.output, "O" + level));
    const TemporaryFile map(m_env.fs, beside(m_request.output, "map" + level));
    base::Command command;
    command.program = m_request.tool.program;
    command.args = {m_input.native(), "-o", made.path().native(), "-O" + level, "-g"};
    if (!m_map_before.empty()) {
      command.args.insert(command.args.end(), {"-ism", m_map_before.native(), "-osm", map.path().native()});
    }
    command.args.insert(command.args.end(), m_feature_options.begin(), m_feature_options.end());
    command.args.insert(command.args.end(), m_lowering_options.begin(), m_lowering_options.end());
    command.args.insert(command.args.end(), m_request.extra.begin(), m_request.extra.end());
    command.env = m_env.vars;
    command.cwd = m_env.cwd;
    base::CapturingSink sink;
    const base::Deadline deadline(m_request.longest, m_request.stop);
    CW_TRY_ASSIGN(const base::Exit exit, m_env.process.run(command, sink, deadline.token()));
    if (deadline.passed()) {
      return std::nullopt;
    }
    if (!exit.success()) {
      return fail(tool_failed(command, exit, sink.err));
    }
    CW_TRY_ASSIGN(auto text, m_env.fs.read_if_exists(made.path()));
    CW_TRY(check(made.path(), text));
    CW_TRY_ASSIGN(auto places, m_env.fs.read_if_exists(map.path()));
    return Made{std::move(*text), places.value_or(std::string())};
  }

  Error tool_failed(const base::Command& command, const base::Exit& exit, std::string_view said) const
  {
    Error error("CW0853", fmt::format("wasm-opt {} failed", m_request.tool.version), Blame::environment);
    add_tool_notes(error, command, exit, said);
    error.helps.emplace_back("the module as it was linked is left as it is; `wasm-opt = false` in the profile builds without this step");
    return error;
  }

  /// What a host relies on must be there: the same exports, and no import that was not there before.
  Result<> check(const base::Path& path, const std::optional<std::string>& text) const
  {
    const auto unfit = [&](std::string why) {
      return fail(Error("CW0855",
                        fmt::format("wasm-opt {} was content, but what it wrote cannot be used", m_request.tool.version),
                        Blame::environment)
                      .note(std::move(why))
                      .help("try another version of it, or `wasm-opt = false` in the profile"));
    };
    if (!text) {
      return unfit("it wrote no file");
    }
    const wasm::Source source(path, *text);
    const auto exports = export_names(source);
    const auto imports = import_names(source);
    if (!exports || !imports) {
      return unfit(exports ? imports.error().message : exports.error().message);
    }
    for (const std::string& name : m_exports) {
      if (!exports->contains(name)) {
        return unfit(fmt::format("the export `{}` is gone", name));
      }
    }
    for (const std::string& name : *imports) {
      if (!m_imports.contains(name)) {
        return unfit(fmt::format("the import `{}` was not there before", name));
      }
    }
    return {};
  }

  const base::Env& m_env;
  const OptimizeRequest& m_request;
  OptimizeOutcome m_outcome;
  std::vector<std::string> m_feature_options, m_lowering_options;
  base::Path m_input;
  base::Path m_map_before; ///< of the module that the tool gets; empty: it gets none
  std::set<std::string> m_exports, m_imports;
};

} // namespace

Result<OptimizeOutcome> optimize(const base::Env& env, const OptimizeRequest& request)
{
  return Optimization(env, request).run();
}

} // namespace cargo_wasm::postlink
