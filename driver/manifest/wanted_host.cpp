// `host` of the two wasm tables.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/wasm_settings.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_host = "host";

Result<std::optional<WantedHost>> host_of(const base::ReadOnlyFilesystem& fs,
                                          const Manifest& manifest,
                                          const std::shared_ptr<const nlohmann::json>& metadata,
                                          std::string_view section)
{
  std::optional<WantedHost> wanted;
  const bool may_have = metadata != nullptr && metadata->is_object() && metadata->contains("wasm") && metadata->at("wasm").is_object() &&
                        metadata->at("wasm").contains(k_host);
  if (may_have) {
    CW_TRY(read_wasm_table(fs, manifest, metadata, section, {}, [&](const Fields& wasm) {
      if (const std::string* const name = wasm.string(k_host)) {
        wanted =
            WantedHost{*name, fmt::format("`[{}.metadata.wasm] host`", section), wasm.document().span(wasm.find(k_host).value->position)};
      }
    }));
  }
  return wanted;
}

} // namespace

Result<std::optional<WantedHost>>
read_wanted_host(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  CW_TRY_ASSIGN(auto own, host_of(fs, package, package.metadata, "package"));
  if (own) {
    return own;
  }
  return host_of(fs, workspace_root, workspace_root.workspace_metadata, "workspace");
}

} // namespace cargo_wasm::manifest
