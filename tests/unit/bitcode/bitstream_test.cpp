#include "bitcode_fixture.hpp"

#include <fmt/format.h>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using Kind = BitField::Kind;

namespace {

/// A module that holds nothing but what `fill` writes.
template <class Fill> std::string module_of(Fill fill)
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  fill(out);
  return out.leave().bytes();
}

/// Code and message of the error.
std::string problem(const std::string& bytes)
{
  const auto file = test::read(bytes);
  return file ? "none" : file.error().id + ": " + file.error().message;
}

std::string triple_of(const std::string& bytes)
{
  return std::string(test::read(bytes).value().modules[0].target_triple);
}

} // namespace

TEST_CASE("bitstream: records in every encoding", "[bitcode][bitstream]")
{
  CHECK(triple_of(module_of([](BitstreamWriter& out) { out.text(2, "wasm32"); })) == "wasm32");
  // An array of six-bit characters, of fixed and of variable numbers.
  CHECK(triple_of(module_of([](BitstreamWriter& out) {
          out.define({{Kind::literal, 2}, {Kind::array}, {Kind::character}}).id(4).variable(5, 6);
          for (const std::uint64_t c : {0U, 25U, 26U, 62U, 63U}) {
            out.fixed(c, 6);
          }
        })) == "azA._");
  CHECK(triple_of(module_of([](BitstreamWriter& out) {
          out.define({{Kind::fixed, 4}, {Kind::array}, {Kind::fixed, 7}}).id(4).fixed(2, 4).variable(2, 6).fixed('w', 7).fixed('a', 7);
        })) == "wa");
  CHECK(triple_of(module_of([](BitstreamWriter& out) {
          out.define({{Kind::variable, 6}, {Kind::literal, 'x'}, {Kind::variable, 4}, {Kind::array}, {Kind::variable, 8}});
          out.id(4).variable(2, 6).variable('y', 4).variable(1, 6).variable('z', 8);
        })) == "xyz");
  // A field of no bits is a 0.
  CHECK(triple_of(module_of([](BitstreamWriter& out) {
          out.define({{Kind::literal, 2}, {Kind::literal, 'x'}, {Kind::fixed, 0}, {Kind::variable, 0}}).id(4);
        })) == std::string("x\0\0", 3));
}

TEST_CASE("bitstream: numbers of up to 64 bits", "[bitcode][bitstream]")
{
  // As the width of an integer type, which is shown as it is.
  const std::uint64_t most = ~std::uint64_t{0};
  for (const std::uint64_t value : {std::uint64_t{31}, std::uint64_t{32}, std::uint64_t{1} << 40, most}) {
    const std::string bytes =
        module_of([&](BitstreamWriter& out) { out.enter(block::k_types, 4).record(1, {1}).record(7, {value}).leave(); });
    CHECK(test::read(bytes).value().modules[0].types.types[0].size == value);
  }
  const std::string too_long = module_of([](BitstreamWriter& out) {
    out.id(3).variable(2, 6).variable(1, 6);
    for (int i = 0; i < 13; ++i) {
      out.fixed(0x3f, 6);
    }
    out.fixed(1, 6);
  });
  CHECK(problem(too_long) == "CW0652: a number has more than 64 bits");
  const std::string one_bit_more = module_of([](BitstreamWriter& out) {
    out.id(3).variable(2, 6).variable(1, 6);
    for (int i = 0; i < 12; ++i) {
      out.fixed(0x20, 6);
    }
    out.fixed(0x10, 6); // the 65th
  });
  CHECK(problem(one_bit_more) == "CW0652: a number has more than 64 bits");
}

TEST_CASE("bitstream: a block inherits the abbreviations that BLOCKINFO defines for it, before its own", "[bitcode][bitstream]")
{
  const std::string bytes = module_of([](BitstreamWriter& out) {
    out.enter(block::k_info, 2).record(1, {block::k_types}).define({{Kind::literal, 7}, {Kind::literal, 11}});
    out.record(1, {99}).define({{Kind::literal, 7}, {Kind::literal, 12}}).leave();
    out.enter(block::k_types, 4).record(1, {2}).define({{Kind::literal, 7}, {Kind::literal, 13}}).id(4).id(5).leave();
  });
  const auto file = test::read(bytes).value();
  CHECK(to_string(file.modules[0].types, 0) == "i11");
  CHECK(to_string(file.modules[0].types, 1) == "i13");
}

