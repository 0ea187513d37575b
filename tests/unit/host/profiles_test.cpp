#include <support/catch.hpp>

#include <cargo_wasm/host/profiles.hpp>

#include <support/test_env.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

const host::ProfilePlaces k_places{"/h/hosts", "/project"};

std::vector<host::Profile> built_in_hosts()
{
  const TestEnv world;
  return host::all_profiles(world.fs, k_places).value();
}

host::Profile host_named(std::string_view name)
{
  const TestEnv world;
  return host::find_profile(world.fs, k_places, name).value();
}

/// The error of a file of the user, as it is shown; empty when there is none.
std::string told(const std::string& text)
{
  const TestEnv world;
  const auto profile = host::parse_profile(world.fs, k_places, "/h/x.toml", "x", text);
  return profile ? std::string() : base::render(profile.error(), base::Severity::error, false);
}

std::string told_of_name(const TestEnv& world, std::string_view name)
{
  const auto profile = host::find_profile(world.fs, k_places, name);
  return profile ? std::string() : base::render(profile.error(), base::Severity::error, false);
}

const std::string k_import = "[[import]]\nmodules = [\"app\"]\n";

} // namespace

TEST_CASE("host profiles: every file of ours is read, and has its evidence", "[host]")
{
  const auto hosts = built_in_hosts();
  CHECK(hosts.size() >= 20);
  for (const host::Profile& profile : hosts) {
    CAPTURE(profile.id);
    CHECK(!profile.evidence.empty());
    CHECK(profile.file.empty());
  }
}

TEST_CASE("host profiles: the types of WASI 0.1 are known for every function that a host of ours has", "[host]")
{
  for (const host::Profile& profile : built_in_hosts()) {
    for (const host::ImportRule& rule : profile.imports) {
      for (const std::string& field : rule.fields) {
        if (rule.modules.front() == "wasi_snapshot_preview1") {
          CAPTURE(profile.id, field);
          CHECK(host::interface_type("wasi_snapshot_preview1", field) != nullptr);
        }
      }
    }
  }
  CHECK(*host::interface_type("wasi_snapshot_preview1", "fd_seek") == "(i32 i64 i32 i32) -> (i32)");
  CHECK(host::interface_type("wasi_snapshot_preview1", "fd_teleport") == nullptr);
  CHECK(host::interface_type("env", "fd_seek") == nullptr);
}

TEST_CASE("host profiles: a version decides which features a host has", "[host]")
{
  using wasm::Feature;
  CHECK(host::features_of(host_named("chrome@111")).contains(Feature::simd128));
  CHECK(!host::features_of(host_named("chrome@111")).contains(Feature::tail_call));
  CHECK(host::features_of(host_named("chrome@112")).contains(Feature::tail_call));
  CHECK(!host::features_of(host_named("safari@16.3")).contains(Feature::simd128));
  CHECK(host::features_of(host_named("safari@16.4")).contains(Feature::simd128));
  CHECK(host::features_of(host_named("safari@16.10")).contains(Feature::simd128));
  CHECK(!host::features_of(host_named("node20")).contains(Feature::gc));
  CHECK(host::features_of(host_named("node22")).contains(Feature::gc));
  CHECK(host::features_of(host_named("node")) == host::features_of(host_named("node22")));
  CHECK(host::features_of(host_named("node24")).contains(Feature::memory64));
}

TEST_CASE("host profiles: a host that stands for several has what all of them have", "[host]")
{
  using wasm::Feature;
  const host::Profile browser = host_named("browser");
  CHECK(host::common_features(browser).contains(Feature::simd128));
  CHECK(host::common_features(browser).contains(Feature::bulk_memory_opt)); // a part of bulk-memory
  CHECK(!host::common_features(browser).contains(Feature::gc));             // not in Safari 17.5
  CHECK(host::parts_of(browser).size() == 3);
  CHECK(host::limit_of(browser, host::LimitKind::memory_pages) == 65536);
}

TEST_CASE("host profiles: a file extends another: lists grow, features and limits are replaced one by one", "[host]")
{
  const TestEnv world{{"/project/ours.toml",
                       "name = \"our server\"\nextends = \"wasmtime\"\nversion = \"40\"\n" + k_import +
                           "fields = [\"log_*\"]\n[features]\nsimd128 = false\n[limits]\nmemory-pages = 16\n"}};
  const host::Profile ours = host::find_profile(world.fs, k_places, "ours.toml").value();
  CHECK(ours.id == "ours");
  CHECK(ours.file == "/project/ours.toml");
  CHECK(!host::features_of(ours).contains(wasm::Feature::simd128));
  CHECK(host::features_of(ours).contains(wasm::Feature::tail_call)); // from 22 on
  CHECK(!host::features_of(ours).contains(wasm::Feature::gc));       // from 47 on
  CHECK(ours.limits.at(host::LimitKind::memory_pages) == 16);
  CHECK(ours.imports.front().is_inherited);
  CHECK(!ours.imports.back().is_inherited);
  CHECK(ours.program_target == "wasm32-wasip1");
}

