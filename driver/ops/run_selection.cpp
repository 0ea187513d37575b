#include "run_selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::ops {

Result<> select_program(const std::vector<PackagePtr>& selected, CompileRequest& request)
{
  auto& targets = request.targets;
  if (targets.bins.size() + targets.examples.size() > 1) {
    return fail(Error("CW0737", "`run` starts one program, and several were named", Blame::usage).help("give `--bin` or `--example` once"));
  }
  if (!targets.bins.empty() || !targets.examples.empty()) {
    return {};
  }
  std::vector<std::string> programs, defaults;
  bool has_examples = false;
  for (const auto& package : selected) {
    for (const auto& target : package->manifest->targets) {
      if (target.is_bin()) {
        programs.push_back(target.name);
      }
      has_examples = has_examples || target.kind == manifest::TargetKind::example;
    }
    if (package->manifest->info.default_run) {
      defaults.push_back(*package->manifest->info.default_run);
    }
  }
  if (programs.empty()) {
    Error error("CW0735", "there is no program to run", Blame::usage);
    error.helps.push_back(has_examples ? "an example can be run with `--example NAME`" : "add `src/main.rs`, or a `[[bin]]` to Cargo.toml");
    return fail(std::move(error));
  }
  if (programs.size() > 1 && defaults.size() != 1) {
    std::sort(programs.begin(), programs.end());
    return fail(Error("CW0736", "which program is to be run? There are several", Blame::usage)
                    .note("programs: " + base::join(programs, ", "))
                    .help("choose with `--bin NAME`, or set `default-run` in Cargo.toml"));
  }
  targets.default_targets = false;
  targets.bins = {defaults.size() == 1 ? defaults.front() : programs.front()};
  return {};
}

} // namespace cargo_wasm::ops
