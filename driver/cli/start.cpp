// Process start. The no-op check comes first, before arguments are parsed or anything is set up: most builds of a working day
// have nothing to do, and what they cost is what is done here.
#include <cargo_wasm/cli/start.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/cli/options.hpp>
#include <cargo_wasm/exec/noop.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/net/loader.hpp>
#include <cargo_wasm/shim/shim.hpp>
#include <cargo_wasm/ops/become.hpp>

#include "dispatch.hpp"
#include "stoppable_filesystem.hpp"

namespace cargo_wasm::cli {

namespace {

EnvMap env_map(char** environment)
{
  EnvMap map;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      map.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return map;
}

std::string value_of(char** environment, std::string_view name)
{
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=') {
      return std::string(text.substr(name.size() + 1));
    }
  }
  return {};
}

void write_all(int fd, std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Replaces this process. Returns only when that failed.
int become(const base::Command& command)
{
  std::vector<std::string> variables;
  variables.reserve(command.env.size());
  std::vector<char*> env, args;
  for (const auto& [name, value] : command.env) {
    env.push_back(variables.emplace_back(name + "=" + value).data());
  }
  env.push_back(nullptr);
  args.push_back(const_cast<char*>(command.program.c_str()));
  for (const auto& arg : command.args) {
    args.push_back(const_cast<char*>(arg.c_str()));
  }
  args.push_back(nullptr);
  if (!command.cwd.empty() && ::chdir(command.cwd.c_str()) != 0) {
    write_all(STDERR_FILENO, fmt::format("error[CW0010]: cannot enter `{}`: {}\n", command.cwd.string(), base::describe_errno(errno)));
    return 3;
  }
  ::execve(command.program.c_str(), args.data(), env.data());
  write_all(STDERR_FILENO, fmt::format("error[CW0010]: cannot start `{}`: {}\n", command.program.string(), base::describe_errno(errno)));
  return 3;
}

/// "build", "check" and "run", whatever stands before them.
bool may_be_noop(const std::vector<std::string>& arguments)
{
  for (const auto& argument : arguments) {
    if (argument.starts_with('-') || argument.starts_with('+')) {
      continue;
    }
    return argument == "build" || argument == "b" || argument == "check" || argument == "c" || argument == "run" || argument == "r";
  }
  return false;
}

/// This program's file: another build of it is another key.
std::string own_identity()
{
  struct stat status
  {
  };
  if (::stat("/proc/self/exe", &status) != 0) {
    return {};
  }
  return fmt::format("{}:{}:{}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

ops::NoopContext noop_context(const std::vector<std::string>& arguments, char** environment, std::string cwd, std::int64_t started_ns)
{
  ops::NoopContext context;
  auto cache = value_of(environment, "XDG_CACHE_HOME");
  if (cache.empty()) {
    cache = value_of(environment, "HOME") + "/.cache";
  }
  context.key.working_directory = std::move(cwd);
  context.key.arguments = arguments;
  context.key.arguments.push_back(::isatty(STDERR_FILENO) == 1 ? "terminal" : "no terminal");
  context.key.arguments.push_back(own_identity());
  context.file = exec::noop_file(Path(cache) / "cargo-wasm", context.key);
  context.started_ns = started_ns;
  context.environment = environment;
  return context;
}

std::string elapsed_since(std::int64_t started_ns)
{
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto ms = static_cast<double>(now.tv_sec * 1'000'000'000LL + now.tv_nsec - started_ns) / 1e6;
  return ms < 10 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

/// Ends the process as a hit, or returns.
std::optional<int> try_noop(const ops::NoopContext& context, char** environment)
{
  auto hit = exec::check_noop(context.file, context.key, environment);
  if (!hit) {
    return std::nullopt;
  }
  const std::string_view hole = "{elapsed}";
  if (const auto at = hit->stderr_text.rfind(hole); at != std::string::npos) {
    hit->stderr_text.replace(at, hole.size(), elapsed_since(context.started_ns));
  }
  write_all(STDERR_FILENO, hit->stderr_text);
  if (const auto command = ops::decode_become(hit->stdout_text, env_map(environment))) {
    return become(*command);
  }
  write_all(STDOUT_FILENO, hit->stdout_text);
  return hit->exit_code;
}

/// SIGINT, SIGTERM and SIGHUP as a stop request: children are ended and nothing half done is recorded. A second signal ends
/// the process at once.
class SignalWatch
{
public:
  SignalWatch()
  {
    ::sigemptyset(&m_signals);
    ::sigaddset(&m_signals, SIGINT);
    ::sigaddset(&m_signals, SIGTERM);
    ::sigaddset(&m_signals, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    std::thread([this] {
      int signal = 0;
      if (::sigwait(&m_signals, &signal) == 0) {
        m_received.store(signal);
        m_stop.request_stop();
      }
      if (::sigwait(&m_signals, &signal) == 0) {
        ::_exit(128 + signal);
      }
    }).detach();
  }
  [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }
  [[nodiscard]] int received() const { return m_received.load(); }

private:
  sigset_t m_signals{};
  std::stop_source m_stop;
  std::atomic<int> m_received{0};
};

/// Lives until the process ends: its thread may still wait for a signal.
SignalWatch& signal_watch()
{
  static auto* watch = new SignalWatch; // NOLINT: never destroyed on purpose
  return *watch;
}

void restore_signals()
{
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

base::TerminalOptions terminal_options(const ParsedArguments& parsed, const EnvMap& vars)
{
  base::TerminalOptions options;
  if (parsed.has("quiet")) {
    options.verbosity = base::Verbosity::quiet;
  } else if (const auto verbose = parsed.counts.find("verbose"); verbose != parsed.counts.end()) {
    options.verbosity = verbose->second > 1 ? base::Verbosity::very_verbose : base::Verbosity::verbose;
  }
  if (const auto* color = parsed.last("color")) {
    options.color = *color == "always"  ? base::ColorChoice::always
                    : *color == "never" ? base::ColorChoice::never
                                        : base::ColorChoice::automatic;
  }
  const auto set = [&](std::string_view name) {
    const auto found = vars.find(name);
    return found != vars.end() && !found->second.empty();
  };
  options.no_color_variable = set("NO_COLOR");
  options.in_ci = set("CI");
  const auto term = vars.find("TERM");
  options.term_is_dumb = term != vars.end() && term->second == "dumb";
  return options;
}

/// `term.*` of the configuration fills what the command line left open.
Result<> apply_term_config(const manifest::Config& config, const ParsedArguments& parsed, base::TerminalOptions& options)
{
  if (parsed.last("color") == nullptr) {
    CW_TRY_ASSIGN(const auto color, config.get_string("term.color"));
    if (color) {
      options.color = color->value == "always"  ? base::ColorChoice::always
                      : color->value == "never" ? base::ColorChoice::never
                                                : base::ColorChoice::automatic;
    }
  }
  if (!parsed.has("quiet") && !parsed.has("verbose")) {
    CW_TRY_ASSIGN(const auto quiet, config.get_bool("term.quiet"));
    CW_TRY_ASSIGN(const auto verbose, config.get_bool("term.verbose"));
    options.verbosity = quiet && quiet->value       ? base::Verbosity::quiet
                        : verbose && verbose->value ? base::Verbosity::verbose
                                                    : base::Verbosity::normal;
  }
  CW_TRY_ASSIGN(const auto when, config.get_string("term.progress.when"));
  if (when) {
    options.progress = when->value == "always"  ? base::ProgressChoice::always
                       : when->value == "never" ? base::ProgressChoice::never
                                                : base::ProgressChoice::automatic;
  }
  CW_TRY_ASSIGN(const auto width, config.get_integer("term.progress.width"));
  if (width && width->value > 0) {
    options.progress_width = static_cast<std::uint32_t>(width->value);
  }
  return {};
}

/// Replaces an alias of the configuration by what it stands for; false when the word is none.
Result<bool> expand_alias(const manifest::Config& config, std::vector<std::string>& arguments)
{
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].starts_with('-')) {
      continue;
    }
    CW_TRY_ASSIGN(const auto aliases, config.aliases());
    const auto found = aliases.find(arguments[i]);
    if (found == aliases.end()) {
      return false;
    }
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
    arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i), found->second.begin(), found->second.end());
    return true;
  }
  return false;
}

Path own_program()
{
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

/// Cargo's own: 1 for a command line it does not understand, 101 for everything else.
int strict_exit_code(const Error& error)
{
  return error.id == "CW0781" || error.id == "CW0782" || error.id == "CW0783" ? 1 : 101;
}

int finish(base::Reporter& reporter, const Error& error, bool strict)
{
  reporter.clear_progress();
  if (!error.already_reported) {
    reporter.error(error);
  }
  constexpr int k_over_budget_exit = 6;
  if (strict) {
    return strict_exit_code(error);
  }
  return error.id == "CW0894" ? k_over_budget_exit : base::exit_code_of(error.blame);
}

ops::TerminalSettings settings_of(const base::TerminalOptions& options)
{
  return {options.verbosity, options.color, options.progress, options.progress_width};
}

void apply_settings(const ops::TerminalSettings& settings, base::TerminalOptions& options)
{
  options.verbosity = settings.verbosity;
  options.color = settings.color;
  options.progress = settings.progress;
  options.progress_width = settings.progress_width;
}

/// @param stored  the plan of an earlier build that still holds: then no configuration is read
int run_program(std::vector<std::string> arguments,
                std::optional<std::string> plus,
                const ops::NoopContext& noop,
                std::optional<ops::StoredPlan> stored,
                char** environment)
{
  const auto vars = env_map(environment);
  const auto fs = base::make_filesystem();
  const auto process = base::make_process_runner();
  const auto clock = base::make_clock();
  const auto program = own_program();
  const bool started_by_script = vars.contains("CARGO_WASM_STRICT_CARGO");
  const auto http = net::make_http_client_factory({});
  auto reporter = base::make_terminal_reporter(terminal_options({}, vars));

  if (arguments.empty()) {
    reporter->result(help_text(nullptr));
    return 0;
  }
  auto parsed = parse_arguments(arguments);
  const auto early_env = [&](base::Reporter& to) { return Env{*fs, *process, *http, *clock, to, vars, noop.key.working_directory}; };
  std::unique_ptr<manifest::Config> config;
  if (!parsed && parsed.error().id == "CW0780") {
    auto loaded = manifest::Config::load(early_env(*reporter), {});
    for (int depth = 0; loaded && !parsed && parsed.error().id == "CW0780" && depth < 16; ++depth) {
      const auto expanded = expand_alias(**loaded, arguments);
      if (!expanded) {
        return finish(*reporter, expanded.error(), started_by_script);
      }
      if (!*expanded) {
        break;
      }
      parsed = parse_arguments(arguments);
    }
  }
  if (!parsed) {
    return finish(*reporter, parsed.error(), started_by_script);
  }
  if (parsed->has("help")) {
    const auto* verb = find_verb(parsed->verb);
    reporter->result(verb == nullptr && !parsed->verb.empty() ? group_help_text(parsed->verb) : help_text(verb));
    return 0;
  }
  if (parsed->verb.empty()) {
    reporter->result(parsed->has("version") ? started_by_script ? cargo_version_text() : version_text(parsed->has("verbose"))
                                            : help_text(nullptr));
    return 0;
  }
  const bool strict = started_by_script || parsed->has("strict-cargo");
  auto options = terminal_options(*parsed, vars);
  if (stored) {
    apply_settings(stored->terminal, options);
  } else {
    manifest::ConfigOptions config_options;
    config_options.config_arguments = parsed->all("config");
    if (const auto loaded = manifest::Config::load(early_env(*reporter), config_options)) {
      if (const auto applied = apply_term_config(**loaded, *parsed, options); !applied) {
        return finish(*reporter, applied.error(), strict);
      }
    }
  }
  reporter = base::make_terminal_reporter(options);
  auto& signals = signal_watch();
  StoppableFilesystem stoppable(*fs, signals.token());
  const Env env{stoppable, *process, *http, *clock, *reporter, vars, noop.key.working_directory};
  const DispatchContext context{std::move(plus), program, noop, settings_of(options), stored ? stored->planned : nullptr, signals.token()};
  const auto outcome = dispatch(env, *parsed, context);
  reporter->clear_progress();
  if (signals.received() != 0) {
    return 128 + signals.received();
  }
  if (!outcome) {
    return finish(*reporter, outcome.error(), strict);
  }
  if (outcome->become) {
    restore_signals();
    return become(*outcome->become);
  }
  return outcome->status;
}

/// rustc started us as its linker.
int run_linker_shim(const std::vector<std::string>& arguments, char** environment)
{
  const auto vars = env_map(environment);
  const auto fs = base::make_filesystem();
  const auto process = base::make_process_runner();
  const auto clock = base::make_clock();
  const auto http = net::make_http_client_factory({});
  const auto reporter = base::make_terminal_reporter({});
  std::error_code no_directory;
  const auto code =
      shim::run_shim(Env{*fs, *process, *http, *clock, *reporter, vars, std::filesystem::current_path(no_directory)}, arguments);
  return code ? *code : finish(*reporter, code.error(), false);
}

} // namespace

int start(int argc, char** argv, char** environment)
{
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t started_ns = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (std::string_view(argv[0]).ends_with("/wasm-ld")) {
    return run_linker_shim(arguments, environment);
  }
  if (!arguments.empty() && arguments.front() == "wasm") { // `cargo wasm VERB` starts us as `cargo-wasm wasm VERB`
    arguments.erase(arguments.begin());
  }
  if (!arguments.empty() && arguments.front() == "--cargo-plugin") { // so cargo starts a credential provider
    arguments = {"registry", "credential"};
  }
  std::optional<std::string> plus;
  const auto noop_arguments = arguments;
  if (!arguments.empty() && arguments.front().starts_with('+')) {
    plus = arguments.front().substr(1);
    arguments.erase(arguments.begin());
  }
  try {
    // `-C DIR` before the verb, as in cargo and git.
    if (arguments.size() >= 2 && arguments[0] == "-C") {
      if (::chdir(arguments[1].c_str()) != 0) {
        write_all(STDERR_FILENO, fmt::format("error[CW0784]: cannot enter `{}`: {}\n", arguments[1], base::describe_errno(errno)));
        return 2;
      }
      arguments.erase(arguments.begin(), arguments.begin() + 2);
    }
    std::error_code code;
    const auto cwd = std::filesystem::current_path(code);
    if (code) {
      write_all(STDERR_FILENO, "error[CW0784]: the working directory does not exist any more\n  = help: `cd` to a directory that does\n");
      return 3;
    }
    const auto noop = noop_context(noop_arguments, environment, cwd.string(), started_ns);
    std::optional<ops::StoredPlan> stored;
    if (may_be_noop(arguments)) {
      if (const auto status = try_noop(noop, environment)) {
        return *status;
      }
      stored = ops::find_plan(noop, env_map(environment));
    }
    return run_program(std::move(arguments), std::move(plus), noop, std::move(stored), environment);
  } catch (const std::exception& bug) {
    write_all(STDERR_FILENO,
              fmt::format("error[CW0799]: internal error: {}\n  = note: this is a bug in cargo-wasm\n"
                          "  = help: please report it with the command and the output of `cargo-wasm --version -v`\n",
                          bug.what()));
    return 101;
  }
}

} // namespace cargo_wasm::cli
