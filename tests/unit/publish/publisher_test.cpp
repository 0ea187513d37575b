// The order of requests and states, against registries that are a table.
#include <support/catch.hpp>
#include <support/test_env.hpp>

#include <map>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/publish/publisher.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::publish;

namespace {

/// Registries by name, each at https://NAME.example/, that take what they get.
struct Peers
{
  explicit Peers(std::initializer_list<std::string> names)
  {
    for (const std::string& name : names) {
      const std::string base = "https://" + name + ".example/";
      env.http.serve(base + "config.json", R"({"dl":"x","api":")" + base + R"("})");
      env.http.on(base + "ac/me/acme", [this, name](const base::HttpRequest&) -> Result<test::FakeResponse> {
        const auto has = index.find(name);
        return has == index.end() ? test::FakeResponse{404, "", {}} : test::FakeResponse{200, line(has->second), {}};
      });
      env.http.on(base + "api/v1/crates/new", [this, name](const base::HttpRequest& request) -> Result<test::FakeResponse> {
        ++puts[name];
        last = request;
        const std::string mode = modes[name];
        if (mode != "lost before" && mode != "busy") {
          index[name] = mine;
        }
        if (mode == "busy") {
          return test::FakeResponse{429, "", {{"retry-after", "30"}}};
        }
        if (mode == "somebody else was faster") {
          index[name] = std::string(64, '1');
          return test::FakeResponse{409, R"({"errors":[{"detail":"no"}]})", {}};
        }
        if (mode == "refuses") {
          index.erase(name);
          return test::FakeResponse{403, R"({"errors":[{"detail":"no"}]})", {}};
        }
        if (mode.starts_with("lost")) {
          return fail(Error("CW0032", "the connection broke", Blame::network));
        }
        return test::FakeResponse{200, R"({"warnings":{"other":["acme 1.0.0 is entry 12 of the registry's log"]}})", {}};
      });
    }
  }

  static std::string line(const std::string& checksum)
  {
    return R"({"name":"acme","vers":"1.0.0","deps":[],"features":{},"yanked":false,"cksum":")" + checksum + "\"}\n";
  }

  OutboxEntry entry(std::initializer_list<std::string> names, std::string quorum = "") const
  {
    OutboxEntry out{"acme", "1.0.0", mine, 0, {}, std::move(quorum), {}};
    for (const std::string& name : names) {
      out.targets.push_back({name, "sparse+https://" + name + ".example/", "{}", {}, {}, {}, ""});
    }
    return out;
  }

  /// Publishes; every entry is in the outbox before.
  void send(std::vector<OutboxEntry>& entries)
  {
    Outbox outbox(env.fs, "/out");
    for (const OutboxEntry& one : entries) {
      REQUIRE(outbox.add(one, "crate"));
    }
    const auto client = env.http.make({}).value();
    Publisher publisher({.http = *client,
                         .clock = env.clock,
                         .reporter = env.reporter,
                         .sleep = [this](std::chrono::milliseconds pause) { env.clock.advance(pause); },
                         .token = [](const TokenQuestion& question) { return Result<std::string>("token for " + question.operation); },
                         .sign = [](const TokenQuestion&, const std::string&) { return Result<std::optional<std::string>>(std::nullopt); }},
                        outbox);
    REQUIRE(publisher.send(entries));
    CHECK(outbox.entries().value() == entries);
  }

  test::TestEnv env;
  std::string mine = base::to_hex(base::sha256("crate"));
  std::map<std::string, std::string> index, modes;
  std::map<std::string, int> puts;
  base::HttpRequest last;
};

std::vector<std::string> states(const OutboxEntry& entry)
{
  std::vector<std::string> out;
  for (const Target& target : entry.targets) {
    out.emplace_back(name_of(target.state));
  }
  return out;
}

using States = std::vector<std::string>;

} // namespace

TEST_CASE("the primary first, then the others, and each is asked afterwards")
{
  Peers peers{"main", "eu"};
  std::vector entries{peers.entry({"main", "eu"})};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed", "confirmed"});
  CHECK(entries[0].targets[0].entry == 12);
  CHECK(peers.last.body == std::string("\2\0\0\0{}\5\0\0\0crate", 15));
  CHECK(peers.last.headers.front() == "Authorization: token for publish");
  CHECK(peers.last.retries == 0U);
  CHECK(verdict_of(entries).value() == std::nullopt);
}

