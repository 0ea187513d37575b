// A registry in a temporary directory, and its public files as a client gets them.
#pragma once
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_server/registry.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

#include <functional>

namespace cargo_wasm::registry_mirror {

class Primary final : public registry_client::StaticFiles
{
public:
  Primary() : real(directory.path())
  {
    REQUIRE(
        registry_server::Registry::create(real.env(), directory / "primary", {.name = "acme", .base_url = "https://registry.example/"}));
  }

  void publish(const std::string& name, const std::string& version)
  {
    auto registry = registry_server::Registry::open(real.env(), directory / "primary", "").value();
    registry_protocol::IndexEntry entry;
    entry.name = name;
    entry.version = version;
    const std::string archive = "archive of " + name + " " + version;
    entry.checksum = base::to_hex(base::sha256(archive));
    REQUIRE(registry.publish(entry, archive, "alice"));
  }

  Result<std::vector<std::optional<std::string>>> get(std::span<const registry_client::FileWanted> wanted) override
  {
    std::vector<std::optional<std::string>> files;
    for (const registry_client::FileWanted& file : wanted) {
      asked.push_back(file.path);
      files.push_back(real.fs().read_if_exists(directory / "primary" / "public" / file.path).value());
      if (on_file) {
        on_file(file.path, files.back());
      }
    }
    return files;
  }

  [[nodiscard]] Result<SyncReport> sync()
  {
    asked.clear();
    return registry_mirror::sync(
        real.env(),
        *this,
        {.directory = directory / "mirror", .url = "https://mirror.example/", .pin = {.document = {}, .root = {}, .first_seen = true}});
  }

  test::TempDir directory;
  test::RealEnv real;
  std::vector<std::string> asked;                                                         ///< since the last `sync`
  std::function<void(const std::string& path, std::optional<std::string>& file)> on_file; ///< may change what is sent
};

} // namespace cargo_wasm::registry_mirror
