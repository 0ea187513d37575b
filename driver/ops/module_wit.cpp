// What a component or a directory of WIT says, as WIT text.
#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wit/decode.hpp>
#include <cargo_wasm/wit/package_reader.hpp>
#include <cargo_wasm/wit/print.hpp>

namespace cargo_wasm::ops {

Result<> module_wit(const Env& env, const ModuleWitRequest& request)
{
  if (env.fs.is_directory(request.input) || request.input.extension() == ".wit") {
    CW_TRY_ASSIGN(const wit::PackageDirectory directory, wit::read_packages(env.fs, request.input));
    env.reporter.result(wit::print(directory.model, directory.package));
    return {};
  }
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.input));
  const wasm::Source source(file.path(), file.bytes());
  CW_TRY_ASSIGN(const auto package,
                wasm::file_kind(source) == wasm::FileKind::component ? wit::decode_package(source)
                                                                     : Result<std::optional<wit::PackageOf>>());
  if (package) {
    env.reporter.result(wit::print(package->model, package->package));
    return {};
  }
  CW_TRY_ASSIGN(const wit::WorldOf world, wit::decode_world(source));
  env.reporter.result(wit::print(world.model, *world.model.worlds[world.world].package));
  return {};
}

} // namespace cargo_wasm::ops
