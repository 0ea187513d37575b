#include <cargo_wasm/ops/mirror_verbs.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_mirror/check.hpp>
#include <cargo_wasm/registry_mirror/garbage.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::ops {

namespace {

std::string fsck_json(const registry_mirror::CheckReport& report)
{
  nlohmann::ordered_json faults = nlohmann::ordered_json::array();
  for (const registry_mirror::Fault& fault : report.faults) {
    faults.push_back({{"file", fault.file}, {"entry", nullptr}, {"what", fault.what}});
    if (fault.entry) {
      faults.back()["entry"] = *fault.entry;
    }
  }
  const nlohmann::ordered_json json{{"log", report.log},
                                    {"registry", report.is_registry},
                                    {"entries", report.entries},
                                    {"tiles", report.tiles},
                                    {"crates", report.crates},
                                    {"versions", report.versions},
                                    {"faults", faults}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace

Result<> registry_fsck(const Env& env, const RegistryFsckRequest& request)
{
  CW_TRY_ASSIGN(const Path directory, find_public_directory(env.fs, request.directory));
  std::optional<registry_tlog::LogPolicy> policy;
  if (request.key) {
    CW_TRY_ASSIGN(registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(*request.key));
    policy = registry_tlog::LogPolicy{.logs = {{.key = std::move(key), .url = {}}}, .witnesses = {}, .groups = {}, .quorum = "none"};
  }
  CW_TRY_ASSIGN(const registry_mirror::CheckReport report, registry_mirror::check_files(env.fs, directory, policy));
  if (request.json) {
    env.reporter.result(fsck_json(report));
  } else {
    for (const registry_mirror::Fault& fault : report.faults) {
      env.reporter.result(fmt::format("{}{}: {}\n", fault.file, fault.entry ? fmt::format(", entry {}", *fault.entry) : "", fault.what));
    }
  }
  if (!report.faults.empty()) {
    const std::size_t count = report.faults.size();
    return fail(Error("CW1259",
                      fmt::format("{} {} wrong in `{}`", count, count == 1 ? "thing is" : "things are", directory.native()),
                      Blame::integrity)
                    .help("bring such files back from a mirror or a backup; `registry sync --repair` does it for a mirror"));
  }
  env.reporter.status("Checked",
                      report.is_registry
                          ? fmt::format("log `{}`: {} entries, {} tiles; {} crates, {} versions, all as they should be",
                                        report.log,
                                        report.entries,
                                        report.tiles,
                                        report.crates,
                                        report.versions)
                          : fmt::format("log `{}`: {} entries, {} tiles, all as they should be", report.log, report.entries, report.tiles));
  return {};
}

Result<> registry_gc(const Env& env, const RegistryGcRequest& request)
{
  CW_TRY_ASSIGN(const Path directory, find_public_directory(env.fs, request.directory));
  // Its tiles, archives and parts of the name map are there already, and no public checkpoint speaks of them.
  if (env.fs.exists(directory.parent_path() / "private" / "pending-checkpoint")) {
    return fail(Error("CW1066", "a change of this registry waits for witnesses: nothing can be said to be unused", Blame::user)
                    .note(fmt::format("it is `{}`", (directory.parent_path() / "private" / "pending-checkpoint").native()))
                    .help("`cargo-wasm registry heartbeat DIR` asks them again; then `gc`"));
  }
  CW_TRY_ASSIGN(const std::vector<registry_mirror::Garbage> garbage, registry_mirror::find_garbage(env, directory));
  std::uint64_t bytes = 0;
  for (const registry_mirror::Garbage& one : garbage) {
    bytes += one.bytes;
    env.reporter.result(fmt::format("{}: {}\n", one.file, one.why));
    if (request.remove) {
      CW_TRY(env.fs.remove(directory / one.file));
    }
  }
  const std::string sum = fmt::format("{} files, {}", garbage.size(), base::human_bytes(bytes));
  if (request.remove) {
    env.reporter.status("Removed", sum);
  } else {
    env.reporter.status("Found", garbage.empty() ? "nothing to remove" : sum + "; `--delete` removes them");
  }
  return {};
}

} // namespace cargo_wasm::ops
