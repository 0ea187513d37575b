#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <cargo_wasm/base/text.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::registry_protocol;

namespace {

constexpr std::string_view k_full_line =
    R"j({"name":"Foo","vers":"1.2.3-rc.1+b","deps":[{"name":"alias","req":"^0.6","features":["a","b"],"optional":true,)j"
    R"j("default_features":false,"target":"cfg(unix)","kind":"dev","registry":"https://r.example/index","package":"real","public":true,"lib":false}],)j"
    R"j("features":{"default":["std"],"std":[]},"features2":{"x":["dep:alias"]},"cksum":"ab12","yanked":true,"links":"z","rust_version":"1.70",)j"
    R"j("pubtime":"2025-01-02T03:04:05Z","v":2,"unknown":{"deep":[1,-2.5e3,null,{"q":"\"}"}]}})j";

} // namespace

TEST_CASE("every member of an index line is read", "[registry_protocol][index]")
{
  const auto entry = parse_index_entry(k_full_line);
  REQUIRE(entry.has_value());
  CHECK(entry->name == "Foo");
  CHECK(entry->version == "1.2.3-rc.1+b");
  REQUIRE(entry->dependencies.size() == 1);
  const auto& dependency = entry->dependencies[0];
  CHECK(dependency.name == "alias");
  CHECK(dependency.package == "real");
  CHECK(dependency.req == "^0.6");
  CHECK(dependency.features == std::vector<std::string>{"a", "b"});
  CHECK(dependency.optional);
  CHECK_FALSE(dependency.default_features);
  CHECK(dependency.target == "cfg(unix)");
  CHECK(dependency.kind == "dev");
  CHECK(dependency.registry == "https://r.example/index");
  CHECK(dependency.is_public == true);
  CHECK(entry->features.at("default") == std::vector<std::string>{"std"});
  CHECK(entry->features2.at("x") == std::vector<std::string>{"dep:alias"});
  CHECK(entry->checksum == "ab12");
  CHECK(entry->yanked);
  CHECK(entry->links == "z");
  CHECK(entry->rust_version == "1.70");
  CHECK(entry->pubtime == "2025-01-02T03:04:05Z");
  CHECK(entry->schema == 2);
}

TEST_CASE("absent and null members take cargo's defaults", "[registry_protocol][index]")
{
  // Mirrors write spaces after colons and spell absent members as null.
  const auto entry = parse_index_entry(
      R"({"name": "a", "vers": "0.1.0", "deps": [{"name": "b", "req": "1", "target": null, "kind": null, "public": null}], "cksum": "", "features": null, "links": null, "yanked": null, "v": null})");
  REQUIRE(entry.has_value());
  CHECK(entry->features.empty());
  CHECK_FALSE(entry->yanked);
  CHECK(entry->schema == 1);
  REQUIRE(entry->dependencies.size() == 1);
  CHECK(entry->dependencies[0].default_features);
  CHECK_FALSE(entry->dependencies[0].optional);
  CHECK_FALSE(entry->dependencies[0].is_public.has_value());
}

TEST_CASE("escapes are decoded, surrogate pairs too", "[registry_protocol][index]")
{
  const auto entry = parse_index_entry(R"({"name":"\u0061\n\"\\","vers":"1.0.0","deps":[],"cksum":"\ud83e\udd80\u00e9\u20ac"})");
  REQUIRE(entry.has_value());
  CHECK(entry->name == "a\n\"\\");
  CHECK(entry->checksum == "\xf0\x9f\xa6\x80\xc3\xa9\xe2\x82\xac");
}

TEST_CASE("the end of a string is found at every distance, and nothing before it is taken for one", "[registry_protocol][index]")
{
  const std::string plain = "az !#~[]\x7f\xC3\xA9\xF0\x9F\xA6\x80 and some more";
  for (std::size_t length = 0; length <= plain.size(); ++length) {
    const std::string name = plain.substr(plain.size() - length);
    const auto line = [&name](const std::string& inside) {
      return R"({"vers":"1.0.0","name":")" + name + inside + R"(","deps":[],"cksum":"a"})";
    };
    const std::string good = line("x");
    const auto whole = parse_index_head(good);
    REQUIRE(whole);
    CHECK(whole->name == name + "x");
    for (const std::string& bad : {line("\x1f after it"), line("\\n after it")}) {
      CHECK_FALSE(parse_index_head(bad));
    }
    const auto escaped = parse_index_entry(line("\\n after it"));
    CHECK(escaped.has_value() == (base::is_valid_utf8(name)));
  }
}

