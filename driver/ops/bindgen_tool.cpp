#include "bindgen_tool.hpp"

#include <fmt/format.h>

#include <cargo_wasm/postlink/bindgen.hpp>

#include "built_tool.hpp"

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
    return build();
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

  Result<Path> build()
  {
    BuiltTool tool;
    tool.package = k_bindgen_cli;
    tool.program = k_bindgen_program;
    tool.version = m_version;
    tool.because = "no other fits the crate";
    tool.toolchain = m_toolchain.name;
    tool.triple = m_platforms.rustc.host;
    tool.offline = m_project.config->offline();
    tool.jobs = m_request.jobs;
    tool.stop = m_request.exec.stop;
    tool.driver_program = m_request.driver_program;
    tool.cannot_be_built = Error("CW0886", fmt::format("{} {} could not be built", k_bindgen_program, m_version), Blame::environment)
                               .note(fmt::format("the crate `wasm-bindgen` {} of this project needs it", m_version))
                               .help("install it yourself, and have it on PATH or in `[wasm.tools] wasm-bindgen`");
    return stored_tool(m_caller, tool, [this] { m_project.sources->unlock(); }); // the other project waits for cargo's lock
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
    found.emplace(wish.unit, plan::Bindgen{wish.settings, program->second, wish.suite});
  }
  return found;
}

} // namespace cargo_wasm::ops
