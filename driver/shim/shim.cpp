#include <cargo_wasm/shim/shim.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/shim/inspect_link.hpp>
#include <cargo_wasm/shim/linker_options.hpp>
#include <cargo_wasm/shim/response_file.hpp>

namespace cargo_wasm::shim {

namespace {

constexpr std::string_view k_linker = "CARGO_WASM_LINKER";
constexpr std::string_view k_report = "CARGO_WASM_LINK_REPORT";
constexpr std::string_view k_policy = "CARGO_WASM_LINK_POLICY";
constexpr std::string_view k_own_flags = "CARGO_WASM_LINK_OWN_FLAGS";
constexpr std::string_view k_allow = "CARGO_WASM_LINK_ALLOW";
constexpr std::string_view k_setting_separator = "; "; // no value has one
constexpr std::string_view k_expanded = k_expanded_variable;
constexpr std::string_view k_crates = "CARGO_WASM_LINK_CRATES";

/// Linux refuses a command line of 2 MiB with its environment, and one argument of 128 KiB.
constexpr std::size_t k_longest_command_line_bytes = 512 * 1024;

std::vector<std::string> words(std::string_view text, char separator = ' ')
{
  std::vector<std::string> result;
  for (const std::string_view word : base::split(text, separator)) {
    if (!word.empty()) {
      result.emplace_back(word);
    }
  }
  return result;
}

/// An argument of a response file in GNU quoting.
std::string response_argument(std::string_view argument)
{
  std::string text = "\"";
  for (const char c : argument) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + "\"\n";
}

/// A command line that the system takes: the arguments themselves, or a response file with them.
Result<std::vector<std::string>> fit_command_line(base::Filesystem& fs, const base::Path& report, const std::vector<std::string>& arguments)
{
  std::size_t bytes = 0;
  for (const std::string& argument : arguments) {
    bytes += argument.size() + 1;
  }
  if (bytes <= k_longest_command_line_bytes) {
    return arguments;
  }
  // rust-lld looks for its flavor before it reads any file.
  const std::ptrdiff_t outside = arguments.front() == "-flavor" ? 2 : 0;
  std::vector<std::string> fitted(arguments.begin(), arguments.begin() + outside);
  std::string text;
  for (auto argument = arguments.begin() + outside; argument != arguments.end(); ++argument) {
    text += response_argument(*argument);
  }
  base::Path file = report;
  file += ".args";
  CW_TRY(fs.write_atomic(file, text));
  fitted.push_back("@" + file.native());
  return fitted;
}

/// lld under its own name has to be told which linker to be; rustc tells it, wasm-component-ld does not.
bool needs_flavor(const base::Path& linker, const std::vector<std::string>& arguments)
{
  const std::string name = linker.filename().string();
  return (name == "rust-lld" || name == "lld") && (arguments.empty() || arguments.front() != "-flavor");
}

/// Passes the linker's stdout on as it comes and keeps its stderr.
class LinkerSink final : public base::OutputSink
{
public:
  explicit LinkerSink(base::Reporter& reporter) : m_reporter(reporter) {}
  void on_stdout(std::string_view chunk) override { m_reporter.result(chunk); }
  void on_stderr(std::string_view chunk) override { err += chunk; }
  std::string err;

private:
  base::Reporter& m_reporter;
};

} // namespace

base::EnvMap to_variables(const ShimRequest& request)
{
  base::EnvMap variables{{std::string(k_linker), request.linker.native()},
                         {std::string(k_report), request.report.native()},
                         {std::string(k_policy), request.enforce ? "enforce" : "report"},
                         {std::string(k_own_flags), base::join(request.own_flags, " ")},
                         {std::string(k_allow), base::join(request.allowed, " ")}};
  if (!request.settings.empty()) {
    variables.emplace(k_settings_variable, base::join(request.settings, k_setting_separator));
  }
  if (!request.expanded.empty()) {
    variables.emplace(k_expanded, base::join(request.expanded, ":"));
  }
  if (!request.crates.empty()) {
    variables.emplace(k_crates, base::join(request.crates, ":"));
  }
  return variables;
}

std::vector<std::string> split_settings(std::string_view text)
{
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(k_setting_separator), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + k_setting_separator.size(), text.size()));
  }
  return result;
}

Result<ShimRequest> read_request(const base::EnvMap& variables)
{
  const auto value = [&](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string_view() : std::string_view(found->second);
  };
  for (const std::string_view name : {k_linker, k_report}) {
    if (!base::Path(value(name)).is_absolute()) {
      return fail(Error("CW0801", fmt::format("`{}` is not set to an absolute path", name), Blame::environment)
                      .note("this is cargo-wasm under the name `wasm-ld`, which only a rustc that cargo-wasm started can use")
                      .help("to link by hand, start the linker itself, e.g. `rust-lld -flavor wasm`"));
    }
  }
  if (value(k_policy) != "enforce" && value(k_policy) != "report") {
    return fail(Error("CW0801", fmt::format("`{}` is neither `enforce` nor `report`", k_policy), Blame::environment)
                    .note("this is cargo-wasm under the name `wasm-ld`, which only a rustc that cargo-wasm started can use"));
  }
  return ShimRequest{.linker = value(k_linker),
                     .report = value(k_report),
                     .enforce = value(k_policy) == "enforce",
                     .own_flags = words(value(k_own_flags)),
                     .allowed = words(value(k_allow)),
                     .settings = split_settings(value(k_settings_variable)),
                     .expanded = words(value(k_expanded), ':'),
                     .crates = words(value(k_crates), ':')};
}

