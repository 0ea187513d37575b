// A project at /w/app with a home at /h, for tests of the configuration.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <support/catch.hpp>
#include <support/test_env.hpp>

namespace cargo_wasm::test {

struct ConfigFixture
{
  explicit ConfigFixture(std::initializer_list<std::pair<std::string, std::string>> files = {}) : world(files)
  {
    world.cwd = "/w/app";
    world.vars["HOME"] = "/h";
    world.fs.add_directory("/w/app");
  }

  std::unique_ptr<manifest::Config> load()
  {
    const base::Env env = world.env();
    auto config = manifest::Config::load(env, options);
    INFO((config ? std::string() : base::render(config.error(), base::Severity::error, false)));
    REQUIRE(config);
    return std::move(*config);
  }

  std::string load_error()
  {
    const base::Env env = world.env();
    const auto config = manifest::Config::load(env, options);
    REQUIRE_FALSE(config);
    return base::render(config.error(), base::Severity::error, false);
  }

  TestEnv world;
  manifest::ConfigOptions options;
};

template <class T> std::string rendered_error(const Result<T>& result)
{
  REQUIRE_FALSE(result);
  return base::render(result.error(), base::Severity::error, false);
}

inline std::vector<std::string> words(const manifest::Config& config, std::string_view key)
{
  const auto found = config.get_string_list(key);
  REQUIRE(found);
  return *found ? (*found)->value : std::vector<std::string>{"(unset)"};
}

} // namespace cargo_wasm::test
