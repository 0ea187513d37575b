#include <support/catch.hpp>

#include <cargo_wasm/manifest/toml.hpp>

using namespace cargo_wasm;
using manifest::parse_toml;

namespace {

std::shared_ptr<const manifest::TomlDocument> parsed(std::string text)
{
  auto document = parse_toml("t.toml", std::move(text));
  if (!document) {
    FAIL(base::render(document.error(), base::Severity::error, false));
  }
  return *document;
}

std::string error_of(std::string text)
{
  const auto document = parse_toml("t.toml", std::move(text));
  return document ? "no error" : base::render(document.error(), base::Severity::error, false);
}

const std::string& string_at(const manifest::TomlDocument& document, std::string_view key)
{
  return *document.root.find(key)->as_string();
}

} // namespace

TEST_CASE("toml: every kind of value is read", "[manifest][toml]")
{
  const auto document =
      parsed("s = \"a\\tb\\u00e9\"\nl = 'C:\\x'\nm = \"\"\"\none\\\n   two\"\"\"\ni = 1_000\nh = 0xff\nn = -7\nf = 6.5e-1\nb = true\n"
             "d = 1979-05-27T07:32:00Z\na = [1, [2, 3], ]\nt = { x = 1, y.z = 2 }\n");
  CHECK(string_at(*document, "s") == "a\tb\xC3\xA9");
  CHECK(string_at(*document, "l") == "C:\\x");
  CHECK(string_at(*document, "m") == "onetwo");
  CHECK(*document->root.find("i")->as_integer() == 1000);
  CHECK(*document->root.find("h")->as_integer() == 255);
  CHECK(*document->root.find("n")->as_integer() == -7);
  CHECK(std::get<double>(document->root.find("f")->value) == 0.65);
  CHECK(*document->root.find("b")->as_bool());
  CHECK(std::get<manifest::TomlDateTime>(document->root.find("d")->value).text == "1979-05-27T07:32:00Z");
  CHECK(document->root.find("a")->as_array()->size() == 2);
  CHECK(*document->root.find("t")->as_table()->find("y")->as_table()->find("z")->as_integer() == 2);
}

TEST_CASE("toml: what version 1.1 added is accepted, as cargo does since 1.94", "[manifest][toml]")
{
  const auto document = parsed("t = {\n  a = 1, # one\n  b = 2,\n}\ne = \"\\e\\x41\"\nh = 07:32\n");
  CHECK(document->root.find("t")->as_table()->members.size() == 2);
  CHECK(string_at(*document, "e") == "\x1B"
                                     "A");
}

TEST_CASE("toml: line ends inside multi-line strings stay as they are", "[manifest][toml]")
{
  // cargo's descriptions of crates written on Windows keep their "\r\n".
  CHECK(string_at(*parsed("s = \"\"\"\r\na\r\nb\"\"\"\r\n"), "s") == "a\r\nb");
}

TEST_CASE("toml: tables may be opened in any order, and keys keep the document's order", "[manifest][toml]")
{
  const auto document = parsed("[a.b.c]\nx = 1\n[a]\ny = 2\n[[a.list]]\nn = 1\n[[a.list]]\nn = 2\n[a.list.inner]\nm = 3\n");
  const manifest::TomlTable& a = *document->root.find("a")->as_table();
  REQUIRE(a.members.size() == 3);
  CHECK(a.members[0].key == "b");
  CHECK(a.members[1].key == "y");
  const manifest::TomlArray& list = *a.find("list")->as_array();
  REQUIRE(list.size() == 2);
  CHECK(*list[1].as_table()->find("inner")->as_table()->find("m")->as_integer() == 3);
}

TEST_CASE("toml: every key and value knows its place", "[manifest][toml]")
{
  const auto document = parsed("[dependencies]\nserde = { version = \"1\" }\n");
  const manifest::TomlMember& serde = document->root.find("dependencies")->as_table()->members.front();
  CHECK(serde.key_position.line == 2);
  CHECK(serde.key_position.column == 1);
  CHECK(serde.key_position.length == 5);
  const manifest::Position version = serde.value->as_table()->find("version")->position;
  CHECK(version.column == 21);
  CHECK(version.length == 3);
}

