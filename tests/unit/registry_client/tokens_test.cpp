#include <cargo_wasm/registry_client/mirror_pool.hpp>
#include <cargo_wasm/registry_client/tokens.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

#include <algorithm>

namespace cargo_wasm::registry_client {
namespace {

constexpr const char* k_base = "https://eu.example/";

test::FakeHttp::Handler only_with(const std::string& token, const std::string& body)
{
  return [token, body](const base::HttpRequest& request) -> Result<test::FakeResponse> {
    const bool has_it = std::ranges::find(request.headers, "authorization: " + token) != request.headers.end();
    return has_it ? test::FakeResponse{.status = 200, .body = body, .headers = {}}
                  : test::FakeResponse{.status = 401, .body = R"({"errors":[{"detail":"who are you?"}]})", .headers = {}};
  };
}

} // namespace

TEST_CASE("tokens: they travel encrypted, or not beyond this machine", "[registry]")
{
  for (const char* const good :
       {"https://registry.example/", "http://127.0.0.1:8801/", "http://127.1.2.3/", "http://localhost/", "http://[::1]:80/"}) {
    CHECK(may_carry_token(good));
  }
  // The last ones look like this machine and are not.
  for (const char* const bad : {"http://registry.example/",
                                "ftp://127.0.0.1/",
                                "http://127.0.0.1.example/",
                                "http://localhost.example/",
                                "http://127.0.0.1@registry.example/",
                                "http://[::1].example/",
                                "http://registry.example/127.0.0.1",
                                "http://registry.example?http://localhost/"}) {
    CHECK_FALSE(may_carry_token(bad));
  }
}

TEST_CASE("tokens: the source is asked once an address, and what cannot be sent is not", "[registry]")
{
  std::vector<std::string> asked;
  Tokens tokens([&](const std::string& base) -> Result<std::string> {
    asked.push_back(base);
    return base == k_base ? "good" : "two\r\nlines: x";
  });
  CHECK_FALSE(tokens.header(k_base));
  CHECK(tokens.need(k_base));
  CHECK(tokens.need(k_base));
  CHECK(tokens.header(k_base) == "authorization: good");
  CHECK_FALSE(tokens.header("https://eu.example/index/"));
  CHECK(render(tokens.need("https://us.example/").error(), base::Severity::error, false) ==
        "error[CW1082]: the token for `https://us.example/` cannot be sent\n"
        "   = note: it is empty, or has characters that no header can have\n"
        "   = help: store it again: `cargo-wasm login --registry NAME`\n");
  CHECK(render(tokens.need("http://us.example/").error(), base::Severity::error, false) ==
        "error[CW1082]: no token is sent to `http://us.example/`\n"
        "   = note: it is not encrypted, and whoever sees the request would have the token\n"
        "   = help: tell whoever runs the registry: the address of a private one begins with `https://`\n");
  CHECK(asked == std::vector<std::string>{k_base, "https://us.example/"}); // nobody is asked for a token that would not be sent
}

TEST_CASE("tokens: what a server says of a refusal is shown, unless it is no sentence", "[registry]")
{
  CHECK(reason_of_refusal(403, R"({"errors":[{"detail":"not for you"}]})") == "it answers with status 403: not for you");
  for (const std::string& other : {std::string("<html>"),
                                   std::string(R"({"errors":[]})"),
                                   std::string(R"({"errors":[{"detail":"a\u001b[2J"}]})"),
                                   R"({"errors":[{"detail":")" + std::string(400, 'x') + "\"}]}"}) {
    CHECK(reason_of_refusal(401, other) == "it answers with status 401");
  }
}

TEST_CASE("mirror pool: a mirror that wants a token is asked again with the one for its address, and no other mirror sees it", "[registry]")
{
  test::TestEnv made;
  const Env env = made.env();
  const auto client = made.http.make({}).value();
  HealthTable health;
  std::vector<registry_trust::Mirror> mirrors(2);
  mirrors[0] = {.id = "eu", .region = {}, .base = k_base, .oci = {}};
  mirrors[1] = {.id = "us", .region = {}, .base = "https://us.example/", .priority = 20, .oci = {}};
  PoolOptions options;
  options.tokens = [](const std::string& base) -> Result<std::string> {
    return base == k_base ? Result<std::string>("eu-token") : fail(Error("CW0401", "no token for it", Blame::environment));
  };
  MirrorPool pool(env, *client, "acme", mirrors, health, options);
  made.http.on("https://eu.example/a", only_with("eu-token", "good")).on("https://eu.example/b", only_with("other", "good"));
  made.http.on("https://us.example/b", only_with("x", "good"));
  CHECK(pool.get({.path = "a", .max_bytes = 10, .check = {}}).value().bytes == "good");
  CHECK(made.http.requests.size() == 2);
  const auto refused = pool.get({.path = "b", .max_bytes = 10, .check = {}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(render(refused.error(), base::Severity::error, false) ==
        "error[CW1081]: the registry `acme` is private, and `b` was not read\n"
        "   = note: `eu`: the token for it is refused: it answers with status 401: who are you?\n"
        "   = note: `us`: it wants a token: no token for it\n"
        "   = note: nobody else was asked for it: a private registry is never stood in for by another one\n"
        "   = help: whoever runs it makes tokens: `cargo-wasm registry token create DIR --user NAME --scope read`\n"
        "   = help: a token comes from where cargo has it: `cargo-wasm login --registry NAME`, or CARGO_REGISTRIES_NAME_TOKEN, with "
        "`registry.global-credential-providers = [\"cargo:token\"]` in the configuration\n");
  CHECK((health["eu"].strikes == 0 && health["us"].strikes == 0));
  for (const base::HttpRequest& request : made.http.requests) {
    CHECK((request.headers.empty() ||
           (request.url.starts_with(k_base) && request.headers == std::vector<std::string>{"authorization: eu-token"})));
    CHECK(request.max_redirects == 0U);
  }
}

} // namespace cargo_wasm::registry_client
