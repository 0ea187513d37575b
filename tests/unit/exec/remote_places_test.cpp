#include "remote_places.hpp"

#include <support/catch.hpp>

#include "remote_units.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

PlaceNames places()
{
  PlaceNames out("/w/app", "/w/app/target", "/home/me/.cargo");
  out.add("/opt/rust", "toolchain");
  return out;
}

base::Command command(std::vector<std::string> args)
{
  base::Command out;
  out.program = "/opt/rust/bin/rustc";
  out.args = std::move(args);
  out.cwd = "/w/app";
  return out;
}

} // namespace

TEST_CASE("remote places: a script starts the command with the worker's places", "[exec]")
{
  const auto script = script_for(
      command({"--crate-name", "it's", "src/lib.rs", "--out-dir", "/w/app/target/deps", "--remap-path-prefix=/w/app=/workspace"}),
      {{"OUT_DIR", "/w/app/target/out"}, {"WORD", "$R \"quoted\""}},
      places());
  REQUIRE(script);
  CHECK(*script == R"(R=$(pwd -P)
[ "$R" = / ] && R=
printf '%s\n' "$R"
export OUT_DIR=''"$R"'/target/out'
export WORD='$R "quoted"'
cd ''"$R"'/workspace' || exit 125
exec ''"$R"'/toolchain/bin/rustc' \
  '--crate-name' \
  'it'\''s' \
  'src/lib.rs' \
  '--out-dir' \
  ''"$R"'/target/deps' \
  '--remap-path-prefix='"$R"'/workspace=/workspace'
)");
}

TEST_CASE("remote places: a command that names something outside is not sent", "[exec]")
{
  CHECK(stays_in_places("dependency=/w/app/target/deps", places()));
  CHECK(stays_in_places("cfg(feature, values(\"a/b\"))", places()));
  CHECK(stays_in_places("--remap-path-prefix=/opt/rust/lib/rustlib/src/rust=/rustc/abc", places()));
  CHECK_FALSE(stays_in_places("native=/usr/lib", places()));
  CHECK_FALSE(stays_in_places("/elsewhere/src/lib.rs", places()));
  CHECK_FALSE(stays_in_places("/cw:workspace/src/lib.rs", places()));
  CHECK_FALSE(script_for(command({"/elsewhere/lib.rs"}), {}, places()));
  CHECK_FALSE(script_for(command({}), {{"CARGO_BIN_EXE_a-b", "/w/app/target/a-b"}}, places()));
  base::Command outside = command({});
  outside.cwd = "/elsewhere";
  CHECK_FALSE(script_for(outside, {}, places()));
}

TEST_CASE("remote places: what comes back names the places of this machine", "[exec]")
{
  const WorkerPlaces worker("/build/a b/7", places());
  CHECK(worker.real("couldn't read `/build/a b/7/cargo/x.rs` and /build/a b/7/target/y") ==
        "couldn't read `/home/me/.cargo/x.rs` and /w/app/target/y");
  CHECK(worker.real_dep_info(
            "/build/a\\ b/7/target/x.d: src/lib.rs /build/a\\ b/7/workspace/x.rs\n\n# env-dep:OUT_DIR=/build/a b/7/target/out\n") ==
        "/w/app/target/x.d: src/lib.rs /w/app/x.rs\n\n# env-dep:OUT_DIR=/w/app/target/out\n");
  CHECK(worker.is_named_in("x/build/a b/7/workspace/src"));
  CHECK_FALSE(worker.is_named_in("/workspace/src /build/a b/8/workspace"));
}
