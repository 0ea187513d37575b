#include "run_selection.hpp"

#include "support/catch.hpp"

using namespace cargo_wasm;
using manifest::CrateTarget;
using manifest::TargetKind;

namespace {

PackagePtr package(std::vector<std::pair<TargetKind, std::string>> targets, std::optional<std::string> default_run = {})
{
  auto manifest = std::make_shared<manifest::Manifest>();
  for (auto& [kind, name] : targets) {
    CrateTarget target;
    target.kind = kind;
    target.name = name;
    manifest->targets.push_back(std::move(target));
  }
  manifest->info.default_run = std::move(default_run);
  auto package = std::make_shared<manifest::Package>();
  package->manifest = std::move(manifest);
  return package;
}

} // namespace

TEST_CASE("run takes the only program there is", "[ops][run]")
{
  ops::CompileRequest request;
  REQUIRE(ops::select_program({package({{TargetKind::lib, "app"}, {TargetKind::bin, "app"}})}, request));
  CHECK(request.targets.bins == std::vector<std::string>{"app"});
  CHECK(!request.targets.default_targets);
}

TEST_CASE("run takes default-run among several, and what was named before that", "[ops][run]")
{
  const auto two = package({{TargetKind::bin, "a"}, {TargetKind::bin, "b"}}, "b");
  ops::CompileRequest request;
  REQUIRE(ops::select_program({two}, request));
  CHECK(request.targets.bins == std::vector<std::string>{"b"});
  ops::CompileRequest named;
  named.targets.bins = {"a"};
  REQUIRE(ops::select_program({two}, named));
  CHECK(named.targets.bins == std::vector<std::string>{"a"});
}

TEST_CASE("run says which programs there are when it cannot choose", "[ops][run]")
{
  ops::CompileRequest request;
  const auto result = ops::select_program({package({{TargetKind::bin, "server"}, {TargetKind::bin, "client"}})}, request);
  REQUIRE(!result);
  CHECK(base::render(result.error(), base::Severity::error, false) ==
        "error[CW0736]: which program is to be run? There are several\n"
        "   = note: programs: client, server\n"
        "   = help: choose with `--bin NAME`, or set `default-run` in Cargo.toml\n");
}

TEST_CASE("run of a library points to its examples", "[ops][run]")
{
  ops::CompileRequest request;
  const auto result = ops::select_program({package({{TargetKind::lib, "l"}, {TargetKind::example, "demo"}})}, request);
  REQUIRE(!result);
  CHECK(result.error().id == "CW0735");
  CHECK(result.error().helps == std::vector<std::string>{"an example can be run with `--example NAME`"});
}
