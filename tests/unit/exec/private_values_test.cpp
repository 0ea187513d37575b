// What build scripts hand on, and what stands in `.env` files.
#include "private_values.hpp"

#include <cargo_wasm/exec/observed.hpp>

#include "dotenv.hpp"
#include "shared_key.hpp"
#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

struct World
{
  test::TestEnv env_parts;
  base::Env env = env_parts.env();
  plan::ActionGraph graph;
  PlaceNames places{"/ws", "/ws/target", "/home/u/.cargo"};
  FileDigests digests{env.fs, env.clock};
  Context context{env, graph, places, digests, "key"};
  plan::ActionTemplate tmpl;
  ExpandedCommand command;

  World()
  {
    graph.workspace_root = "/ws";
    tmpl.inputs = {{plan::TemplateInput::Kind::package_tree, "/ws/app", {}}};
  }

  bool is_private(const Record& record)
  {
    const auto answer = has_private_values(context, tmpl, command, record);
    REQUIRE(answer);
    return *answer;
  }
};

} // namespace

TEST_CASE("a script that sets a variable whose name sounds secret keeps its result on this machine")
{
  CHECK(hands_on_secret("cargo:rustc-env=API_TOKEN=4711-0815\n"));
  CHECK(hands_on_secret("hello\ncargo::rustc-env=db_password=geheim-geheim"));
  CHECK(hands_on_secret("cargo:auth=geheim-geheim"));
  CHECK(hands_on_secret("cargo::metadata=secret=geheim-geheim"));
  CHECK_FALSE(hands_on_secret("cargo:rustc-env=API_TOKEN=none"));
  CHECK_FALSE(hands_on_secret("cargo:rustc-env=GIT_HASH=0123456789abcdef"));
  CHECK_FALSE(hands_on_secret("cargo:rustc-cfg=has_key"));
  CHECK_FALSE(hands_on_secret("cargo:rerun-if-changed=api_key.txt"));

  World world;
  world.tmpl.kind = plan::ActionKind::run_build_script;
  Record record;
  record.stdout_text = "cargo:rustc-env=API_TOKEN=4711-0815\n";
  CHECK(world.is_private(record));
}

TEST_CASE("what is compiled with such a variable is private when it looked at it or contains it, and its key does not have the value")
{
  World world;
  world.command.environment = {{"API_TOKEN", "4711-0815"}, {"GIT_HASH", "0123456789abcdef"}, {"SHORT_KEY", "1234"}};
  CHECK(private_variables(world.tmpl, world.command) == std::set<std::string>{"API_TOKEN"});
  Record record;
  record.stdout_text = "0123456789abcdef";
  CHECK_FALSE(world.is_private(record));
  record.observed = {{"API_TOKEN", "4711-0815"}};
  CHECK(world.is_private(record));
  record.observed.clear();
  record.stderr_text = "it is 4711-0815";
  CHECK(world.is_private(record));

  SealInput input;
  input.left_out = private_variables(world.tmpl, world.command);
  const SealedAction without = seal(world.tmpl, world.command, input, world.places);
  CHECK_FALSE(without.command.environment.contains("API_TOKEN"));
  CHECK(without.command.environment.at("GIT_HASH") == "0123456789abcdef");
  input.left_out.clear();
  input.key_of_variables = "key";
  input.hidden = {"API_TOKEN"};
  CHECK(seal(world.tmpl, world.command, input, world.places).command.environment.at("API_TOKEN") == hashed_value("key", "4711-0815"));
}

TEST_CASE("a variable of [env] that nobody knows to be harmless is treated like an inherited one")
{
  World world;
  world.tmpl.env = {{"DATABASE_URL", "postgres://u:geheim@host"},
                    {"STAGE", "test"},
                    {"CC_wasm32-wasip1", "/opt/wasi-sdk/bin/clang"},
                    {"CARGO_WORKSPACE_DIR", "/ws/and/more"},
                    {"OUT_DIR", "/ws/out"},
                    {"RUSTC_LOG", "info,and,more"}};
  world.command.environment = world.tmpl.env;
  CHECK(private_variables(world.tmpl, world.command) == std::set<std::string>{"DATABASE_URL"});
  Record record;
  record.stdout_text = "to postgres://u:geheim@host";
  CHECK_FALSE(world.is_private(record)); // rustc says what it looks at
  world.tmpl.kind = plan::ActionKind::run_build_script;
  CHECK(world.is_private(record)); // a script does not
}

