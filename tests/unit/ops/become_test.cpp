#include <cargo_wasm/ops/become.hpp>

#include <cargo_wasm/base/env.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;

TEST_CASE("the command of a run survives the snapshot, with what it adds to the environment", "[ops][noop]")
{
  const EnvMap caller = {{"HOME", "/home/a"}, {"PATH", "/bin"}};
  base::Command command;
  command.program = "/usr/bin/node";
  command.cwd = "/home/a/project";
  command.args = {"--eval", "line\nline", "", "a=b"};
  command.env = caller;
  command.env["EXTRA"] = "x=y";
  const auto back = ops::decode_become(ops::encode_become(command, caller), caller);
  REQUIRE(back);
  CHECK(back->program == command.program);
  CHECK(back->cwd == command.cwd);
  CHECK(back->args == command.args);
  CHECK(back->env == command.env);
  CHECK(back->inherit_stdio);
}

TEST_CASE("text for stdout is no command", "[ops][noop]")
{
  CHECK(!ops::decode_become("{\"reason\":\"build-finished\",\"success\":true}\n", {}));
  CHECK(!ops::decode_become("", {}));
  CHECK(!ops::decode_become(std::string("\0run", 4), {}));
}