AdjustedArguments adjust_arguments(const std::vector<std::string>& arguments, const ShimRequest& request, const base::Path& allow_file)
{
  AdjustedArguments result;
  if (!request.enforce) {
    result.arguments = arguments;
  } else {
    const std::vector<LinkerInput> inputs = read_linker_options(arguments).inputs;
    const std::size_t first_input = inputs.empty() ? arguments.size() : inputs.front().argument;
    std::vector<std::string> own = request.own_flags;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto flag = i < first_input ? std::ranges::find(own, arguments[i]) : own.end();
      if (flag == own.end()) {
        result.arguments.push_back(arguments[i]);
      } else {
        result.removed.push_back(arguments[i]);
        own.erase(flag);
      }
    }
    result.added.emplace_back("--error-limit=0");
    if (!allow_file.empty()) {
      result.added.push_back("--allow-undefined-file=" + allow_file.native());
    }
    result.arguments.insert(result.arguments.end(), result.added.begin(), result.added.end());
  }
  const LinkerOptions effective = read_linker_options(result.arguments);
  result.user_allows_undefined = effective.import_undefined || effective.unresolved != Unresolved::error;
  return result;
}

std::string shorten_messages(std::string_view text)
{
  constexpr std::size_t k_most = 20;
  std::size_t messages = 0;
  std::size_t end = text.size();
  for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1) {
    const std::string_view rest = text.substr(at);
    if (!rest.starts_with(">>>") && !rest.starts_with('\n') && ++messages == k_most + 1) {
      end = at;
    }
  }
  if (messages <= k_most) {
    return std::string(text);
  }
  return fmt::format("{}… and {} messages more\n", text.substr(0, end), messages - k_most);
}

Result<int> run_shim(const base::Env& env, const std::vector<std::string>& arguments)
{
  if (const std::string* module = env.var(k_linked_module_variable)) {
    CW_TRY(env.fs.copy(*module, env.cwd / read_linker_options(arguments).output));
    return 0;
  }
  CW_TRY_ASSIGN(const ShimRequest request, read_request(env.vars));
  CW_TRY_ASSIGN(const auto expanded, expand_response_files(env.fs, env.cwd, arguments));
  base::Path allow_file;
  if (request.enforce && !request.allowed.empty()) {
    allow_file = request.report;
    allow_file += ".allow";
    CW_TRY(env.fs.write_atomic(allow_file, base::join(request.allowed, "\n") + "\n"));
  }
  AdjustedArguments adjusted = adjust_arguments(expanded, request, allow_file);
  if (needs_flavor(request.linker, adjusted.arguments)) {
    adjusted.arguments.insert(adjusted.arguments.begin(), {"-flavor", "wasm"});
  }

  LinkReport report;
  report.linker = request.linker.native();
  report.arguments = adjusted.arguments;
  report.removed = adjusted.removed;
  report.added = adjusted.added;
  report.user_allows_undefined = adjusted.user_allows_undefined;
  report.allowed = request.allowed;
  report.settings = request.settings;
  CW_TRY(compare_imports(env, request.expanded, report));
  if (!report.import_collisions.empty()) {
    report.exit.status = 1;
    CW_TRY(env.fs.write_atomic(request.report, to_json(report)));
    env.reporter.passthrough("not linked: this compiler would confuse imports\n");
    return 1;
  }

  base::Command command;
  command.program = request.linker;
  command.env = env.vars;
  command.cwd = env.cwd;
  CW_TRY_ASSIGN(command.args, fit_command_line(env.fs, request.report, adjusted.arguments));
  for (const auto& [name, value] : to_variables(request)) {
    command.env.erase(name);
  }
  LinkerSink sink(env.reporter);
  CW_TRY_ASSIGN(report.exit, env.process.run(command, sink));
  report.messages = read_linker_messages(sink.err);
  std::vector<base::Path> crates;
  for (const std::string& crate : request.crates) {
    crates.push_back(request.report.parent_path() / crate);
  }
  CW_TRY(inspect_link(env, crates, report));
  CW_TRY(env.fs.write_atomic(request.report, to_json(report)));
  env.reporter.passthrough(shorten_messages(sink.err));
  if (report.exit.success() && request.enforce && is_unfit(report)) {
    env.reporter.passthrough("linked, but what was made cannot work\n");
    return 1;
  }
  return report.exit.signal != 0 ? 128 + report.exit.signal : report.exit.status;
}

} // namespace cargo_wasm::shim