TEST_CASE("values of .env files are looked for in what comes of their package")
{
  CHECK(is_dotenv_name(".env"));
  CHECK(is_dotenv_name(".env.local"));
  CHECK_FALSE(is_dotenv_name(".env.example"));
  CHECK_FALSE(is_dotenv_name(".environment"));
  CHECK(private_values_of_dotenv(
            "# of the server\nexport URL=postgres://u:pw@host # or\nB='with spaces'\nC=\"and quotes\"\nSHORT=1\nRUST_LOG=debug,info\n"
            "CC=/usr/bin/clang\nno variable\n") == std::vector<std::string>{"postgres://u:pw@host", "with spaces", "and quotes"});

  World world;
  world.env_parts.fs.add("/ws/.env", "URL=of-the-workspace\n");
  world.env_parts.fs.add("/ws/app/.env.local", "URL=of-the-package\n");
  world.env_parts.fs.add("/ws/app/src/lib.rs", "");
  world.env_parts.fs.add("/.env", "URL=of-somebody-else\n");
  Record record;
  for (const char* const text : {"it is of-the-workspace", "it is of-the-package"}) {
    record.stdout_text = text;
    CHECK(world.is_private(record));
  }
  record.stdout_text = "it is of-somebody-else";
  CHECK_FALSE(world.is_private(record));
  record.stdout_text = "it is of-the-workspace";
  world.tmpl.inputs.clear(); // of a registry
  CHECK_FALSE(world.is_private(record));
}

TEST_CASE("a value of a .env file is looked for in each form that a reader may give it")
{
  const auto values = [](std::string_view text) { return private_values_of_dotenv(text); };
  using Values = std::vector<std::string>;
  CHECK(values("URL=\"postgres://u:pa\\$\\$word-1234@h\"\n") ==
        Values{"postgres://u:pa\\$\\$word-1234@h", "postgres://u:pa$$word-1234@h", "postgres://u:pa", "word-1234@h"});
  CHECK(values("KEY=abcdefgh-secret\t# why\r\nOTHER=abc#defgh\n") == Values{"abcdefgh-secret", "abc#defgh"});
  CHECK(values("SAID=\"he \\\"says\\\"\"\nNEXT=another one\n") == Values{"he \\\"says\\\"", "he \"says\"", "another one"});
  CHECK(values("PEM='-----BEGIN\nabcdefghijk=\n'\nNEXT=another one") ==
        Values{"-----BEGIN\nabcdefghijk=\n", "-----BEGIN", "abcdefghijk=", "another one"});
  CHECK(values("BASE=\"https://$HOST\"\nOPEN=\"never closed\n") == Values{"https://$HOST", "\"never closed", "never closed"});
  CHECK(values("EMPTY=\nRUST_LOG=\"debug, info\"\nX=").empty());
}

TEST_CASE("what says that it reads a .env file is private whatever is found in it, and so are values of those further down")
{
  World world;
  Record record;
  record.sources = {{"workspace/app/src/lib.rs", {}}, {"workspace/app/.env.example", {}}, {"workspace/app/.env", absent_file()}};
  CHECK_FALSE(world.is_private(record));
  record.sources.push_back({"workspace/app/config/.env", {}});
  CHECK(world.is_private(record));

  world.env_parts.fs.add("/ws/app/config/.env", "URL=of-a-directory-below\n");
  record.sources.clear();
  record.stdout_text = "it is of-a-directory-below";
  CHECK_FALSE(world.is_private(record));
  SharedKey key;
  key.unlisted = {{"workspace/app/config/.env", base::digest_of("x")}};
  CHECK(has_private_values(world.context, world.tmpl, world.command, record, &key).value());
}
