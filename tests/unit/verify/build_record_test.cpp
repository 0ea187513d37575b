#include <cargo_wasm/verify/build_record.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::verify;

namespace {

const base::Path k_file("record.json");

BuildRecord small_record()
{
  BuildRecord record;
  record.driver = "cargo-wasm 0.1.0";
  record.arguments = {"--release"};
  record.outside = {"../beside"};
  record.settings = {{"TZ", "UTC"}};
  record.toolchain = "1.99.1-x86_64-unknown-linux-gnu";
  record.rustc_version = "1.99.1";
  record.lock = base::digest_of("lock");
  record.jobs = 2;
  record.tools = {{"wasm-opt", {base::sha256("tool"), 0}}};
  ActionOfBuild script{.identity = "host/release/app",
                       .kind = "build-script",
                       .unit = "app v0.1.0 (run of the build script)",
                       .command = {},
                       .inputs = {},
                       .after = {},
                       .outputs = {},
                       .differs = "it did"};
  script.outputs = {{"target/out", base::digest_of("tree"), {{"a.rs", base::digest_of("a")}}}};
  ActionOfBuild program = script;
  program.identity = "wasm32-wasip1/release/app";
  program.after = {0};
  program.differs.clear();
  record.actions = {script, program};
  record.artifacts = {{"wasm32-wasip1/release/app.wasm", base::digest_of("app")}};
  return record;
}

std::string error_of(const std::string& text)
{
  const auto parsed = parse_build_record(text, k_file);
  return parsed ? std::string() : base::render(parsed.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("a record is read as it was written, and written as it was read", "[verify]")
{
  const std::string text = to_json(small_record());
  const auto parsed = parse_build_record(text, k_file);
  REQUIRE(parsed);
  CHECK(*parsed == small_record());
  CHECK(to_json(*parsed) == text);
  CHECK(text.find("\": ") == std::string::npos);
  CHECK(text.find(", \"") == std::string::npos);
  CHECK(text.back() == '}');
}

TEST_CASE("what is no record is refused with the reason", "[verify]")
{
  CHECK(error_of("not JSON") == "error[CW1175]: `record.json` is no record of a build\n   = note: it is not JSON\n"
                                "   = help: `cargo-wasm build --reproducible` writes one\n");
  CHECK(error_of("{}").find("`what` is not `cargo-wasm build`") != std::string::npos);
  CHECK(error_of(R"({"what":"cargo-wasm build","version":9})").find("it is of version 9, and this program reads version 1") !=
        std::string::npos);
  CHECK(error_of(R"({"what":"cargo-wasm build","version":1,"driver":5})").find("`driver` is not a string") != std::string::npos);
}

TEST_CASE("an action cannot read what comes later", "[verify]")
{
  BuildRecord record = small_record();
  record.actions[0].after = {1};
  CHECK(error_of(to_json(record)).find("`after` is not a list of positions of earlier actions") != std::string::npos);
}

TEST_CASE("every text of a record that is cut short is refused, and none of them is read wrongly", "[verify]")
{
  const std::string text = to_json(small_record());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(parse_build_record(text.substr(0, size), k_file).has_value());
  }
}
