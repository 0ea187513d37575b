#include <cargo_wasm/verify/file_parts.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::verify;
using namespace std::string_literals;

namespace {

const base::Path k_file("app.wasm");

std::string section(char id, const std::string& content)
{
  return std::string(1, id) + static_cast<char>(content.size()) + content;
}

/// Two functions, the first returns `value`; the second has a name that rustc gave it.
std::string module(char value)
{
  const auto body = [](char number) { return "\x04\x00\x41"s + number + "\x0b"s; };
  const std::string naming = "\x01\x13"s + "\x01\x01\x10"s + "_ZN3app4main17hE"s.substr(0, 16);
  return "\0asm\1\0\0\0"s + section(1, "\x01\x60\x00\x01\x7f"s) + section(3, "\x02\x00\x00"s) +
         section(10, "\x02"s + body(1) + body(value)) + section(0, "\x04name"s + naming);
}

std::string member(std::string_view name, std::string_view content)
{
  return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 644, content.size()) + std::string(content) +
         (content.size() % 2 != 0 ? "\n" : "");
}

} // namespace

TEST_CASE("a module's parts are its sections, with their digests", "[verify]")
{
  const auto parts = parts_of(k_file, module(2));
  REQUIRE(parts.size() == 4);
  CHECK(parts[0] == FilePart{"type section", base::digest_of("\x01\x60\x00\x01\x7f"s)});
  CHECK(parts[2].name == "code section");
  CHECK(parts[3].name == "custom section `name`");
}

TEST_CASE("of code that differs the function is named", "[verify]")
{
  const auto found = first_difference(k_file, module(2), module(3));
  REQUIRE(found);
  CHECK(found->part == "code section");
  CHECK(found->offset == module(2).find("\x41\x02"s) + 1);
  CHECK(found->function == "_ZN3app4main17hE");
  CHECK(found->was.substr(0, 5) == "02 0b");
  CHECK(found->is.substr(0, 5) == "03 0b");
}

TEST_CASE("of libraries the member is named that differs, not the table that follows from it", "[verify]")
{
  const std::string was = "!<arch>\n" + member("/", "table1") + member("a.o/", "equal!") + member("lib.rmeta/", "at /home/one");
  const std::string is = "!<arch>\n" + member("/", "table2") + member("a.o/", "equal!") + member("lib.rmeta/", "at /home/two");
  CHECK(parts_of(k_file, was).size() == 2);
  const auto found = first_difference(k_file, was, is);
  REQUIRE(found);
  CHECK(found->part == "member `lib.rmeta`");
  CHECK(found->offset == was.find("one"));
  CHECK(found->was == "\"at /home/one\"");
  CHECK(found->is == "\"at /home/two\"");
}

TEST_CASE("a member within a library that is a module has sections itself", "[verify]")
{
  const auto found = first_difference(k_file, "!<arch>\n" + member("a.o/", module(2)), "!<arch>\n" + member("a.o/", module(3)));
  REQUIRE(found);
  CHECK(found->part == "member `a.o`, code section");
  CHECK(found->function == "_ZN3app4main17hE");
}

TEST_CASE("a part that is there on one side only is told", "[verify]")
{
  const auto found = first_difference(k_file, module(2), module(2) + section(0, "\x04more"s));
  REQUIRE(found);
  CHECK(found->part == "custom section `more`");
  CHECK(found->was == "nothing more");
  CHECK(found->is == "custom section `more`");
}

TEST_CASE("other files differ at a byte, and equal ones do not", "[verify]")
{
  CHECK_FALSE(first_difference(k_file, "same", "same").has_value());
  const auto found = first_difference(k_file, "built at 1779480012\n", "built at 1779480019\n");
  REQUIRE(found);
  CHECK(*found == FileDifference{"", 18, "", "\"built at 1779480012\"", "\"built at 1779480019\""});
  CHECK(first_difference(k_file, "abc", "abcdef")->was == "the end");
  CHECK(parts_of(k_file, "text").empty());
}

TEST_CASE("damaged modules are compared as bytes", "[verify]")
{
  const std::string whole = module(2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = first_difference(k_file, whole, whole.substr(0, size));
    REQUIRE(found);
    CHECK(found->offset <= whole.size());
  }
}
