#include <cargo_wasm/wasm/cursor.hpp>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::wasm;
using test::bytes;

namespace {

Cursor over(const std::string& text)
{
  return Cursor(text, text);
}

template <class Read> Failure failure_of(const std::string& text, Read read)
{
  Cursor cursor = over(text);
  read(cursor);
  return cursor.failure();
}

} // namespace

TEST_CASE("cursor: unsigned numbers of 32 bits have up to five bytes", "[wasm][cursor]")
{
  struct Case
  {
    std::string text;
    std::uint32_t value;
  };
  const Case cases[] = {{bytes({0x00}), 0},
                        {bytes({0x7f}), 127},
                        {bytes({0x80, 0x01}), 128},
                        {bytes({0x80, 0x80, 0x80, 0x80, 0x00}), 0}, // objects pad what is relocated
                        {bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), 0xffff'ffffU}};
  for (const Case& test : cases) {
    Cursor cursor = over(test.text);
    CHECK(cursor.u32("a number") == test.value);
    CHECK(cursor.at_end());
    CHECK_FALSE(cursor.failed());
  }
}

TEST_CASE("cursor: numbers that are too long, too large or cut short fail at the byte that shows it", "[wasm][cursor]")
{
  const auto u32 = [](Cursor& cursor) { static_cast<void>(cursor.u32("a number")); };
  const auto u64 = [](Cursor& cursor) { static_cast<void>(cursor.u64("a number")); };
  const auto i32 = [](Cursor& cursor) { static_cast<void>(cursor.i32("a number")); };
  const auto i33 = [](Cursor& cursor) { static_cast<void>(cursor.i33("a number")); };
  const auto i64 = [](Cursor& cursor) { static_cast<void>(cursor.i64("a number")); };
  const auto check = [](const Failure& failure, Fault fault, std::uint64_t offset) {
    CHECK(failure.fault == fault);
    CHECK(failure.offset == offset);
  };
  const std::string ones(12, '\xff');
  check(failure_of("", u32), Fault::ended, 0);
  check(failure_of(bytes({0x80, 0x80}), u32), Fault::ended, 2);
  check(failure_of(ones, u32), Fault::leb_long, 4);
  check(failure_of(bytes({0xff, 0xff, 0xff, 0xff, 0x1f}), u32), Fault::leb_large, 4);
  check(failure_of(ones, u64), Fault::leb_long, 9);
  check(failure_of(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}), u64), Fault::leb_large, 9);
  check(failure_of(ones, i32), Fault::leb_long, 4);
  check(failure_of(bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), i32), Fault::leb_large, 4);
  check(failure_of(bytes({0xff, 0xff, 0xff, 0xff, 0x1f}), i33), Fault::leb_large, 4);
  check(failure_of(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}), i64), Fault::leb_large, 9);
}

TEST_CASE("cursor: signed numbers keep their sign at every length", "[wasm][cursor]")
{
  const std::string minus_one = bytes({0x7f});
  const std::string minus_64 = bytes({0xc0, 0xff, 0x7f});
  const std::string least_33 = bytes({0x80, 0x80, 0x80, 0x80, 0x70});
  const std::string most_33 = bytes({0xff, 0xff, 0xff, 0xff, 0x0f});
  const std::string least_32 = bytes({0x80, 0x80, 0x80, 0x80, 0x78});
  const std::string least_64 = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f});
  CHECK(over(minus_one).i32("") == -1);
  CHECK(over(minus_64).i32("") == -64);
  CHECK(over(minus_64).i64("") == -64);
  CHECK(over(least_33).i33("") == -(std::int64_t{1} << 32));
  CHECK(over(most_33).i33("") == (std::int64_t{1} << 32) - 1);
  CHECK(over(least_32).i32("") == INT32_MIN);
  CHECK(over(least_64).i64("") == INT64_MIN);
}

