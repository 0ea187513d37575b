#include <cargo_wasm/ops/component_in_node.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/postlink/transpile.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr const char* k_stamp = "made-of"; ///< which component and which jco a directory is of
constexpr const char* k_start = "start.mjs";
constexpr const char* k_shim = "@bytecodealliance/preview2-shim";

/// The `node_modules` that what jco wrote has to find its imports in: jco's own.
Result<Path> modules_of_jco(const Env& env, const Path& jco)
{
  CW_TRY_ASSIGN(const Path real, env.fs.canonicalize(jco));
  for (Path directory = real.parent_path(); directory != directory.root_path(); directory = directory.parent_path()) {
    if (Path modules = directory / "node_modules"; env.fs.is_directory(modules / k_shim)) {
      return modules;
    }
  }
  return fail(Error("CW0965", fmt::format("`{}` is not beside jco", k_shim), Blame::environment)
                  .note(fmt::format("looked for in `node_modules` of `{}` and above it", real.parent_path().native()))
                  .note("it is WASI for Node, which the JavaScript that jco makes imports")
                  .help("`npm install @bytecodealliance/jco` brings both"));
}

/// Where the JavaScript of this component is, made if it has to be.
Result<Path> transpiled(const Env& env, const Path& jco, const ModuleNodeRequest& request)
{
  CW_TRY_ASSIGN(const Path modules, modules_of_jco(env, jco));
  const Path directory = cache_home(env) / "components" / base::StableHasher().add(request.component.native()).finish_hex();
  std::string stamp;
  {
    CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.component));
    CW_TRY_ASSIGN(const auto tool, env.fs.stat(jco));
    stamp = fmt::format("{} {} {}\n", base::to_hex(base::sha256(file.bytes())), jco.native(), tool ? tool->mtime_ns : 0);
  }
  const auto known = env.fs.read_if_exists(directory / k_stamp);
  if (known && *known == stamp) {
    return directory;
  }
  postlink::TranspileRequest step;
  step.input = request.component;
  step.output = directory;
  step.program = jco;
  step.name = request.component.stem().native();
  step.stop = request.stop;
  CW_TRY(env.fs.create_directories(directory.parent_path()));
  CW_TRY(postlink::transpile(env, step));
  CW_TRY(env.fs.make_symlink(modules, directory / "node_modules"));
  CW_TRY(env.fs.write_atomic(directory / k_start, runner::k_node_component_script));
  CW_TRY(env.fs.write_atomic(directory / k_stamp, stamp));
  return directory;
}

} // namespace

Result<Path> jco_here(const Env& env, const std::optional<Path>& configured, const Path& near)
{
  auto program = postlink::find_jco(env, configured, near);
  if (!program) {
    program = postlink::find_jco(env, {}, env.cwd);
  }
  if (program) {
    return std::move(*program);
  }
  return fail(Error("CW0958", "there is no jco, which makes JavaScript of components", Blame::environment)
                  .note("looked for in `node_modules` of the project and above it, and on PATH")
                  .help("`npm install @bytecodealliance/jco` brings one for a project")
                  .help("`[wasm.tools] jco = \"PATH\"` in the configuration names another"));
}

Result<base::Command> module_node(const Env& env, const GlobalOptions& options, const ModuleNodeRequest& request)
{
  std::optional<Path> chosen = request.tool;
  if (!chosen) {
    CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
    CW_TRY_ASSIGN(const auto configured, config->get_path("wasm.tools.jco"));
    chosen = configured ? std::optional(configured->value) : std::nullopt;
  }
  CW_TRY_ASSIGN(const Path jco, jco_here(env, chosen, request.component.parent_path()));
  base::Command command;
  CW_TRY_ASSIGN(command.program, runner::find_host_program(env, *runner::runner_of_host("node"), {}));
  CW_TRY_ASSIGN(const Path directory, transpiled(env, jco, request));
  command.args = {"--no-warnings"};
  if (request.memory_pages) {
    command.args.push_back("--wasm-max-mem-pages=" + *request.memory_pages);
  }
  std::string directories;
  for (const runner::MappedDirectory& mapped : request.directories) {
    directories += mapped.guest + '\n' + mapped.host + '\n';
  }
  std::string reader =
      request.driver_program.native() + "\nmodule\ntrace\n" + (directory / (request.component.stem().native() + ".core.wasm")).native();
  for (const Path& names : request.names) {
    reader += "\n--names\n" + names.native();
  }
  command.args.insert(command.args.end(), {(directory / k_start).native(), request.component.native(), directories, reader});
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = env.vars;
  command.cwd = env.cwd;
  command.inherit_stdio = true;
  return command;
}

} // namespace cargo_wasm::ops
