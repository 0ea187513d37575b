// Names for places in keys and stored texts, and the way back from them.
#include <cargo_wasm/exec/place_names.hpp>

#include <nlohmann/json.hpp>

#include "real_paths.hpp"
#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

plan::ActionGraph graph_at(const std::string& root, const std::string& home)
{
  plan::ActionGraph graph;
  graph.workspace_root = root;
  graph.target_directory = root + "/target";
  graph.cargo_home = home + "/.cargo";
  plan::ActionTemplate tmpl;
  tmpl.inputs = {{.kind = plan::TemplateInput::Kind::toolchain, .path = home + "/.rustup/toolchains/1.99.1", .text = "wasm32-wasip1"}};
  graph.actions.push_back(tmpl);
  return graph;
}

} // namespace

TEST_CASE("texts of one user and checkout, made neutral, are those of another made real")
{
  const PlaceNames mine = places_of(graph_at("/home/ann/app", "/home/ann"));
  const PlaceNames other = places_of(graph_at("/srv/ci/7/app", "/var/ci"));
  const std::string text = "-L /home/ann/app/target/deps -I/home/ann/.cargo/x=/home/ann/.rustup/toolchains/1.99.1/bin/rustc:/usr/bin";
  const std::string neutral = mine.neutral(text);
  CHECK(neutral == "-L /cw:target/deps -I/cw:cargo/x=/cw:toolchain/bin/rustc:/usr/bin");
  CHECK(mine.real(neutral) == text);
  CHECK(other.real(neutral) == "-L /srv/ci/7/app/target/deps -I/var/ci/.cargo/x=/var/ci/.rustup/toolchains/1.99.1/bin/rustc:/usr/bin");
}

TEST_CASE("a directory whose name only begins like a place is another")
{
  const PlaceNames places = places_of(graph_at("/home/ann/app", "/home/ann"));
  CHECK(places.neutral("/home/ann/app2/src /home/ann/application") == "/home/ann/app2/src /home/ann/application");
  CHECK(places.name_of("/home/ann/app2/a.rs") == "root/home/ann/app2/a.rs");
  CHECK(places.name_of("/home/ann/.rustup/toolchains/1.99.1/lib/x.rs") == "toolchain/lib/x.rs");
  CHECK(places.path_of("toolchain/lib/x.rs") == "/home/ann/.rustup/toolchains/1.99.1/lib/x.rs");
}

TEST_CASE("a mark that names no place stays")
{
  const PlaceNames places = places_of(graph_at("/a", "/b"));
  CHECK(places.real("/cw:nowhere/x /cw:targets /cw:") == "/cw:nowhere/x /cw:targets /cw:");
}

TEST_CASE("names of files in a diagnostic are real again, and no line of source is touched")
{
  const RealPaths paths(graph_at("/home/ann/app", "/home/ann"), 0);
  const nlohmann::ordered_json message = {{"message", "/workspace/ is no file here"},
                                          {"spans",
                                           {{{"file_name", "/workspace/src/main.rs"}},
                                            {{"file_name", "/rustc/58cf8f9c35b355199727627d07ae34a4e2846d67/library/core/src/a.rs"}}}},
                                          {"rendered",
                                           "error: no\n  --> /workspace/src/main.rs:3:5\n   | \"--> /workspace/in/a/string\"\n  "
                                           "\x1b[34m::: \x1b[0m/cargo/registry/src/i/x-1.0.0/a.rs:1:1\n"}};
  const auto mapped = nlohmann::ordered_json::parse(paths.mapped_back(message.dump()));
  CHECK(mapped["message"] == "/workspace/ is no file here");
  CHECK(mapped["spans"][0]["file_name"] == "/home/ann/app/src/main.rs");
  CHECK(mapped["spans"][1]["file_name"] == "/home/ann/.rustup/toolchains/1.99.1/lib/rustlib/src/rust/library/core/src/a.rs");
  CHECK(mapped["rendered"] == "error: no\n  --> /home/ann/app/src/main.rs:3:5\n   | \"--> /workspace/in/a/string\"\n"
                              "  \x1b[34m::: \x1b[0m/home/ann/.cargo/registry/src/i/x-1.0.0/a.rs:1:1\n");
}

TEST_CASE("a line without a remapped name, or that is no JSON, is left alone")
{
  const RealPaths paths(graph_at("/home/ann/app", "/home/ann"), 0);
  CHECK(paths.mapped_back(R"({"message":"x"})").empty());
  CHECK(paths.mapped_back("--> /workspace/src/main.rs").empty());
  CHECK(paths.mapped_back("{\"rendered\": \"/workspace/").empty());
}
