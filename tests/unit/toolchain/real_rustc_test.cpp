// Against the compiler of this machine. Skipped where there is none.
#include <algorithm>

#include <cargo_wasm/toolchain/toolchain.hpp>
#include <support/catch.hpp>
#include <support/temp_dir.hpp>
#include <support/test_env.hpp>

using namespace cargo_wasm;

TEST_CASE("real rustc: it is found past the proxy, probed, and cached", "[toolchain][probe][rustc]")
{
  const test::TempDir dir;
  test::RealEnv world(dir.path());
  const base::Env env = world.env();
  const auto config = manifest::Config::load(env, {});
  REQUIRE(config);
  const auto choice = toolchain::select_toolchain(env, **config, {});
  if (!choice) {
    WARN("skipped: " << choice.error().message);
    return;
  }
  const base::Path cache = dir / "rustc-info.json";
  const auto data = toolchain::probe_target_data(env, **config, *choice, {}, {cache, {}});
  INFO((data ? std::string() : base::render(data.error(), base::Severity::error, false)));
  REQUIRE(data);
  CHECK(data->rustc.version.major == 1);
  CHECK(data->host.supports(manifest::CrateType::proc_macro));
  CHECK(data->host.pattern(manifest::CrateType::bin)->prefix.empty());
  CHECK_FALSE(data->host.cfg_values("target_os").empty());
  CHECK(toolchain::verify_target_installed(env.fs, *choice, data->rustc, data->rustc.host));
  const std::vector<std::string> triples = {data->rustc.host};
  const auto files = toolchain::toolchain_files(env.fs, data->rustc, triples);
  REQUIRE(files);
  CHECK(std::any_of(files->begin(), files->end(), [](const base::Path& file) { return file.filename().string().starts_with("libcore-"); }));

  const auto identity = toolchain::rustc_identity(env, *choice);
  CHECK(identity == data->rustc.identity);
  CHECK(env.fs.is_file(cache));
  const auto again = toolchain::probe_target_data(env, **config, *choice, {}, {cache, {}});
  REQUIRE(again);
  CHECK(again->host.cfgs == data->host.cfgs);
}
