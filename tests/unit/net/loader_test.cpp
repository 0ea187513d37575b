#include <cargo_wasm/net/loader.hpp>

#include <support/catch.hpp>
#include <support/http_server.hpp>

using namespace cargo_wasm;

TEST_CASE("net module: loads on demand and transfers", "[net][module]")
{
  const test::HttpServer server([](const test::ServerRequest&) {
    test::ServerResponse response;
    response.body = "from the module";
    return response;
  });
  const auto factory = net::make_http_client_factory({CW_NET_MODULE_DIR});
  auto client = factory->make({});
  REQUIRE(client.has_value());
  CHECK(base::http_get(**client, {server.url(), {}, 0}).value() == std::optional<std::string>("from the module"));
  const auto versions = net::module_versions();
  REQUIRE(versions.has_value());
  CHECK(versions->starts_with("libcurl/"));
}

TEST_CASE("net module: is found from within the build tree", "[net][module]")
{
  CHECK(net::find_module().has_value());
}
