#include "component_choice.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/component_settings.hpp>
#include <cargo_wasm/wit/package_reader.hpp>

#include "component_fetch.hpp"
#include "compose.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr const char* k_adapter_crate = "wasi-preview1-component-adapter-provider";
constexpr std::array<std::string_view, 4> k_adapters{"command", "reactor", "proxy", "none"};
constexpr std::string_view k_component_triple = "wasm32-wasip2"; ///< whose linker makes components anyway

bool is_adapter_kind(std::string_view text)
{
  return std::ranges::find(k_adapters, text) != k_adapters.end();
}

Error no_such_adapter(const manifest::ComponentSettings& settings, std::string note)
{
  Error error("CW0955", fmt::format("there is no adapter `{}`", *settings.adapter));
  if (settings.adapter_where.line != 0) {
    error.where = settings.adapter_where;
  }
  error.notes.push_back(std::move(note));
  error.helps.emplace_back(
      "`\"command\"`, `\"reactor\"`, `\"proxy\"` and `\"none\"` are the toolchain's own; `\"proxy@46.0.1\"` is one of another "
      "version, `\"adapters/my.wasm\"` a file");
  return error;
}

class ComponentChooser
{
public:
  ComponentChooser(const Env& env, Project& project, const toolchain::TargetData& platforms)
      : m_env(env), m_project(project), m_platforms(platforms)
  {
  }

  Result<plan::Component> component(const plan::Unit& unit, const manifest::ComponentSettings& settings)
  {
    plan::Component made;
    CW_TRY_ASSIGN(made.component_ld, component_ld());
    CW_TRY(choose_adapter(settings, made));
    if (settings.world || settings.wit) {
      made.wit = settings.wit.value_or(unit.package->root() / "wit");
      made.world = settings.world.value_or("");
      made.checks_wasi = settings.checks_wasi;
      auto directory = wit::read_packages(m_env.fs, *made.wit);
      auto world = directory ? wit::find_world(*directory, made.world) : Result<wit::Index>(fail(directory.error()));
      if (!world) {
        Error error = std::move(world).error();
        if (error.where.index() == 0 && settings.world_where.line != 0) {
          error.where = settings.world_where;
        }
        return fail(std::move(error));
      }
      made.wit_files = std::move(directory->files);
    }
    return made;
  }

private:
  Result<Path> component_ld() const
  {
    const toolchain::RustcInfo& rustc = m_platforms.rustc;
    Path program = rustc.sysroot / "lib/rustlib" / rustc.host / "bin/wasm-component-ld";
    if (m_env.fs.is_file(program)) {
      return program;
    }
    return fail(Error("CW0962", "this toolchain cannot make components", Blame::environment)
                    .note(fmt::format("it has no `{}`", program.native()))
                    .help("toolchains of rustup have it from 1.82 on: `cargo-wasm toolchain install stable`"));
  }

  Result<> choose_adapter(const manifest::ComponentSettings& settings, plan::Component& made)
  {
    if (!settings.adapter) {
      return {};
    }
    const std::string& adapter = *settings.adapter;
    if (is_adapter_kind(adapter)) {
      made.adapter_kind = adapter;
      return {};
    }
    const auto at = adapter.find('@');
    if (at == std::string::npos) {
      made.adapter = Path(adapter);
      return m_env.fs.is_file(*made.adapter) ? Result<>() : fail(no_such_adapter(settings, "it is no file, and no kind that is known"));
    }
    const std::string kind = adapter.substr(0, at);
    const std::string version = adapter.substr(at + 1);
    if (!is_adapter_kind(kind) || kind == "none") {
      return fail(no_such_adapter(settings, fmt::format("`{}` is no kind that is known", kind)));
    }
    CW_TRY_ASSIGN(const PackagePtr crate, load_from_registry(*m_project.sources, {k_adapter_crate, version}));
    made.adapter = crate->root() / "artefacts" / fmt::format("wasi_snapshot_preview1.{}.wasm", kind);
    return m_env.fs.is_file(*made.adapter)
               ? Result<>()
               : fail(no_such_adapter(settings, fmt::format("the crate `{}` {} does not have it", k_adapter_crate, version)));
  }

  const Env& m_env;
  Project& m_project;
  const toolchain::TargetData& m_platforms;
};

/// Whether a member that is built depends on components: what others depend on is not needed for it.
Result<bool> any_has_dependencies(const Env& env, const manifest::Workspace& workspace, const plan::UnitGraph& units)
{
  for (const PackagePtr& member : workspace.members) {
    const bool is_built = std::ranges::any_of(units.units, [&](const plan::Unit& unit) { return unit.package->id() == member->id(); });
    if (!is_built) {
      continue;
    }
    CW_TRY_ASSIGN(const auto settings, manifest::read_component_settings(env.fs, *member->manifest, *workspace.root_manifest));
    if (!settings.dependencies.empty()) {
      return true;
    }
  }
  return false;
}

