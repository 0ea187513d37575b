// One program in one setting, built in one of the two ways.
#pragma once
#include <string>

#include <cargo_wasm/exam/exam.hpp>

namespace cargo_wasm::exam {

struct Built
{
  base::Path file;     ///< the module or component; empty where there is none
  std::string message; ///< of a build that failed: its first error, with its code if it is one of ours
};

/// Variables that say where things are; everything that changes builds is left out, so that a machine's settings are not examined.
[[nodiscard]] base::EnvMap exam_environment(const Env& env);

/// Writes the packages of all programs, and a configuration with a profile for each setting. Errors: of the file system.
[[nodiscard]] Result<> write_battery(const Env& env, const ExamRequest& request);

/// Errors: CW0010 a program cannot be started; of the file system.
[[nodiscard]] Result<Built>
build_program(const Env& env, const ExamRequest& request, const Program& program, const Setting& setting, Way way);

} // namespace cargo_wasm::exam
