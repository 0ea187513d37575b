// Which variables may stand in a key with their values, and what a stored result says of itself.
#include "shared_key.hpp"

#include <algorithm>

#include "result_notes.hpp"
#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

TEST_CASE("variables of compilers and targets may be shared; what may be a secret may not")
{
  for (const char* const name : {"CC",
                                 "TARGET_CC",
                                 "CFLAGS_wasm32_wasip1",
                                 "CXX_wasm32-wasip1",
                                 "PKG_CONFIG_PATH",
                                 "CARGO_CFG_UNIX",
                                 "OPENSSL_DIR",
                                 "TARGET",
                                 "RUSTFLAGS",
                                 "CARGO_PKG_NAME"}) {
    INFO(name);
    CHECK(is_shareable_variable(name));
  }
  for (const char* const name : {"GREETING",
                                 "AWS_SECRET_ACCESS_KEY",
                                 "TOKEN_DIR",
                                 "CC_TOKEN",
                                 "DEP_API_KEY",
                                 "HOME",
                                 "USER",
                                 "PATH",
                                 "CCACHE",
                                 "CARGO_REGISTRY_TOKEN",
                                 ""}) {
    INFO(name);
    CHECK_FALSE(is_shareable_variable(name));
  }
}

TEST_CASE("build scripts are known to read compilers and flags without saying so")
{
  CHECK(is_read_by_build_scripts("CC_wasm32-wasip1"));
  CHECK(is_read_by_build_scripts("PKG_CONFIG_ALLOW_CROSS"));
  CHECK_FALSE(is_read_by_build_scripts("OPENSSL_DIR"));
  CHECK_FALSE(is_read_by_build_scripts("CFLAGS_PASSWORD"));
}

TEST_CASE("notes of a result are read as they were written, and not when a byte is missing")
{
  ResultNotes notes;
  notes.sources = {{"workspace/src/lib.rs", base::digest_of("a")}, {"root/etc/x", base::digest_of("b")}};
  notes.executable = {false, true};
  notes.trees = {{"workspace/data", TreeKind::everything}, {"workspace", TreeKind::package}};
  notes.variables = {"CC", "GREETING"};
  notes.out_dir = "/cw:target/out";
  notes.duration_ms = 17;
  notes.warnings = 2;
  notes.is_for_this_machine = true;
  notes.private_because = "`x` contains the path of this checkout";
  const std::string bytes = encode(notes);
  const auto read = decode_notes(bytes);
  REQUIRE(read);
  CHECK(read->sources == notes.sources);
  CHECK(read->executable == notes.executable);
  CHECK(read->trees == notes.trees);
  CHECK(read->variables == notes.variables);
  CHECK(read->out_dir == notes.out_dir);
  CHECK(read->duration_ms == 17);
  CHECK(read->warnings == 2);
  CHECK(read->is_for_this_machine);
  CHECK(read->private_because == notes.private_because);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK_FALSE(decode_notes(bytes.substr(0, size)));
  }
}

TEST_CASE("lists of observations are read as they were written, and not when a byte is missing")
{
  const std::vector<Observations> lists = {{{"CC"}, {"workspace/a.txt"}, {}}, {{}, {}, {{"workspace/data", TreeKind::everything}}}};
  const std::string bytes = encode(lists);
  const auto read = decode_observations(bytes);
  REQUIRE(read);
  CHECK(*read == lists);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK_FALSE(decode_observations(bytes.substr(0, size)));
  }
}

TEST_CASE("the commit that is checked out is found by HEAD, by packed refs and through a worktree")
{
  const std::string one(40, '1'), two(40, '2'), three(40, '3');
  test::TestEnv env({{"/a/.git/HEAD", "ref: refs/heads/main\n"},
                     {"/a/.git/refs/heads/main", one + "\n"},
                     {"/b/.git/HEAD", "ref: refs/heads/main\n"},
                     {"/b/.git/packed-refs", "# pack-refs\n" + two + " refs/heads/main\n"},
                     {"/c/.git", "gitdir: /a/.git/worktrees/c\n"},
                     {"/a/.git/worktrees/c/HEAD", "ref: refs/heads/side\n"},
                     {"/a/.git/worktrees/c/commondir", "../..\n"},
                     {"/a/.git/refs/heads/side", three + "\n"},
                     {"/d/.git/HEAD", three + "\n"}});
  CHECK(checked_out_commit(env.fs, "/a/crates/x") == one);
  CHECK(checked_out_commit(env.fs, "/b") == two);
  CHECK(checked_out_commit(env.fs, "/c/src") == three);
  CHECK(checked_out_commit(env.fs, "/d") == three);
  CHECK(checked_out_commit(env.fs, "/nowhere").empty());
}
