#include <cargo_wasm/wasm/operators.hpp>

#include <set>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::wasm;
using test::bytes;

namespace {

struct Reading
{
  std::string text; ///< names in order
  Failure failure;
};

Reading read_all(const std::string& code)
{
  Reading out;
  FrameStack frames;
  OperatorReader reader(Cursor(code, code), frames);
  for (Operator op; reader.next(op);) {
    out.text += (out.text.empty() ? "" : " ") + std::string(info(op.opcode).text);
  }
  reader.finish();
  out.failure = reader.failure();
  return out;
}

Operator first_of(const std::string& code)
{
  OperatorReader reader{Cursor(code, code)};
  Operator op;
  REQUIRE(reader.next(op));
  return op;
}

} // namespace

TEST_CASE("operators: every opcode is in the table once", "[wasm][operators]")
{
  std::set<std::pair<unsigned, unsigned>> seen;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Opcode::unknown); ++i) {
    const OpcodeInfo& row = info(static_cast<Opcode>(i));
    CHECK(seen.emplace(row.prefix, row.code).second);
  }
  CHECK(seen.size() == 627);
}

TEST_CASE("operators: immediates are decoded", "[wasm][operators]")
{
  CHECK(first_of(bytes({0x10, 0x85, 0x01})).indices[0] == 133);
  CHECK(first_of(bytes({0x41, 0x7f})).value == -1);
  CHECK(first_of(bytes({0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f})).value == INT64_MIN);
  CHECK(first_of(bytes({0x43, 0x00, 0x00, 0x80, 0x3f})).value == 0x3f80'0000);
  const Operator call_indirect = first_of(bytes({0x11, 0x03, 0x80, 0x80, 0x80, 0x80, 0x00}));
  CHECK(call_indirect.indices[0] == 3);
  CHECK(call_indirect.indices[1] == 0);
  const Operator load = first_of(bytes({0x28, 0x42, 0x01, 0x10}));
  CHECK(load.memarg.alignment_log2 == 2);
  CHECK(load.memarg.index == 1);
  CHECK(load.memarg.offset == 16);
  const std::string branches = bytes({0x0e, 0x02, 0x00, 0x01, 0x07});
  const Operator table = first_of(branches);
  CHECK(std::vector<std::uint32_t>(table.labels.begin(), table.labels.end()) == std::vector<std::uint32_t>{0, 1});
  CHECK(table.indices[0] == 7);
  CHECK(info(first_of(bytes({0xfc, 0x0a, 0x00, 0x00})).opcode).text == std::string("memory.copy"));
  CHECK(info(first_of(bytes({0xfd, 0xff, 0x01})).opcode).text == std::string("f64x2.convert_low_i32x4_u"));
}

TEST_CASE("operators: blocks must be closed, and each clause stand in its block", "[wasm][operators]")
{
  CHECK(read_all(bytes({0x04, 0x40, 0x05, 0x0b, 0x0b})).text == "if else end end");
  CHECK_FALSE(read_all(bytes({0x04, 0x40, 0x05, 0x0b, 0x0b})).failure);
  // A legacy try: catch after catch, none after catch_all.
  CHECK_FALSE(read_all(bytes({0x06, 0x40, 0x07, 0x00, 0x07, 0x01, 0x19, 0x0b, 0x0b})).failure);
  const auto refused = [](const std::string& code, std::uint64_t offset) {
    const Failure failure = read_all(code).failure;
    CHECK(failure);
    CHECK(failure.offset == offset);
  };
  refused(bytes({0x05, 0x0b}), 1);                               // else outside of if
  refused(bytes({0x06, 0x40, 0x19, 0x07, 0x00, 0x0b, 0x0b}), 4); // catch after catch_all
  refused(bytes({0x18, 0x00, 0x0b}), 1);                         // delegate outside of try
  refused(bytes({0x02, 0x40, 0x0b}), 3);                         // one `end` too few
  refused(bytes({0x0b, 0x01}), 1);                               // something after the last `end`
  refused(bytes({0xff}), 0);
  refused(bytes({0xfc, 0x7f}), 0);
}

TEST_CASE("operators: decoding alone does not ask for balanced blocks", "[wasm][operators]")
{
  const std::string code = bytes({0x0b, 0x0b, 0x10, 0x02});
  OperatorReader reader{Cursor(code, code)};
  std::uint32_t called = 0;
  for (Operator op; reader.next(op);) {
    called = op.opcode == Opcode::call ? op.indices[0] : called;
  }
  CHECK(called == 2);
  CHECK_FALSE(reader.failure());
}

TEST_CASE("operators: a constant expression ends at its first `end`", "[wasm][operators]")
{
  const std::string good = bytes({0x41, 0x05, 0x0b, 0xaa});
  Cursor cursor(good, good);
  const ConstExpr expr = ConstExpr::read(cursor);
  CHECK(expr.code.remaining() == 3);
  CHECK(cursor.offset() == 3);

  const auto offset_of = [](const std::string& text) {
    Cursor at(text, text);
    ConstExpr::read(at);
    CHECK(at.failed());
    return at.failure().offset;
  };
  CHECK(offset_of(bytes({0x02, 0x40, 0x0b, 0x0b})) == 3); // a block
  CHECK(offset_of(bytes({0x41, 0x05})) == 2);             // no end
  CHECK(offset_of("") == 0);
}
