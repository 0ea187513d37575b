// The exam of a compiler: every program of the battery in every setting, built by rustc alone and through this program, run, and judged.
//
// It knows nothing of versions and of known defects. A compiler passes when what it makes does what is written down; which defect it is
// that makes one fail is for people to find out, with a program, a setting and the difference in their hands.
#pragma once
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exam/battery.hpp>
#include <cargo_wasm/exam/certificate.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::exam {

struct ExamRequest
{
  toolchain::RustcInfo rustc;
  std::vector<std::string> installed_targets;
  std::string identity;                     ///< of the compiler's files
  std::vector<Program> programs;            ///< those to examine
  std::vector<Setting> settings;            ///< those to examine them in
  std::vector<std::string> ignored_defects; ///< all that are known, to examine without that knowledge
  bool defect_data = true;
  base::Path driver;    ///< this program, which is started for every build of our own
  base::Path directory; ///< an empty one to work in; stays as it is afterwards
  std::string driver_version;
  unsigned jobs = 1;
  std::stop_token stop;
};

/// Holds the exam. Warns with CW0694 when there is no Node.js to run programs in. Errors: CW0690 it was stopped; those of the file system;
/// what goes wrong in a build is a finding. Cost: about two seconds a cell and job.
[[nodiscard]] Result<Certificate> hold_exam(const Env& env, const ExamRequest& request);

} // namespace cargo_wasm::exam
