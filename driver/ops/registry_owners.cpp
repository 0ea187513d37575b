// `registry owner`: who owns a crate, changed by whoever runs the registry: for crates whose owners are gone, or were let in by mistake.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_owner_example = "`cargo-wasm registry owner add DIR --crate NAME --user NAME`";

Result<std::string> owned_crate(registry_server::Accounts& accounts, const RegistryOwnerRequest& request)
{
  if (request.crate.empty()) {
    return fail(Error("CW1205", "whose owners?", Blame::usage).help(std::string(k_owner_example)));
  }
  CW_TRY_ASSIGN(std::optional<std::string> crate, accounts.spelling_of(request.crate));
  if (!crate) {
    return fail(Error("CW1215", fmt::format("there is no crate `{}`", request.crate), Blame::user));
  }
  return std::move(*crate);
}

Result<> change_owner(const Env& env, const RegistryOwnerRequest& request, bool adds)
{
  if (request.user.empty() || request.user.find_first_of(" \t\n") != std::string::npos) {
    return fail(Error("CW1205", "which user?", Blame::usage).help(std::string(k_owner_example)));
  }
  CW_TRY_ASSIGN(registry_server::AccountsFile file, registry_server::AccountsFile::open(env, request.directory));
  registry_server::Accounts& accounts = file.accounts();
  CW_TRY_ASSIGN(const std::string crate, owned_crate(accounts, request));
  CW_TRY_ASSIGN(const std::vector<std::string> before, accounts.owners(crate));
  if (!adds && std::ranges::find(before, request.user) == before.end()) {
    return fail(Error("CW1205", fmt::format("`{}` does not own `{}`", request.user, crate), Blame::usage)
                    .help(fmt::format("its owners: {}", base::join(before, ", "))));
  }
  CW_TRY(accounts.change_owners(crate, std::span(&request.user, 1), adds));
  env.reporter.status(adds ? "Added" : "Removed", fmt::format("`{}` {} `{}`", request.user, adds ? "owns" : "owns no more", crate));
  return {};
}

} // namespace

Result<> registry_owner_add(const Env& env, const RegistryOwnerRequest& request)
{
  return change_owner(env, request, true);
}

Result<> registry_owner_remove(const Env& env, const RegistryOwnerRequest& request)
{
  return change_owner(env, request, false);
}

Result<> registry_owner_list(const Env& env, const RegistryOwnerRequest& request)
{
  CW_TRY_ASSIGN(registry_server::AccountsFile file, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY_ASSIGN(const std::string crate, owned_crate(file.accounts(), request));
  CW_TRY_ASSIGN(const std::vector<std::string> owners, file.accounts().owners(crate));
  for (const std::string& owner : owners) {
    env.reporter.result(owner + "\n");
  }
  return {};
}

} // namespace cargo_wasm::ops
