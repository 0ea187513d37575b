#include "mirrored_components.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_oci/static_layout.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

namespace cargo_wasm::registry_mirror {
namespace {

using base::Sha256;

struct MirroredComponent
{
  std::string repository, version, shown;
  Sha256 manifest;
};

// Of the index files that change, as they lie where `file_of` says.
Result<std::vector<MirroredComponent>> components_of(const Env& env,
                                                     const IndexChanges& changes,
                                                     std::string_view federation,
                                                     const std::function<base::Path(std::string_view, const Sha256&)>& file_of)
{
  std::vector<MirroredComponent> found;
  for (const auto& [name, hash] : changes) {
    if (!hash) {
      continue;
    }
    CW_TRY_ASSIGN(const std::optional<std::string> index, env.fs.read_if_exists(file_of(name, *hash)));
    const std::string text = index.value_or("");
    for (const std::string_view line : base::split(text, '\n')) {
      if (line.find("\"oci\"") == std::string_view::npos) {
        continue;
      }
      CW_TRY_ASSIGN(const registry_protocol::IndexEntry entry, registry_protocol::parse_index_entry(line));
      if (!entry.component) {
        continue;
      }
      const std::string shown = fmt::format("{} {}", entry.name, entry.version);
      const auto digest = registry_oci::parse_digest(*entry.component);
      if (!digest) {
        return fail(
            Error("CW1254", fmt::format("the index says that the component of {} is `{}`", shown, *entry.component), Blame::integrity));
      }
      CW_TRY_ASSIGN(std::string repository, registry_oci::component_repository(federation, entry.name));
      found.push_back({std::move(repository), entry.version, shown, *digest});
    }
  }
  return found;
}

class Fetcher
{
public:
  Fetcher(const Env& env, const MirrorPlace& place, registry_client::StaticFiles& primary) : m_env(env), m_place(place), m_primary(primary)
  {
  }

  // What is there already, when it is what its digest says; else from the primary.
  Result<std::string> get(const std::string& path, const Sha256& digest, std::uint64_t max_bytes, const std::string& shown)
  {
    CW_TRY_ASSIGN(std::optional<std::string> own, m_env.fs.read_if_exists(m_place.public_directory / path));
    if (own && base::sha256(*own) == digest) {
      return std::move(*own);
    }
    const registry_client::FileWanted wanted{.path = path, .max_bytes = max_bytes};
    CW_TRY_ASSIGN(std::vector<std::optional<std::string>> came, m_primary.get(std::span(&wanted, 1)));
    if (!came.at(0)) {
      return fail(Error("CW1253", fmt::format("the component of {} is not there", shown), Blame::network)
                      .note(fmt::format("`{}` is what its index line speaks of", path))
                      .help("the primary has lost it, or hides it: tell whoever runs it; the mirror stays as it was"));
    }
    if (base::sha256(*came[0]) != digest) {
      return fail(Error("CW1254", fmt::format("`{}` of the registry is not what its hash says", path), Blame::integrity)
                      .help("the server, or something on the way, damages files or lies: try again, or from another mirror"));
    }
    return std::move(*came[0]);
  }

private:
  const Env& m_env;
  const MirrorPlace& m_place;
  registry_client::StaticFiles& m_primary;
};

} // namespace

Result<> fetch_components(const Env& env,
                          const MirrorPlace& place,
                          registry_client::StaticFiles& primary,
                          const IndexChanges& changes,
                          std::string_view federation,
                          SyncReport& report)
{
  CW_TRY_ASSIGN(const auto components, components_of(env, changes, federation, [&](std::string_view name, const Sha256& hash) {
                  const base::Path staged = place.staged(hash);
                  return env.fs.exists(staged) ? staged : place.public_directory / registry_protocol::index_path(name);
                }));
  Fetcher fetcher(env, place, primary);
  for (const MirroredComponent& one : components) {
    const std::string path = registry_oci::manifest_path(one.repository, one.manifest);
    if (!place.repair && env.fs.exists(place.public_directory / path)) {
      continue; // written last
    }
    CW_TRY_ASSIGN(const std::string manifest, fetcher.get(path, one.manifest, registry_oci::k_max_manifest_bytes, one.shown));
    CW_TRY_ASSIGN(const registry_oci::Manifest parsed, registry_oci::parse_manifest(manifest));
    CW_TRY_ASSIGN(const registry_oci::Descriptor layer, registry_oci::wasm_layer_of(parsed, path));
    std::vector<std::pair<std::string, std::string>> files;
    for (const registry_oci::Descriptor* const blob : {&parsed.config, &layer}) {
      const std::string file = registry_oci::blob_path(one.repository, blob->digest);
      CW_TRY_ASSIGN(std::string bytes, fetcher.get(file, blob->digest, registry_client::k_max_archive_bytes, one.shown));
      files.emplace_back(file, std::move(bytes));
    }
    CW_TRY(registry_oci::check_component({manifest, files[0].second, files[1].second}));
    files.emplace_back(path, manifest);
    for (const auto& [file, bytes] : files) {
      CW_TRY(env.fs.write_atomic(place.public_directory / file, bytes));
    }
    ++report.components;
  }
  return {};
}

Result<>
tag_components(const Env& env, const MirrorPlace& place, const IndexChanges& changes, std::string_view federation, std::string_view url)
{
  CW_TRY_ASSIGN(const auto components, components_of(env, changes, federation, [&](std::string_view name, const Sha256&) {
                  return place.public_directory / registry_protocol::index_path(name);
                }));
  for (const MirroredComponent& one : components) {
    CW_TRY_ASSIGN(const std::string manifest,
                  env.fs.read(place.public_directory / registry_oci::manifest_path(one.repository, one.manifest)));
    CW_TRY_ASSIGN(const auto files, registry_oci::component_tag(env.fs, place.public_directory, one.repository, one.version, manifest));
    for (const auto& [path, bytes] : files) {
      CW_TRY_ASSIGN(const std::optional<std::string> there, env.fs.read_if_exists(place.public_directory / path));
      if (there != bytes) {
        CW_TRY(env.fs.write_atomic(place.public_directory / path, bytes));
      }
    }
  }
  if (!components.empty() && !url.empty()) {
    CW_TRY(env.fs.write_atomic(place.public_directory / registry_oci::k_metadata_file, registry_oci::own_metadata(url)));
  }
  return {};
}

} // namespace cargo_wasm::registry_mirror
