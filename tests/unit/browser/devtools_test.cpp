#include "devtools.hpp"

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::browser;
using nlohmann::json;

namespace {

/// A browser that says what it was told to say, whatever it is asked.
class ScriptedChannel final : public Channel
{
public:
  Result<> send(std::string_view message) override
  {
    sent.push_back(json::parse(message));
    return {};
  }
  Result<std::optional<std::string>> receive(SteadyTime) override
  {
    if (says.empty()) {
      return std::nullopt; // the time has passed
    }
    std::string message = std::move(says.front());
    says.pop_front();
    return message;
  }
  std::vector<json> sent;
  std::deque<std::string> says;
};

const SteadyTime k_later = SteadyTime::max();

} // namespace

TEST_CASE("a message ends at its NUL, wherever the pieces were cut", "[browser][devtools]")
{
  MessageSplitter splitter;
  splitter.feed("{\"id\"");
  CHECK(!splitter.next());
  splitter.feed(std::string_view(":1}\0{\"id\":2}\0{", 14));
  CHECK(splitter.next() == "{\"id\":1}");
  CHECK(splitter.next() == "{\"id\":2}");
  CHECK(!splitter.next());
  splitter.feed(std::string_view("}\0", 2));
  CHECK(splitter.next() == "{}");
}

TEST_CASE("a command has a number, and its answer is the one with this number", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {R"({"id":7,"result":{"of":"another"}})", R"({"id":1,"result":{"targetId":"T"}})"};
  Devtools devtools(channel);
  const auto result = devtools.call("Target.createTarget", {{"url", "about:blank"}}, k_later);
  REQUIRE(result);
  CHECK(*result == json{{"targetId", "T"}});
  CHECK(channel.sent == std::vector<json>{{{"id", 1}, {"method", "Target.createTarget"}, {"params", {{"url", "about:blank"}}}}});
}

TEST_CASE("events that arrive before an answer are not lost, and keep their order", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {R"({"method":"A","params":{"n":1},"sessionId":"S"})",
                  R"({"method":"B","sessionId":"S"})",
                  R"({"id":1,"result":{}})",
                  R"({"method":"C","sessionId":"S"})"};
  Devtools devtools(channel);
  devtools.use_session("S");
  REQUIRE(devtools.call("Page.enable", json::object(), k_later));
  CHECK(channel.sent.front()["sessionId"] == "S");
  for (const std::string name : {"A", "B", "C"}) {
    const auto event = devtools.next_event(k_later);
    REQUIRE((event && *event));
    CHECK((*event)->method == name);
  }
  const auto none = devtools.next_event(k_later);
  REQUIRE(none);
  CHECK(!*none);
}

TEST_CASE("events of other pages, and what is no message, are passed over", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {"not json", "[]", R"({"method":"A","sessionId":"other"})", R"({"method":"B","sessionId":"S"})"};
  Devtools devtools(channel);
  devtools.use_session("S");
  const auto event = devtools.next_event(k_later);
  REQUIRE((event && *event));
  CHECK((*event)->method == "B");
}

TEST_CASE("workers are heard until they are forgotten, and are told something without waiting for an answer", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {R"({"method":"A","sessionId":"W"})",
                  R"({"id":1,"sessionId":"W","result":{}})",
                  R"({"method":"B","sessionId":"S"})",
                  R"({"method":"C","sessionId":"W"})"};
  Devtools devtools(channel);
  devtools.use_session("S");
  devtools.listen_to("W");
  REQUIRE(devtools.tell("W", "Runtime.enable", json::object()));
  CHECK(channel.sent == std::vector<json>{{{"id", 1}, {"method", "Runtime.enable"}, {"params", json::object()}, {"sessionId", "W"}}});
  for (const std::string name : {"A", "B"}) {
    const auto event = devtools.next_event(k_later);
    REQUIRE((event && *event));
    CHECK((*event)->method == name);
  }
  devtools.forget("W");
  const auto none = devtools.next_event(k_later);
  REQUIRE(none);
  CHECK(!*none);
}

TEST_CASE("workers are heard out: each until it has answered or has gone, and none for longer than is given", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {R"({"method":"A","sessionId":"V"})",
                  R"({"id":1,"sessionId":"V","error":{"code":-32001,"message":"gone"}})",
                  R"({"method":"B","sessionId":"W"})",
                  R"({"method":"Target.detachedFromTarget","params":{"sessionId":"W"}})",
                  R"({"method":"C","sessionId":"V"})"};
  Devtools devtools(channel);
  devtools.listen_to("V");
  devtools.listen_to("W");
  REQUIRE(devtools.hear_out({"V", "W"}, k_later));
  CHECK(channel.says.size() == 1);
  for (const std::string name : {"A", "B", "Target.detachedFromTarget", "C"}) {
    const auto event = devtools.next_event(k_later);
    REQUIRE((event && *event));
    CHECK((*event)->method == name);
  }
  CHECK(devtools.hear_out({"V"}, k_later)); // it never answers
  CHECK(!devtools.has_waiting());
}

TEST_CASE("a browser that refuses, or does not answer, is told with the command", "[browser][devtools]")
{
  ScriptedChannel channel;
  channel.says = {R"({"id":1,"error":{"code":-32601,"message":"'Page.fly' wasn't found"}})"};
  Devtools devtools(channel);
  const auto refused = devtools.call("Page.fly", json::object(), k_later);
  REQUIRE(!refused);
  CHECK(base::render(refused.error(), base::Severity::error, false) ==
        "error[CW0971]: Chromium does not do what it is asked for: `Page.fly`\n   = note: it says: 'Page.fly' wasn't found\n");
  const auto silent = devtools.call("Page.enable", json::object(), k_later);
  REQUIRE(!silent);
  CHECK(base::render(silent.error(), base::Severity::error, false) ==
        "error[CW0971]: Chromium does not do what it is asked for: `Page.enable`\n   = note: it did not answer in time\n");
}
