// What a package is built for where the command line leaves it open, and what bindings have to say on it.
#include <cargo_wasm/ops/project.hpp>

#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;

namespace {

constexpr const char* k_unknown_target = "wasm32-unknown-unknown";
constexpr const char* k_wasi_target = "wasm32-wasip1";
constexpr const char* k_uses_bindings = "[dependencies]\nwasm-bindgen = \"0.2\"\n";
constexpr const char* k_wants_bindings = "[package.metadata.wasm.bindgen]\ntarget = \"web\"\n";

/// A workspace of packages with a library and a program.
struct ChoiceFixture
{
  ChoiceFixture()
  {
    world.cwd = "/w";
    world.vars["HOME"] = "/h";
    world.fs.add("/w/Cargo.toml", "[workspace]\nmembers = [\"*\"]\nresolver = \"2\"\n");
  }

  void add(const std::string& name, const std::string& more)
  {
    const base::Path directory = base::Path("/w") / name;
    world.fs.add(directory / "Cargo.toml", "[package]\nname = \"" + name + "\"\nversion = \"0.1.0\"\nedition = \"2021\"\n" + more);
    world.fs.add(directory / "src/main.rs", "fn main() {}\n");
    world.fs.add(directory / "src/lib.rs", "");
  }

  ops::TargetChoice choose()
  {
    const base::Env env = world.env();
    auto config = manifest::Config::load(env, {});
    REQUIRE(config);
    auto workspace = manifest::load_workspace(env, **config, {});
    REQUIRE(workspace);
    ops::Project project;
    project.config = std::move(*config);
    project.workspace = std::move(*workspace);
    ops::PackageHosts hosts;
    if (host) {
      for (const auto& member : project.workspace.members) {
        hosts.emplace(member->id(), *host);
      }
    }
    auto choice = ops::choose_target(project, {}, request, project.workspace.members, hosts);
    REQUIRE(choice);
    return std::move(*choice);
  }

  /// "TARGET (REASON)", as the build says it.
  std::string chosen()
  {
    const ops::TargetChoice choice = choose();
    REQUIRE(choice.triples.size() == 1);
    return choice.triples.front() + " (" + choice.reason + ")";
  }

  void host_with(const std::string& id, const std::string& program_target)
  {
    auto profile = std::make_shared<host::Profile>();
    profile->id = id;
    profile->program_target = program_target;
    profile->library_target = k_unknown_target;
    host = ops::PackageHost{std::move(profile), "--host " + id, true};
  }

  test::TestEnv world;
  ops::CompileRequest request;
  std::optional<ops::PackageHost> host;
};

} // namespace

TEST_CASE_METHOD(ChoiceFixture, "a package with a program is for WASI, and for JavaScript where bindings are asked for", "[ops][target]")
{
  add("app", k_uses_bindings);
  CHECK(chosen() == "wasm32-wasip1 (the default for programs)");
  request.bindgen = "web";
  CHECK(chosen() == "wasm32-unknown-unknown (--bindgen)");
  request.bindgen.reset();
  request.else_bindgen = "bundler";
  CHECK(chosen() == "wasm32-unknown-unknown (a package for npm has bindings)");
}

TEST_CASE_METHOD(ChoiceFixture, "the only package that is built need not show that it uses bindings", "[ops][target]")
{
  add("app", "[dependencies]\nsome-framework = \"1\"\n");
  request.bindgen = "web";
  CHECK(chosen() == "wasm32-unknown-unknown (--bindgen)");
}

TEST_CASE_METHOD(ChoiceFixture, "among several packages --bindgen is for those that use bindings", "[ops][target]")
{
  add("page", k_uses_bindings);
  add("tool", "");
  request.bindgen = "web";
  const ops::TargetChoice choice = choose();
  CHECK(choice.lines ==
        std::vector<std::string>{"wasm32-unknown-unknown for `page` (--bindgen)", "wasm32-wasip1 for `tool` (the default for programs)"});
}

TEST_CASE_METHOD(ChoiceFixture, "a manifest's bindings choose the target of a build, and leave a run to WASI", "[ops][target]")
{
  add("app", k_wants_bindings);
  CHECK(chosen() == "wasm32-unknown-unknown ([package.metadata.wasm.bindgen])");
  request.is_run = true;
  CHECK(chosen() == "wasm32-wasip1 (the default for programs)");
}

TEST_CASE_METHOD(ChoiceFixture, "a table that only says how bindings are made asks for none", "[ops][target]")
{
  add("app", "[package.metadata.wasm.bindgen]\ntypescript = false\n");
  CHECK(chosen() == "wasm32-wasip1 (the default for programs)");
}

TEST_CASE_METHOD(ChoiceFixture, "a target that is given stays, whatever bindings want", "[ops][target]")
{
  add("app", std::string("[package.metadata.wasm]\ntarget = \"wasm32-wasip2\"\n") + k_wants_bindings);
  request.bindgen = "web";
  CHECK(chosen() == "wasm32-wasip2 ([package.metadata.wasm])");
  request.triples = {k_wasi_target};
  CHECK(chosen() == "wasm32-wasip1 (--target)");
}

TEST_CASE_METHOD(ChoiceFixture,
                 "a host keeps the word where its programs can have bindings, and loses it where they cannot",
                 "[ops][target]")
{
  add("app", k_uses_bindings);
  request.bindgen = "nodejs";
  host_with("browser", k_unknown_target);
  CHECK(chosen() == "wasm32-unknown-unknown (--host browser)");
  host_with("node", k_wasi_target);
  CHECK(chosen() == "wasm32-unknown-unknown (--bindgen)");
  request.bindgen.reset();
  CHECK(chosen() == "wasm32-wasip1 (--host node)");
}