TEST_CASE("bitstream: unknown blocks and records are passed over", "[bitcode][bitstream]")
{
  const std::string bytes = module_of([](BitstreamWriter& out) {
    // What a block that nobody knows holds is not looked at.
    out.enter(200, 5).record(1, {1, 2, 3}).raw("\xff\xff\xff\xff").align().leave();
    out.record(19, {1, 2, 3});
    out.define({{Kind::literal, 50}, {Kind::array}, {Kind::fixed, 9}}).id(4).variable(3, 6).fixed(1, 9).fixed(2, 9).fixed(3, 9);
    out.define({{Kind::literal, 51}, {Kind::blob}}).id(5).blob("abcde");
    out.text(2, "wasm32");
  });
  CHECK(triple_of(bytes) == "wasm32");
}

TEST_CASE("bitstream: abbreviations that make no sense are errors", "[bitcode][bitstream]")
{
  const auto defined = [](std::initializer_list<BitField> fields) {
    return problem(module_of([&](BitstreamWriter& out) { out.define(fields); }));
  };
  CHECK(defined({}) == "CW0653: an abbreviation has no fields");
  CHECK(defined({{Kind::array}, {Kind::character}}) ==
        "CW0653: an abbreviation begins with an array or a blob, where the record's code belongs");
  CHECK(defined({{Kind::literal, 1}, {Kind::blob}, {Kind::character}}) == "CW0653: an abbreviation goes on after a blob");
  CHECK(defined({{Kind::literal, 1}, {Kind::array}}) == "CW0653: an abbreviation has an array that is not followed by its element alone");
  CHECK(defined({{Kind::literal, 1}, {Kind::array}, {Kind::character}, {Kind::character}}) ==
        "CW0653: an abbreviation has an array that is not followed by its element alone");
  CHECK(defined({{Kind::literal, 1}, {Kind::array}, {Kind::blob}}) == "CW0653: an abbreviation has an array whose element is not a number");
  // An element of no bits would make a record of any length cost nothing.
  CHECK(defined({{Kind::literal, 1}, {Kind::array}, {Kind::fixed, 0}}) ==
        "CW0653: an abbreviation has an array whose element is not a number");
  CHECK(defined({{Kind::literal, 1}, {Kind::fixed, 33}}) == "CW0653: an abbreviation has a field of 33 bits");
  CHECK(defined({{Kind::literal, 1}, {Kind::variable, 1}}) == "CW0653: an abbreviation has a field of 1 bits");
  const std::string unknown_encoding = module_of([](BitstreamWriter& out) { out.id(2).variable(1, 5).fixed(0, 1).fixed(6, 3); });
  CHECK(problem(unknown_encoding) == "CW0653: an abbreviation has a field of the unknown encoding 6");
  const std::string too_many = module_of([](BitstreamWriter& out) { out.id(2).variable(65, 5); });
  CHECK(problem(too_many) == "CW0653: an abbreviation has 65 fields, 64 at most are read");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.id(4); })) == "CW0653: abbreviation 1 is used, but the block has none");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.define({{Kind::literal, 1}}).id(6); })) ==
        "CW0653: abbreviation 3 is used, but the block has only 1");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.enter(block::k_info).define({{Kind::literal, 1}}).leave(); })) ==
        "CW0653: an abbreviation is defined for no block");
  const std::string flood = module_of([](BitstreamWriter& out) {
    for (int i = 0; i < 4097; ++i) {
      out.define({{Kind::literal, 1}});
    }
  });
  CHECK(problem(flood) == "CW0656: more than 4096 abbreviations are defined in one block");
}

TEST_CASE("bitstream: a block ends where its header says, and within what holds it", "[bitcode][bitstream]")
{
  const auto of_length = [](int words_too_many) {
    return module_of([&](BitstreamWriter& out) {
      out.enter(block::k_types, 4).record(1, {1}).record(7, {32}).leave(words_too_many);
      out.text(2, "wasm32-unknown-unknown");
    });
  };
  CHECK(problem(of_length(0)) == "none");
  CHECK(problem(of_length(1)) == "CW0654: a block ends before the end its header gives");
  CHECK(problem(of_length(-1)) == "CW0651: the block ends too early");
  CHECK(problem(of_length(1000)) == "CW0654: a block has 4008 bytes, but 44 are left of what holds it");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.enter(block::k_types, 32).leave(-1); })) ==
        "CW0654: a block has no end marker before the end its header gives");

  BitstreamWriter inner;
  inner.enter(block::k_module).record(1, {2}).enter(99).leave(3).leave();
  inner.enter(99).record(1, {1, 2, 3, 4, 5, 6, 7, 8}).leave();
  CHECK(problem(inner.bytes()) == "CW0654: a block has 16 bytes, but 8 are left of what holds it");
  CHECK(problem(BitstreamWriter().enter(block::k_module, 1).fixed(0, 32).bytes()) ==
        "CW0654: a block has abbreviation ids of 1 bits, expected 2 to 32");
  CHECK(problem(BitstreamWriter().fixed(3, 32).fixed(0, 64).bytes()) == "CW0654: expected a block");
}

