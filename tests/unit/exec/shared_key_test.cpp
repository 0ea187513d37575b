// Which variables may stand in a key with their values, and what a stored result says of itself.
#include "git_state.hpp"
#include "shared_key.hpp"

#include <algorithm>

#include <cargo_wasm/exec/observed.hpp>

#include "private_values.hpp"
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
                                 "npm_token_DIR",
                                 "Password_DIR",
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
  for (const char* const name : {"CMAKE_TOOLCHAIN_FILE",
                                 "CMAKE_TOOLCHAIN_FILE_wasm32-wasip1",
                                 "CMAKE_PREFIX_PATH_wasm32_wasip1",
                                 "TARGET_CMAKE_TOOLCHAIN_FILE",
                                 "HOST_CMAKE_GENERATOR",
                                 "BINDGEN_EXTRA_CLANG_ARGS_wasm32-wasip1",
                                 "TARGET_PKG_CONFIG_PATH"}) {
    INFO(name);
    CHECK(is_read_by_build_scripts(name)); // put together of a base and a target, so that no program has them whole
    CHECK(is_shareable_variable(name));
  }
  CHECK_FALSE(is_read_by_build_scripts("CMAKE_BUILD_PARALLEL_LEVEL"));
  CHECK_FALSE(is_read_by_build_scripts("CMAKE_AUTH_TOKEN"));
  CHECK_FALSE(is_read_by_build_scripts("HOST_NAME"));
  CHECK_FALSE(is_read_by_build_scripts("OPENSSL_DIR"));
  CHECK_FALSE(is_read_by_build_scripts("CFLAGS_PASSWORD"));
}

