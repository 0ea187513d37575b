#include <cargo_wasm/postlink/wasm_opt.hpp>

#include <algorithm>
#include <array>

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include "dwarf_probe.hpp"
#include "module_file.hpp"
#include "temporary_file.hpp"

namespace cargo_wasm::postlink {

using namespace std::string_view_literals;

namespace {

/// Names that LLVM and Binaryen spell differently.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_spellings{{
    {"nontrapping-fptoint", "nontrapping-float-to-int"},
    {"simd128", "simd"},
    {"atomics", "threads"},
    {"multi-memory", "multimemory"},
}};
/// What older builds have no option of its own for, with the feature that stands for it there.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_parts{{
    {"bulk-memory-opt", "bulk-memory"},
    {"call-indirect-overlong", "reference-types"},
    {"legacy-exceptions", "exception-handling"},
    {"exnref", "exception-handling"},
}};

/// Passes that replace a feature's instructions.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_lowerings{{
    {"sign-ext", "signext-lowering"},
    {"bulk-memory-opt", "llvm-memory-copy-fill-lowering"},
    {"nontrapping-fptoint", "llvm-nontrapping-fptoint-lowering"},
}};

constexpr const char* k_tables_option = "enable-reference-types"; ///< without it there is one table at most
/// (module (table 1 funcref) (table 1 externref) (export "t" (table 1)))
constexpr std::string_view k_two_tables = "\0asm\1\0\0\0\4\7\2\x70\0\1\x6f\0\1\7\5\1\1t\1\1"sv;

std::string_view mapped(std::span<const std::pair<std::string_view, std::string_view>> names, std::string_view name)
{
  const auto row = std::ranges::find(names, name, &std::pair<std::string_view, std::string_view>::first);
  return row == names.end() ? std::string_view() : row->second;
}

std::string option_name(std::string_view feature)
{
  const std::string_view other = mapped(k_spellings, feature);
  return fmt::format("enable-{}", other.empty() ? feature : other);
}

Error not_wasm_opt(const base::Path& program, std::string why)
{
  return Error("CW0850", fmt::format("`{}` does not answer as wasm-opt does", program.native()), Blame::environment)
      .note(std::move(why))
      .help("`npm install binaryen` brings one for a project, the distribution's package `binaryen` one for the machine");
}

class Prober
{
public:
  Prober(const base::Env& env, const base::Path& program, const base::Path& directory)
      : m_env(env), m_program(program), m_directory(directory)
  {
  }

  Result<WasmOpt> run()
  {
    WasmOpt tool;
    tool.program = m_program;
    CW_TRY_ASSIGN(const std::string version, output_of({"--version"}));
    constexpr std::string_view k_name = "wasm-opt ";
    const std::string_view line = base::trim(version);
    if (!line.starts_with(k_name)) {
      return fail(not_wasm_opt(m_program, fmt::format("`--version` printed `{}`", line)));
    }
    tool.version = line.substr(k_name.size());
    CW_TRY_ASSIGN(const std::string help, output_of({"--help"}));
    for (const std::string_view help_line : base::split(help, '\n')) {
      const std::string_view option = base::trim(help_line);
      if (option.starts_with("--enable-")) {
        tool.enable_flags.emplace(option.substr(2, option.find_first_of(" \t,") - 2));
      }
      for (const auto& [feature, pass] : k_lowerings) {
        if (option.starts_with("--") && option.substr(2, option.find_first_of(" \t,") - 2) == pass) {
          tool.lowerings.emplace(pass);
        }
      }
    }
    CW_TRY_ASSIGN(tool.updates_dwarf, updates_dwarf());
    if (tool.enable_flags.contains(k_tables_option)) {
      CW_TRY_ASSIGN(tool.exports_later_tables, exports_later_tables());
    }
    return tool;
  }

private:
  Result<std::string> output_of(std::vector<std::string> arguments)
  {
    base::Command command;
    command.program = m_program;
    command.args = std::move(arguments);
    command.env = m_env.vars;
    command.cwd = m_env.cwd;
    base::CapturingSink sink;
    const auto exit = m_env.process.run(command, sink);
    if (!exit) {
      return fail(not_wasm_opt(m_program, exit.error().message));
    }
    if (!exit->success()) {
      return fail(not_wasm_opt(
          m_program, fmt::format("`{}` ended with {}: {}", base::to_shell_string(command), base::to_string(*exit), base::trim(sink.err))));
    }
    return std::move(sink.out);
  }

  /// It does when the line table changes with the code that it belongs to.
  Result<bool> updates_dwarf()
  {
    // Two builds may ask at once: each has files of its own.
    const TemporaryFile before(m_env.fs, m_directory / fmt::format("probe-{}.wasm", ::getpid()));
    const TemporaryFile after(m_env.fs, beside(before.path(), "optimized"));
    CW_TRY(m_env.fs.write_atomic(before.path(), dwarf_probe()));
    CW_TRY(output_of({"-O2", "-g", before.path().native(), "-o", after.path().native()}));
    CW_TRY_ASSIGN(const auto optimized, m_env.fs.read_if_exists(after.path()));
    if (!optimized) {
      return fail(not_wasm_opt(m_program, "it wrote no module"));
    }
    CW_TRY_ASSIGN(const auto lines, line_table(after.path(), *optimized));
    CW_TRY_ASSIGN(const auto lines_before, line_table(before.path(), dwarf_probe()));
    return lines && lines != lines_before;
  }

