#include <cargo_wasm/postlink/component.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/shim/shim.hpp>
#include <cargo_wasm/wit/check.hpp>
#include <cargo_wasm/wit/decode.hpp>
#include <cargo_wasm/wit/package_reader.hpp>

#include "module_file.hpp"
#include "temporary_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

Error cannot_wrap(const ComponentRequest& request, const base::Command& command, const base::Exit& exit, std::string_view said)
{
  Error error("CW0858", fmt::format("`{}` cannot be made a component", request.core.filename().native()));
  add_tool_notes(error, command, exit, said);
  error.helps.emplace_back("`cargo-wasm imports` shows what the module imports and who declares it: a component has no functions of `env`");
  return error;
}

Error not_of_world(std::string_view shown, const std::string& world, const base::Path& wit, const std::vector<std::string>& found)
{
  constexpr std::size_t k_shown = 8;
  Error error("CW0954", fmt::format("the component `{}` is not one of the world `{}`", shown, world));
  for (std::size_t i = 0; i < found.size() && i < k_shown; ++i) {
    error.notes.push_back(found[i]);
  }
  if (found.size() > k_shown) {
    error.notes.push_back(fmt::format("and {} differences more", found.size() - k_shown));
  }
  error.notes.push_back(fmt::format("the world stands in `{}`", wit.native()));
  error.helps.emplace_back("`cargo-wasm module wit FILE` shows what a component imports and exports");
  return error;
}

} // namespace

Result<> check_world(
    const base::Env& env, const base::Path& path, std::string_view shown, const base::Path& wit, std::string_view world, bool checks_wasi)
{
  CW_TRY_ASSIGN(wit::PackageDirectory directory, wit::read_packages(env.fs, wit));
  CW_TRY_ASSIGN(const wit::Index index, wit::find_world(directory, world));
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(path));
  CW_TRY_ASSIGN(const wit::WorldOf component, wit::decode_world(source_of(file)));
  const wit::World& wanted = directory.model.worlds[index];
  const std::string name = wit::full_name(directory.model, wit::Interface{wanted.name, wanted.package, {}, {}});
  const auto found = wit::differences(component, {std::move(directory.model), index}, checks_wasi);
  return found.empty() ? Result<>() : fail(not_of_world(shown, name, wit, found));
}

Result<> make_component(const base::Env& env, const ComponentRequest& request)
{
  CW_TRY(map_module(env.fs, request.core));
  const TemporaryFile made(env.fs, beside(request.output, "component"));
  base::Command command;
  command.program = request.component_ld;
  command.args = {"--wasm-ld-path", request.linker.native(), "-o", made.path().native()};
  if (request.adapter && request.adapter->find('/') != std::string::npos) {
    command.args.insert(command.args.end(), {"--wasi-adapter=none", "--adapt=wasi_snapshot_preview1=" + *request.adapter});
  } else if (request.adapter) {
    command.args.push_back("--wasi-adapter=" + *request.adapter);
  }
  command.args.insert(command.args.end(), request.extra.begin(), request.extra.end());
  command.env = env.vars;
  command.env.insert_or_assign(std::string(shim::k_linked_module_variable), (env.cwd / request.core).lexically_normal().native());
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, run_tool(env, command, sink, request.longest, request.stop));
  if (!exit.success() || !env.fs.is_file(made.path())) {
    return fail(cannot_wrap(request, command, exit, sink.err));
  }
  if (request.wit) {
    CW_TRY(check_world(env, made.path(), request.output.filename().native(), *request.wit, request.world, request.checks_wasi));
  }
  return env.fs.rename(made.path(), request.output);
}

} // namespace cargo_wasm::postlink