TEST_CASE("secrets of [env] stand in no record, make what looked at them private, and are searched for in outputs")
{
  test::TestEnv world;
  const base::Env env = world.env();
  plan::ActionGraph graph;
  const PlaceNames places("/ws", "/ws/target", "/home/u/.cargo");
  FileDigests digests(env.fs, env.clock);
  const Context context{env, graph, places, digests, "key"};
  plan::ActionTemplate tmpl;
  tmpl.env = {{"api_token", "planted-in-config"},
              {"GREETING", "good morning"},
              {"STAGE", "test"},
              {"CARGO_PKG_AUTHORS", "Alice and Bob"},
              {"SHORT_KEY", "1234"}};
  const ExpandedCommand command{"/rust/bin/rustc", {}, tmpl.env};
  CHECK(is_configured_secret(tmpl, "api_token"));
  CHECK(is_configured_secret(tmpl, "GREETING")); // nobody knows it to be harmless
  CHECK_FALSE(is_configured_secret(tmpl, "STAGE"));
  CHECK_FALSE(is_configured_secret(tmpl, "CARGO_PKG_AUTHORS"));
  CHECK_FALSE(is_configured_secret(tmpl, "OTHER_TOKEN"));

  const std::string hash = hashed_value("key", "planted-in-config");
  CHECK(recorded_variable(context, tmpl, command, "api_token") == hash);
  CHECK(recorded_variable(context, tmpl, command, "GREETING") == hashed_value("key", "good morning"));
  CHECK(recorded_variable(context, tmpl, command, "STAGE") == "test");
  SealInput input;
  const SealedAction bare = seal(tmpl, command, input, places);
  input.key_of_variables = "key";
  const SealedAction sealed = seal(tmpl, command, input, places);
  CHECK(sealed.command.environment.at("api_token") == hash);
  CHECK(sealed.command.environment.at("STAGE") == "test");
  CHECK(bare.digest != sealed.digest);
  tmpl.env["api_token"] = "another one";
  CHECK(seal(tmpl, {command.program, {}, tmpl.env}, input, places).digest != sealed.digest);
  tmpl.env = command.environment;

  const auto is_private = [&](const Record& record) { return has_private_values(context, tmpl, command, record).value(); };
  Record record;
  record.stdout_text = "good morning from Alice and Bob, 1234";
  CHECK_FALSE(is_private(record));
  record.stdout_text = "it is planted-in-config";
  CHECK(is_private(record));
  record.stdout_text.clear();
  record.observed = {{"api_token", hash}};
  CHECK(is_private(record));
  record.environment = sealed.command.environment;
  put_values_of_today(env, tmpl, record);
  CHECK(record.observed.front().second == "planted-in-config");
  CHECK(record.environment.at("api_token") == "planted-in-config");
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

TEST_CASE("a branch, a tag and a packed tag give a commit another name; other branches do not")
{
  const std::string one(40, '1');
  test::TestEnv env({{"/a/.git/HEAD", "ref: refs/heads/main\n"}, {"/a/.git/refs/heads/main", one + "\n"}});
  const std::string before = names_of_commits(env.fs, "/a/src");
  CHECK(!before.empty());
  env.fs.add("/a/.git/refs/heads/other", one + "\n");
  CHECK(names_of_commits(env.fs, "/a/src") == before);
  env.fs.add("/a/.git/refs/tags/v1.2.0", one + "\n");
  const std::string tagged = names_of_commits(env.fs, "/a/src");
  CHECK(tagged != before);
  env.fs.add("/a/.git/packed-refs", "# pack-refs\n" + one + " refs/tags/v1.1.0\n" + one + " refs/remotes/origin/x\n");
  const std::string packed = names_of_commits(env.fs, "/a/src");
  CHECK(packed != tagged);
  env.fs.add("/a/.git/HEAD", "ref: refs/heads/other\n");
  CHECK(names_of_commits(env.fs, "/a/src") != packed);
  CHECK(names_of_commits(env.fs, "/nowhere").empty());
}

TEST_CASE("where git keeps refs in tables, a table more is another name, and there is no commit to be found")
{
  test::TestEnv env({{"/a/.git/HEAD", "ref: refs/heads/.invalid\n"}, {"/a/.git/reftable/tables.list", "0x01-0x01-a.ref\n"}});
  CHECK(checked_out_commit(env.fs, "/a/src").empty());
  const std::string before = names_of_commits(env.fs, "/a/src");
  env.fs.add("/a/.git/reftable/tables.list", "0x01-0x01-a.ref\n0x02-0x02-b.ref\n");
  CHECK(names_of_commits(env.fs, "/a/src") != before);
}

TEST_CASE("a script that says nothing of what it reads may have asked git wherever there is a repository, with a commit or without")
{
  test::TestEnv world({{"/a/.git/HEAD", "ref: refs/heads/.invalid\n"}});
  plan::ActionTemplate tmpl;
  tmpl.kind = plan::ActionKind::run_build_script;
  SharedKey key;
  const auto may_have = [&](const std::string& printed) {
    Record record;
    record.stdout_text = printed;
    return may_have_asked_git(world.env(), tmpl, key, record);
  };
  key.input.platform["commit-names"] = names_of_commits(world.fs, "/nowhere");
  CHECK_FALSE(may_have("cargo:rustc-env=A=b\n"));
  key.input.platform["commit-names"] = names_of_commits(world.fs, "/a");
  CHECK(may_have("cargo:rustc-env=A=b\n"));
  CHECK(may_have("cargo:rerun-if-changed=../.git/HEAD\n"));
  CHECK_FALSE(may_have("cargo:rerun-if-changed=build.rs\n"));
  tmpl.kind = plan::ActionKind::rustc;
  CHECK_FALSE(may_have("cargo:rustc-env=A=b\n"));
}

TEST_CASE("a program mentions git by the word, whatever stands beside it, and not by `digit`, `github` or a place of a checkout")
{
  CHECK(mentions_git("exit codegit"));
  CHECK(mentions_git("gitrev-parse"));
  CHECK(mentions_git("invalid digit found/.git/HEAD"));
  CHECK_FALSE(mentions_git("invalid digit foundis_legit from_Digits"));
  CHECK_FALSE(mentions_git("https://github.com, https://gitlab.com, longitude"));
  CHECK_FALSE(mentions_git("/home/u/.cargo/git/checkouts/x-1/2/src/lib.rs"));
  CHECK_FALSE(mentions_git("gi"));
}
