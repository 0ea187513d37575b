#include <cargo_wasm/remote/execution_settings.hpp>

#include <manifest/config_fixture.hpp>
#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

Result<std::optional<ExecutionSettings>> settings_of(const std::string& toml)
{
  test::ConfigFixture fixture({{"/w/app/.cargo/config.toml", toml}});
  const auto config = fixture.load();
  return read_execution_settings(*config);
}

std::string refusal(const std::string& rest)
{
  const auto settings = settings_of("[cargo-wasm.execution]\n" + rest);
  REQUIRE_FALSE(settings);
  return base::render(settings.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("execution settings: without the table nothing is executed elsewhere", "[remote]")
{
  CHECK(settings_of("[cargo-wasm.cache]\nremotes = []\n").value() == std::nullopt);
}

TEST_CASE("execution settings: an address is enough", "[remote]")
{
  const auto settings = settings_of("[cargo-wasm.execution]\nurl = \"grpc://build.test:8980/main\"\n").value();
  REQUIRE(settings);
  CHECK(settings->url == "grpc://build.test:8980/main");
  CHECK_FALSE(settings->jobs);
  CHECK(settings->timeout == std::chrono::seconds(600));
  CHECK(settings->platform.empty());
  CHECK_FALSE(settings->sign);
}

TEST_CASE("execution settings: jobs, time, token, what a worker must have, and that its results are signed", "[remote]")
{
  const auto settings = settings_of("[cargo-wasm.execution]\nurl = \"grpcs://build.test\"\njobs = 32\ntimeout = 60\ntoken-env = \"T\"\n"
                                    "platform = { OSFamily = \"linux\", pool = \"rust\" }\nsign = true\n")
                            .value();
  REQUIRE(settings);
  CHECK(settings->jobs == 32);
  CHECK(settings->timeout == std::chrono::seconds(60));
  CHECK(settings->token_variable == "T");
  CHECK(settings->platform == std::map<std::string, std::string>{{"OSFamily", "linux"}, {"pool", "rust"}});
  CHECK(settings->sign);
}

TEST_CASE("execution settings: what cannot be meant is refused", "[remote]")
{
  CHECK(refusal("jobs = 3\n") == "error[CW1135]: `[cargo-wasm.execution]` has no address\n   = help: set `cargo-wasm.execution.url`\n");
  CHECK(refusal("url = \"grpc://a.test\"\nworkers = 3\n") ==
        "error[CW1135]: `cargo-wasm.execution.workers` is no key of remote execution\n"
        "   = help: there are `jobs`, `platform`, `sign`, `timeout`, `token-env`, `url`\n");
  CHECK(refusal("url = \"http://a.test\"\n").starts_with("error[CW1135]: `http://a.test` is no address of an executor\n"));
  CHECK(refusal("url = \"grpc://a.test\"\njobs = 0\n").starts_with("error[CW1135]: `0` is no number of units to compile at once\n"));
  CHECK(refusal("url = \"grpc://a.test\"\ntoken-env = \"T\"\n")
            .starts_with("error[CW1265]: the token of the executor would be sent in the clear\n"));
  CHECK(refusal("url = \"grpcs://me:word@a.test\"\n").find("word") == std::string::npos);
}
