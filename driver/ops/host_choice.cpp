#include "host_choice.hpp"

#include <map>

#include <cargo_wasm/manifest/wasm_settings.hpp>

namespace cargo_wasm::ops {

namespace {

using ProfilePtr = std::shared_ptr<const host::Profile>;

Result<ProfilePtr> found_host(const Env& env, const Path& cwd, const std::string& name)
{
  CW_TRY_ASSIGN(const host::ProfilePlaces places, host_places(env, cwd));
  CW_TRY_ASSIGN(host::Profile profile, host::find_profile(env.fs, places, name));
  return std::make_shared<const host::Profile>(std::move(profile));
}

} // namespace

Result<host::ProfilePlaces> host_places(const Env& env, const Path& cwd)
{
  CW_TRY_ASSIGN(const Path home, manifest::find_cargo_home(env));
  return host::ProfilePlaces{home / "cargo-wasm" / "hosts", cwd};
}

Result<PackageHosts> choose_hosts(const Env& env,
                                  const Project& project,
                                  const GlobalOptions& options,
                                  const CompileRequest& request,
                                  const std::vector<PackagePtr>& selected)
{
  PackageHosts hosts;
  if (options.strict_cargo) {
    if (request.host) {
      return fail(Error("CW0879", "`--host` and `--strict-cargo` exclude one another", Blame::usage).help("cargo knows no hosts"));
    }
    return hosts;
  }
  if (request.host) {
    CW_TRY_ASSIGN(const ProfilePtr profile, found_host(env, env.cwd, *request.host));
    for (const PackagePtr& package : selected) {
      hosts.emplace(package->id(), PackageHost{profile, "--host " + *request.host, true});
    }
    return hosts;
  }
  std::map<std::pair<Path, std::string>, ProfilePtr> known;
  for (const PackagePtr& package : selected) {
    const manifest::Manifest& manifest = *package->manifest;
    CW_TRY_ASSIGN(const auto wanted, manifest::read_wanted_host(env.fs, manifest, *project.workspace.root_manifest));
    if (!wanted) {
      continue;
    }
    ProfilePtr& profile = known[{wanted->where.file.parent_path(), wanted->name}];
    if (profile == nullptr) {
      auto found = found_host(env, wanted->where.file.parent_path(), wanted->name);
      if (!found) {
        Error error = std::move(found.error());
        if (error.id == "CW0870" && error.where.index() == 0) {
          error.blame = Blame::user;
          error.where = wanted->where;
        }
        return fail(std::move(error));
      }
      profile = std::move(*found);
    }
    hosts.emplace(package->id(), PackageHost{profile, wanted->key});
  }
  return hosts;
}

bool page_brings_wasi(const host::Profile& host, std::string_view triple)
{
  const auto is_wasi = [](std::string_view name) { return name.find("-wasi") != std::string_view::npos; };
  return !host.program_target.empty() && !is_wasi(host.program_target) && is_wasi(triple);
}

} // namespace cargo_wasm::ops
