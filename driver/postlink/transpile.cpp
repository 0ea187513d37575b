#include <cargo_wasm/postlink/transpile.hpp>

#include <fmt/format.h>

#include <cargo_wasm/wasm/file_kind.hpp>

#include "directory.hpp"
#include "module_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

constexpr const char* k_mark = ".made-by-cargo-wasm"; ///< in directories that may be replaced

Result<> check_component_file(const base::Env& env, const base::Path& path)
{
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(path));
  if (wasm::file_kind(source_of(file)) == wasm::FileKind::component) {
    return {};
  }
  return fail(Error("CW0956", fmt::format("`{}` is no component", path.native()))
                  .note("JavaScript hosts take a module as it is; a component needs JavaScript around the modules within it")
                  .help("`cargo-wasm build --component` makes components"));
}

Result<> check_place(const base::Env& env, const base::Path& directory)
{
  if (!env.fs.exists(directory)) {
    return {};
  }
  if (env.fs.is_directory(directory)) {
    CW_TRY_ASSIGN(const auto entries, env.fs.list(directory));
    if (entries.empty() || env.fs.exists(directory / k_mark)) {
      return {};
    }
  }
  return fail(Error("CW0960", fmt::format("`{}` was not made by `module transpile`, and is left alone", directory.native()), Blame::usage)
                  .help("name another directory, or remove this one"));
}

} // namespace

std::optional<base::Path> find_jco(const base::Env& env, const std::optional<base::Path>& configured, const base::Path& project)
{
  if (configured) {
    return configured;
  }
  for (base::Path directory = project; !directory.empty(); directory = directory.parent_path()) {
    if (const base::Path program = directory / "node_modules" / ".bin" / "jco"; env.fs.is_file(program)) {
      return program;
    }
    if (directory == directory.root_path()) {
      break;
    }
  }
  return env.program_on_path("jco");
}

Result<> transpile(const base::Env& env, const TranspileRequest& request)
{
  CW_TRY(check_component_file(env, request.input));
  CW_TRY(check_place(env, request.output));
  CW_TRY_ASSIGN(const TemporaryDirectory made, TemporaryDirectory::beside(env.fs, request.output));
  base::Command command;
  command.program = request.program;
  command.args = {"transpile", request.input.native(), "-o", made.path().native(), "--name", request.name, "-q"};
  command.args.insert(command.args.end(), request.extra.begin(), request.extra.end());
  command.env = env.vars;
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, run_tool(env, command, sink, request.longest, request.stop));
  if (!exit.success() || !env.fs.is_file(made.path() / (request.name + ".js"))) {
    Error error("CW0960", fmt::format("jco made no JavaScript for `{}`", request.input.filename().native()));
    add_tool_notes(error, command, exit, sink.err.empty() ? sink.out : sink.err);
    error.helps.emplace_back("another jco may do it: `[wasm.tools] jco = \"PATH\"`; what was made before is left as it is");
    return fail(std::move(error));
  }
  CW_TRY(env.fs.write_atomic(made.path() / k_mark, ""));
  return replace_directory(env.fs, made.path(), request.output);
}

} // namespace cargo_wasm::postlink
