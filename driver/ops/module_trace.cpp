// `module trace FILE < REPORT`: what a runtime wrote about a trap, with functions and lines.
#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/runner/trap.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::ops {

Result<> module_trace(const Env& env, const ModuleTraceRequest& request)
{
  const runner::TrapText text = runner::split_trap(request.text);
  if (!text.trap) {
    return fail(Error("CW0937", "there is no report of a trap in this text")
                    .help("give it what the runtime wrote to stderr: `cargo-wasm module trace app.wasm < report.txt`"));
  }
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.input));
  const wasm::Source source(file.path(), file.bytes());
  if (wasm::file_kind(source) != wasm::FileKind::component) {
    CW_TRY(wasm::Module::read(source));
  }
  const runner::TrapSymbols symbols(env.fs, request.input, request.siblings);
  env.reporter.passthrough(text.before);
  env.reporter.passthrough(fmt::format("error: {} trapped: {}\n", request.input.filename().string(), text.trap->reason));
  env.reporter.result(runner::backtrace_text(*text.trap, symbols, {env.cwd, request.full}));
  return {};
}

} // namespace cargo_wasm::ops