TEST_CASE("a version that is there with our checksum is published, and nothing is sent")
{
  Peers peers{"main"};
  peers.index["main"] = peers.mine;
  std::vector entries{peers.entry({"main"})};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed"});
  CHECK(peers.puts["main"] == 0);
}

TEST_CASE("a lost answer is asked for, and the request is not repeated")
{
  Peers peers{"main"};
  peers.modes["main"] = "lost after";
  std::vector entries{peers.entry({"main"})};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed"});
  CHECK(peers.puts["main"] == 1);
}

TEST_CASE("a lost request has failed, and the next run sends it")
{
  Peers peers{"main", "eu"};
  peers.modes["main"] = "lost before";
  std::vector entries{peers.entry({"main", "eu"})};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"failed", "packed"});
  CHECK(peers.puts["eu"] == 0);
  CHECK(verdict_of(entries).value()->id == "CW1045");
  CHECK(verdict_of(entries).value()->blame == Blame::network);
  peers.modes["main"] = "";
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed", "confirmed"});
  CHECK(peers.puts["main"] == 2);
}

TEST_CASE("a process that ended behind its request asks before it sends again")
{
  Peers peers{"main"};
  std::vector entries{peers.entry({"main"})};
  entries[0].targets[0].state = TargetState::sent;
  peers.index["main"] = peers.mine;
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed"});
  CHECK(peers.puts["main"] == 0);
}

TEST_CASE("a registry that wants patience gets it")
{
  Peers peers{"main"};
  peers.modes["main"] = "busy";
  std::vector entries{peers.entry({"main"})};
  peers.send(entries);
  CHECK(entries[0].targets[0].why == "it wants no request before 2026-01-01T00:00:30Z");
  peers.modes["main"] = "";
  peers.send(entries);
  CHECK(peers.puts["main"] == 1);
  peers.env.clock.advance(std::chrono::seconds(31));
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed"});
}

TEST_CASE("other bytes at a mirror are a conflict that no resumption mends")
{
  Peers peers{"main", "eu", "asia"};
  peers.index["eu"] = std::string(64, '0');
  std::vector entries{peers.entry({"main", "eu", "asia"}, "primary")};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"confirmed", "conflict", "confirmed"});
  const auto verdict = verdict_of(entries).value();
  REQUIRE(verdict);
  CHECK(base::render(*verdict, base::Severity::error, false) ==
        "error[CW1043]: registry `eu` has another `acme 1.0.0` already\n"
        "   = note: it has the version with checksum 0000000000000000000000000000000000000000000000000000000000000000\n"
        "   = help: a version that is published stays as it is: publish these changes as another version\n");
}

TEST_CASE("a refusal is a conflict where the index has other bytes by then")
{
  Peers peers{"main"};
  peers.modes["main"] = "somebody else was faster";
  std::vector entries{peers.entry({"main"})};
  peers.send(entries);
  CHECK(states(entries[0]) == States{"conflict"});
  Peers strict{"main"};
  strict.modes["main"] = "refuses";
  entries = {strict.entry({"main"})};
  strict.send(entries);
  CHECK(states(entries[0]) == States{"refused"});
  CHECK(verdict_of(entries).value()->id == "CW1044");
}

TEST_CASE("what depends on a package waits for it, at each registry by itself")
{
  Peers peers{"main"};
  peers.modes["main"] = "lost before";
  std::vector entries{peers.entry({"main"}), peers.entry({"main"})};
  entries[1].name = "user";
  entries[1].after = {"acme"};
  peers.send(entries);
  CHECK(states(entries[1]) == States{"packed"});
  CHECK(entries[1].targets[0].why == "`acme` goes first");
}

