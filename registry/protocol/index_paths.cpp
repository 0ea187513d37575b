// Where things lie on a registry's server: index files by crate name, archives by the `dl` template of config.json
// (cargo-util/src/registry.rs).
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::registry_protocol {

namespace {

std::string directory_of(std::string_view name)
{
  switch (name.size()) {
  case 0:
    return {};
  case 1:
    return "1";
  case 2:
    return "2";
  case 3:
    return fmt::format("3/{}", name.substr(0, 1));
  default:
    return fmt::format("{}/{}", name.substr(0, 2), name.substr(2, 2));
  }
}

struct Marker
{
  std::string_view text;
  std::string value;
};

} // namespace

std::string index_path(std::string_view crate_name)
{
  const std::string lower = base::to_lower(crate_name);
  return directory_of(lower) + "/" + lower;
}

std::string download_url(const RegistryConfig& config, std::string_view name, std::string_view version, std::string_view checksum)
{
  const std::string prefix = directory_of(name);
  const Marker markers[] = {{"{crate}", std::string(name)},
                            {"{version}", std::string(version)},
                            {"{prefix}", prefix},
                            {"{lowerprefix}", base::to_lower(prefix)},
                            {"{sha256-checksum}", std::string(checksum)}};
  std::string url;
  bool any = false;
  for (std::size_t at = 0; at < config.dl.size();) {
    const std::string_view rest = std::string_view(config.dl).substr(at);
    const Marker* found = nullptr;
    for (const auto& marker : markers) {
      if (rest.starts_with(marker.text)) {
        found = &marker;
        break;
      }
    }
    if (found == nullptr) {
      url.push_back(rest.front());
      ++at;
    } else {
      url += found->value;
      at += found->text.size();
      any = true;
    }
  }
  return any ? url : fmt::format("{}/{}/{}/download", config.dl, name, version);
}

} // namespace cargo_wasm::registry_protocol