TEST_CASE("toml: a large table costs its size, and a key repeated in it is still found", "[manifest][toml]")
{
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += "key" + std::to_string(i) + " = " + std::to_string(i) + "\n";
  }
  CHECK(parsed(text)->root.members.size() == 20000);
  CHECK(error_of(text + "key123 = 1\n") == "error[CW0100]: key `key123` is defined twice\n"
                                           "     --> t.toml:20001:1\n"
                                           "      |\n"
                                           "20001 | key123 = 1\n"
                                           "      | ^^^^^^ first defined on line 124\n");
}

TEST_CASE("toml: mistakes are shown where they are", "[manifest][toml]")
{
  struct Row
  {
    const char* text;
    const char* message;
    int line, column;
  };
  const Row row = GENERATE(Row{"a = \n", "expected a value, found the end of the line", 1, 5},
                           Row{"a = 1 b = 2\n", "expected the end of the line, found `b`", 1, 7},
                           Row{"a = yes\n", "`yes` is not a value", 1, 5},
                           Row{"a = 01\n", "`01` has a leading zero", 1, 5},
                           Row{"a = 1__0\n", "`1__0` is not a number", 1, 5},
                           Row{"a = 99999999999999999999\n", "`99999999999999999999` does not fit in 64 bits", 1, 5},
                           Row{"a = \"x\n", "this string is never closed", 1, 5},
                           Row{"a = \"\\q\"\n", "unknown escape: `q` after `\\`", 1, 6},
                           Row{"a = \"\\ud800\"\n", "this escape is not a Unicode character", 1, 6},
                           Row{"a = [1,\n", "this array is never closed", 1, 5},
                           Row{"a = [1 2]\n", "expected `,` or `]` in the array, found `2`", 1, 8},
                           Row{"a = { b = 1\n", "this inline table is never closed", 1, 5},
                           Row{"[a\n", "expected `]` at the end of the header, found the end of the line", 1, 3},
                           Row{"= 1\n", "expected a key, found `=`", 1, 1},
                           Row{"a 1\n", "expected `=` after the key, found `1`", 1, 3},
                           Row{"[a]\n[a]\n", "table `a` is defined twice", 2, 2},
                           Row{"a = 1\n[a.b]\n", "`a` is an integer and cannot be extended by a header", 2, 2},
                           Row{"a = { b = 1 }\n[a.c]\n", "`a` is an inline table and cannot be extended by a header", 2, 2},
                           Row{"a = [1]\n[[a]]\n", "`a` is an array and cannot be extended by `[[a]]`", 2, 3},
                           Row{"[a.b]\n[a]\nb.c = 1\n", "`b` is a table and cannot be extended by a dotted key", 3, 1},
                           Row{"d = 1979-13-01\n", "`1979-13-01` is not a date", 1, 5},
                           Row{"a = \"\x01\"\n", "control character 0x01 in a string", 1, 6});
  const auto document = parse_toml("t.toml", row.text);
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().id == "CW0100");
  CHECK(document.error().message == row.message);
  const auto& span = std::get<base::TextSpan>(document.error().where);
  CHECK(span.line == static_cast<std::uint32_t>(row.line));
  CHECK(span.column == static_cast<std::uint32_t>(row.column));
}

TEST_CASE("toml: a binary file is named as such", "[manifest][toml]")
{
  CHECK(error_of(std::string("\x7F"
                             "ELF\0\1",
                             6)) == "error[CW0101]: `t.toml` is not a text file\n   = note: it contains zero bytes\n");
  CHECK(error_of("a = \"\xFF\"\n") == "error[CW0101]: `t.toml` is not a text file\n   = note: it is not valid UTF-8\n");
}

TEST_CASE("toml: ten thousand levels are an error, not a crash", "[manifest][toml]")
{
  std::string keys = "a";
  std::string tables = "x = ";
  for (int i = 0; i < 10000; ++i) {
    keys += ".a";
    tables += "{ a = ";
  }
  const std::string arrays = "x = " + std::string(10000, '[') + std::string(10000, ']');
  CHECK(error_of(arrays).find("values are nested more than 128 levels deep") != std::string::npos);
  CHECK(error_of(tables).find("values are nested more than 128 levels deep") != std::string::npos);
  CHECK(error_of(keys + " = 1").find("keys are nested more than 128 levels deep") != std::string::npos);
  CHECK(error_of("[" + keys + "]").find("keys are nested more than 128 levels deep") != std::string::npos);
}
