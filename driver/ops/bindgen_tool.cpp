#include "bindgen_tool.hpp"

#include <fmt/format.h>

#include <cargo_wasm/postlink/bindgen.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr const char* k_bindgen_program = "wasm-bindgen";
constexpr const char* k_bindgen_cli = "wasm-bindgen-cli";

/// "its schema is 0.2.128" of a version, asked of the source that crate and program share.
class SchemaReader
{
public:
  SchemaReader(const Env& env, Project& project) : m_env(env), m_project(project) {}

  std::optional<std::string> of(const PackagePtr& shared) const
  {
    const auto source = m_env.fs.read_if_exists(shared->root() / "src" / "lib.rs");
    return source && *source ? postlink::schema_version_in(**source) : std::nullopt;
  }

  /// nullopt when nobody can say: no such version, no network, a source without it.
  std::optional<std::string> of_version(const std::string& version) const
  {
    const auto shared = load_from_registry(*m_project.sources, {"wasm-bindgen-shared", version});
    return shared ? of(*shared) : std::nullopt;
  }

private:
  const Env& m_env;
  Project& m_project;
};

class BindgenFinder
{
public:
  BindgenFinder(const Env& env,
                const Env& caller,
                Project& project,
                const CompileRequest& request,
                const toolchain::ToolchainChoice& toolchain,
                const toolchain::TargetData& platforms)
      : m_env(env), m_caller(caller), m_project(project), m_request(request), m_toolchain(toolchain), m_platforms(platforms)
  {
  }

  Result<Path> find(const plan::BindgenWish& wish)
  {
    m_version = spec::to_string(wish.crate->id().version());
    CW_TRY_ASSIGN(const auto configured, m_project.config->get_path("wasm.tools.wasm-bindgen"));
    if (configured) {
      CW_TRY_ASSIGN(const std::string version, postlink::bindgen_version(m_env, configured->value));
      if (!fits(wish, version)) {
        return fail(unfit(configured->value, version));
      }
      return configured->value;
    }
    if (const auto program = m_env.program_on_path(k_bindgen_program)) {
      const auto version = postlink::bindgen_version(m_env, *program);
      if (version && fits(wish, *version)) {
        return *program;
      }
    }
    const Path directory = cache_home(m_env) / "tools" / fmt::format("{}-{}", k_bindgen_program, m_version);
    const Path program = directory / k_bindgen_program;
    if (!m_env.fs.is_file(program)) {
      CW_TRY(build_into(directory, program));
    }
    return program;
  }

private:
  bool fits(const plan::BindgenWish& wish, const std::string& version)
  {
    m_schema_of_crate.clear();
    m_schema_of_program.clear();
    if (version == m_version) {
      return true;
    }
    const auto parsed = spec::parse_version(version);
    if (!parsed || *parsed < wish.crate->id().version() || !wish.shared) {
      return false;
    }
    const SchemaReader schemas(m_env, m_project);
    m_schema_of_crate = schemas.of(wish.shared).value_or("");
    m_schema_of_program = schemas.of_version(version).value_or("");
    return !m_schema_of_crate.empty() && m_schema_of_crate == m_schema_of_program;
  }

  Error unfit(const Path& program, const std::string& version) const
  {
    Error error("CW0885",
                fmt::format("wasm-bindgen {} does not fit the crate `wasm-bindgen` {} of this project", version, m_version),
                Blame::environment);
    error.notes.push_back(fmt::format("it is `{}`, named by `wasm.tools.wasm-bindgen`", program.native()));
    if (m_schema_of_crate.empty() || m_schema_of_program.empty()) {
      error.notes.push_back(fmt::format("a program fits that is {}, or later with the same schema", m_version));
    } else {
      error.notes.push_back(fmt::format("the crate writes schema {}, the program reads {}", m_schema_of_crate, m_schema_of_program));
    }
    error.helps.emplace_back("leave the key out: then the program that fits is built, once");
    error.helps.push_back(fmt::format("or move the crate: `cargo-wasm update wasm-bindgen --precise {}`", version));
    return error;
  }

