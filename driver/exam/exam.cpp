#include <cargo_wasm/exam/exam.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "build.hpp"
#include "judge.hpp"
#include "run_module.hpp"

namespace cargo_wasm::exam {

namespace {

/// A program in one way, in all settings: one thread's work, because the builds share a target directory.
struct Task
{
  const Program* program = nullptr;
  Way way = Way::rustc;
  std::size_t first_cell = 0;
};

class Exam
{
public:
  Exam(const Env& env, const ExamRequest& request) : m_env(env), m_request(request), m_node(find_node(env)) {}

  Result<Certificate> hold()
  {
    fill_certificate();
    if (!m_node) {
      m_env.reporter.warning(Error("CW0694", "the programs of the exam are built and not run: there is no `node`", Blame::environment)
                                 .help("install Node.js 20 or later"));
    }
    CW_TRY(write_battery(m_env, m_request));
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < std::max(m_request.jobs, 1U); ++i) {
        threads.emplace_back([this] { work(); });
      }
    }
    m_env.reporter.clear_progress();
    if (m_failure) {
      return fail(std::move(*m_failure));
    }
    if (m_request.stop.stop_requested()) {
      return fail(Error("CW0690", "the exam was interrupted")); // who interrupts sees the exit status alone
    }
    return std::move(m_certificate);
  }

private:
  void fill_certificate()
  {
    const toolchain::RustcInfo& rustc = m_request.rustc;
    m_certificate.rustc = rustc.verbose_version.substr(0, rustc.verbose_version.find('\n'));
    m_certificate.llvm = rustc.llvm_version;
    m_certificate.identity = m_request.identity;
    m_certificate.battery = battery_digest();
    m_certificate.driver = m_request.driver_version;
    m_certificate.defect_data = m_request.defect_data;
    m_certificate.programs_ran = m_node.has_value();
    for (const Setting& setting : m_request.settings) {
      m_certificate.settings.emplace_back(setting.name);
    }
    for (const Program& program : m_request.programs) {
      const bool installed = std::ranges::find(m_request.installed_targets, program.target) != m_request.installed_targets.end();
      m_certificate.programs.push_back({program.name, program.title, program.target, installed ? "" : "target not installed"});
      for (const Way way : {Way::rustc, Way::ours}) {
        if (installed) {
          m_tasks.push_back({&program, way, m_certificate.cells.size()});
          for (const Setting& setting : m_request.settings) {
            m_certificate.cells.push_back({program.name, std::string(setting.name), way, {}, {}, {}});
          }
        }
      }
    }
  }

  void work()
  {
    for (std::size_t i = m_next++; i < m_tasks.size() && !m_request.stop.stop_requested(); i = m_next++) {
      for (std::size_t n = 0; n < m_request.settings.size(); ++n) {
        const auto examined = examine(m_tasks[i], m_request.settings[n], m_certificate.cells[m_tasks[i].first_cell + n]);
        const std::scoped_lock lock(m_mutex);
        if (!examined) {
          m_failure = m_failure.value_or(examined.error());
          m_next = m_tasks.size();
        }
        if (m_failure || m_request.stop.stop_requested()) {
          return;
        }
        ++m_done;
        m_env.reporter.progress({"Examining", m_done, m_certificate.cells.size(), m_tasks[i].program->name});
      }
    }
  }

  Result<> examine(const Task& task, const Setting& setting, Cell& cell)
  {
    const Program& program = *task.program;
    CW_TRY_ASSIGN(const Built built, build_program(m_env, m_request, program, setting, task.way));
    cell.observed.built = !built.file.empty();
    cell.observed.message = built.message;
    std::optional<ModuleFacts> facts;
    if (cell.observed.built) {
      auto read = read_facts(m_env.fs, built.file);
      if (!read) {
        cell.findings.push_back({"what was built cannot be read", "a module", read.error().message});
        cell.verdict = Verdict::failed;
        return {};
      }
      facts = std::move(*read);
      cell.observed.imports = facts->imports;
      cell.observed.wasi = facts->wasi_imports;
      cell.observed.exports = facts->exports;
      if (m_node && !program.runs.empty()) {
        const base::Path directory =
            m_request.directory / "work" / fmt::format("{}-{}-{}", program.name, setting.name, to_string(task.way));
        CW_TRY_ASSIGN(cell.observed.says, run_module(m_env, m_request, *m_node, program, built.file, directory, *facts));
      }
    }
    judge(program, facts, m_node.has_value(), cell);
    return {};
  }

  const Env& m_env;
  const ExamRequest& m_request;
  std::optional<base::Path> m_node;
  Certificate m_certificate;
  std::vector<Task> m_tasks;
  std::atomic<std::size_t> m_next = 0;
  std::mutex m_mutex; ///< guards what follows
  std::size_t m_done = 0;
  std::optional<Error> m_failure;
};

} // namespace

Result<Certificate> hold_exam(const Env& env, const ExamRequest& request)
{
  return Exam(env, request).hold();
}

} // namespace cargo_wasm::exam
