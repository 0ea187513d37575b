#include <cargo_wasm/exec/seal.hpp>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

plan::TemplateArg text(const std::string& value)
{
  return {plan::ArgPiece{value}};
}

plan::ActionGraph sample_graph()
{
  plan::ActionGraph graph;
  graph.workspace_root = "/ws";
  graph.target_directory = "/ws/target";
  graph.state_directory = "/ws/target/.cargo-wasm";
  plan::ActionTemplate dep;
  dep.outputs = {{.path = "/ws/target/libdep.rlib"}, {.path = "/ws/target/libdep.rmeta", .early = true}};
  graph.actions.push_back(dep);
  plan::ActionTemplate script;
  script.kind = plan::ActionKind::run_build_script;
  script.outputs = {{.path = "/ws/target/out", .is_directory = true}};
  graph.actions.push_back(script);
  plan::ActionTemplate other = script;
  other.outputs = {{.path = "/ws/target/out2", .is_directory = true}};
  graph.actions.push_back(other);
  plan::ActionTemplate app;
  app.program = "/rust/bin/rustc";
  app.cwd = "/ws";
  app.env = {{"CARGO_MANIFEST_DIR", "/ws/app"}};
  app.args = {text("--crate-name"),
              text("app"),
              {plan::ArgPiece{std::string("dep=")}, plan::ArgPiece{plan::OutputRef{0, 1}}},
              {plan::ArgPiece{plan::ScriptArgs{1, true, true, true, {"all", "bins"}}}},
              {plan::ArgPiece{plan::ScriptArgs{2, false, false, true, {"cdylib"}}}}};
  app.outputs = {{.path = "/ws/target/app.wasm"}};
  app.dependencies = {{0, true, {1}}, {1, false, {0}}, {2, false, {}}};
  graph.actions.push_back(app);
  return graph;
}

std::vector<KnownResult> sample_results()
{
  std::vector<KnownResult> results(4);
  results[0].outputs = {base::digest_of("rlib"), base::digest_of("rmeta")};
  results[1].outputs = {base::digest_of("out")};
  results[1].script.emplace();
  results[1].script->library_paths = {{"native=/usr/lib", false}};
  results[1].script->library_links = {"z"};
  results[1].script->link_args = {{"all", "-s"}, {"cdylib", "-no"}};
  results[1].script->cfgs = {"x"};
  results[1].script->check_cfgs = {"cfg(x)"};
  results[1].script->env = {{"VERSION", "1"}};
  results[2].outputs = {base::digest_of("out2")};
  results[2].script.emplace();
  results[2].script->library_paths = {{"/ws/target/out2/lib", true}};
  results[2].script->library_links = {"hidden"};
  results[2].script->link_args = {{"cdylib", "-leak"}, {"all", "-no"}};
  return results;
}

} // namespace

TEST_CASE("expand: script arguments stand in rustc's order, search paths of all scripts first", "[exec][seal]")
{
  const auto graph = sample_graph();
  const ExpandedCommand command = expand(graph, 3, sample_results());
  CHECK(command.program == "/rust/bin/rustc");
  CHECK(command.arguments == std::vector<std::string>{"--crate-name",
                                                      "app",
                                                      "dep=/ws/target/libdep.rmeta",
                                                      "-L",
                                                      "/ws/target/out2/lib",
                                                      "-L",
                                                      "native=/usr/lib",
                                                      "-l",
                                                      "z",
                                                      "-C",
                                                      "link-arg=-s",
                                                      "-C",
                                                      "link-arg=-leak",
                                                      "--cfg",
                                                      "x",
                                                      "--check-cfg",
                                                      "cfg(x)"});
  CHECK(command.environment.at("VERSION") == "1");
}

TEST_CASE("used outputs: what was declared, and every OUT_DIR that can be read", "[exec][seal]")
{
  const auto used = used_outputs(sample_graph(), 3, sample_results());
  std::vector<std::string> paths;
  for (const auto& [path, digest] : used) {
    paths.push_back(path);
  }
  CHECK(paths == std::vector<std::string>{"/ws/target/libdep.rmeta", "/ws/target/out", "/ws/target/out2"});
}

TEST_CASE("expand: a script gets the metadata of the scripts it depends on", "[exec][seal]")
{
  auto graph = sample_graph();
  auto results = sample_results();
  results[1].script->metadata = {{"include-dir", "/i"}};
  plan::ActionTemplate script;
  script.kind = plan::ActionKind::run_build_script;
  script.program_ref = plan::OutputRef{0, 0};
  script.dep_scripts = {{"z-ng", 1}};
  graph.actions.push_back(script);
  results.emplace_back();
  const ExpandedCommand command = expand(graph, 4, results);
  CHECK(command.environment == std::map<std::string, std::string>{{"DEP_Z_NG_INCLUDE_DIR", "/i"}});
  CHECK(command.program == "/ws/target/libdep.rlib");
}

