#include "name_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/name_fold.hpp>
#include <cargo_wasm/source/source_map.hpp>

#include "replacement.hpp"

namespace cargo_wasm::source {

namespace {

using registry_client::KnownRegistry;
using registry_protocol::fold_of;

std::string how_to_say(const manifest::Dependency& dependency, const std::string& registry)
{
  return fmt::format("`{} = {{ version = \"{}\", registry = \"{}\" }}`",
                     dependency.name_in_toml.view(),
                     dependency.req_text.empty() ? "*" : dependency.req_text,
                     registry);
}

} // namespace

Result<> NameRules::check(const manifest::Dependency& dependency) const
{
  if (m_known.empty() || !dependency.source.is_registry()) {
    return {};
  }
  const std::string name = fold_of(dependency.package_name.view());
  for (const KnownRegistry& registry : m_known) {
    const registry_trust::Federation& federation = registry.federation;
    const auto pattern =
        std::ranges::find_if(federation.exclusive, [&](const std::string& one) { return base::glob_matches(fold_of(one), name); });
    if (pattern == federation.exclusive.end() || federation.canonical == "sparse+" + std::string(dependency.source.url())) {
      continue;
    }
    return fail(Error("CW1117",
                      fmt::format("the name `{}` belongs to the registry `{}`", dependency.package_name.view(), federation.name),
                      Blame::integrity)
                    .note(fmt::format("its document says so of `{}`; here it is taken from {}", *pattern, dependency.source.display()))
                    .help(fmt::format("say where it comes from: {}", how_to_say(dependency, federation.name))));
  }
  return {};
}

Result<>
NameRules::check_members(const base::ReadOnlyFilesystem& fs, const manifest::Config& config, std::span<const PackagePtr> members) const
{
  if (m_known.empty()) {
    return {};
  }
  CW_TRY_ASSIGN(const Replacements replacements, Replacements::read(config));
  CW_TRY_ASSIGN(const SourceId crates_io, replacements.resolve(SourceId::crates_io()));
  CW_TRY_ASSIGN(const auto shared, config.get_string_list("cargo-wasm.shared-names"));
  for (const PackagePtr& member : members) {
    for (const auto& dependency : member->manifest->summary->dependencies) {
      const std::string name = base::to_lower(dependency->package_name.view());
      if (!dependency->source.is_crates_io() || (shared && std::ranges::find(shared->value, name) != shared->value.end())) {
        continue;
      }
      for (const KnownRegistry& registry : m_known) {
        if ("sparse+" + crates_io.url() == registry.federation.canonical) {
          continue; // it is read in place of crates.io: its crates are those
        }
        const base::Path cached = config.cargo_home() / "registry" / "index" /
                                  registry_directory_name(SourceId::for_registry(registry.federation.canonical)) / ".cache" /
                                  registry_protocol::index_path(name);
        if (!fs.exists(cached)) {
          continue;
        }
        return fail(Error("CW1118",
                          fmt::format("`{}` could be that of crates.io or that of the registry `{}`",
                                      dependency->package_name.view(),
                                      registry.federation.name),
                          Blame::integrity)
                        .note(fmt::format("`{}` takes it from crates.io", (member->root() / "Cargo.toml").native()))
                        .help(fmt::format(
                            "for that of `{0}` write {1}", registry.federation.name, how_to_say(*dependency, registry.federation.name)))
                        .help("if that of crates.io is meant, add its name to `cargo-wasm.shared-names` of the configuration"));
      }
    }
  }
  return {};
}

} // namespace cargo_wasm::source
