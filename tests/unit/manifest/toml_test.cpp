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
  const auto document = parsed("t = {\n  a = 1, # one\n  b = 2,\n}\ne = \"\\e\\x41\"\nh = 07:32\nd = 1979-05-27 07:32Z\n");
  CHECK(document->root.find("t")->as_table()->members.size() == 2);
  CHECK(string_at(*document, "e") == "\x1B"
                                     "A");
  CHECK(std::get<manifest::TomlDateTime>(document->root.find("h")->value).text == "07:32");
  CHECK(std::get<manifest::TomlDateTime>(document->root.find("d")->value).text == "1979-05-27T07:32Z");
}

TEST_CASE("toml: what was once planned for version 1.1 is refused, as cargo does", "[manifest][toml]")
{
  CHECK(error_of("a = 1\n\xC3\xB1 = 1\n") ==
        "error[CW0100]: key `\xC3\xB1` needs quotes\n"
        "  --> t.toml:2:1\n"
        "   |\n"
        " 2 | \xC3\xB1 = 1\n"
        "   | ^\n"
        "   = help: keys without quotes consist of the letters A to Z and a to z, digits, `-` and `_`\n");
  CHECK(error_of("[x]\na+b = 1\n").starts_with("error[CW0100]: key `a+b` needs quotes\n"));
  CHECK(error_of("f = 0x1.8p3\n").starts_with("error[CW0100]: a float cannot be hexadecimal\n"));
  CHECK(parsed("\"\xC3\xB1\" = 1\n'a+b' = 2\n")->root.members.size() == 2);
}

TEST_CASE("toml: line ends inside multi-line strings stay as they are", "[manifest][toml]")
{
  // cargo's descriptions of crates written on Windows keep their "\r\n".
  CHECK(string_at(*parsed("s = \"\"\"\r\na\r\nb\"\"\"\r\n"), "s") == "a\r\nb");
  CHECK(string_at(*parsed("s = '''\r\na\\\r\nb'''\r\n"), "s") == "a\\\r\nb");
  // Escapes keep their meaning, and a backslash at the end of a line still swallows what follows.
  CHECK(string_at(*parsed("s = \"\"\"a\\n\\\\\r\nb\\  \r\n\r\n  c\"\"\"\r\n"), "s") == "a\n\\\r\nbc");
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
  CHECK(document->root.find("dependencies")->position.length == 14);
}

TEST_CASE("toml: columns count bytes, whatever the letters", "[manifest][toml]")
{
  const auto document = parsed("\xEF\xBB\xBF[\"gr\xC3\xB6\xC3\x9F\"]\na = [\"\xE6\x97\xA5\", 1]\n");
  const manifest::TomlMember& table = document->root.members.front();
  CHECK(table.key_position.column == 2);
  CHECK(table.key_position.length == 8);
  CHECK(table.value->as_table()->find("a")->as_array()->at(1).position.column == 13);
}

TEST_CASE("toml: a large table costs its size, and a key repeated in it is still found", "[manifest][toml]")
{
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += "key" + std::to_string(i) + " = " + std::to_string(i) + "\n";
  }
  CHECK(parsed(text)->root.members.size() == 20000);
  CHECK(error_of(text + "key123 = 1\n") == "error[CW0100]: cannot redefine existing integer `key123`\n"
                                           "     --> t.toml:20001:10\n"
                                           "      |\n"
                                           "20001 | key123 = 1\n"
                                           "      |          ^ in this key-value pair\n");
}

