#include <cargo_wasm/postlink/record.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::postlink;

namespace {

const std::string k_empty_component("\0asm\x0d\0\1\0", 8);

RecordRequest record_request()
{
  RecordRequest request;
  request.input = "/in.wasm";
  request.output = "/out.wasm";
  request.facts = {{"triple", "wasm32-wasip1"}, {"profile.lto", "fat"}, {"profile.name", "release"}};
  request.features = {"b", "a"};
  request.dependencies = {"z 1.0.0 registry abc", "a 0.1.0"};
  request.stores = {"/store"};
  return request;
}

std::optional<base::Sha256> digest_in(const TestEnv& world, const base::Path& file)
{
  const auto bytes = world.fs.read(file);
  REQUIRE(bytes.has_value());
  const auto digest = record_digest(wasm::Source(file, *bytes));
  REQUIRE(digest.has_value());
  return *digest;
}

} // namespace

// Whoever checks a record hashes the file: its bytes and the digest in the artifact must fit whatever order things were named in.
TEST_CASE("the record is one sorted line whose digest stands at the end of the artifact", "[postlink][record]")
{
  TestEnv world;
  const std::string module = wasm_module({custom("name", "n")});
  world.fs.add("/in.wasm", module);
  REQUIRE(record_build(world.env(), record_request()).has_value());
  const auto digest = digest_in(world, "/out.wasm");
  REQUIRE(digest.has_value());
  const auto record = world.fs.read(record_file("/store", *digest));
  REQUIRE(record.has_value());
  CHECK(base::sha256(*record) == *digest);
  CHECK(*record ==
        R"({"artifact":{"bytes":)" + std::to_string(module.size()) + R"(,"sha256":")" + base::to_hex(base::sha256(module)) +
            R"("},"dependencies":[{"name":"a","version":"0.1.0"},{"checksum":"abc","name":"z","source":"registry","version":"1.0.0"}],)"
            R"("features":["a","b"],"profile":{"lto":"fat","name":"release"},"triple":"wasm32-wasip1","version":1})");
  CHECK(*world.fs.read("/out.wasm") ==
        wasm_module({custom("name", "n"), custom("cargo-wasm.build", std::string(digest->bytes.begin(), digest->bytes.end()))}));
}

TEST_CASE("what an earlier step found out is a fact, and a step that told nothing is an error", "[postlink][record]")
{
  TestEnv world;
  world.fs.add("/in.wasm", wasm_module({custom("name", "n")}));
  world.fs.add("/level", "1\n");
  RecordRequest request = record_request();
  request.fact_files = {{"tools.wasm-opt.used-level", "/level"}};
  REQUIRE(record_build(world.env(), request).has_value());
  const auto digest = digest_in(world, "/out.wasm");
  REQUIRE(digest.has_value());
  CHECK(world.fs.read(record_file("/store", *digest))->find(R"("tools":{"wasm-opt":{"used-level":"1"}})") != std::string::npos);
  request.fact_files = {{"tools.wasm-opt.used-level", "/absent"}};
  const auto without = record_build(world.env(), request);
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().id == "CW0001");
}

TEST_CASE("a component has the section at its outermost level, and an older one is replaced", "[postlink][record]")
{
  TestEnv world;
  world.fs.add("/in.wasm", k_empty_component + custom("cargo-wasm.build", std::string(32, 'x')) + custom("other", "o"));
  REQUIRE(record_build(world.env(), record_request()).has_value());
  const auto digest = digest_in(world, "/out.wasm");
  REQUIRE(digest.has_value());
  CHECK(*world.fs.read("/out.wasm") ==
        k_empty_component + custom("other", "o") + custom("cargo-wasm.build", std::string(digest->bytes.begin(), digest->bytes.end())));
}

TEST_CASE("what holds no digest is told, what has no section has none", "[postlink][record]")
{
  const base::Path file("/a.wasm");
  const std::string without = wasm_module({custom("name", "n")});
  const auto none = record_digest(wasm::Source(file, without));
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  const std::string damaged = wasm_module({custom("cargo-wasm.build", "hello")});
  const auto digest = record_digest(wasm::Source(file, damaged));
  REQUIRE_FALSE(digest.has_value());
  CHECK(digest.error().id == "CW0893");
  CHECK(digest.error().message == "the section `cargo-wasm.build` holds 5 bytes, and a digest has 32");
}
