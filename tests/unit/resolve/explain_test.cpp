// Whole texts: what a person reads when no set of packages exists.
#include "list_index.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

TEST_CASE("explain: nothing of that name", "[resolve][explain]")
{
  ListIndex index;
  index.similar = {"serde", "serde_json"};
  auto root = app().depends("sedre", "1");
  CHECK(chosen(index, root) == "error[CW0300]: there is no package `sedre` in registry `crates-io`\n"
                               "   = note: `app v0.1.0 (/app)` requires `sedre ^1`\n"
                               "   = help: packages with similar names exist: `serde` and `serde_json`\n");
  auto request = request_for(root);
  request.offline_reason = "net.offline";
  index.similar = {"serde"};
  CHECK(chosen(resolve::resolve_versions(index, request)) ==
        "error[CW0300]: there is no package `sedre` in registry `crates-io`\n"
        "   = note: `app v0.1.0 (/app)` requires `sedre ^1`\n"
        "   = help: a package with a similar name exists: `serde`\n"
        "   = help: offline, only what was downloaded before is known: run once without "
        "`net.offline`\n");
}

TEST_CASE("explain: no version in range, what exists, and what to write", "[resolve][explain]")
{
  ListIndex index;
  for (const char* version : {"0.1.0", "0.2.0", "0.3.0", "1.0.0", "1.0.1", "1.1.0", "1.2.0"}) {
    index.add("a", version);
  }
  auto root = app().depends("a", "2");
  CHECK(chosen(index, root) == "error[CW0301]: no version of `a` satisfies `^2`\n"
                               "   = note: `app v0.1.0 (/app)` requires `a ^2`\n"
                               "   = note: registry `crates-io` has 1.2.0, 1.1.0, 1.0.1, 1.0.0, 0.3.0 and 2 more\n"
                               "   = help: write `a = \"1.2.0\"`\n");
}

TEST_CASE("explain: versions that would do but for one thing", "[resolve][explain]")
{
  ListIndex index;
  index.add("a", "1.0.0");
  index.add("a", "2.0.0-rc.1");
  index.add("a", "2.0.0-rc.2");
  index.add("a", "2.1.0").yanked();
  index.add("b", "1.0.0").depends("a", "2");
  auto root = app().depends("b", "1");
  CHECK(chosen(index, root) == "error[CW0301]: no version of `a` satisfies `^2`\n"
                               "   = note: `app v0.1.0 (/app)` → `b v1.0.0` requires `a ^2`\n"
                               "   = note: registry `crates-io` has 2.0.0-rc.2, 2.0.0-rc.1, 1.0.0\n"
                               "   = note: `2.1.0` fits, but its authors have withdrawn it (yanked)\n"
                               "   = help: a withdrawn version is used only when Cargo.lock names it: `cargo-wasm update "
                               "-p a --precise 2.1.0`\n"
                               "   = help: the pre-release `2.0.0-rc.2` exists; it is used only when the requirement "
                               "names one: `2.0.0-rc.2`\n");
}

TEST_CASE("explain: requirements exclude one another, along which paths, and who would agree", "[resolve][explain]")
{
  ListIndex index;
  index.add("a", "1.0.0").depends("c", "=1.0.0");
  index.add("b", "0.9.0").depends("c", "^1");
  index.add("b", "1.0.0").depends("c", "^1.2");
  for (const char* version : {"1.0.0", "1.2.0", "1.3.0"}) {
    index.add("c", version);
  }
  auto root = app().depends("a", "1").depends("b", "1");
  CHECK(chosen(index, root) == "error[CW0302]: the requirements on `c` exclude one another\n"
                               "   = note: `app v0.1.0 (/app)` → `b v1.0.0` requires `c ^1.2`\n"
                               "   = note: `app v0.1.0 (/app)` → `a v1.0.0` requires `c =1.0.0`: `1.0.0` was chosen\n"
                               "   = help: `b v0.9.0` would accept a version that `c =1.0.0` accepts\n");
}

TEST_CASE("explain: a version that suits everybody exists but was withdrawn", "[resolve][explain]")
{
  ListIndex index;
  index.add("c", "1.0.0");
  index.add("c", "1.2.5").yanked();
  index.add("c", "1.3.0");
  index.add("a", "1.0.0").depends("c", ">=1.0, <1.3");
  auto root = app().depends("a", "1").depends("c", "1.2");
  CHECK(chosen(index, root) == "error[CW0302]: the requirements on `c` exclude one another\n"
                               "   = note: `app v0.1.0 (/app)` → `a v1.0.0` requires `c >=1.0, <1.3`\n"
                               "   = note: `app v0.1.0 (/app)` requires `c ^1.2`: `1.3.0` was chosen\n"
                               "   = help: `1.2.5` satisfies all of them, but its authors have withdrawn it (yanked); to "
                               "use it all the same: "
                               "`cargo-wasm update -p c --precise 1.2.5`\n");
}

