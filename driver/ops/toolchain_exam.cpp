// `toolchain exam`: holds the exam of a compiler, or shows the certificate of an earlier one.
//
// Certificates are kept in $CARGO_HOME/cargo-wasm/exams, named by the compiler's files: rustc, its libraries, the linkers beside it and the
// standard libraries of the battery's targets. One of another battery, another cargo-wasm, or with fewer settings does not count.
#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exam/exam.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>
#include <cargo_wasm/toolchain/defects.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

/// Removes the exam's directory when the exam is over, however it ends.
class WorkDirectory
{
public:
  WorkDirectory(base::Filesystem& fs, Path path) : m_fs(fs), m_path(std::move(path)) {}
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory() { static_cast<void>(m_fs.remove_all(m_path)); }
  [[nodiscard]] const Path& path() const noexcept { return m_path; }

private:
  base::Filesystem& m_fs;
  Path m_path;
};

std::string counted(std::size_t count, std::string_view noun)
{
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Those whose names were given, all when none was.
template <class T> Result<std::vector<T>> select(const std::vector<T>& all, const std::vector<std::string>& names, std::string_view kind)
{
  std::vector<T> chosen;
  for (const T& one : all) {
    if (names.empty() || std::ranges::find(names, one.name) != names.end()) {
      chosen.push_back(one);
    }
  }
  for (const std::string& name : names) {
    if (std::ranges::find(all, name, &T::name) == all.end()) {
      std::vector<std::string> known;
      std::ranges::transform(all, std::back_inserter(known), [](const T& one) { return std::string(one.name); });
      return fail(Error("CW0692", fmt::format("the exam has no {} `{}`", kind, name), Blame::usage)
                      .help(fmt::format("there are: {}", base::join(known, ", "))));
    }
  }
  return chosen;
}

/// One compiler's exam: what is kept of it, or holding it.
class ToolchainExam
{
public:
  ToolchainExam(const Env& env, const manifest::Config& config, const ToolchainExamRequest& request)
      : m_env(env), m_config(config), m_request(request), m_home(config.cargo_home() / "cargo-wasm" / "exams")
  {
  }

  Result<exam::Certificate> certificate_for(const toolchain::ToolchainWish& wish, bool again)
  {
    CW_TRY(prepare(wish));
    const Path file = m_home / (m_exam.identity + (m_request.defect_data ? ".json" : "-without-defects.json"));
    const bool whole = m_request.programs.empty() && m_request.settings.empty();
    if (!again) {
      CW_TRY_ASSIGN(const auto kept, m_env.fs.read_if_exists(file));
      auto certificate = kept ? exam::parse_certificate(*kept) : std::nullopt;
      if (whole && certificate && still_counts(*certificate)) {
        m_env.reporter.status("Examined", fmt::format("{} already; `--again` repeats it", certificate->rustc));
        return std::move(*certificate);
      }
    }
    CW_TRY_ASSIGN(exam::Certificate certificate, hold());
    if (whole) {
      CW_TRY(m_env.fs.write_atomic(file, exam::certificate_json(certificate)));
    }
    return certificate;
  }

private:
  Result<> prepare(const toolchain::ToolchainWish& wish)
  {
    CW_TRY_ASSIGN(toolchain::ToolchainChoice choice, toolchain::select_toolchain(m_env, m_config, wish));
    choice.wrapper.reset(); // the compiler is examined, not what somebody put in front of it
    choice.workspace_wrapper.reset();
    toolchain::RustcCache nothing_kept;
    CW_TRY_ASSIGN(m_exam.rustc, toolchain::probe_rustc(m_env, m_config, choice, nothing_kept));
    m_exam.installed_targets = toolchain::installed_targets(m_env.fs, m_exam.rustc);
    CW_TRY_ASSIGN(const auto programs, exam::load_battery());
    CW_TRY_ASSIGN(m_exam.programs, select(programs, m_request.programs, "program"));
    CW_TRY_ASSIGN(m_exam.settings, select(exam::settings(), m_request.settings, "setting"));
    std::vector<std::string> triples;
    for (const exam::Program& program : programs) {
      if (std::ranges::find(m_exam.installed_targets, program.target) != m_exam.installed_targets.end()) {
        triples.push_back(program.target);
      }
    }
    if (triples.empty()) {
      return fail(Error("CW0691", fmt::format("nothing of rustc {} can be examined", to_string(m_exam.rustc.version)), Blame::environment)
                      .note("no target of the exam's programs is installed")
                      .help("`rustup target add wasm32-wasip1 wasm32-unknown-unknown` for this toolchain"));
    }
    std::ranges::sort(triples);
    triples.erase(std::unique(triples.begin(), triples.end()), triples.end());
    triples.push_back(m_exam.rustc.host); // the linkers lie there
    CW_TRY_ASSIGN(m_exam.identity, exec::toolchain_identity(m_env.fs, m_exam.rustc.sysroot, triples));
    return {};
  }

  [[nodiscard]] bool still_counts(const exam::Certificate& certificate) const
  {
    return certificate.identity == m_exam.identity && certificate.battery == exam::battery_digest() &&
           certificate.driver == m_request.driver_version && certificate.defect_data == m_request.defect_data;
  }

  Result<exam::Certificate> hold()
  {
    m_exam.defect_data = m_request.defect_data;
    m_exam.ignored_defects.clear();
    if (!m_request.defect_data) {
      // Only those that came with the program: the exam's builds do not see the user's.
      CW_TRY_ASSIGN(const auto defects, toolchain::load_defects(m_env.fs, {}));
      std::ranges::transform(defects, std::back_inserter(m_exam.ignored_defects), &toolchain::Defect::id);
    }
    CW_TRY_ASSIGN(m_exam.jobs, exec::parse_jobs(m_request.jobs.value_or("default"), base::usable_processors()));
    m_exam.driver = m_request.driver_program;
    m_exam.driver_version = m_request.driver_version;
    m_exam.stop = m_request.stop;
    const WorkDirectory work(m_env.fs, m_home / fmt::format("work-{}-{}", m_exam.identity.substr(0, 16), ::getpid()));
    CW_TRY(m_env.fs.create_directories(work.path()));
    m_exam.directory = work.path();
    m_env.reporter.status("Examining",
                          fmt::format("rustc {}: {} in {}",
                                      to_string(m_exam.rustc.version),
                                      counted(m_exam.programs.size(), "program"),
                                      counted(m_exam.settings.size(), "setting")));
    return exam::hold_exam(m_env, m_exam);
  }

  const Env& m_env;
  const manifest::Config& m_config;
  const ToolchainExamRequest& m_request;
  Path m_home;
  exam::ExamRequest m_exam;
};

} // namespace