Result<> choose_plugs(const Env& env,
                      const GlobalOptions& options,
                      const Project& project,
                      const CompileRequest& request,
                      const manifest::ComponentSettings& settings,
                      const FetchedComponents& fetched,
                      plan::Component& made)
{
  for (const std::string& plug : settings.plugs) {
    const auto dependency = fetched.find(plug);
    const bool is_component = dependency != fetched.end() && !dependency->second.is_wit_package;
    const Path file = is_component ? dependency->second.file : Path(plug);
    if (!is_component && (dependency != fetched.end() || !env.fs.is_file(file))) {
      Error error("CW0957", fmt::format("`{}` cannot fill imports", plug));
      error.where = settings.plug_where;
      error.notes.emplace_back(dependency != fetched.end()           ? "it is a package of WIT, which describes and does nothing"
                               : plug.find(':') != std::string::npos ? "`component.dependencies` does not name it"
                                                                     : "there is no such file");
      error.helps.emplace_back("`plug` names components: dependencies as `\"my:calc\"`, or files");
      return fail(std::move(error));
    }
    made.plugs.push_back(file);
  }
  if (!made.plugs.empty()) {
    ModuleComposeRequest wanted;
    wanted.driver_program = request.driver_program;
    wanted.stop = request.exec.stop;
    CW_TRY_ASSIGN(const postlink::Composer composer, find_composer(env, options, *project.config, wanted));
    made.composer = composer.program;
  }
  return {};
}

bool takes_components(const host::Profile& profile)
{
  return std::ranges::all_of(host::parts_of(profile), [](const host::Profile* part) { return part->takes_components; });
}

Error excluded(std::string message)
{
  return Error("CW0951", std::move(message), Blame::usage);
}

} // namespace

Result<plan::ComponentOfUnit> choose_components(const Env& env,
                                                const GlobalOptions& options,
                                                Project& project,
                                                const CompileRequest& request,
                                                const toolchain::TargetData& platforms,
                                                const plan::UnitGraph& units,
                                                const PackageHosts& hosts,
                                                const plan::BindgenOfUnit& bindgen)
{
  FetchedComponents fetched;
  CW_TRY_ASSIGN(const bool has_dependencies, any_has_dependencies(env, project.workspace, units));
  if (has_dependencies) {
    CW_TRY_ASSIGN(fetched, fetch_component_dependencies(env, *project.config, project.workspace));
  }
  plan::ComponentOfUnit found;
  ComponentChooser chooser(env, project, platforms);
  const std::vector<plan::UnitIndex> candidates = plan::wrappable_units(units);
  for (const plan::UnitIndex index : candidates) {
    const plan::Unit& unit = units.units[index];
    CW_TRY_ASSIGN(const manifest::ComponentSettings settings,
                  manifest::read_component_settings(env.fs, *unit.package->manifest, *project.workspace.root_manifest));
    const bool is_p2 = unit.kind.triple->view() == k_component_triple;
    const bool has_settings = settings.adapter || settings.world || settings.wit || !settings.plugs.empty();
    if (!request.component && !settings.wanted.value_or(false)) {
      continue;
    }
    const auto name = unit.package->id().name();
    CW_TRY_ASSIGN(const manifest::BindgenSettings bindings,
                  manifest::read_bindgen_settings(env.fs, *unit.package->manifest, *project.workspace.root_manifest));
    if (bindgen.contains(index) || request.bindgen || bindings.target) {
      return fail(excluded(fmt::format("`{}` cannot be a component with JavaScript bindings", name))
                      .note("wasm-bindgen describes a module to JavaScript in its own way, a component is described by WIT")
                      .help("leave out `--component` or the bindings; `cargo-wasm module transpile` makes JavaScript of a component"));
    }
    const auto host = hosts.find(unit.package->id());
    if (host != hosts.end() && !takes_components(*host->second.profile)) {
      return fail(excluded(fmt::format("`{}` cannot be a component for the host `{}`", name, host->second.profile->id))
                      .note("this host takes modules only")
                      .help("`cargo-wasm host list` shows the others; `--host wasmtime` takes components"));
    }
    if (is_p2 && !has_settings) {
      continue; // its own linker makes the component
    }
    CW_TRY_ASSIGN(plan::Component made, chooser.component(unit, settings));
    CW_TRY(choose_plugs(env, options, project, request, settings, fetched, made));
    found.emplace(index, std::move(made));
  }
  if (request.component && candidates.empty()) {
    return fail(excluded("nothing of this build can become a component")
                    .note("components are made of programs and of libraries with `crate-type = [\"cdylib\"]`, for 32-bit WebAssembly")
                    .help("`--target wasm32-wasip2`, or `[lib] crate-type = [\"cdylib\"]` in Cargo.toml"));
  }
  return found;
}

} // namespace cargo_wasm::ops