TEST_CASE("bitstream: counts that the block has no room for are errors before anything is stored", "[bitcode][bitstream]")
{
  const std::string array = module_of(
      [](BitstreamWriter& out) { out.define({{Kind::literal, 2}, {Kind::array}, {Kind::fixed, 1}}).id(4).variable(0xffff'ffff, 6); });
  CHECK(problem(array) == "CW0655: a record has 4294967295 values, more than its block has room for");
  const std::string blob =
      module_of([](BitstreamWriter& out) { out.define({{Kind::literal, 2}, {Kind::blob}}).id(4).variable(1000, 6).align(); });
  CHECK(problem(blob) == "CW0655: a record has 1000 values, more than its block has room for");
  // One-bit values unpack to 64 times their size; LLVM writes none.
  const std::string bits = module_of([](BitstreamWriter& out) {
    out.define({{Kind::literal, 2}, {Kind::array}, {Kind::fixed, 1}}).id(4).variable(4000, 6).raw(std::string(520, '\0'));
  });
  CHECK(problem(bits) == fmt::format("CW0656: a record has 4000 values, {} at most are read", 4 * bits.size()));
}

TEST_CASE("bitstream: what records of literals would take is bounded by the module's size", "[bitcode][bitstream]")
{
  // Three bits a type, and as little for a name of 63 characters that nothing bears.
  const std::string types = module_of([](BitstreamWriter& out) {
    out.enter(block::k_types, 3).define({{Kind::literal, 2}});
    for (int i = 0; i < 20000; ++i) {
      out.id(4);
    }
    out.leave();
  });
  CHECK(problem(types).starts_with("CW0656: the tables of a module would take more than "));
  const std::string names = module_of([](BitstreamWriter& out) {
    out.enter(block::k_types, 3).id(2).variable(64, 5).fixed(1, 1).variable(19, 8);
    for (int i = 0; i < 63; ++i) {
      out.fixed(1, 1).variable('n', 8);
    }
    for (int i = 0; i < 20000; ++i) {
      out.id(4);
    }
    out.leave();
  });
  CHECK(problem(names).starts_with("CW0656: the tables of a module would take more than "));
}

TEST_CASE("bitstream: errors name the file, the byte, the part and the producer", "[bitcode][bitstream]")
{
  CHECK(error_of("what is this") == "error[CW0650]: the file does not begin as LLVM bitcode does\n"
                                    "  --> lib.o, byte 0x0000 (magic number)\n");
  CHECK(error_of("BC\xC0\xDE") == "error[CW0659]: the bitcode holds no module\n"
                                  "  --> lib.o, byte 0x0000 (top level)\n");
  CHECK(error_of(std::string("\xDE\xC0\x17\x0B\0\0\0\0\x14\0\0\0\xff\0\0\0\0\0\0\0BC\xC0\xDE", 24)) ==
        "error[CW0650]: the bitcode wrapper speaks of 255 bytes at 20 of 24\n"
        "  --> lib.o, byte 0x0000 (bitcode wrapper)\n");

  BitstreamWriter newer;
  add_identification(newer, "LLVM31.0.0\x1b[31m");
  newer.enter(block::k_module).record(1, {3}).leave();
  CHECK(error_of(newer.bytes()) == "error[CW0657]: the bitcode has module version 3, 2 is the newest that can be read\n"
                                   "  --> lib.o, byte 0x0030 (module block)\n"
                                   "   = note: the bitcode was written by `LLVM31.0.0?[31m`\n");
  CHECK(test::read(newer.bytes()).error().blame == Blame::environment);

  BitstreamWriter epoch;
  add_identification(epoch, "LLVM40", 1);
  add_module(epoch);
  CHECK(error_of(epoch.bytes()) == "error[CW0657]: the bitcode is of epoch 1, 0 is the newest that can be read\n"
                                   "  --> lib.o, byte 0x0004 (identification block)\n"
                                   "   = note: the bitcode was written by `LLVM40`\n");
}

TEST_CASE("bitstream: symbols that contradict the tables are errors", "[bitcode][bitstream]")
{
  const auto with = [](auto fill) {
    return problem(module_of([&](BitstreamWriter& out) {
      add_types(out);
      add_attributes(out);
      fill(out);
    }));
  };
  CHECK(with([](BitstreamWriter& out) { out.record(8, function(0, 3, k_void_of_ptr, true)); }) ==
        "CW0658: the bitcode has no string table for the names of its symbols");
  CHECK(with([](BitstreamWriter& out) { out.record(8, {0}); }) == "CW0655: a symbol has no name");
  CHECK(with([](BitstreamWriter& out) { out.record(8, {0, 0, 1, 2}); }) == "CW0655: the record of a function is too short");
  CHECK(with([](BitstreamWriter& out) { out.record(7, {0, 0, 1, 2}); }) == "CW0655: the record of a variable is too short");
  CHECK(with([](BitstreamWriter& out) { out.record(14, {0, 0, 1, 2}); }) == "CW0655: the record of an alias is too short");
  CHECK(with([](BitstreamWriter& out) { out.record(8, function(0, 0, 70, true)); }) == "CW0655: a symbol has type 70, but there are 7");
  CHECK(with([](BitstreamWriter& out) { out.record(8, function(0, 0, k_i32, true)); }) ==
        "CW0655: a function has type 0, which is none of a function");
  CHECK(with([](BitstreamWriter& out) { out.record(8, function(0, 0, k_ptr, true)); }) ==
        "CW0655: a symbol's type is no pointer, and not said to be the type itself");
  CHECK(with([](BitstreamWriter& out) { out.record(7, {0, 0, k_i32, 0, 0, 0, 0, 0}); }) ==
        "CW0655: a symbol's type is no pointer, and not said to be the type itself");
  CHECK(with([](BitstreamWriter& out) { out.record(8, function(0, 0, k_void_of_ptr, true, 3)); }) ==
        "CW0655: a function has attribute list 3, but there are 2");
  CHECK(with([](BitstreamWriter& out) { add_types(out); }) == "CW0655: the module has its types twice");
  CHECK(with([](BitstreamWriter& out) { out.record(1); }) == "CW0655: the module's version is missing");
  CHECK(with([](BitstreamWriter& out) { out.record(2, {0x100}); }) == "CW0655: a text has a character beyond 255");

  BitstreamWriter short_table;
  add_module(short_table);
  add_strings(short_table, "logrun");
  CHECK(problem(short_table.bytes()) == "CW0658: a name has 4 bytes at 6 of a string table of 6");
}

TEST_CASE("bitstream: attribute groups that cannot be read to their end are errors", "[bitcode][bitstream]")
{
  const auto group = [](const Values& values) {
    return problem(module_of([&](BitstreamWriter& out) { out.enter(block::k_groups).record(3, values).leave(); }));
  };
  CHECK(group({1}) == "CW0655: an attribute group does not say what it belongs to");
  CHECK(group({1, k_function_place, 0}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 1, 5}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 6, 5}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 7, 92, 32, 1}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 8, 94, 0xffff'ffff, 32, 1, 2}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 8, 94, 0xffff'ffff, 65, 0, 0}) == "CW0655: an attribute group ends within an attribute");
  CHECK(group({1, k_function_place, 3, 'a'}) == "CW0655: the text of an attribute has no end, or a character beyond 255");
  CHECK(group({1, k_function_place, 4, 'a', 0, 'b'}) == "CW0655: the text of an attribute has no end, or a character beyond 255");
  CHECK(group({1, k_function_place, 9, 1}) == "CW0657: an attribute has the unknown form 9");
  CHECK(group({1, 1, 6, 3, 12}) == "CW0655: an attribute has type 12, but there are 0");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.enter(block::k_lists).record(2, {1}).leave(); })) ==
        "CW0655: an attribute list has group 1, which is not defined");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.enter(block::k_lists).record(1, {1, 2}).leave(); })) ==
        "CW0655: an attribute list is in the form that LLVM had before 3.3");
  CHECK(problem(module_of([](BitstreamWriter& out) { out.enter(block::k_groups).record(3, {1, 1}).record(3, {1, 1}).leave(); })) ==
        "CW0655: attribute group 1 is there twice");
}

TEST_CASE("bitstream: a module that is cut off anywhere is an error with a place in it", "[bitcode][bitstream]")
{
  const std::string whole = sample();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto file = test::read(whole.substr(0, length));
    INFO("the first " << length << " of " << whole.size() << " bytes");
    REQUIRE_FALSE(file.has_value());
    const auto* place = std::get_if<base::BinarySpan>(&file.error().where);
    REQUIRE(place != nullptr);
    CHECK(place->offset <= length);
  }
}

TEST_CASE("bitstream: padding behind the last block is no block", "[bitcode][bitstream]")
{
  CHECK(problem(sample() + std::string(8, '\0')) == "none");
  CHECK(problem(sample() + std::string(12, '\0')) == "CW0654: expected a block");
}
