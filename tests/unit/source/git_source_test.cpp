#include "git_fetch.hpp"
#include "git_source.hpp"

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::source;
using Kind = spec::GitReference::Kind;

TEST_CASE("what is fetched follows from what the dependency names", "[source][git]")
{
  CHECK(plan_fetch({Kind::branch, "main"}, "").refspecs == std::vector<std::string>{"+refs/heads/main:refs/remotes/origin/main"});
  CHECK(plan_fetch({Kind::tag, "v1"}, "").refspecs == std::vector<std::string>{"+refs/tags/v1:refs/remotes/origin/tags/v1"});
  CHECK(plan_fetch({}, "").refspecs == std::vector<std::string>{"+HEAD:refs/remotes/origin/HEAD"});
  CHECK(plan_fetch({Kind::rev, "refs/pull/1/head"}, "").refspecs == std::vector<std::string>{"+refs/pull/1/head:refs/pull/1/head"});
  const auto any = plan_fetch({Kind::branch, "main"}, std::string(40, 'a'));
  CHECK(any.refspecs == std::vector<std::string>{"+refs/heads/*:refs/remotes/origin/*", "+HEAD:refs/remotes/origin/HEAD"});
  CHECK(any.tags);
}

TEST_CASE("a submodule's URL may be relative to its parent's", "[source][git]")
{
  CHECK(absolute_submodule_url("https://h.example/a/b", "https://x.example/c") == "https://x.example/c");
  CHECK(absolute_submodule_url("https://h.example/a/b", "../c") == "https://h.example/a/c");
  CHECK(absolute_submodule_url("https://h.example/a/b/", "./c") == "https://h.example/a/b/c");
  CHECK(absolute_submodule_url("https://h.example/a", "../../../c") == "https://h.example/c");
  CHECK(absolute_submodule_url("git@h.example:a/b", "../c") == "git@h.example:a/c");
}
