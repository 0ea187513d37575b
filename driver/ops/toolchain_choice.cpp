// What a project says about its compiler, and the choice that follows (docs/guide/toolchains.md).
#include <cargo_wasm/ops/project.hpp>

#include <fmt/format.h>

#include <cargo_wasm/manifest/wasm_settings.hpp>

namespace cargo_wasm::ops {

namespace {

using manifest::WantedToolchain;

std::string place_of(const base::TextSpan& span)
{
  return fmt::format("{}:{}:{}", span.file.string(), span.line, span.column);
}

Error different(const WantedToolchain& one, const PackagePtr& first, const WantedToolchain& other, const PackagePtr& second)
{
  return Error("CW0671",
               fmt::format("packages of this build want different toolchains: `{}` {}, `{}` {}",
                           first->id().name(),
                           one.name,
                           second->id().name(),
                           other.name))
      .at(other.where)
      .note(fmt::format("the other one stands in {}", place_of(one.where)))
      .help("build them apart with `-p`, or choose one for both: `cargo-wasm +" + one.name + " …`");
}

} // namespace

Result<toolchain::ToolchainWish> wanted_toolchain(const Env& env,
                                                  const manifest::Workspace& workspace,
                                                  const GlobalOptions& options,
                                                  const std::vector<PackagePtr>& selected)
{
  toolchain::ToolchainWish wish;
  wish.plus = options.plus_toolchain;
  if (options.strict_cargo) {
    return wish;
  }
  wish.project_root = workspace.root;
  const auto& packages = selected.empty() ? workspace.default_members : selected;
  CW_TRY_ASSIGN(wish.manifest, manifest::read_wanted_toolchain(env.fs, nullptr, *workspace.root_manifest));
  const auto common = wish.manifest;
  PackagePtr first;
  for (const auto& package : packages) {
    CW_TRY_ASSIGN(auto wanted, manifest::read_wanted_toolchain(env.fs, package->manifest.get(), *workspace.root_manifest));
    if (!wanted) {
      continue;
    }
    if (first && wanted->name != wish.manifest->name) {
      // Whoever names a toolchain, by argument or variable, has decided for all of them.
      if (wish.plus || env.var("RUSTUP_TOOLCHAIN") != nullptr || selected.empty()) {
        wish.manifest = common;
        return wish;
      }
      return fail(different(*wish.manifest, first, *wanted, package));
    }
    if (!first) {
      first = package;
      wish.manifest = std::move(wanted);
    }
  }
  return wish;
}

Result<toolchain::ToolchainChoice>
choose_toolchain(const Env& env, Project& project, const GlobalOptions& options, const std::vector<PackagePtr>& selected)
{
  if (project.toolchain) {
    return *project.toolchain;
  }
  toolchain::ToolchainWish wish{options.plus_toolchain, std::nullopt, {}};
  if (!project.is_from_registry) {
    CW_TRY_ASSIGN(wish, wanted_toolchain(env, project.workspace, options, selected));
  }
  if (options.install_missing) {
    CW_TRY_ASSIGN(const auto missing, toolchain::find_missing_toolchain(env, *project.config, wish));
    if (missing) {
      CW_TRY(toolchain::install_toolchain(env, *missing));
    }
  }
  CW_TRY_ASSIGN(project.toolchain, toolchain::select_toolchain(env, *project.config, wish));
  return *project.toolchain;
}

} // namespace cargo_wasm::ops