namespace {

/// A registry that takes sets, and what it was asked.
struct SetPeer
{
  explicit SetPeer(std::string limit = "1000000")
  {
    peers.env.http.serve("https://main.example/config.json",
                         R"({"dl":"x","api":"https://main.example","cargo-wasm":{"publish-set":{"max-bytes":)" + limit + "}}}");
    for (const std::string name : {"acme", "user"}) {
      const std::string path = name == "acme" ? "ac/me/acme" : "us/er/user";
      peers.env.http.on("https://main.example/" + path, [this, name](const base::HttpRequest&) -> Result<test::FakeResponse> {
        const std::string& checksum = has[name];
        return checksum.empty()
                   ? test::FakeResponse{404, "", {}}
                   : test::FakeResponse{200,
                                        R"({"name":")" + name + R"(","vers":"1.0.0","deps":[],"features":{},"yanked":false,"cksum":")" +
                                            checksum + "\"}\n",
                                        {}};
      });
    }
    peers.env.http.on("https://main.example/api/v1/cargo-wasm/publish-set",
                      [this](const base::HttpRequest& request) -> Result<test::FakeResponse> {
                        sets.push_back(request);
                        if (mode == "busy") {
                          return test::FakeResponse{429, "", {{"retry-after", "30"}}};
                        }
                        if (mode == "refuses") {
                          return test::FakeResponse{403, R"({"errors":[{"detail":"alice may not publish `user`"}]})", {}};
                        }
                        has = {{"acme", peers.mine}, {"user", peers.mine}};
                        if (mode == "lost") {
                          return fail(Error("CW0032", "the connection broke", Blame::network));
                        }
                        return test::FakeResponse{
                            200, R"({"published":[{"name":"acme","entry":7},{"name":"user","entry":9}],"cargo-wasm":{"size":11}})", {}};
                      });
    peers.env.http.on("https://main.example/api/v1/crates/new", [this](const base::HttpRequest&) -> Result<test::FakeResponse> {
      has[has["acme"].empty() ? "acme" : "user"] = peers.mine;
      ++singles;
      return test::FakeResponse{200, "{}", {}};
    });
    entries = {peers.entry({"main"}), peers.entry({"main"})};
    entries[1].name = "user";
    entries[1].order = 1;
    entries[1].after = {"acme"};
  }

  Peers peers{};
  std::map<std::string, std::string> has;
  std::string mode;
  std::vector<base::HttpRequest> sets;
  int singles = 0;
  std::vector<OutboxEntry> entries;
};

} // namespace

TEST_CASE("a workspace is one request where the registry takes sets, and each package has its place in the log")
{
  SetPeer main;
  main.peers.send(main.entries);
  REQUIRE(main.sets.size() == 1);
  CHECK(main.singles == 0);
  CHECK(states(main.entries[0]) == States{"confirmed"});
  CHECK(states(main.entries[1]) == States{"confirmed"});
  CHECK(main.entries[0].targets[0].entry == 7);
  CHECK(main.entries[1].targets[0].entry == 9);
  const std::string part = std::string(4, '\0') + std::string("\2\0\0\0", 4) + "{}" + std::string("\5\0\0\0", 4) + "crate";
  CHECK(main.sets[0].body == part + part);
  CHECK(main.sets[0].headers.front() == "Authorization: token for publish");
}

TEST_CASE("what of a set is there already is not sent, and what is left of it goes by itself")
{
  SetPeer main;
  main.has["acme"] = main.peers.mine;
  main.peers.send(main.entries);
  CHECK(main.sets.size() + static_cast<std::size_t>(main.singles) == 1);
  CHECK(states(main.entries[1]) == States{"confirmed"});
}

TEST_CASE("a set that is refused, or must wait, leaves every package of it unsent")
{
  SetPeer refusing;
  refusing.mode = "refuses";
  refusing.peers.send(refusing.entries);
  CHECK(refusing.singles == 0);
  CHECK(states(refusing.entries[0]) == States{"refused"});
  CHECK(refusing.entries[0].targets[0].why == "alice may not publish `user`");
  CHECK(states(refusing.entries[1]) == States{"refused"});

  SetPeer busy;
  busy.mode = "busy";
  busy.peers.send(busy.entries);
  busy.peers.send(busy.entries); // at once: nobody is asked
  CHECK(busy.sets.size() == 1);
  CHECK(busy.singles == 0);
  CHECK(states(busy.entries[1]) == States{"failed"});
  CHECK(busy.entries[1].targets[0].retry_at.has_value());
  busy.mode = "";
  busy.peers.env.clock.advance(std::chrono::seconds(31));
  busy.peers.send(busy.entries);
  CHECK(busy.sets.size() == 2);
  CHECK(states(busy.entries[0]) == States{"confirmed"});
}

