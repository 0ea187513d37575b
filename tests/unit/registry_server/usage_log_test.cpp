// The chain of what was served: what is noted, what a day or a restart does to it, and that nothing of it can be changed unseen.
#include <support/catch.hpp>
#include <support/test_env.hpp>

#include <cargo_wasm/base/chained_file.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/usage_log.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::registry_server;

namespace {

const std::string k_archive = "/crates/" + std::string(64, 'a') + ".crate";

/// A registry's directory on a fake disk, and its log.
struct Uses
{
  test::TestEnv world;
  Env env = world.env();
  base::Path directory = "/registry";

  void note(std::initializer_list<Use> uses)
  {
    auto log = UsageLog::open(env, directory);
    REQUIRE(log.has_value());
    for (const Use& use : uses) {
      (*log)->note(use);
    }
    REQUIRE((*log)->flush().has_value());
  }

  std::vector<base::Path> files()
  {
    std::vector<base::Path> found;
    const auto entries = world.fs.list(usage_directory(directory)).value();
    for (const auto& entry : entries) {
      if (entry.name.ends_with(".jsonl")) {
        found.push_back(usage_directory(directory) / entry.name);
      }
    }
    return found;
  }
};

} // namespace

TEST_CASE("archives, components and changes are noted, and nothing else", "[registry][usage]")
{
  Uses uses;
  uses.note({{"10.0.0.1", "GET", k_archive, 200},
             {"10.0.0.1", "HEAD", k_archive, 200},
             {"10.0.0.1", "GET", k_archive, 404},
             {"10.0.0.1", "GET", "/se/rd/serde", 200},
             {"10.0.0.1", "GET", "/api/v1/crates?q=a", 200},
             {"10.0.0.2", "GET", "/v2/acme/calc/blobs/sha256:" + std::string(64, 'b'), 206},
             {"10.0.0.1", "PUT", "/api/v1/crates/new?x", 403}});
  REQUIRE(uses.files().size() == 1);
  const std::string text = uses.world.fs.read(uses.files()[0]).value();
  const auto lines = base::split(text, '\n');
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].find(R"("n":1,)") != std::string::npos);
  CHECK(lines[0].find(R"("what":"download","object":"sha256:aaaa)") != std::string::npos);
  CHECK(lines[0].find(R"("previous":"-")") != std::string::npos);
  CHECK(lines[1].find(R"("object":"sha256:bbbb)") != std::string::npos);
  CHECK(lines[1].find(R"("status":206)") != std::string::npos);
  CHECK(lines[2].find(R"("what":"change","object":"PUT /api/v1/crates/new","status":403)") != std::string::npos);
  CHECK(text.find("10.0.0") == std::string::npos);
  const auto client = [&](std::size_t line) { return lines[line].substr(lines[line].find("\"client\""), 27); };
  CHECK(client(0) == client(2));
  CHECK(client(0) != client(1));
}

TEST_CASE("who is refused all the time fills no disk: refusals are cut, limited and counted", "[registry][usage]")
{
  Uses uses;
  const std::string target = "/api/" + std::string(12'000, 'y');
  const std::vector<Use> refused(1'000, Use{"10.0.0.1", "PUT", target, 404});
  {
    auto log = UsageLog::open(uses.env, uses.directory);
    REQUIRE(log.has_value());
    for (const Use& use : refused) {
      (*log)->note(use);
    }
    (*log)->note({"10.0.0.2", "PUT", "/api/v1/crates/new", 200});
  }
  const std::string text = uses.world.fs.read(uses.files().at(0)).value();
  const auto lines = base::split(text, '\n');
  CHECK(lines.size() == 203); // 200 refusals, one change, one count, and the end
  CHECK(text.size() < 203 * 700);
  CHECK(text.find(R"("what":"refused","records":800,)") != std::string::npos);
  CHECK(text.find(R"("object":"PUT /api/v1/crates/new","status":200)") != std::string::npos);
  CHECK(check_usage(uses.world.fs, uses.directory, {}).has_value());
}

TEST_CASE("a restart and another day go on with the chain", "[registry][usage]")
{
  Uses uses;
  const Use use{"10.0.0.1", "GET", k_archive, 200};
  uses.note({use, use});
  uses.note({use});
  uses.world.clock.advance(std::chrono::hours(24));
  uses.note({use});
  CHECK(uses.files().size() == 2);
  const auto checked = check_usage(uses.world.fs, uses.directory, {});
  REQUIRE(checked.has_value());
  CHECK(checked->head.records == 4);
  CHECK(checked->head == usage_head(uses.world.fs, uses.directory).value());
}

TEST_CASE("a line that was changed, taken away or put in is named, and so is a cut behind a seal", "[registry][usage]")
{
  Uses uses;
  const Use use{"10.0.0.1", "GET", k_archive, 200};
  uses.note({use, use, use});
  const UsageHead head = usage_head(uses.world.fs, uses.directory).value();
  const base::Path file = uses.files().at(0);
  const std::string good = uses.world.fs.read(file).value();
  const std::vector<UsageSeal> seals{{17, head}};
  CHECK(check_usage(uses.world.fs, uses.directory, seals).value().sealed == 3);

  const auto told = [&](const std::string& text) {
    uses.world.fs.add(file, text);
    const auto checked = check_usage(uses.world.fs, uses.directory, seals);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().id == "CW1131");
    return checked.error().notes.at(0);
  };
  const std::size_t second = good.find('\n') + 1, third = good.find('\n', second) + 1;
  std::string changed = good;
  changed.replace(changed.find("200", second), 3, "404");
  CHECK(told(changed).find("line 3, record 3, does not follow the one before") != std::string::npos);
  CHECK(told(good.substr(0, second) + good.substr(third)).find("line 2, record 3, does not follow the one before") != std::string::npos);
  CHECK(told("x\n" + good).find("line 1 is no record") != std::string::npos);
  CHECK(told(good.substr(0, third)).find("there are 2 records, and entry 17 of the registry's log has sealed 3") != std::string::npos);
  // The last line, with a hash that fits: only the seal knows.
  std::string last = good;
  last.replace(last.find("200", third), 3, "206");
  CHECK(told(last).find("and entry 17 of the registry's log has sealed") != std::string::npos);
}

TEST_CASE("a torn last line is no record, and is replaced", "[registry][usage]")
{
  Uses uses;
  const Use use{"10.0.0.1", "GET", k_archive, 200};
  uses.note({use});
  const base::Path file = uses.files().at(0);
  uses.world.fs.add(file, uses.world.fs.read(file).value() + "{\"n\":2,\"ti");
  CHECK(check_usage(uses.world.fs, uses.directory, {}).value().torn_bytes == 10);
  uses.note({use});
  const auto checked = check_usage(uses.world.fs, uses.directory, {}).value();
  CHECK(checked.torn_bytes == 0);
  CHECK(checked.head.records == 2);
}
