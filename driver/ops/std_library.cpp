#include "std_library.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_build_std = "build-std", k_build_std_features = "build-std-features";

/// The words of `-Z NAME=a,b`; none of `-Z NAME`; nullopt: not given. The last one counts.
std::optional<std::vector<std::string>> unstable_list(const std::vector<std::string>& flags, std::string_view name)
{
  std::optional<std::vector<std::string>> found;
  for (const std::string& flag : flags) {
    const auto equals = flag.find('=');
    if (std::string_view(flag).substr(0, equals) != name) {
      continue;
    }
    found.emplace();
    if (equals != std::string::npos) {
      for (const std::string_view word : base::split(std::string_view(flag).substr(equals + 1), ',')) {
        if (!word.empty()) {
          found->emplace_back(word);
        }
      }
    }
  }
  return found;
}

Result<std::optional<std::vector<std::string>>>
asked_list(const manifest::Config& config, const CompileRequest& request, std::string_view name)
{
  if (auto given = unstable_list(request.unstable, name)) {
    return given;
  }
  CW_TRY_ASSIGN(auto configured, config.get_string_list(fmt::format("unstable.{}", name)));
  return configured ? std::optional(std::move(configured->value)) : std::nullopt;
}

Error needs_nightly(const manifest::ProfileSettings& settings, const HostBuild& host, const toolchain::RustcInfo& rustc)
{
  Error error("CW0865",
              fmt::format("rustc {} cannot compile the standard library: it takes a nightly", to_string(rustc.version)),
              Blame::environment);
  if (settings.wants_std() && settings.build_std_where.line != 0) {
    error.where = settings.build_std_where;
  }
  if (!host.reason.empty()) {
    error.notes.push_back(host.reason);
  }
  error.notes.emplace_back("std is written in the unstable language of exactly one compiler");
  error.helps.emplace_back("`cargo-wasm toolchain install nightly-YYYY-MM-DD`, then `cargo-wasm +nightly-YYYY-MM-DD build`");
  error.helps.emplace_back("`RUSTC_BOOTSTRAP=1` makes this compiler take it, at your own risk");
  return error;
}

Error no_sources(const Path& directory, const toolchain::ToolchainChoice& choice)
{
  const std::string name = choice.name.value_or("NAME");
  return Error("CW0863", "the sources of the standard library are not installed", Blame::environment)
      .note(fmt::format("looked for `{}`", (directory / "Cargo.lock").string()))
      .help(fmt::format("`rustup component add rust-src --toolchain {}`", name));
}

} // namespace

Result<std::optional<plan::StdRequest>> wanted_std(const Project& project,
                                                   const GlobalOptions& options,
                                                   const CompileRequest& request,
                                                   const manifest::ProfileSettings& settings,
                                                   const HostBuild& host)
{
  CW_TRY_ASSIGN(const auto crates, asked_list(*project.config, request, k_build_std));
  CW_TRY_ASSIGN(const auto features, asked_list(*project.config, request, k_build_std_features));
  const bool from_profile = !options.strict_cargo && settings.build_std.value_or("on") != "off" && settings.wants_std();
  if (!crates && !from_profile && host.std_triples.empty()) {
    return std::optional<plan::StdRequest>();
  }
  plan::StdRequest wanted;
  wanted.crates = crates ? *crates : settings.std_crates.value_or(std::vector<std::string>{"std", "panic_abort"});
  wanted.features = features;
  if (!crates && !from_profile) {
    wanted.triples = host.std_triples;
  }
  if (!features && from_profile && (settings.optimize_for_size.value_or(false) || settings.immediate_abort.value_or(false))) {
    wanted.features.emplace(); // no backtraces, no unwinding
    if (settings.optimize_for_size.value_or(false)) {
      wanted.features->emplace_back("optimize_for_size");
    }
  }
  return std::optional(std::move(wanted));
}

std::vector<std::string> flags_of(const manifest::ProfileSettings& settings)
{
  std::vector<std::string> flags;
  if (settings.location_detail.value_or("full") != "full") {
    flags.push_back("-Zlocation-detail=" + *settings.location_detail);
  }
  if (settings.fmt_debug.value_or("full") != "full") {
    flags.push_back("-Zfmt-debug=" + *settings.fmt_debug);
  }
  return flags;
}

Result<plan::StdGraph> load_std_graph(const Env& env,
                                      const Project& project,
                                      const GlobalOptions& options,
                                      const plan::BuildRequest& request,
                                      const plan::StdRequest& std_request,
                                      const manifest::ProfileSettings& settings,
                                      const HostBuild& host,
                                      const toolchain::ToolchainChoice& choice,
                                      const toolchain::TargetData& platforms)
{
  const toolchain::RustcInfo& rustc = platforms.rustc;
  if (!rustc.is_nightly() && env.var("RUSTC_BOOTSTRAP") == nullptr) {
    return fail(needs_nightly(settings, host, rustc));
  }
  const Path directory = plan::std_source_directory(rustc.sysroot);
  if (!env.fs.is_file(directory / "Cargo.lock")) {
    return fail(no_sources(directory, choice));
  }
  plan::StdGraph graph;
  manifest::WorkspaceOptions workspace_options;
  workspace_options.manifest_path = directory / "Cargo.toml";
  workspace_options.is_std = true;
  CW_TRY_ASSIGN(graph.workspace, manifest::load_workspace(env, *project.config, workspace_options));
  CW_TRY_ASSIGN(const auto sources, source::SourceMap::create(env, *project.config, {graph.workspace.members, {}}));

  resolve::LockPassOptions pass;
  pass.offline_reason = project.config->offline_reason();
  pass.ignore_rust_version = options.ignore_rust_version;
  CW_TRY_ASSIGN(auto lock, resolve::resolve_for_lock(env, graph.workspace, *project.config, *sources, pass));
  if (lock.differs && project.config->locked()) {
    return fail(Error("CW0866", "the lock of the standard library does not fit its manifests", Blame::environment)
                    .note(fmt::format("`{}`", (directory / "Cargo.lock").string()))
                    .help("the component is damaged or edited: `rustup component remove rust-src`, then `rustup component add rust-src`"));
  }
  const plan::BuildRequest std_build = plan::std_build_request(request, std_request, platforms);
  CW_TRY_ASSIGN(graph.roots, plan::plan_resolve_roots(graph.workspace, std_build));
  CW_TRY_ASSIGN(graph.resolve, resolve::narrow(lock.resolve, graph.workspace, graph.roots));
  const auto ids = plan::needed_packages(graph.resolve, graph.roots, std_build, platforms);
  CW_TRY_ASSIGN(const auto loaded, sources->load_packages(lock.resolve, ids));
  graph.packages.insert(loaded.begin(), loaded.end());
  for (const auto& member : graph.workspace.members) {
    graph.packages.emplace(member->id(), member);
  }
  for (const auto& [id, package] : graph.packages) {
    CW_TRY(sources->verify(id));
  }
  sources->unlock(); // the project's own sources take it next
  graph.full_resolve = std::move(lock.resolve);
  graph.crates = std_request.crates;
  graph.triples = std_request.triples;
  graph.compiler = rustc.commit_hash.empty() ? rustc.verbose_version : rustc.commit_hash;
  return graph;
}

} // namespace cargo_wasm::ops
