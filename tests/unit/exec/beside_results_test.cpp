// Build scripts that copy files to where users find artifacts: seen, while what builds themselves put there is not.
#include "beside_results.hpp"

#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

struct Build
{
  test::TestEnv parts;
  base::Env env = parts.env();
  plan::ActionGraph graph;
  PlaceNames places{"/w", "/w/target", "/home/u/.cargo"};
  FileDigests digests{env.fs, env.clock};
  Context context{env, graph, places, digests, "key"};
  plan::ActionTemplate script;

  Build()
  {
    graph.target_directory = "/w/target";
    plan::ActionTemplate program;
    program.outputs.resize(1);
    program.outputs[0].path = "/w/target/.cargo-wasm/wasm32-wasip1/release/deps/app-1.wasm";
    program.uplifted.emplace_back(0, "/w/target/wasm32-wasip1/release/app.wasm");
    graph.actions.push_back(std::move(program));
    script.out_dir = "/w/target/.cargo-wasm/wasm32-wasip1/release/build/app-2/out";
    parts.fs.add("/w/target/assets/old", "1");
  }

  bool wrote(const std::string& path, const std::string& text)
  {
    const FilesBesideResults before = files_beside_results(context, script);
    parts.fs.add(path, text);
    return wrote_beside_results(graph, before, files_beside_results(context, script));
  }
};

} // namespace

TEST_CASE("a file that a script copies into the target directory or beside its profile's results is seen")
{
  Build build;
  CHECK(build.wrote("/w/target/assets/new", "2"));
  CHECK(build.wrote("/w/target/assets/old", "longer"));
  CHECK(build.wrote("/w/target/wasm32-wasip1/release/data/deps/map.txt", "2"));
  CHECK(build.wrote("/w/target/.cargo-wasm/wasm32-wasip1/release/library.so", "2"));
}

TEST_CASE("what a build puts into the target directory itself is not a script's")
{
  Build build;
  CHECK_FALSE(build.wrote("/w/target/wasm32-wasip1/release/app.wasm", "2"));
  CHECK_FALSE(build.wrote("/w/target/wasm32-wasip1/release/app.d", "2"));
  CHECK_FALSE(build.wrote("/w/target/release/deps/libother.rlib", "2")); // cargo's
  CHECK_FALSE(build.wrote("/w/target/.cargo-wasm/wasm32-wasip1/release/build/app-2/out/made.rs", "2"));
  CHECK_FALSE(build.wrote("/w/target/.cargo-wasm/state-release", "2"));
}
