#include <cargo_wasm/postlink/bindgen.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::postlink;

namespace {

/// A wasm-bindgen that writes these files into its `--out-dir`, or ends with `status` when there are none.
struct Bindgen
{
  TestEnv world;
  BindgenRequest request;

  Bindgen()
  {
    world.fs.add("/app.wasm", wasm_module({}));
    request.input = "/app.wasm";
    request.output = "/out/app";
    request.program = "/bin/wasm-bindgen";
    request.name = "app";
    request.target = "web";
  }

  void writes(std::vector<std::string> names, std::string said = {})
  {
    world.process.on(
        "wasm-bindgen", {"--out-dir"}, [this, names, said](const base::Command& command, base::OutputSink& sink, std::stop_token) {
          for (const std::string& name : names) {
            REQUIRE(world.fs.write_atomic(base::Path(command.args[2]) / name, name).has_value());
          }
          sink.on_stderr(said);
          return Result<base::Exit>(base::Exit{names.empty() ? 1 : 0});
        });
  }
};

} // namespace

TEST_CASE("the schema is what the shared source says, and nothing else", "[postlink]")
{
  CHECK(schema_version_in("//! about\npub const SCHEMA_VERSION: &str = \"0.2.128\";\n") == "0.2.128");
  CHECK(schema_version_in("const SCHEMA_VERSION: &str = \"0.2.128\";") == std::nullopt);
  CHECK(schema_version_in("pub const SCHEMA_VERSION: &str = \"0.2.128") == std::nullopt);
  CHECK(schema_version_in("") == std::nullopt);
}

TEST_CASE("bindings take their place as one directory", "[postlink]")
{
  Bindgen tool;
  tool.world.fs.add("/out/app/old.js", "old");
  tool.writes({"app.js", "app_bg.wasm", "snippets/a.js"});
  REQUIRE(make_bindings(tool.world.env(), tool.request).has_value());
  CHECK(tool.world.fs.exists("/out/app/app.js"));
  CHECK(tool.world.fs.exists("/out/app/snippets/a.js"));
  CHECK_FALSE(tool.world.fs.exists("/out/app/old.js"));
  CHECK(tool.world.fs.list("/out")->size() == 1);
}

TEST_CASE("bindings that could not be made leave those that were there, and the tool's words are shown", "[postlink]")
{
  Bindgen tool;
  tool.world.fs.add("/out/app/app.js", "old");
  tool.writes({}, "error: unsupported attribute\n");
  const auto done = make_bindings(tool.world.env(), tool.request);
  REQUIRE_FALSE(done.has_value());
  CHECK(base::render(done.error(), base::Severity::error, false) ==
        "error[CW0884]: wasm-bindgen made no bindings for `app.wasm`\n"
        "   = note: `/bin/wasm-bindgen /app.wasm --out-dir /out/app.made.tmp --out-name app --target web` ended with exit status: 1\n"
        "   = note: error: unsupported attribute\n"
        "   = help: the bindings of the last build that succeeded are left as they are\n");
  CHECK(tool.world.fs.read("/out/app/app.js") == "old");
  CHECK(tool.world.fs.list("/out")->size() == 1);
}

TEST_CASE("a tool that is content and writes no module has failed", "[postlink]")
{
  Bindgen tool;
  tool.writes({"app.js"});
  const auto done = make_bindings(tool.world.env(), tool.request);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().id == "CW0884");
}

TEST_CASE("the module of the last step stands among the bindings, all else as it was", "[postlink]")
{
  TestEnv world;
  world.fs.add("/b/app.js", "js");
  world.fs.add("/b/snippets/x/a.js", "snippet");
  world.fs.add("/b/app_bg.wasm", wasm_module({custom("name", "n")}));
  world.fs.add("/small.wasm", wasm_module({}));
  REQUIRE(assemble_bindings(world.env(), "/b", "/small.wasm", "/out/app").has_value());
  CHECK(world.fs.read("/out/app/app_bg.wasm") == wasm_module({}));
  CHECK(world.fs.read("/out/app/app.js") == "js");
  CHECK(world.fs.read("/out/app/snippets/x/a.js") == "snippet");
  const auto none = assemble_bindings(world.env(), "/out", "/small.wasm", "/other");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "`/out` has no bindings");
}
