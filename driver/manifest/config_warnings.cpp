// Settings that have no effect: keys nobody reads in the tables that cargo reads whole, and variables in the wrong case.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "config_state.hpp"

namespace cargo_wasm::manifest {
namespace {

struct KnownTable
{
  std::string_view name;
  std::vector<std::string> keys; ///< context/schema.rs
};

const std::vector<KnownTable>& known_tables()
{
  static const std::vector<KnownTable> k_tables = {
      {"build",
       {"analysis",
        "artifact-dir",
        "build-dir",
        "dep-info-basedir",
        "incremental",
        "jobs",
        "pipelining",
        "rustc",
        "rustc-workspace-wrapper",
        "rustc-wrapper",
        "rustdoc",
        "rustdocflags",
        "rustflags",
        "sbom",
        "target",
        "target-dir",
        "warnings"}},
      {"future-incompat-report", {"frequency"}},
      {"http",
       {"cainfo",
        "check-revoke",
        "debug",
        "low-speed-limit",
        "multiplexing",
        "proxy",
        "proxy-cainfo",
        "ssl-version",
        "timeout",
        "user-agent"}},
      {"net", {"git-fetch-with-cli", "offline", "retry", "ssh"}},
      {"resolver", {"feature-unification", "incompatible-publish-age", "incompatible-rust-versions", "lockfile-path"}},
      {"term", {"color", "hyperlinks", "progress", "quiet", "unicode", "verbose"}},
  };
  return k_tables;
}

/// `known` is sorted.
void warn_of_unused_keys(ConfigState& state, const ConfigValue* found, std::string_view path, const std::vector<std::string>& known)
{
  if (found == nullptr || found->as_table() == nullptr) {
    return;
  }
  for (const auto& [key, value] : *found->as_table()) {
    if (std::binary_search(known.begin(), known.end(), key)) {
      continue;
    }
    Error warning = state.at(Error("CW0196", fmt::format("configuration key `{}.{}` has no effect", path, key)), value.definition);
    if (const auto near = base::nearest(key, known)) {
      warning.helps.push_back(fmt::format("did you mean `{}.{}`?", path, *near));
    }
    state.warnings.push_back(std::move(warning));
  }
}

/// A table of a triple may hold the name of any library (`links`); one of a cfg expression may not.
void warn_of_unused_cfg_keys(ConfigState& state)
{
  static const std::vector<std::string> k_known = {"linker", "runner", "rustdocflags", "rustflags"};
  const ConfigValue* targets = state.root.find("target");
  if (targets == nullptr || targets->as_table() == nullptr) {
    return;
  }
  for (const auto& [name, table] : *targets->as_table()) {
    if (name.starts_with("cfg(")) {
      warn_of_unused_keys(state, &table, fmt::format("target.{}", config_key_part(name)), k_known);
    }
  }
}

/// Tables whose keys all become upper-case variables; `profile` and `env` have parts that keep their case.
constexpr std::array<std::string_view, 8> k_upper_case_prefixes = {
    "CARGO_BUILD_", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_", "CARGO_RESOLVER_", "CARGO_TARGET_", "CARGO_TERM_"};

void warn_of_wrong_case(ConfigState& state)
{
  for (const auto& [name, value] : state.vars) {
    const std::string upper = base::envify(name);
    if (upper != name && state.vars.count(upper) == 0 &&
        std::any_of(k_upper_case_prefixes.begin(), k_upper_case_prefixes.end(), [&](std::string_view prefix) {
          return upper.starts_with(prefix);
        })) {
      state.warnings.push_back(
          Error("CW0198", fmt::format("environment variable `{}` has no effect", name)).help(fmt::format("its name is `{}`", upper)));
    }
  }
}

} // namespace

void collect_config_warnings(ConfigState& state)
{
  for (const KnownTable& table : known_tables()) {
    warn_of_unused_keys(state, state.root.find(table.name), table.name, table.keys);
  }
  warn_of_unused_cfg_keys(state);
  warn_of_wrong_case(state);
}

} // namespace cargo_wasm::manifest
