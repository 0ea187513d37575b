#include <cargo_wasm/registry_oci/credentials.hpp>
#include <cargo_wasm/registry_oci/names.hpp>
#include <cargo_wasm/registry_oci/registry_metadata.hpp>

#include <support/catch.hpp>

namespace cargo_wasm::registry_oci {
namespace {

std::string told(const Error& error)
{
  return render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("oci: a package is two labels, and nothing that could lead out of its repository", "[oci]")
{
  CHECK(parse_package_name("my:calc-go2").value() == PackageName{"my", "calc-go2"});
  for (const char* const wrong : {"",
                                  ":",
                                  "my",
                                  "my:",
                                  ":calc",
                                  "My:calc",
                                  "my:calc:x",
                                  "my:2calc",
                                  "my:calc-",
                                  "my:a--b",
                                  "my:a-2b",
                                  "my:../x",
                                  "my:a/b",
                                  "my:a b"}) {
    CHECK_FALSE(parse_package_name(wrong).has_value());
  }
  CHECK(told(parse_package_name("my/calc").error()) ==
        "error[CW1150]: `my/calc` is not the name of a package\n"
        "   = help: `namespace:name`, each of small letters and digits with single `-` between words\n");
}

TEST_CASE("oci: a registry's address is a host and a prefix, and a package's repository stands below", "[oci]")
{
  const Place place = parse_place("oci://registry.example:5000/acme/wasm/").value();
  CHECK(place == Place{"registry.example:5000", "acme/wasm/"});
  CHECK(parse_place("oci://registry.example").value() == Place{"registry.example", ""});
  CHECK(to_string(repository_of(place, {"my", "calc"}).value()) == "registry.example:5000/acme/wasm/my/calc");
  CHECK(to_string(repository_of(Place{"registry.example", "acme-"}, {"my", "calc"}).value()) == "registry.example/acme-my/calc");
  for (const char* const wrong : {"",
                                  "registry.example",
                                  "https://registry.example/x",
                                  "oci://",
                                  "oci:///x",
                                  "oci://a b/x",
                                  "oci://user@host/x",
                                  "oci://host/A",
                                  "oci://host/a//b",
                                  "oci://host/../b",
                                  "oci://host/a_-b",
                                  "oci://host/a?b",
                                  "oci://host/-a"}) {
    INFO(wrong);
    CHECK_FALSE(parse_place(wrong).has_value());
  }
  CHECK(told(repository_of(Place{"h", std::string(250, 'a') + "/"}, {"my", "calc"}).error())
            .starts_with("error[CW1150]: the repository `h/aaaa"));
}

TEST_CASE("oci: only loopback is spoken to without TLS", "[oci]")
{
  CHECK(base_url("registry.example") == "https://registry.example");
  CHECK(base_url("127.0.0.1:5000") == "http://127.0.0.1:5000");
  for (const char* const loopback : {"localhost", "LOCALHOST:80", "127.9.9.9", "[::1]:5000"}) {
    CHECK(is_loopback(loopback));
  }
  for (const char* const other :
       {"localhost.registry.example", "127.0.0.1.registry.example", "128.0.0.1", "127.0.0", "[::2]", "127.evil.0.1"}) {
    CHECK_FALSE(is_loopback(other));
  }
}

TEST_CASE("oci: a version's build metadata is spelled otherwise in a tag, and comes back", "[oci]")
{
  CHECK(tag_of("1.2.3-beta.1+build.5").value() == "1.2.3-beta.1_build.5");
  CHECK(version_of("1.2.3-beta.1_build.5") == "1.2.3-beta.1+build.5");
  CHECK(told(tag_of(std::string(129, '1')).error()).ends_with("   = help: a tag has at most 128 bytes\n"));
}

TEST_CASE("oci: digests are sha256 with 64 small digits", "[oci]")
{
  const Sha256 digest = base::sha256("x");
  CHECK(parse_digest(digest_text(digest)) == digest);
  CHECK_FALSE(parse_digest("sha512:" + base::to_hex(digest)));
  CHECK_FALSE(parse_digest("sha256:12"));
}

TEST_CASE("oci: docker's configuration lets in by host alone, and says when a helper would have to be asked", "[oci]")
{
  const char* const config =
      R"({"auths":{"https://registry.example/v1/":{"auth":"YWxpY2U6c2VjcmV0"},"other.example":{"username":"b","password":"c:d"},
"token.example":{"registrytoken":"t"}},"credsStore":"desktop"})";
  CHECK(docker_credentials(config, "registry.example").value().basic == "alice:secret");
  CHECK(docker_credentials(config, "other.example").value().basic == "b:c:d");
  CHECK(docker_credentials(config, "token.example").value().bearer == "t");
  const Credentials none = docker_credentials(config, "third.example").value();
  CHECK((!none.basic && !none.bearer));
  CHECK(none.missing == "docker's `config.json` leaves it to the helper `docker-credential-desktop`, which is not asked");
  CHECK(told(docker_credentials(R"({"auths":{"h":{"auth":"bm9wZQ=="}}})", "h").error()) ==
        "error[CW1152]: docker's `config.json` cannot be read\n"
        "   = note: its `auth` for `h` is not `user:password` in base 64\n"
        "   = help: `docker login`, `podman login` and `oras login` write it; DOCKER_CONFIG names its directory\n");
  CHECK(token_variable("registry.example:5000") == "WKG_REGISTRY_REGISTRY_EXAMPLE_5000_AUTH_BEARER");
}

TEST_CASE("oci: a challenge's parameters are read quoted or not, in any order", "[oci]")
{
  const auto bearer = parse_challenge(R"(bearer  service="a \"b\", c" , realm=https://auth.example/token,scope="x")");
  REQUIRE(bearer);
  CHECK((bearer->is_bearer && bearer->realm == "https://auth.example/token" && bearer->service == "a \"b\", c"));
  CHECK_FALSE(parse_challenge("Basic realm=\"x\"").value().is_bearer);
  CHECK_FALSE(parse_challenge("Bearer service=\"x\""));
  CHECK_FALSE(parse_challenge("Negotiate"));
  CHECK_FALSE(parse_challenge(""));
  CHECK_FALSE(parse_challenge("Bearer realm=\""));
}

TEST_CASE("oci: a registry's own words say where its packages are; anything else is not taken for them", "[oci]")
{
  CHECK(parse_registry_metadata(R"({"preferredProtocol":"oci","oci":{"registry":"oci.example","namespacePrefix":"acme/"}})", "h").value() ==
        Place{"oci.example", "acme/"});
  CHECK(parse_registry_metadata(R"({"oci":{}})", "h").value() == Place{"h", ""});
  CHECK(parse_registry_metadata(R"({"ociRegistry":"old.example","ociNamespacePrefix":"x/"})", "h").value() == Place{"old.example", "x/"});
  CHECK(told(parse_registry_metadata("{}", "h").error()) ==
        "error[CW1160]: `h` does not say where its packages are\n"
        "   = note: its `/.well-known/wasm-pkg/registry.json` names no OCI registry\n"
        "   = help: a proxy or login page may answer in its place; `--from oci://HOST/PREFIX` does without that file\n");
  CHECK(parse_registry_metadata(R"({"preferredProtocol":"warg","oci":{}})", "h").error().notes[0].ends_with("prefers the protocol `warg`"));
  CHECK(parse_registry_metadata("<html>", "h").error().notes[0].ends_with("is a web page"));
}

} // namespace cargo_wasm::registry_oci