  /// The tool is a program like any other: its package is our project for a while.
  Result<> build_into(const Path& directory, const Path& program)
  {
    m_caller.reporter.status("Building",
                             fmt::format("{} {} for this machine, once: no other fits the crate", k_bindgen_program, m_version));
    m_project.sources->unlock(); // the other project waits for cargo's lock
    Path made;
    auto built = build(directory, false, made);
    if (!built && built.error().id == "CW0301") { // a version that its lock names is gone: what fits its manifest does as well
      built = build(directory, true, made);
    }
    if (!built) {
      Error error = std::move(built).error();
      if (!error.already_reported) {
        m_caller.reporter.error(error);
      }
      return fail(Error("CW0886", fmt::format("{} {} could not be built", k_bindgen_program, m_version), Blame::environment)
                      .note(fmt::format("the crate `wasm-bindgen` {} of this project needs it", m_version))
                      .help("install it yourself, and have it on PATH or in `[wasm.tools] wasm-bindgen`"));
    }
    CW_TRY(m_caller.fs.copy(made, program));
    CW_TRY(m_caller.fs.remove_all(directory / "target"));
    return {};
  }

  Result<> build(const Path& directory, bool ignores_lock, Path& made)
  {
    CW_TRY(m_caller.fs.create_directories(directory));
    // Its configuration is the user's, not the project's: flags for the project's target would be none for it.
    const Env env{m_caller.fs, m_caller.process, m_caller.http, m_caller.clock, m_caller.reporter, m_caller.vars, directory};
    GlobalOptions options;
    options.plus_toolchain = m_toolchain.name;
    options.config.offline = m_project.config->offline();
    options.workspace.target_directory = directory / "target";
    CompileRequest request;
    request.from = FromSpec{k_bindgen_cli, m_version, ignores_lock};
    request.targets.default_targets = false;
    request.targets.bins = {k_bindgen_program};
    request.features.no_default_features = true; // those are for downloads of its test runner
    request.profile_name = "release";
    request.triples = {m_platforms.rustc.host};
    request.jobs = m_request.jobs;
    request.exec.stop = m_request.exec.stop;
    request.driver_program = m_request.driver_program;
    CW_TRY_ASSIGN(const Compiled compiled, compile(env, options, request, nullptr));
    if (compiled.artifacts.size() != 1) {
      return fail(Error("CW0886", fmt::format("the package `{}` {} has no program `{}`", k_bindgen_cli, m_version, k_bindgen_program)));
    }
    made = compiled.artifacts.front().path;
    return {};
  }

  const Env& m_env;
  const Env& m_caller;
  Project& m_project;
  const CompileRequest& m_request;
  const toolchain::ToolchainChoice& m_toolchain;
  const toolchain::TargetData& m_platforms;
  std::string m_version;                              ///< of the crate
  std::string m_schema_of_crate, m_schema_of_program; ///< of the last comparison; empty: not known
};

} // namespace

Result<plan::BindgenOfUnit> find_bindgen(const Env& env,
                                         const Env& caller,
                                         Project& project,
                                         const CompileRequest& request,
                                         const toolchain::ToolchainChoice& toolchain,
                                         const toolchain::TargetData& platforms,
                                         const std::vector<plan::BindgenWish>& wishes)
{
  plan::BindgenOfUnit found;
  std::map<spec::PackageId, Path> known;
  BindgenFinder finder(env, caller, project, request, toolchain, platforms);
  for (const plan::BindgenWish& wish : wishes) {
    auto program = known.find(wish.crate->id());
    if (program == known.end()) {
      CW_TRY_ASSIGN(Path path, finder.find(wish));
      program = known.emplace(wish.crate->id(), std::move(path)).first;
    }
    found.emplace(wish.unit, plan::Bindgen{wish.settings, program->second});
  }
  return found;
}

} // namespace cargo_wasm::ops