TEST_CASE("seal: the digest moves with every input and not with the place of the checkout", "[exec][seal]")
{
  const auto digest_with = [](const std::function<void(plan::ActionGraph&, std::vector<KnownResult>&, SealInput&)>& change,
                              const std::string& root = "/ws") {
    auto graph = sample_graph();
    auto results = sample_results();
    SealInput input;
    input.sources = {{"workspace/src/main.rs", base::digest_of("fn main() {}"), false}};
    input.observed = {{"LANG", "C"}, {"GONE", std::nullopt}};
    input.platform = {{"toolchain", "t"}};
    change(graph, results, input);
    const ExpandedCommand command = expand(graph, 3, results);
    const PlaceNames places(root, root + "/target", "/home/u/.cargo");
    for (const auto& [path, digest] : used_outputs(graph, 3, results)) {
      input.dependencies.emplace_back(places.name_of(path), digest);
    }
    return seal(graph.actions[3], command, input, places).digest;
  };
  using Graph = plan::ActionGraph;
  using Results = std::vector<KnownResult>;
  const auto reference = digest_with([](Graph&, Results&, SealInput&) {});
  CHECK(reference == digest_with([](Graph&, Results&, SealInput&) {}));
  const auto differs = [&](const auto& change) { return digest_with(change) != reference; };
  CHECK(differs([](Graph& g, Results&, SealInput&) { g.actions[3].args.push_back(text("-O")); }));
  CHECK(differs([](Graph& g, Results&, SealInput&) { g.actions[3].env["X"] = ""; }));
  CHECK(differs([](Graph& g, Results&, SealInput&) { g.actions[3].cwd = "/ws/app"; }));
  CHECK(differs([](Graph&, Results& r, SealInput&) { r[0].outputs[1] = base::digest_of("new"); }));
  CHECK(differs([](Graph&, Results& r, SealInput&) { r[1].outputs[0] = base::digest_of("new"); }));
  CHECK(differs([](Graph&, Results&, SealInput& i) { i.sources[0].digest = base::digest_of("new"); }));
  CHECK(differs([](Graph&, Results&, SealInput& i) { i.observed[0].second = "D"; }));
  CHECK(differs([](Graph&, Results&, SealInput& i) { i.observed[1].second = "set"; }));
  CHECK(differs([](Graph&, Results&, SealInput& i) { i.platform["toolchain"] = "u"; }));
  // A package's description changes nothing unless the compiler looked at it.
  const auto described = [](Graph& g, Results&, SealInput&) { g.actions[3].env["CARGO_PKG_DESCRIPTION"] = "new"; };
  CHECK_FALSE(differs(described));
  CHECK(differs([&](Graph& g, Results& r, SealInput& i) {
    described(g, r, i);
    i.observed.emplace_back("CARGO_PKG_DESCRIPTION", "new");
  }));
  // How somebody builds changes nothing either, but for code that runs here, and for what looked at it.
  for (const char* const name : {"CARGO", "CARGO_PRIMARY_PACKAGE", "LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN"}) {
    INFO(name);
    const auto set = [&](Graph& g, Results&, SealInput&) { g.actions[3].env[name] = "new"; };
    CHECK_FALSE(differs(set));
    CHECK(differs([&](Graph& g, Results& r, SealInput& i) {
      set(g, r, i);
      i.observed.emplace_back(name, "new");
    }));
  }
  const auto with_path = [&](const std::string& path) {
    return digest_with([&](Graph& g, Results&, SealInput& i) {
      g.actions[3].env["LD_LIBRARY_PATH"] = path;
      i.with_library_path = true;
    });
  };
  CHECK(with_path("/ws/target/deps") != with_path("/ws/target/deps:/opt/lib"));
  // The rlib is not read by this edge; unkeyed arguments only change how diagnostics look.
  CHECK_FALSE(differs([](Graph&, Results& r, SealInput&) { r[0].outputs[0] = base::digest_of("new"); }));
  CHECK_FALSE(differs([](Graph& g, Results&, SealInput&) { g.actions[3].unkeyed_args = {"--diagnostic-width=80"}; }));

  const auto moved = [](Graph& g, Results& r, SealInput&) {
    for (plan::ActionTemplate& action : g.actions) {
      for (plan::TemplateOutput& output : action.outputs) {
        output.path = "/elsewhere" + output.path.string().substr(3);
      }
    }
    g.actions[3].cwd = "/elsewhere";
    g.actions[3].env["CARGO_MANIFEST_DIR"] = "/elsewhere/app";
    r[2].script->library_paths = {{"/elsewhere/target/out2/lib", true}};
  };
  CHECK(digest_with(moved, "/elsewhere") == reference);
  // A compiler that looked at the variable may have put the place into its output.
  const auto observed = [&](const std::string& value, const auto& change, const std::string& root) {
    return digest_with(
        [&](Graph& g, Results& r, SealInput& i) {
          change(g, r, i);
          i.observed.emplace_back("CARGO_MANIFEST_DIR", value);
        },
        root);
  };
  CHECK(observed("/ws/app", [](Graph&, Results&, SealInput&) {}, "/ws") != observed("/elsewhere/app", moved, "/elsewhere"));
}