TEST_CASE("a broken line says what is wrong and at which byte", "[registry_protocol][index]")
{
  struct Row
  {
    std::string line, message;
  };
  const Row rows[] = {
      {"<html>", "expected an object at byte 0"},
      {"", "expected an object at byte 0"},
      {R"({"name":"a","vers":"1.0.0","deps":[],"cksum":"x")", "expected `,` or `}` at byte 48"},
      {R"({"name":"a","vers":"1.0.0","deps":[],"cksum":"x)", "the text ends inside a string at byte 47"},
      {R"({"name":"a","vers":"1.0.0","deps":[],"cksum":"x"} y)", "text after the value at byte 50"},
      {R"({"name":"a","vers":"1.0.0","deps":[]})", "no `cksum` at byte 37"},
      {R"({"name":"a","deps":[],"cksum":""})", "no `vers` at byte 33"},
      {R"({"name":"a","vers":1})", "expected a string at byte 19"},
      {R"({"name":"\x"})", "unknown escape at byte 11"},
      {R"({"name":"\udc00"})", "a lone surrogate at byte 15"},
      {R"({"deps":[{"name":"b"}]})", "a dependency without `name` or `req` at byte 21"},
      {R"({"v":4294967296})", "a number above 4294967295 at byte 14"},
      {std::string(R"({"name":"a","vers":"1.0.0","deps":[],"cksum":")") + "\xff\"}", "bytes that are not UTF-8 at byte 49"},
      {R"({"x":)" + std::string(200, '[') + std::string(200, ']') + "}", "values are nested too deeply at byte 133"},
  };
  for (const auto& row : rows) {
    INFO(row.line);
    const auto entry = parse_index_entry(row.line);
    REQUIRE_FALSE(entry.has_value());
    CHECK(entry.error().id == "CW0410");
    CHECK(entry.error().message == "index entry is not what a registry sends: " + row.message);
    CHECK(entry.error().blame == Blame::network);
  }
}

TEST_CASE("the head reader finds name, version, yanked, rust-version and schema only", "[registry_protocol][index]")
{
  const auto head = parse_index_head(k_full_line);
  REQUIRE(head.has_value());
  CHECK(head->name == "Foo");
  CHECK(head->version == "1.2.3-rc.1+b");
  CHECK(head->rust_version == "1.70");
  CHECK(head->yanked);
  CHECK(head->schema == 2);
  CHECK_FALSE(parse_index_head(R"({"name":"a"})").has_value());
  CHECK_FALSE(parse_index_head(R"({"vers":"1.0.0"})").has_value());
  CHECK_FALSE(parse_index_head(R"({"name":"a","vers":"1.0.\u0030"})").has_value());
}

TEST_CASE("what is written is read back, and says only what is needed", "[registry_protocol][index]")
{
  const auto entry = parse_index_entry(k_full_line).value();
  const auto again = parse_index_entry(to_json_line(entry)).value();
  CHECK(to_json_line(again) == to_json_line(entry));

  IndexEntry plain;
  plain.name = "a";
  plain.version = "1.0.0";
  plain.checksum = "00";
  auto& dependency = plain.dependencies.emplace_back();
  dependency.name = "b";
  dependency.req = "^1";
  CHECK(
      to_json_line(plain) ==
      R"({"name":"a","vers":"1.0.0","deps":[{"name":"b","req":"^1","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}],"cksum":"00","features":{},"yanked":false})");
}

TEST_CASE("index: our own member says where in the log a version is, and is no part of the line that is hashed", "[registry]")
{
  const std::string plain = R"({"name":"one","vers":"1.0.0","deps":[],"cksum":"00","features":{},"yanked":false})";
  const std::string listed =
      R"({"name":"one","vers":"1.0.0","deps":[],"cksum":"00","features":{},"yanked":true,"cw":{"log":18446744073709551615,"key":3}})";
  const auto entry = cargo_wasm::registry_protocol::parse_index_entry(listed);
  REQUIRE(entry.has_value());
  CHECK(entry->log_entry == 18446744073709551615U);
  CHECK(entry->key_entry == 3U);
  CHECK(cargo_wasm::registry_protocol::to_json_line(*entry) == listed);
  CHECK(cargo_wasm::registry_protocol::published_line(*entry) == plain);
  const auto too_large = cargo_wasm::registry_protocol::parse_index_entry(R"({"name":"one","cw":{"log":18446744073709551616}})");
  REQUIRE_FALSE(too_large.has_value());
  CHECK(too_large.error().message.find("a number of more than 64 bits") != std::string::npos);
}
