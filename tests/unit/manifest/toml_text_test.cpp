// TOML as cargo writes it into packages; whole manifests are compared with cargo's in tests/differential/package.
#include <support/catch.hpp>

#include <cargo_wasm/manifest/toml_text.hpp>

using namespace cargo_wasm::manifest;

namespace {

std::string written_again(std::string text)
{
  const auto document = parse_toml("x.toml", std::move(text));
  REQUIRE(document);
  return to_toml_text((*document)->root);
}

} // namespace

TEST_CASE("values come before tables, and a table that only holds tables has no header")
{
  CHECK(written_again("[a.b]\nx = 1\n[a]\n[c]\n") == "[a.b]\nx = 1\n\n[c]\n");
  CHECK(written_again("x = 1\n[[t]]\ny = 2\n[[t]]\n") == "x = 1\n\n[[t]]\ny = 2\n\n[[t]]\n");
}

TEST_CASE("the plainest quotes that hold a string are taken")
{
  CHECK(written_again("a = 'x'\n") == "a = \"x\"\n");
  CHECK(written_again("a = '\"'\n") == "a = '\"'\n");
  CHECK(written_again("a = '\\'\n") == "a = '\\'\n");
  CHECK(written_again("a = \"\\\"'\"\n") == "a = \"\"\"\"'\"\"\"\n");
  CHECK(written_again("a = \"x\\ny\"\n") == "a = \"\"\"\nx\ny\"\"\"\n");
  CHECK(written_again("a = \"\\u0001\\t\"\n") == "a = \"\\u0001\\t\"\n");
}

TEST_CASE("arrays of two and more elements take a line each, tables in them stay on one")
{
  CHECK(written_again("a = [1]\n") == "a = [1]\n");
  CHECK(written_again("a = [1, 2]\n") == "a = [\n    1,\n    2,\n]\n");
  CHECK(written_again("a = [{ x = 1 }, 2]\n") == "a = [\n    { x = 1 },\n    2,\n]\n");
  CHECK(written_again("a = []\nb = {}\n") == "a = []\n\n[b]\n");
}

TEST_CASE("numbers are written without exponents, keys quoted only where they must be")
{
  CHECK(written_again("a = 1e3\nb = 0.5\nc = -inf\n\"d e\" = true\n\"\" = false\n") ==
        "a = 1000.0\nb = 0.5\nc = -inf\n\"d e\" = true\n\"\" = false\n");
}
