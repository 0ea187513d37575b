#include "build.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exam {

namespace {

constexpr std::array<std::string_view, 7> k_variables{"PATH", "HOME", "TMPDIR", "RUSTUP_HOME", "LD_LIBRARY_PATH", "LANG", "TERM"};

base::Path package_of(const ExamRequest& request, const Program& program)
{
  return request.directory / "battery" / program.name;
}

std::string crate_name(std::string_view name)
{
  std::string crate(name);
  std::ranges::replace(crate, '-', '_');
  return crate;
}

void add_words(std::vector<std::string>& args, std::string_view words)
{
  for (const std::string_view word : base::split(words, ' ')) {
    if (!word.empty()) {
      args.emplace_back(word);
    }
  }
}

/// The line of a compiler's or our own output that says what went wrong: ours, else what the linker said, else the first error.
std::string first_error(const ExamRequest& request, std::string_view output)
{
  constexpr std::string_view k_linker = "ld: error: ";
  constexpr std::string_view k_failed_step = "error[CW0601]"; // says only that a compiler failed, whose words stand before it
  std::string ours;
  std::string of_linker;
  std::string other;
  for (const std::string_view raw : base::split(output, '\n')) {
    const std::string_view line = base::trim(raw);
    const std::size_t linker = line.find(k_linker);
    if (line.starts_with("error[CW") && ours.empty() && !line.starts_with(k_failed_step)) {
      ours = line;
    } else if (linker != std::string_view::npos && of_linker.empty()) {
      of_linker = line.substr(linker + k_linker.size());
      const std::size_t object = of_linker.find(".o: "); // its name has a hash in it
      of_linker.erase(0, object == std::string::npos ? 0 : object + std::string_view(".o: ").size());
    } else if (line.starts_with("error") && other.empty()) {
      other = line;
    }
  }
  std::string message = !ours.empty() ? ours : !of_linker.empty() ? of_linker : other;
  const std::string place = request.directory.string() + "/";
  for (std::size_t at = message.find(place); at != std::string::npos; at = message.find(place)) {
    message.erase(at, place.size());
  }
  return message.empty() ? std::string("it ended without a word") : message;
}

class RustcBuild
{
public:
  RustcBuild(const Env& env, const ExamRequest& request, const Program& program, const Setting& setting)
      : m_env(env), m_request(request), m_program(program), m_setting(setting),
        m_out(request.directory / "rustc" / program.name / setting.name)
  {
  }

  Result<Built> run()
  {
    CW_TRY(m_env.fs.create_directories(m_out));
    for (const std::string& crate : m_program.crates) {
      CW_TRY_ASSIGN(const auto message, compile(crate, package_of(m_request, m_program) / crate / "src/lib.rs", "rlib"));
      if (!message.empty()) {
        return Built{{}, message};
      }
      m_externs.push_back("--extern");
      m_externs.push_back(fmt::format("{}={}", crate, (m_out / ("lib" + crate + ".rlib")).string()));
    }
    const bool library = m_program.is_library();
    const base::Path root = package_of(m_request, m_program) / "src" / (library ? "lib.rs" : "main.rs");
    CW_TRY_ASSIGN(const auto message, compile(crate_name(m_program.name), root, library ? "cdylib" : "bin"));
    return message.empty() ? Built{m_out / (crate_name(m_program.name) + ".wasm"), {}} : Built{{}, message};
  }

private:
  /// Its first error; empty when it succeeded.
  Result<std::string> compile(const std::string& crate, const base::Path& root, const std::string& type)
  {
    base::Command command;
    command.program = m_request.rustc.program;
    command.args = {"--crate-name", crate, "--edition=2021", "--crate-type", type, "--target", m_program.target, "--cap-lints=allow"};
    add_words(command.args, m_setting.rustc);
    if (type != "rlib") {
      add_words(command.args, m_setting.final_only);
    }
    command.args.insert(command.args.end(), m_externs.begin(), m_externs.end());
    for (const std::string& last :
         {std::string("-L"), "dependency=" + m_out.string(), std::string("--out-dir"), m_out.string(), root.string()}) {
      command.args.push_back(last);
    }
    command.env = exam_environment(m_env);
    command.cwd = m_request.directory;
    base::CapturingSink sink;
    CW_TRY_ASSIGN(const base::Exit exit, m_env.process.run(command, sink, m_request.stop));
    return exit.success() ? std::string() : first_error(m_request, sink.err);
  }

  const Env& m_env;
  const ExamRequest& m_request;
  const Program& m_program;
  const Setting& m_setting;
  base::Path m_out;
  std::vector<std::string> m_externs;
};

Result<Built> build_ours(const Env& env, const ExamRequest& request, const Program& program, const Setting& setting)
{
  const base::Path package = package_of(request, program);
  base::Command command;
  command.program = request.driver;
  command.args = {"build", "--quiet", "--offline", "--jobs", "1", "--profile", std::string(setting.name), "--target", program.target};
  for (const std::string& id : request.ignored_defects) {
    command.args.push_back("--ignore-defect");
    command.args.push_back(id);
  }
  command.env = exam_environment(env);
  command.env["CARGO_HOME"] = (request.directory / "home").string();
  command.env["XDG_CACHE_HOME"] = (request.directory / "cache").string();
  command.env["CARGO_TERM_COLOR"] = "never";
  command.env["RUSTC"] = request.rustc.program.string();
  command.cwd = package;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink, request.stop));
  if (!exit.success()) {
    return Built{{}, first_error(request, sink.err)};
  }
  const std::string_view directory = setting.name == "dev" ? std::string_view("debug") : setting.name;
  // A program keeps its dashes, a library does not.
  const std::string name = (program.is_library() ? crate_name(program.name) : program.name) + ".wasm";
  return Built{package / "target" / program.target / directory / name, {}};
}

} // namespace

base::EnvMap exam_environment(const Env& env)
{
  base::EnvMap vars;
  for (const std::string_view name : k_variables) {
    if (const std::string* value = env.var(name)) {
      vars.emplace(name, *value);
    }
  }
  return vars;
}

Result<> write_battery(const Env& env, const ExamRequest& request)
{
  for (const Program& program : request.programs) {
    for (const auto& [name, text] : program.files) {
      const base::Path file = package_of(request, program) / name;
      CW_TRY(env.fs.create_directories(file.parent_path()));
      CW_TRY(env.fs.write_atomic(file, text));
    }
  }
  std::string profiles;
  for (const Setting& setting : settings()) {
    if (!setting.profile.empty()) {
      profiles += fmt::format("[profile.{}]\ninherits = \"release\"\n{}\n", setting.name, setting.profile);
    }
  }
  CW_TRY(env.fs.create_directories(request.directory / "home"));
  return env.fs.write_atomic(request.directory / "home/config.toml", profiles);
}

Result<Built> build_program(const Env& env, const ExamRequest& request, const Program& program, const Setting& setting, Way way)
{
  return way == Way::rustc ? RustcBuild(env, request, program, setting).run() : build_ours(env, request, program, setting);
}

} // namespace cargo_wasm::exam