TEST_CASE("host profiles: the digest changes with any file that a host is made of", "[host]")
{
  const auto digest = [](const std::string& base) {
    const TestEnv world{{"/h/hosts/base.toml", base}, {"/h/hosts/top.toml", "name = \"top\"\nextends = \"base\"\n"}};
    return host::find_profile(world.fs, k_places, "top").value().digest;
  };
  CHECK(digest("name = \"base\"\n" + k_import) == digest("name = \"base\"\n" + k_import));
  CHECK(digest("name = \"base\"\n" + k_import) != digest("name = \"base\" # same\n" + k_import));
}

TEST_CASE("host profiles: files are looked for beside the one that asks, then among the user's, then ours", "[host]")
{
  const TestEnv world{{"/h/hosts/node.toml", "name = \"my node\"\nextends = \"node\"\n"},
                      {"/project/a/top.toml", "name = \"top\"\nextends = \"base\"\n"},
                      {"/project/a/base.toml", "name = \"beside\"\n" + k_import},
                      {"/h/hosts/base.toml", "name = \"user's\"\n" + k_import}};
  CHECK(host::find_profile(world.fs, k_places, "node")->name == "my node"); // and what it extends is ours
  CHECK(host::find_profile(world.fs, k_places, "node")->features.has_value());
  CHECK(host::find_profile(world.fs, k_places, "a/top.toml")->imports.size() == 1);
  CHECK(host::find_profile(world.fs, k_places, "base")->name == "user's");
}

TEST_CASE("host profiles: a name that is nobody's says which there are", "[host]")
{
  const TestEnv world;
  const std::string known = "cargo-wasm";
  CHECK(told_of_name(world, "wasmtme")
            .starts_with("error[CW0870]: there is no host `wasmtme`\n"
                         "   = help: did you mean `wasmtime`?\n"
                         "   = help: known are browser, browser-threads, chrome, cloudflare, embedded, "));
  CHECK(told_of_name(world, "chrome@new") == "error[CW0870]: `new` is no version of host `chrome`\n"
                                             "   = help: a version is numbers with dots between them: `chrome@120`\n");
  CHECK(told_of_name(world, "zed@2") == "error[CW0870]: host `zed` has no versions to choose from\n   = help: `--host zed`\n");
  CHECK(told_of_name(world, "no/such.toml").find("/project/no/such.toml") != std::string::npos);
}

TEST_CASE("host profiles: mistakes are shown where they stand", "[host]")
{
  CHECK(told("name = \"x\"\n") == R"(error[CW0925]: a host needs at least one `[[import]]`, `[features]`, or another host that it `extends`
  --> /h/x.toml:1:1
   |
 1 | name = "x"
   | ^
)");
  CHECK(told("name = \"x\"\n[[import]]\nmodules = [1]\n") == R"(error[CW0925]: `modules` must hold strings only, not an integer
  --> /h/x.toml:3:12
   |
 3 | modules = [1]
   |            ^
)");
  CHECK(told("name = \"x\"\nextends = \"wasmtim\"\n") == R"(error[CW0870]: there is no host `wasmtim`
  --> /h/x.toml:2:11
   |
 2 | extends = "wasmtim"
   |           ^^^^^^^^^
   = help: did you mean `wasmtime`?
)" + told("name = \"x\"\nextends = \"wasmtim\"\n").substr(told("name = \"x\"\nextends = \"wasmtim\"\n").find("   = help: known are")));
  CHECK(told("name = \"x\"\n[features]\nsimd = true\n") == R"(error[CW0925]: there is no feature `simd`
  --> /h/x.toml:3:1
   |
 3 | simd = true
   | ^^^^
)");
}

