#include <cargo_wasm/registry_server/component.hpp>

#include <fmt/format.h>

#include "length_prefixed.hpp"

namespace cargo_wasm::registry_server {

Result<registry_oci::ComponentParts> split_component(std::string_view body)
{
  const std::optional<std::string_view> manifest = take_part(body);
  const std::optional<std::string_view> config = manifest ? take_part(body) : std::nullopt;
  const std::optional<std::string_view> layer = config ? take_part(body) : std::nullopt;
  if (!layer || !body.empty()) {
    return fail(Error("CW1236", "this is not a component that can be kept", Blame::user)
                    .note("the body does not consist of a manifest, a config and a layer, with their lengths before them")
                    .help("`cargo-wasm publish --component` sends one as it has to be"));
  }
  const registry_oci::ComponentParts parts{*manifest, *config, *layer};
  CW_TRY(registry_oci::check_component(parts));
  return parts;
}

Result<base::Sha256> StagedComponents::keep(std::string_view body)
{
  CW_TRY_ASSIGN(const registry_oci::ComponentParts parts, split_component(body));
  const base::Sha256 digest = base::sha256(parts.manifest);
  constexpr std::size_t k_most = 256;
  const bool is_there = m_fs.is_file(file_of(digest));
  std::size_t waiting = 0;
  if (!is_there && m_fs.is_directory(m_directory)) {
    CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_fs.list(m_directory));
    waiting = entries.size();
  }
  if (waiting >= k_most) {
    return fail(Error("CW1238", "too many components were sent to this registry and not published", Blame::user)
                    .note(fmt::format("{} wait for their publication; each is removed after a day", waiting))
                    .help("send it again later"));
  }
  CW_TRY(m_fs.write_atomic(file_of(digest), body));
  return digest;
}

Result<std::optional<std::string>> StagedComponents::find(const base::Sha256& manifest) const
{
  return m_fs.read_if_exists(file_of(manifest));
}

Result<> StagedComponents::remove(const base::Sha256& manifest)
{
  CW_TRY(m_fs.remove(file_of(manifest)));
  return {};
}

Result<> StagedComponents::remove_older(std::int64_t before_ns)
{
  if (!m_fs.is_directory(m_directory)) {
    return {};
  }
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, m_fs.list(m_directory));
  for (const base::DirectoryEntry& entry : entries) {
    CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, m_fs.stat(m_directory / entry.name));
    if (stat && stat->mtime_ns < before_ns) {
      CW_TRY(m_fs.remove(m_directory / entry.name));
    }
  }
  return {};
}

} // namespace cargo_wasm::registry_server