Result<> toolchain_exam(const Env& env, const GlobalOptions& options, const ToolchainExamRequest& request)
{
  CW_TRY_ASSIGN(const Here here, look_here(env, options));
  if (request.compare) {
    toolchain::ToolchainWish earlier;
    earlier.plus = request.compare->substr(request.compare->starts_with('+') ? 1 : 0);
    CW_TRY_ASSIGN(const auto before, ToolchainExam(env, *here.config, request).certificate_for(earlier, false));
    CW_TRY_ASSIGN(const auto after, ToolchainExam(env, *here.config, request).certificate_for(here.wish, request.again));
    env.reporter.result(exam::comparison_text(before, after));
    return {};
  }
  CW_TRY_ASSIGN(const auto certificate, ToolchainExam(env, *here.config, request).certificate_for(here.wish, request.again));
  env.reporter.result(request.json ? exam::certificate_json(certificate) : exam::certificate_text(certificate));
  if (!certificate.passes()) {
    const std::size_t failed =
        certificate.count(exam::Way::rustc, exam::Verdict::failed) + certificate.count(exam::Way::ours, exam::Verdict::failed);
    return fail(
        Error("CW0690",
              fmt::format(
                  "{} fails the exam: {} of {} builds are not as they should be", certificate.rustc, failed, certificate.cells.size()),
              Blame::environment)
            .help("compile with another version, or see docs/reference/toolchain-defects.md for what is known of this one"));
  }
  return {};
}

} // namespace cargo_wasm::ops