TEST_CASE("explain: two packages link one native library", "[resolve][explain][links]")
{
  ListIndex index;
  index.add("z-sys", "1.0.0").links("z");
  index.add("z-sys", "2.0.0").links("z");
  index.add("a", "1.0.0").depends("z-sys", "1");
  index.add("b", "1.0.0").depends("z-sys", "2");
  auto root = app().depends("a", "1").depends("b", "1");
  CHECK(chosen(index, root) == "error[CW0303]: two packages link the native library `z`\n"
                               "   = note: `app v0.1.0 (/app)` → `b v1.0.0` requires `z-sys ^2`, every version of which "
                               "links it\n"
                               "   = note: `z-sys v1.0.0` links it, too: `app v0.1.0 (/app)` → `a v1.0.0` → `z-sys v1.0.0`\n"
                               "   = note: a program can hold one copy of a native library only, so one package may have "
                               "`links` with that name\n"
                               "   = help: bring `a v1.0.0` and `b v1.0.0` to the same version of `z-sys`\n");
}

TEST_CASE("explain: a feature that is not there", "[resolve][explain][features]")
{
  ListIndex index;
  index.add("a", "1.0.0")
      .feature("threads")
      .feature("std")
      .depends("always", "1")
      .depends("hidden", "1", {.optional = true})
      .feature("all", {"dep:hidden"});
  index.add("a", "2.0.0").feature("treads");
  index.add("always", "1.0.0");
  index.add("hidden", "1.0.0");
  SECTION("misspelled, and another version has it")
  {
    auto root = app().depends("a", "1", {.features = {"treads"}});
    CHECK(chosen(index, root) == "error[CW0304]: `a` has no feature `treads`\n"
                                 "   = note: `app v0.1.0 (/app)` requires `a ^1` with that feature\n"
                                 "   = help: `a v1.0.0` has a feature `threads`\n"
                                 "   = help: `a v2.0.0` has it; `a ^1` does not accept that version\n");
  }
  SECTION("a dependency that is always there")
  {
    auto root = app().depends("a", "1", {.features = {"always"}});
    CHECK(chosen(index, root) == "error[CW0304]: `a` has no feature `always`\n"
                                 "   = note: `app v0.1.0 (/app)` requires `a ^1` with that feature\n"
                                 "   = note: `a v1.0.0` depends on `always` always: only optional dependencies are "
                                 "features\n"
                                 "   = help: leave the feature `always` out\n");
  }
  SECTION("an optional dependency behind `dep:`")
  {
    auto root = app().depends("a", "1", {.features = {"hidden"}});
    CHECK(chosen(index, root) == "error[CW0304]: `a` has no feature `hidden`\n"
                                 "   = note: `app v0.1.0 (/app)` requires `a ^1` with that feature\n"
                                 "   = note: `a v1.0.0` has an optional dependency of that name, which its features reach "
                                 "by `dep:hidden` only\n"
                                 "   = help: the dependency is turned on by `all`\n");
  }
  SECTION("nothing like it")
  {
    auto root = app().depends("a", "1", {.features = {"unrelated-name"}});
    CHECK(chosen(index, root) == "error[CW0304]: `a` has no feature `unrelated-name`\n"
                                 "   = note: `app v0.1.0 (/app)` requires `a ^1` with that feature\n"
                                 "   = note: features of `a v1.0.0`: `all`, `std` and `threads`\n");
  }
}

TEST_CASE("explain: features of a member", "[resolve][explain][features]")
{
  ListIndex index;
  index.add("a", "1.0.0");
  auto root = app().depends("a", "1").feature("server");
  auto request = request_for(root);
  request.roots.front().features = {{"sever"}, false, true};
  CHECK(chosen(resolve::resolve_versions(index, request)) == "error[CW0304]: `app v0.1.0 (/app)` has no feature `sever`\n"
                                                             "   = help: there is `server`\n");
  request.roots.front().features = {{"aa/std"}, false, true};
  CHECK(chosen(resolve::resolve_versions(index, request)) == "error[CW0304]: `app v0.1.0 (/app)` has no dependency `aa`\n"
                                                             "   = help: there is `a`\n");
}

TEST_CASE("explain: the lock names a version that is gone", "[resolve][explain]")
{
  ListIndex index;
  index.add("a", "1.1.0");
  auto root = app().depends("a", "1");
  auto request = request_for(root);
  request.lock_dependency = [](spec::PackageId, const resolve::DependencyPtr& dependency) {
    auto out = std::make_shared<manifest::Dependency>(*dependency);
    out->locked_version = spec::parse_version("1.0.0").value();
    out->req = spec::VersionReq::exactly(*out->locked_version);
    return resolve::DependencyPtr(out);
  };
  CHECK(chosen(resolve::resolve_versions(index, request)) ==
        "error[CW0301]: `a v1.0.0`, which Cargo.lock names, is not in registry `crates-io`\n"
        "   = note: `app v0.1.0 (/app)` requires `a ^1`\n"
        "   = note: it has 1.1.0\n"
        "   = help: let the lock file move: `cargo-wasm update -p a`\n");
}
