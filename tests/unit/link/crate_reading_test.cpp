#include <support/catch.hpp>

#include "crate_reading.hpp"
#include "failed_link.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

TEST_CASE("crate reading: questions to the front end leave out what only makes files", "[link]")
{
  base::Command compile;
  compile.program = "/rust/bin/rustc";
  compile.args = {"--crate-name",
                  "app",
                  "--edition=2021",
                  "src/lib.rs",
                  "--error-format=json",
                  "--json=artifacts",
                  "--emit=dep-info,link",
                  "-C",
                  "opt-level=1",
                  "--out-dir",
                  "/out",
                  "-C",
                  "incremental=/inc",
                  "-C",
                  "linker=/shim",
                  "--cfg",
                  "a",
                  "--diagnostic-width",
                  "80"};
  compile.env = {{"CARGO_MAKEFLAGS", "--jobserver-auth=3,4"}, {"OUT_DIR", "/o"}};
  compile.inherited_fds = {3, 4};
  const base::Command command = link::front_end_command(compile);
  CHECK(command.args == std::vector<std::string>{"--crate-name", "app", "--edition=2021", "src/lib.rs", "-C", "opt-level=1", "--cfg", "a"});
  CHECK(command.env == base::EnvMap{{"OUT_DIR", "/o"}, {"RUSTC_BOOTSTRAP", "1"}});
  CHECK(command.inherited_fds.empty());
}

TEST_CASE("crate reading: an expansion that fails tells the compiler's first line", "[link]")
{
  FailedLink link;
  link.source(FailedLink::k_app, "fn main() {}\n");
  link.world.process.on(
      "rustc", {"app", "-Zunpretty=expanded"}, {.out = {}, .err = "error: proc macro panicked\n more\n", .exit = {.status = 1}});
  const auto reading =
      link::CrateReading::read(link.env, link.graph.actions[FailedLink::k_app], link.failed().command_of(FailedLink::k_app));
  REQUIRE(!reading.has_value());
  CHECK(base::render(reading.error(), base::Severity::error, false) == R"(error[CW0821]: rustc does not expand crate `app v1.0.0`
   = note: rustc ended with exit status: 1
   = note: error: proc macro panicked
)");
}