TEST_CASE("cursor: the first failure stays, and reading goes on with zeros", "[wasm][cursor]")
{
  const std::string text = bytes({0x05, 0x01});
  Cursor cursor = over(text);
  CHECK(cursor.name("a name").empty());
  CHECK(cursor.u32("a number") == 0);
  CHECK(cursor.bytes(1, "a byte").empty());
  CHECK(cursor.failure().offset == 1);
  CHECK(std::string(cursor.failure().expected) == "a name");
}

TEST_CASE("cursor: names are UTF-8 of at most 100000 bytes", "[wasm][cursor]")
{
  for (const std::string& good : {std::string("ascii and more than eight bytes"),
                                  std::string("\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\x80"),
                                  std::string("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf")}) {
    CHECK(is_utf8(good));
  }
  for (const std::string& bad : {std::string("\xc0\x80"),         // not the shortest form
                                 std::string("\xe0\x9f\xbf"),     // the same
                                 std::string("\xf0\x8f\xbf\xbf"), // the same
                                 std::string("\xed\xa0\x80"),     // a surrogate
                                 std::string("\xf4\x90\x80\x80"), // above U+10FFFF
                                 std::string("\xf5\x80\x80\x80"),
                                 std::string("1234567\xff"),
                                 std::string("\x80"),
                                 std::string("\xe2\x82")}) {
    CHECK_FALSE(is_utf8(bad));
    const std::string text = test::sized(bad);
    Cursor cursor = over(text);
    static_cast<void>(cursor.name("a name"));
    CHECK(cursor.failure().fault == Fault::text);
    CHECK(cursor.failure().offset == bad.size()); // its last byte
  }
  const std::string large = test::sized(std::string(100'001, 'a'));
  Cursor cursor = over(large);
  static_cast<void>(cursor.name("a name"));
  CHECK(cursor.failure().fault == Fault::limit);
  CHECK(cursor.failure().offset == 2);
  CHECK(over(large).long_name("a name").size() == 100'001);
}

TEST_CASE("cursor: an error names the place, what was expected and what was there", "[wasm][errors]")
{
  const base::Path path("app.wasm");
  const std::string text = bytes({0x02, 0xff, 0xff, 0xff, 0xff, 0x7f});
  Source source(path, text);
  const auto rendered = [&](const Failure& failure, std::string what) {
    return base::render(to_error(failure, source, std::move(what)), base::Severity::error, false);
  };
  CHECK(rendered({Fault::ended, 3, 0, "a type index", ""}, "import section, entry 7 of 9") ==
        "error[CW0612]: expected a type index, found the end\n  --> app.wasm, byte 0x0003 (import section, entry 7 of 9)\n");
  CHECK(rendered({Fault::leb_long, 5, 32, "a type index", ""}, "type section") ==
        "error[CW0613]: expected a type index, found a number with more bytes than 32 bits need\n  --> app.wasm, byte 0x0005 (type "
        "section)\n");
  CHECK(rendered({Fault::leb_large, 5, 32, "a type index", ""}, "type section") ==
        "error[CW0613]: expected a type index, found a number of more than 32 bits\n  --> app.wasm, byte 0x0005 (type section)\n");
  CHECK(rendered({Fault::byte, 0, 0x62, "a value type", ""}, "type section") ==
        "error[CW0614]: expected a value type, found the byte `0x62`\n  --> app.wasm, byte 0x0000 (type section)\n");
  CHECK(rendered({Fault::excess, 1, 5, "the end of the section after its last entry", ""}, "type section") ==
        "error[CW0614]: expected the end of the section after its last entry, found 5 more bytes\n  --> app.wasm, byte 0x0001 (type "
        "section)\n");
  CHECK(rendered({Fault::limit, 1, 5000, "at most 1000 parameters", ""}, "type section") ==
        "error[CW0615]: expected at most 1000 parameters, found `5000`\n  --> app.wasm, byte 0x0001 (type section)\n");
  source.member = "core.o";
  CHECK(rendered({Fault::header, 0, 0, "`\\0asm`", "other bytes"}, "header") ==
        "error[CW0616]: expected `\\0asm`, found other bytes\n  --> app.wasm, byte 0x0000 (member `core.o`, header)\n");
}