TEST_CASE("other bytes of one package at the registry keep the others of its set back")
{
  SetPeer main;
  main.has["user"] = std::string(64, '1');
  main.peers.send(main.entries);
  CHECK(main.sets.empty());
  CHECK(main.singles == 0);
  CHECK(states(main.entries[0]) == States{"failed"});
  CHECK(main.entries[0].targets[0].why == "another package of the set has a conflict, and they go together or not at all");
  CHECK(states(main.entries[1]) == States{"conflict"});
}

TEST_CASE("the answer of a set that gets lost is asked of the index, for each package")
{
  SetPeer main;
  main.mode = "lost";
  main.peers.send(main.entries);
  CHECK(main.sets.size() == 1);
  CHECK(states(main.entries[0]) == States{"confirmed"});
  CHECK(states(main.entries[1]) == States{"confirmed"});
}

TEST_CASE("where a registry cannot be asked whether it takes sets, no package of one goes by itself")
{
  SetPeer main;
  int asked = 0;
  main.peers.env.http.on("https://main.example/config.json", [&asked](const base::HttpRequest&) -> Result<test::FakeResponse> {
    if (++asked == 1) {
      return fail(Error("CW0030", "nobody answers", Blame::network));
    }
    return test::FakeResponse{200, R"({"dl":"x","api":"https://main.example","cargo-wasm":{"publish-set":{"max-bytes":1000000}}})", {}};
  });
  main.peers.send(main.entries);
  CHECK(main.sets.empty());
  CHECK(main.singles == 0);
  CHECK(states(main.entries[0]) == States{"failed"});
  CHECK(main.entries[1].targets[0].why == "nobody answers [CW0030]");
  main.peers.send(main.entries);
  CHECK(main.sets.size() == 1);
  CHECK(states(main.entries[1]) == States{"confirmed"});
}

TEST_CASE("a set that is too long goes package by package, which is told")
{
  SetPeer main("20");
  main.peers.send(main.entries);
  CHECK(main.sets.empty());
  CHECK(main.singles == 2);
  CHECK(states(main.entries[1]) == States{"confirmed"});
  CHECK(main.peers.env.reporter.err().find("warning[CW1233]: 2 packages are too much for one set at registry `main`\n"
                                           "   = note: they are 38 B together, and it takes at most 20 B\n"
                                           "   = note: they are sent one after another, and become visible so\n") != std::string::npos);
}

TEST_CASE("a quorum that is missed names what is missing")
{
  Peers peers{"main"};
  std::vector entries{peers.entry({"main", "gone"}, "all")};
  peers.env.http.fail_with("https://gone.example/config.json", Error("CW0030", "nobody is there", Blame::network));
  peers.send(entries);
  CHECK(base::render(*verdict_of(entries).value(), base::Severity::error, false) ==
        "error[CW1045]: `acme 1.0.0` is in 1 of 2 registries, and 2 are needed\n"
        "   = note: `gone`: nobody is there [CW0030]\n"
        "   = help: nothing is lost: `cargo-wasm publish --resume` goes on from here\n");
}

TEST_CASE("the table is aligned, and has the reason last")
{
  Peers peers{"main"};
  std::vector entries{peers.entry({"main", "far-away"})};
  entries[0].targets[0].state = TargetState::confirmed;
  entries[0].targets[0].entry = 7;
  entries[0].targets[1].state = TargetState::failed;
  entries[0].targets[1].why = "away";
  CHECK(table_of(entries) == "package     registry  state      log entry\n"
                             "acme 1.0.0  main      confirmed  7\n"
                             "acme 1.0.0  far-away  failed     -          away\n");
}
