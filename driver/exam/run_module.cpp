#include "run_module.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/base/text.hpp>

#include "battery_files.hpp"
#include "build.hpp"

namespace cargo_wasm::exam {

namespace {

constexpr auto k_longest = std::chrono::seconds(60);

} // namespace

std::optional<base::Path> find_node(const Env& env)
{
  return env.program_on_path("node");
}

Result<std::vector<std::string>> run_module(const Env& env,
                                            const ExamRequest& request,
                                            const base::Path& node,
                                            const Program& program,
                                            const base::Path& file,
                                            const base::Path& directory,
                                            const ModuleFacts& facts)
{
  CW_TRY(env.fs.create_directories(directory));
  const std::string script(host_scripts().front().text);
  nlohmann::json specification = {{"file", file.string()},
                                  {"directory", directory.string()},
                                  {"runs", program.runs},
                                  {"answers", program.answers},
                                  {"counts", program.counts},
                                  {"script", script}};
  if (facts.imported_memory) {
    const wasm::Limits& limits = facts.imported_memory->limits;
    specification["memory"] = {
        {"initial", limits.initial}, {"maximum", limits.maximum.value_or(limits.initial)}, {"shared", limits.shared}};
  }
  base::Command command;
  command.program = node;
  command.args = {"--no-warnings", "-e", script, specification.dump()};
  command.env = exam_environment(env);
  command.cwd = request.directory;
  base::CapturingSink sink;
  const base::Deadline deadline(k_longest, request.stop);
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink, deadline.token()));
  std::vector<std::string> lines;
  for (const std::string_view line : base::split(sink.out, '\n')) {
    lines.emplace_back(line);
  }
  if (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  if (deadline.passed()) {
    lines.emplace_back("it did not end within a minute");
  } else if (!exit.success()) {
    lines.push_back("the host ended: " + to_string(exit));
  }
  return lines;
}

} // namespace cargo_wasm::exam