TEST_CASE("toml: mistakes are shown where they are", "[manifest][toml]")
{
  struct Row
  {
    const char* text;
    const char* message;
    const char* label;
    int line, column;
  };
  const Row row = GENERATE(
      Row{"a = \n", "expected value, saw `\\n`", "in this key-value pair", 1, 5},
      Row{"a = 1 b = 2\n", "expected a comment or whitespace, saw `b`", "in this key-value pair", 1, 7},
      Row{"a = yes\n", "could not determine value type", "in this value", 1, 5},
      Row{"a = 01\n", "leading zeroes are prohibited", "in this decimal integer", 1, 7},
      Row{"a = 1__0\n", "underscores may only follow digits", "in this decimal integer", 1, 7},
      Row{"a = \"x\n", "unescaped control characters other than TAB (U+0009) are explicitly prohibited", "in this string", 1, 7},
      Row{"a = \"x", "encountered end-of-file", "in this string", 1, 7},
      Row{"a = \"\\q\"\n", "unknown escape sequence `\\q`", "in this string", 1, 7},
      Row{"a = \"\\ud800\"\n", "unicode surrogates (U+D800 - U+DFFF) are explicitly prohibited", "in this unicode scalar sequence", 1, 12},
      Row{"a = [1,\n", "encountered end-of-file", "in this array", 1, 8},
      Row{"a = [1 2]\n", "expected comma or closing `]`, saw `2`", "in this array", 1, 8},
      Row{"a = { b = 1\n", "encountered end-of-file", "in this inline table", 1, 12},
      Row{"[a\n", "expected `]`, saw `\\n`", "in this table header", 1, 3},
      Row{"[[[a]]]\n", "expected bare key starting character or string delimiter, saw `[`", "in this key", 1, 3},
      Row{"= 1\n", "expected keys, tables, whitespace or comments, saw `=`", "", 1, 1},
      Row{"a 1\n", "expected `=`, saw `1`", "in this key-value pair", 1, 3},
      Row{"a = 1 \'\n", "expected a comment or whitespace, saw `'`", "in this key-value pair", 1, 7},
      Row{"[a]\n[a]\n", "cannot redefine existing table `a`", "in this table header", 2, 1},
      Row{"a = 1\n[a.b]\n", "cannot redefine existing integer `a.b` as table", "in this table header", 2, 6},
      Row{"a = { b = 1 }\n[a.c]\n", "cannot insert `a.c` into existing inline table", "in this table header", 2, 6},
      Row{"a = [1]\n[[a]]\n", "cannot redefine existing array `a` as array-of-tables", "in this table header", 2, 1},
      Row{"[a.b]\n[a]\nb.c = 1\n", "cannot redefine existing table as dotted key-value pair", "in this key-value pair", 3, 1},
      Row{"d = 1979-13-01\n", "expected month between 1 and 12 (inclusive), saw 13", "in this date", 1, 12},
      Row{"a = \"\x01\"\n", "unescaped control characters other than TAB (U+0009) are explicitly prohibited", "in this string", 1, 6});
  const auto document = parse_toml("t.toml", row.text);
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().id == "CW0100");
  CHECK(document.error().message == row.message);
  const auto& span = std::get<base::TextSpan>(document.error().where);
  CHECK(span.label == row.label);
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
  std::string quoted = "\"a\"";
  std::string tables = "x = ";
  std::string mixed = "x = ";
  for (int i = 0; i < 10000; ++i) {
    keys += ".a";
    quoted += " . 'a'";
    tables += "{ a = ";
    mixed += "[ { a.b.c = ";
  }
  const std::string arrays = "x = " + std::string(10000, '[') + std::string(10000, ']');
  for (const std::string& text : {arrays,
                                  tables,
                                  mixed,
                                  keys + " = 1",
                                  quoted + " = 1",
                                  "[" + keys + "]",
                                  "[[" + keys + "]]",
                                  "[" + quoted + "]",
                                  "t = { " + keys + " = 1 }"}) {
    const auto document = parse_toml("t.toml", text);
    INFO(text.substr(0, 20));
    REQUIRE_FALSE(document.has_value());
    CHECK(document.error().id == "CW0100");
    CHECK(document.error().message == "tables and arrays are nested more than 128 levels deep");
  }
  CHECK(error_of("x = 1\n" + keys + " = 1\n") ==
        "error[CW0100]: tables and arrays are nested more than 128 levels deep\n  --> t.toml:2:258\n");
}

TEST_CASE("toml: what looks deep but is not is read", "[manifest][toml]")
{
  std::string text = "s = \"" + std::string(500, '.') + "\" # " + std::string(500, '[') + "\n";
  text += "m = \"\"\"\n" + std::string(500, '[') + "\"\"\"\"\"\nl = '''\n" + std::string(500, '{') + "'''\n";
  text += "v = [";
  for (int i = 0; i < 500; ++i) {
    text += "1.5,[0.5],\n";
  }
  text += "]\n";
  for (int i = 0; i < 500; ++i) {
    text += "[a.b.c" + std::to_string(i) + "]\nx.y = 1.5\n";
  }
  CHECK(parsed(text)->root.members.size() == 5);
  CHECK(parsed("x = " + std::string(120, '[') + std::string(120, ']') + "\n")->root.members.size() == 1);
}

TEST_CASE("toml: letters outside of ASCII are read wherever white space may stand", "[manifest][toml]")
{
  const auto document = parsed("m = \"\"\"\\\n  \xC3\xA9t\xC3\xA9\"\"\"\nc = \"\"\"\\\n\xEF\xBA\xBF\"\"\"\n");
  CHECK(string_at(*document, "m") == "\xC3\xA9t\xC3\xA9");
  CHECK(string_at(*document, "c") == "\xEF\xBA\xBF");
  CHECK(error_of("a = 1 \xC3\xA9\n").starts_with("error[CW0100]"));
  CHECK(error_of("\xEF\xBA\xBF\n").starts_with("error[CW0100]"));
}
