#include <cargo_wasm/ops/verbs.hpp>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/report/timings.hpp>

namespace cargo_wasm::ops {

Result<> timings(const Env& env, const GlobalOptions& options, bool json)
{
  constexpr std::size_t k_rows = 20;
  CW_TRY_ASSIGN(const auto project, open_project(env, options));
  CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(report::last_timings_file(project.workspace.target_directory / ".cargo-wasm")));
  if (!text) {
    return fail(Error("CW0771", "nothing was built here yet, so there are no timings").help("run `cargo-wasm build` first"));
  }
  if (json) {
    env.reporter.result(*text);
    return {};
  }
  CW_TRY_ASSIGN(const auto record, report::parse_timings(*text));
  env.reporter.result(report::to_text(record, k_rows));
  return {};
}

} // namespace cargo_wasm::ops