TEST_CASE("host profiles: every key refuses what it cannot be, with its place", "[host]")
{
  const auto first_lines = [](const std::string& text) {
    const std::string all = told("name = \"x\"\n" + text);
    return all.substr(0, all.find("\n   |"));
  };
  CHECK(first_lines(k_import + "versions = \"new\"\n").ends_with("--> /h/x.toml:4:12"));
  CHECK(first_lines("modles = 1\n") == "error[CW0925]: a host has no key `modles`\n  --> /h/x.toml:2:1");
  CHECK(first_lines("version = \"new\"\n") == "error[CW0925]: `new` is no version: numbers with dots between them\n  --> /h/x.toml:2:11");
  CHECK(first_lines("accepts = [\"file\"]\n") == "error[CW0925]: `accepts` lists \"module\", \"component\" or both\n  --> /h/x.toml:2:11");
  CHECK(first_lines("shared-memory = 1\n") == "error[CW0925]: `shared-memory` must be true or false, not an integer\n  --> /h/x.toml:2:17");
  CHECK(first_lines(k_import + "kinds = [\"thing\"]\n") ==
        "error[CW0925]: `thing` is no kind: it is function, memory, global, table or tag\n  --> /h/x.toml:4:10");
  CHECK(first_lines(k_import + "functions = { log = \"(string) -> ()\" }\n") ==
        "error[CW0925]: `(string) -> ()` is no type of a function, such as \"(i32 i64) -> (i32)\"\n  --> /h/x.toml:4:21");
  CHECK(first_lines("[[own-import]]\nexcept = []\n") == "error[CW0925]: an `[[own-import]]` needs `modules`\n  --> /h/x.toml:2:1");
  CHECK(first_lines("[[export]]\nkind = \"memory\"\n") == "error[CW0925]: an `[[export]]` needs `names`\n  --> /h/x.toml:2:1");
  CHECK(first_lines("[[export]]\nnames = [\"a\"]\nneed = \"some\"\n") ==
        "error[CW0925]: `need` is \"at least one\" or \"at most one\"\n  --> /h/x.toml:4:8");
  CHECK(first_lines("[[export]]\nnames = [\"m\"]\nkind = \"memory\"\ntype = \"() -> ()\"\n").ends_with("--> /h/x.toml:5:8"));
  CHECK(first_lines("[features]\ngc = 1\n") ==
        "error[CW0925]: `gc` is true, false, a version, or a table, not an integer\n  --> /h/x.toml:3:6");
  CHECK(first_lines("[features]\ngc = { of = true }\n") == "error[CW0925]: a host has no key `of`\n  --> /h/x.toml:3:8");
  CHECK(first_lines("[limits]\nmemory = 1\n").ends_with("--> /h/x.toml:3:1"));
  CHECK(first_lines("[limits]\nfunctions = -1\n").ends_with("--> /h/x.toml:3:13"));
  CHECK(first_lines("[build]\nlower = [\"gc\"]\n") ==
        "error[CW0925]: wasm-opt cannot lower `gc`, only sign-ext, bulk-memory-opt and nontrapping-fptoint\n  --> /h/x.toml:3:10");
  CHECK(first_lines("every = [\"chrome\"]\nextends = \"node\"\n") ==
        "error[CW0925]: a host that stands for others (`every`) has no `extends` of its own\n  --> /h/x.toml:3:1");
  CHECK(told("[[import]]\nmodules = [\"a\"]\n").starts_with("error[CW0925]: a host needs a `name`"));
}

TEST_CASE("host profiles: what a host says of shared memory holds for all that it stands for", "[host]")
{
  const host::Profile plain = host_named("browser");
  const host::Profile threads = host_named("browser-threads");
  CHECK(threads.every.size() == 3);
  for (const host::Profile* const part : host::parts_of(plain)) {
    CHECK_FALSE(part->has_shared_memory);
    CHECK(part->shared_memory_host == "browser-threads");
  }
  for (const host::Profile* const part : host::parts_of(threads)) {
    CHECK(part->has_shared_memory);
    CHECK(part->shared_memory_host.empty());
  }
  CHECK(threads.headers.size() == 2);
  CHECK(threads.headers.at("Cross-Origin-Opener-Policy") == "same-origin");
  CHECK(threads.target_features == std::vector<std::string>{"atomics", "bulk-memory", "mutable-globals"});
  CHECK(threads.builds_std);
  CHECK(threads.test_target == "wasm32-wasip1-threads");
  CHECK(plain.target_features.empty());
  CHECK_FALSE(plain.builds_std);
}

TEST_CASE("host profiles: keys about threads refuse what they cannot be", "[host]")
{
  const auto first_lines = [](const std::string& text) {
    const std::string all = told("name = \"x\"\n" + text);
    return all.substr(0, all.find("\n   |"));
  };
  CHECK(first_lines("shared-memory = { of = true }\n") == "error[CW0925]: a host has no key `of`\n  --> /h/x.toml:2:19");
  CHECK(first_lines("shared-memory = { on = 1 }\n") == "error[CW0925]: `on` must be true or false, not an integer\n  --> /h/x.toml:2:24");
  CHECK(first_lines("headers = 1\n").ends_with("--> /h/x.toml:2:11"));
  CHECK(first_lines("[headers]\nA = 1\n").ends_with("--> /h/x.toml:3:5"));
  CHECK(first_lines("[build]\nbuild-std = 1\n") ==
        "error[CW0925]: `build-std` must be true or false, not an integer\n  --> /h/x.toml:3:13");
  CHECK(first_lines("[build]\ntarget-features = [1]\n").ends_with("--> /h/x.toml:3:20"));
  CHECK(first_lines("extends = \"browser\"\n[features]\ngc = true\n") ==
        "error[CW0925]: a host that stands for others (`every`) has no `features` of its own\n  --> /h/x.toml:3:2");
  CHECK(first_lines("extends = \"browser\"\nshared-memory = true\n").empty());
}

TEST_CASE("host profiles: files that extend one another in a ring end with an error", "[host]")
{
  const TestEnv world{{"/h/hosts/a.toml", "name = \"a\"\nextends = \"b\"\n"}, {"/h/hosts/b.toml", "name = \"b\"\nextends = \"a\"\n"}};
  CHECK(told_of_name(world, "a").starts_with("error[CW0925]: host `a` extends itself, through other files\n  --> /h/hosts/b.toml:2:11"));
}
