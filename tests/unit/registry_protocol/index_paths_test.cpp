#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::registry_protocol;

TEST_CASE("index paths follow the length of the lower-cased name", "[registry_protocol][paths]")
{
  CHECK(index_path("a") == "1/a");
  CHECK(index_path("AB") == "2/ab");
  CHECK(index_path("Abc") == "3/a/abc");
  CHECK(index_path("Inflector") == "in/fl/inflector");
}

TEST_CASE("download URLs fill in a template's markers, or append the plain path", "[registry_protocol][paths]")
{
  RegistryConfig config{"https://dl.example/crates", {}, false};
  CHECK(download_url(config, "Foo", "1.0.0", "ab") == "https://dl.example/crates/Foo/1.0.0/download");
  config.dl = "https://dl.example/{prefix}/{lowerprefix}/{crate}-{version}.crate?sum={sha256-checksum}";
  CHECK(download_url(config, "MyCrate", "1.0.0", "ab") == "https://dl.example/My/Cr/my/cr/MyCrate-1.0.0.crate?sum=ab");
  config.dl = "https://dl.example/{unknown}/{crate}";
  CHECK(download_url(config, "abc", "1.0.0", "ab") == "https://dl.example/{unknown}/abc");
}

TEST_CASE("config.json needs `dl` and nothing else", "[registry_protocol][config]")
{
  const auto config = parse_registry_config(R"({"dl":"https://dl.example","api":null,"auth-required":true,"more":[1]})");
  REQUIRE(config.has_value());
  CHECK(config->dl == "https://dl.example");
  CHECK_FALSE(config->api.has_value());
  CHECK(config->auth_required);

  const auto html = parse_registry_config("<!DOCTYPE html>");
  REQUIRE_FALSE(html.has_value());
  CHECK(html.error().id == "CW0411");
  CHECK(html.error().message == "the registry's `config.json` cannot be read: expected an object at byte 0");
  CHECK(parse_registry_config("{}").error().message == "the registry's `config.json` cannot be read: no `dl` at byte 2");
}
