#include "unsaid_inputs.hpp"

#include <filesystem>

#include "mentioned_variables.hpp"

#include <cargo_wasm/exec/file_digests.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

struct Place
{
  test::TempDir home;
  test::RealEnv real{home.path()};

  std::vector<std::string> found(const std::vector<std::string>& arguments)
  {
    const auto files = linked_files(real.fs(), home / "cwd", arguments);
    REQUIRE(files);
    std::vector<std::string> names;
    for (const std::string& file : *files) {
      names.push_back(std::filesystem::relative(file, home.path()).string());
    }
    return names;
  }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("what a linker finds in a directory and by name counts; what rustc looks for in its own directories does not")
{
  Place place;
  for (const char* const name : {"cwd/x", "lib/libone.a", "lib/two.o", "lib/README", "deps/libthree.a", "cwd/near/libfour.a"}) {
    place.home.write(name, "");
  }
  const std::string lib = (place.home / "lib").string(), deps = (place.home / "deps").string();
  CHECK(place.found({"-L", "native=" + lib}) == Names{"lib/libone.a", "lib/two.o"});
  CHECK(place.found({"-L" + lib, "-lstatic=one"}) == Names{"lib/libone.a", "lib/two.o"});
  CHECK(place.found({"-L", lib, "-l", "static:+verbatim=README"}) == Names{"lib/README", "lib/libone.a", "lib/two.o"});
  CHECK(place.found({"-L", "near"}) == Names{"cwd/near/libfour.a"});
  CHECK(place.found({"-L", "dependency=" + deps, "-L", "crate=" + deps, "-L", "native=" + lib + "/none", "-l", "one"}).empty());
}

TEST_CASE("of a directory with hundreds of libraries only those count that are asked for by name")
{
  Place place;
  for (int i = 0; i < 300; ++i) {
    place.home.write("lib/lib" + std::to_string(i) + ".a", "");
  }
  CHECK(place.found({"-L", (place.home / "lib").string(), "-l", "7"}) == Names{"lib/lib7.a"});
}

TEST_CASE("of directories for linkers count the names in each, so that one library more in the first is another key")
{
  Place place;
  for (const char* const name : {"cwd/over/README", "cwd/base/libfoo.a", "cwd/target/out/libbuilt.a"}) {
    place.home.write(name, "");
  }
  const auto digest = [&](const std::vector<std::string>& arguments) {
    return digest_of_libraries(place.real.fs(), place.home / "cwd", arguments, place.home / "cwd/target");
  };
  const std::vector<std::string> both{"-Lnative=over", "-Lnative=base/", "-L", "target/out"};
  const std::string before = digest(both);
  CHECK(digest({"-Lnative=base", "-Lnative=over"}) != before);
  place.home.write("cwd/over/NEWS", "");
  place.home.write("cwd/target/out/libbuilt2.a", "");
  CHECK(digest(both) == before);
  place.home.write("cwd/over/libfoo.a", "");
  CHECK(digest(both) != before);
  CHECK(digest({"-L", "target/out", "-L", "dependency=base", "-l", "foo"}).empty());
}

TEST_CASE("beside a file that a macro has had compiled the names count, but for what is built and what lies among libraries")
{
  Place place;
  for (const char* const name : {"ws/dist/a.js", "ws/.git/HEAD", "ws/lib/x.bin", "ws/target/out/gen.rs", "ws/other-target/CACHEDIR.TAG"}) {
    place.home.write(name, "");
  }
  const base::Path ws = place.home / "ws";
  const PlaceNames places(ws.native(), (ws / "target").native(), "/cargo");
  const auto digest = [&](const std::vector<std::string>& files) {
    return digest_of_names_beside(place.real.fs(), places, files, {ws / "target", ws / "lib"});
  };
  CHECK(digest({"target/out/gen.rs", "workspace/lib/x.bin"}).empty());
  const std::string dist = digest({"workspace/dist/a.js"}), above = digest({"workspace/README.md"});
  CHECK(digest({"workspace/dist/none.js"}) == dist);
  place.home.write("ws/dist/a.js", "changed");
  place.home.write("ws/.git/new/file", "");
  std::filesystem::remove_all(ws / "other-target");
  std::filesystem::remove_all(ws / "target");
  CHECK(digest({"workspace/README.md"}) == above);
  CHECK(digest({"workspace/dist/a.js"}) == dist);
  place.home.write("ws/dist/b.js", "");
  CHECK(digest({"workspace/dist/a.js"}) != dist);
  CHECK(digest({"workspace/README.md"}) == above);
}

TEST_CASE("files that link arguments name count, whatever stands before the name")
{
  Place place;
  for (const char* const name : {"cwd/a.o", "cwd/list", "cwd/b.ld", "cwd/c.map", "cwd/d"}) {
    place.home.write(name, "");
  }
  CHECK(place.found({"-C", "link-arg=a.o"}) == Names{"cwd/a.o"});
  CHECK(place.found({"-Clink-arg=@list", "-C", "link-arg=-Tb.ld"}) == Names{"cwd/b.ld", "cwd/list"});
  CHECK(place.found({"-C", "link-args=--version-script=c.map -Wl,--script,d"}) == Names{"cwd/c.map", "cwd/d"});
  CHECK(place.found({"-C", "link-arg=--export=main", "-C", "opt-level=1", "-C"}).empty());
}

TEST_CASE("a tree goes on behind links to directories, once, and not up again")
{
  Place place;
  place.home.write("tree/real/file", "");
  place.home.write("other/file", "");
  place.home.write("target/debug/file", "");
  place.home.write("cache/CACHEDIR.TAG", "");
  namespace fs = std::filesystem;
  fs::create_directory_symlink("../other", place.home / "tree/link");
  fs::create_directory_symlink("../other", place.home / "tree/second");
  fs::create_directory_symlink("../../tree", place.home / "tree/real/up");
  fs::create_directory_symlink("../target/debug", place.home / "tree/built");
  fs::create_directory_symlink("../cache", place.home / "tree/cached");
  fs::create_directory_symlink("nowhere", place.home / "tree/broken");
  const std::string root = (place.home / "tree").string();
  for (const TreeKind kind : {TreeKind::everything, TreeKind::package}) {
    const auto listing = list_tree(place.real.fs(), root, kind, (place.home / "target").string());
    REQUIRE(listing);
    const Names expected{"broken", "built", "cached", "link/file", "real/file", "real/up", "second"};
    Names names;
    for (const std::string& file : listing->files) {
      names.push_back(file.substr(root.size() + 1));
    }
    CHECK(names == expected);
  }
}

TEST_CASE(
    "what a script named counts for macros in its package, for linkers that it sends elsewhere, and for scripts that it tells something")
{
  plan::ActionGraph graph;
  graph.actions.resize(4); // a script, a script that depends on its package, the package's library, a program
  graph.actions[0].kind = graph.actions[1].kind = plan::ActionKind::run_build_script;
  graph.actions[0].package_root = "/a";
  graph.actions[1].dep_scripts.emplace_back("a", 0);
  graph.actions[2].args.push_back({plan::ArgPiece{plan::ScriptArgs{.script = 0, .own_package = true, .link_arg_kinds = {}}}});
  graph.actions[3].args.push_back({plan::ArgPiece{plan::ScriptArgs{.script = 0, .link_arg_kinds = {}}}});
  std::vector<KnownResult> results(4);
  ScriptOutput& output = results[0].script.emplace();
  output.rerun_if_changed = {"include", "../shared"};
  output.rerun_if_env_changed = {"A"};
  const std::vector<std::pair<std::string, base::Digest>> macros{{"/target/libm.so", {}}};
  const auto files = [&](plan::ActionIndex index, bool has_macros) {
    const auto named = named_by_scripts(graph, index, results, has_macros ? macros : decltype(macros){});
    CHECK((named.empty() || (named.size() == 1 && named[0].variables == Names{"A"} && !named[0].whole_package)));
    return named.empty() ? Names() : named[0].files;
  };
  const Names both{"/a/include", "/shared"};
  CHECK(files(2, true) == both);
  CHECK(files(2, false).empty());
  CHECK(files(3, true).empty());
  CHECK(files(1, false).empty());
  output.metadata.emplace_back("include", "/a/include");
  CHECK(files(1, false) == both);
  output.library_paths.push_back({"native=/target/a/out", true});
  CHECK(files(3, false).empty());
  output.library_paths.push_back({"native=/a/lib", false});
  CHECK(files(2, false) == both);
  CHECK(files(3, false) == both);
  graph.actions[0].replaced_script_output.emplace();
  CHECK(files(3, false).empty());
}

TEST_CASE("names of variables are found in a program's bytes, wherever they begin")
{
  const std::string program = std::string("\0\x7f", 2) + "xBUILD_NUMBERsome textBUILD_NUMBBUILD_DATE";
  CHECK(mentioned_in(program, {"BUILD_DATE", "BUILD_NOISE", "BUILD_NUMBER", "DATE_OF_BUILD"}) == Names{"BUILD_DATE", "BUILD_NUMBER"});
  CHECK(mentioned_in("", {"NAME"}).empty());
  CHECK(mentioned_in("NAM", {"NAME"}).empty());
  CHECK(mentioned_in("NAME", {}).empty());
  CHECK(mentioned_in("CARGO_PKG_NAMEthe STAGE/", {"NAME", "STAGE"}) == Names{"STAGE"});
}

TEST_CASE("a variable counts whose beginning stands in a program, which may put its name together")
{
  const Names names{"APPCFG_COLOR", "APPCFG_DEEP_ONE", "CI_JOB_ID", "GITHUB_RUN_ID", "_OLD_PATH", "npm_config_x"};
  CHECK(mentioned_in("\x01"
                     "APPCFG_called",
                     names) == Names{"APPCFG_COLOR", "APPCFG_DEEP_ONE"});
  CHECK(mentioned_in("APPCFG_", names) == Names{"APPCFG_COLOR", "APPCFG_DEEP_ONE"});
  CHECK(mentioned_in("XAPPCFG_DEEP_: ", names) == Names{"APPCFG_DEEP_ONE"});
  // GITHUB_SHA is a name of its own; the rest is too short, or stands in every program
  CHECK(mentioned_in("GITHUB_SHA CI_ CI_JOBS _OLD_ npm_config_ APPCFG", names).empty());
  CHECK(mentioned_in("SUBJOB_ JOB_", {"JOB_ID"}) == Names{"JOB_ID"});
  CHECK(mentioned_in("SUBJOB_", {"JOB_ID"}).empty());
}

TEST_CASE("variables of sessions, of commands and short ones are not looked for; those known to be read by scripts are, in macros")
{
  test::TestEnv world;
  world.vars = {
      {"BUILD_NUMBER", "1"}, {"CARGO_HOME", "/c"}, {"CC", "gcc"}, {"CI", "true"}, {"HOME", "/h"}, {"LC_ALL", "C"}, {"OUT_DIR", "/o"}};
  world.vars["SOURCE_DATE_EPOCH"] = "1";
  ExpandedCommand command;
  command.environment.emplace("OUT_DIR", "/o");
  CHECK(variables_to_look_for(world.env(), plan::ActionKind::run_build_script, command) == Names{"BUILD_NUMBER"});
  CHECK(variables_to_look_for(world.env(), plan::ActionKind::rustc, command) == Names{"BUILD_NUMBER", "SOURCE_DATE_EPOCH"});
  command.environment.emplace("CARGO_PRIMARY_PACKAGE", "1"); // no key has it, so that a macro that reads it is the one to have its name
  CHECK(variables_to_look_for(world.env(), plan::ActionKind::run_build_script, command) == Names{"BUILD_NUMBER", "CARGO_PRIMARY_PACKAGE"});
}
