#include <sys/stat.h>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/exec/dep_info.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

TEST_CASE("observed: the key of a target directory is made once, and nobody else may read it", "[exec][observed]")
{
  const test::TempDir dir;
  const auto fs = base::make_filesystem();
  const std::string unwritten = key_of_variables(*fs, dir.path(), false).value();
  CHECK(unwritten.size() == 32);
  CHECK_FALSE(fs->exists(dir.path() / "secret"));
  const std::string key = key_of_variables(*fs, dir.path(), true).value();
  CHECK(key != unwritten);
  CHECK(key_of_variables(*fs, dir.path(), true).value() == key);
  CHECK(key_of_variables(*fs, dir.path(), false).value() == key);
  struct stat status = {};
  REQUIRE(::stat((dir.path() / "secret").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("observed: a key that was cut is made anew", "[exec][observed]")
{
  const test::TempDir dir;
  const auto fs = base::make_filesystem();
  REQUIRE(fs->write_atomic(dir.path() / "secret", "short"));
  const std::string key = key_of_variables(*fs, dir.path(), true).value();
  CHECK(key.size() == 32);
  CHECK(key_of_variables(*fs, dir.path(), true).value() == key);
}

TEST_CASE("observed: a value's hash depends on the key", "[exec][observed]")
{
  CHECK(hashed_value("a", "value").starts_with(k_hashed_value));
  CHECK(hashed_value("a", "value") == hashed_value("a", "value"));
  CHECK(hashed_value("a", "value") != hashed_value("b", "value"));
  CHECK(hashed_value("a", "value") != hashed_value("a", "other"));
}

TEST_CASE("dep-info: one variable's line is taken out, and no other", "[exec][dep-info]")
{
  std::string text = "x.d: src/lib.rs\n\n# env-dep:NAME_2=b\n# env-dep:NAME=secret=1\n# env-dep:UNSET\n# env-dep:LAST=z";
  take_out_variable(text, "NAME");
  CHECK(text == "x.d: src/lib.rs\n\n# env-dep:NAME_2=b\n# env-dep:UNSET\n# env-dep:LAST=z");
  take_out_variable(text, "UNSET");
  take_out_variable(text, "LAST");
  CHECK(text == "x.d: src/lib.rs\n\n# env-dep:NAME_2=b\n");
  std::string empty;
  take_out_variable(empty, "NAME");
  CHECK(empty.empty());
}

TEST_CASE("secrets: keys and tokens of ours and of cargo, and nothing else", "[exec][observed]")
{
  for (const char* name : {"CARGO_REGISTRY_TOKEN",
                           "CARGO_REGISTRIES_OWN_TOKEN",
                           "CARGO_REGISTRIES_OWN_SECRET_KEY",
                           "CARGO_WASM_CACHE_KEY",
                           "CARGO_WASM_PUBLISH_KEY",
                           "CARGO_WASM_KEY_PASSPHRASE"}) {
    CHECK(base::is_secret_variable(name));
  }
  for (const char* name : {"CARGO_REGISTRIES_OWN_INDEX", "CARGO_WASM_CACHE_DIR", "GITHUB_TOKEN", "CARGO_PKG_NAME", "PATH"}) {
    CHECK_FALSE(base::is_secret_variable(name));
  }
  const EnvMap kept = base::without_secrets({{"CARGO_REGISTRY_TOKEN", "t"}, {"CARGO_WASM_CACHE_KEY", "k"}, {"PATH", "/bin"}});
  CHECK(kept == EnvMap{{"PATH", "/bin"}});
}
