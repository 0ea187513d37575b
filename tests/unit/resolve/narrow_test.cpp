#include "lock_fixture.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

struct Graph
{
  Graph()
  {
    f.index.add("lib", "1.0.0")
        .depends("opt", "1", {.optional = true})
        .depends("base", "1")
        .feature("default", {"std"})
        .feature("std", {"base/std"})
        .feature("extra", {"dep:opt"});
    f.index.add("opt", "1.0.0");
    f.index.add("base", "1.0.0").feature("std");
    f.index.add("dev", "1.0.0").depends("lib", "1", {.features = {"extra"}, .default_features = false});
    f.index.add("gui", "1.0.0");
    f.set_member(app()
                     .depends("lib", "1", {.default_features = false})
                     .depends("gui", "1", {.optional = true})
                     .depends("dev", "1", {.kind = DependencyKind::development})
                     .feature("fast", {"lib/std"}));
    full = f.lock()->resolve;
  }

  std::string narrowed(resolve::RequestedFeatures features, bool dev_dependencies)
  {
    const auto result =
        resolve::narrow(full, f.workspace, {{f.workspace.members.front()->manifest->summary, std::move(features), dev_dependencies}});
    if (!result) {
      return base::render(result.error(), base::Severity::error, false);
    }
    std::string out;
    for (const auto& [id, package] : result->packages) {
      out += fmt::format("{}{}[", out.empty() ? "" : " ", id.name());
      for (const InternedString feature : package.features) {
        out += fmt::format("{}{}", out.back() == '[' ? "" : ",", feature);
      }
      out += "]";
      for (const resolve::ResolveEdge& edge : package.edges) {
        out += fmt::format(">{}", edge.to.name());
      }
    }
    return out;
  }

  LockFixture f;
  resolve::Resolve full;
};

} // namespace

TEST_CASE("narrow: only what is asked for, with the features asked for", "[resolve][narrow]")
{
  Graph graph;
  CHECK(graph.full.packages.size() == 6);
  CHECK(graph.narrowed({{}, false, true}, false) == "app[]>lib base[] lib[]>base");
  CHECK(graph.narrowed({{"fast"}, false, true}, false) == "app[fast]>lib base[std] lib[std]>base");
  CHECK(graph.narrowed({{"gui"}, false, true}, false) == "app[gui]>gui>lib base[] gui[] lib[]>base");
  CHECK(graph.narrowed({{"lib/extra"}, false, true}, false) == "app[]>lib base[] lib[extra]>base>opt opt[]");
  CHECK(graph.narrowed({{}, false, true}, true) == "app[]>dev>lib base[] dev[]>lib lib[extra]>base>opt opt[]");
  CHECK(graph.narrowed({{}, true, true}, true) == "app[fast,gui]>dev>gui>lib base[std] dev[]>lib gui[] lib[extra,std]>base>opt opt[]");
}

TEST_CASE("narrow: a feature or dependency that is not there", "[resolve][narrow]")
{
  Graph graph;
  CHECK(graph.narrowed({{"fats"}, false, true}, false) == "error[CW0304]: `app v0.1.0 (/app)` has no feature `fats`\n"
                                                          "   = help: there is `fast`\n");
  CHECK(graph.narrowed({{"lbi/std"}, false, true}, false) == "error[CW0304]: `app v0.1.0 (/app)` has no dependency `lbi`\n"
                                                             "   = help: there is `lib`\n");
}