  Result<bool> exports_later_tables()
  {
    const TemporaryFile before(m_env.fs, m_directory / fmt::format("probe-tables-{}.wasm", ::getpid()));
    const TemporaryFile after(m_env.fs, beside(before.path(), "optimized"));
    CW_TRY(m_env.fs.write_atomic(before.path(), k_two_tables));
    CW_TRY(output_of({before.path().native(), "-o", after.path().native(), fmt::format("--{}", k_tables_option)}));
    CW_TRY_ASSIGN(const auto written, m_env.fs.read_if_exists(after.path()));
    if (!written) {
      return fail(not_wasm_opt(m_program, "it wrote no module"));
    }
    CW_TRY_ASSIGN(const auto tables, exported_tables(wasm::Source(after.path(), *written)));
    return tables == std::vector<std::uint32_t>{1};
  }

  /// A view into `bytes`.
  static Result<std::optional<std::string_view>> line_table(const base::Path& path, std::string_view bytes)
  {
    CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(wasm::Source(path, bytes)));
    const auto content = module.custom(".debug_line");
    return content ? std::optional(content->rest()) : std::nullopt;
  }

  const base::Env& m_env;
  const base::Path& m_program;
  const base::Path& m_directory;
};

std::string identity_of(const base::ReadOnlyFilesystem& fs, const base::Path& program)
{
  base::StableHasher hasher;
  const auto real = fs.canonicalize(program);
  const auto stat = fs.stat(program);
  hasher.add(real ? real->native() : program.native());
  if (stat && *stat) {
    hasher.add((*stat)->size_bytes).add(static_cast<std::uint64_t>((*stat)->mtime_ns));
  }
  return hasher.finish_hex();
}

std::optional<WasmOpt> kept_answer(const base::Env& env, const base::Path& file, const base::Path& program)
{
  const auto text = env.fs.read_if_exists(file);
  if (!text || !*text) {
    return std::nullopt;
  }
  const nlohmann::json json = nlohmann::json::parse(**text, nullptr, false);
  try {
    return WasmOpt{program,
                   json.at("version"),
                   json.at("enable-flags"),
                   json.at("updates-dwarf"),
                   json.at("lowerings"),
                   json.at("exports-later-tables")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt; // damaged: it is asked again
  }
}

} // namespace

std::optional<base::Path> find_wasm_opt(const base::Env& env, const std::optional<base::Path>& configured, const base::Path& project)
{
  if (configured) {
    return configured;
  }
  for (base::Path directory = project; !directory.empty(); directory = directory.parent_path()) {
    if (base::Path program = directory / "node_modules" / "binaryen" / "bin" / "wasm-opt"; env.fs.is_file(program)) {
      return program;
    }
    if (directory == directory.root_path()) {
      break;
    }
  }
  return env.program_on_path("wasm-opt");
}

Result<WasmOpt> probe_wasm_opt(const base::Env& env, const base::Path& program, const base::Path& cache_directory)
{
  const base::Path directory = cache_directory / "tools";
  const base::Path file = directory / fmt::format("wasm-opt-{}.json", identity_of(env.fs, program));
  if (const auto known = kept_answer(env, file, program)) {
    return *known;
  }
  CW_TRY_ASSIGN(WasmOpt tool, Prober(env, program, directory).run());
  const nlohmann::ordered_json json{{"version", tool.version},
                                    {"enable-flags", tool.enable_flags},
                                    {"updates-dwarf", tool.updates_dwarf},
                                    {"lowerings", tool.lowerings},
                                    {"exports-later-tables", tool.exports_later_tables}};
  CW_TRY(env.fs.write_atomic(file, json.dump(1) + "\n"));
  return tool;
}

std::optional<std::string> lowering_option(const WasmOpt& tool, std::string_view feature)
{
  const std::string_view pass = mapped(k_lowerings, feature);
  return tool.lowerings.contains(pass) ? std::optional(fmt::format("--{}", pass)) : std::nullopt;
}

FeatureOptions feature_options(const WasmOpt& tool, std::span<const std::string> features)
{
  FeatureOptions result;
  for (const std::string& feature : features) {
    if (std::string option = option_name(feature); tool.enable_flags.contains(option)) {
      result.options.push_back("--" + std::move(option));
    } else if (const std::string_view whole = mapped(k_parts, feature); whole.empty() || !tool.enable_flags.contains(option_name(whole))) {
      result.unknown.push_back(feature);
    } else {
      result.options.push_back("--" + option_name(whole));
    }
  }
  std::ranges::sort(result.options);
  result.options.erase(std::unique(result.options.begin(), result.options.end()), result.options.end());
  return result;
}

} // namespace cargo_wasm::postlink
