#include "opcode_table.hpp"

namespace cargo_wasm::wasm {
namespace {

constexpr std::uint32_t k_max_br_table = 7'654'321; // the limit for a function's bytes
constexpr std::uint32_t k_max_select_results = 10;
constexpr std::uint32_t k_max_catches = 10'000;
constexpr std::uint32_t k_max_handlers = 10'000;

enum class Access : std::uint8_t { plain, atomic, rmw };

/// 0: sequentially consistent, 1: acquire and release.
bool read_ordering(Cursor& cursor)
{
  const std::uint8_t byte = cursor.u8("an atomic ordering");
  if (byte > 1) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "an atomic ordering", byte);
  }
  return byte == 1;
}

/// flags:u32 index? ordering? offset:u64. Bits 0 to 3 are the alignment; bit 4: an ordering follows; bit 5: the index of an array type;
/// bit 6: the index of a memory. Source: multi-memory, acquire-release-atomics and multibyte-array-access proposals.
MemArg read_memarg(Cursor& cursor, Access access)
{
  constexpr std::uint32_t k_ordering = 1U << 4U;
  constexpr std::uint32_t k_array = 1U << 5U;
  constexpr std::uint32_t k_memory = 1U << 6U;
  const std::uint64_t begin = cursor.offset();
  MemArg memarg;
  const std::uint32_t flags = cursor.u32("the alignment of an access");
  memarg.alignment_log2 = static_cast<std::uint8_t>(flags & 0xfU);
  if ((flags & (k_array | k_memory)) == (k_array | k_memory)) {
    cursor.fail(Fault::number, begin, "the index of a memory or of an array, not both", flags);
  }
  if ((flags & (k_array | k_memory)) != 0) {
    memarg.has_index = true;
    memarg.is_array = (flags & k_array) != 0;
    memarg.index = cursor.u32("a memory index");
  }
  if ((flags & k_ordering) != 0) {
    if (access == Access::plain) {
      cursor.fail(Fault::number, begin, "no ordering for an access that is not atomic", flags);
    }
    const std::uint64_t ordering_offset = cursor.offset();
    const std::uint8_t byte = cursor.u8("an atomic ordering");
    const std::uint8_t acquire_release = access == Access::rmw ? 0x11 : 0x01;
    if (byte != 0 && byte != acquire_release) {
      cursor.fail(Fault::byte, ordering_offset, "an atomic ordering", byte);
    }
    memarg.has_ordering = true;
    memarg.acquire_release = byte != 0;
  }
  if ((flags & ~0x7fU) != 0) {
    cursor.fail(Fault::number, begin, "an alignment without reserved bits", flags);
  }
  memarg.offset = cursor.u64("the offset of an access", memarg.is_wide);
  return memarg;
}

void read_cast_branch(Cursor& cursor, Operator& op)
{
  const std::uint64_t begin = cursor.offset();
  const std::uint8_t flags = cursor.u8("the flags of a cast");
  op.indices[0] = cursor.u32("a label");
  if (flags > 3) {
    cursor.fail(Fault::byte, begin, "the flags of a cast", flags);
  }
  for (unsigned i = 0; i < 2; ++i) {
    op.casts[i] = {(flags & (1U << i)) != 0, HeapType::read(cursor)};
    if (op.casts[i].heap.index >= (1U << 20U)) {
      cursor.fail(Fault::limit, begin, "a type index below 1048576", op.casts[i].heap.index);
    }
  }
}

void read_select(Cursor& cursor, Operator& op)
{
  op.types = List<ValType>::read_counted(cursor, k_max_select_results, "at most 10 types");
}

void read_immediates(Cursor& cursor, Operator& op)
{
  switch (info(op.opcode).immediates) {
  case Immediates::none:
    return;
  case Immediates::block:
    op.block = BlockType::read(cursor);
    return;
  case Immediates::index:
    op.indices[0] = cursor.u32("an index");
    return;
  case Immediates::index_index:
    op.indices[0] = cursor.u32("an index");
    op.indices[1] = cursor.u32("a second index");
    return;
  case Immediates::br_table:
    op.labels = List<std::uint32_t>::read_counted(cursor, k_max_br_table, "at most 7654321 labels");
    op.indices[0] = cursor.u32("the default label");
    return;
  case Immediates::memarg:
    op.memarg = read_memarg(cursor, Access::plain);
    return;
  case Immediates::memarg_lane:
    op.memarg = read_memarg(cursor, Access::plain);
    op.indices[0] = cursor.u8("a lane");
    return;
  case Immediates::atomic_memarg:
    op.memarg = read_memarg(cursor, Access::atomic);
    return;
  case Immediates::rmw_memarg:
    op.memarg = read_memarg(cursor, Access::rmw);
    return;
  case Immediates::i32:
    op.value = cursor.i32("a 32-bit constant");
    return;
  case Immediates::i64:
    op.value = cursor.i64("a 64-bit constant");
    return;
  case Immediates::f32:
    op.value = cursor.fixed32("four bytes of a constant");
    return;
  case Immediates::f64:
    op.value = static_cast<std::int64_t>(cursor.fixed64("eight bytes of a constant"));
    return;
  case Immediates::v128:
    op.raw = cursor.bytes(16, "sixteen bytes of a constant");
    return;
  case Immediates::lane:
    op.indices[0] = cursor.u8("a lane");
    return;
  case Immediates::lanes: {
    // One byte after another: an error points to the first that is missing.
    const std::uint64_t begin = cursor.offset();
    for (unsigned i = 0; i < 16; ++i) {
      cursor.u8("a lane");
    }
    op.raw = cursor.since(begin).rest();
    return;
  }
  case Immediates::select:
    read_select(cursor, op);
    return;
  case Immediates::heap_type:
    op.heap = HeapType::read(cursor);
    return;
  case Immediates::cast_branch:
    read_cast_branch(cursor, op);
    return;
  case Immediates::try_table:
    op.block = BlockType::read(cursor);
    op.catches = List<Catch>::read_counted(cursor, k_max_catches, "at most 10000 catches");
    return;
  case Immediates::resume_throw:
    op.indices[0] = cursor.u32("a type index");
    op.indices[1] = cursor.u32("a tag index");
    op.handlers = List<Handler>::read_counted(cursor, k_max_handlers, "at most 10000 handlers");
    return;
  case Immediates::resume:
    op.indices[0] = cursor.u32("a type index");
    op.handlers = List<Handler>::read_counted(cursor, k_max_handlers, "at most 10000 handlers");
    return;
  case Immediates::ordering:
  case Immediates::ordering_index:
  case Immediates::ordering_index_index:
    op.acquire_release = read_ordering(cursor);
    for (unsigned i = 0; i < static_cast<unsigned>(info(op.opcode).immediates) - static_cast<unsigned>(Immediates::ordering); ++i) {
      op.indices[i] = cursor.u32("an index");
    }
    return;
  }
}

} // namespace

BlockType BlockType::read(Cursor& cursor)
{
  constexpr const char* k_expected = "a block type";
  BlockType type;
  const std::uint8_t byte = cursor.peek(k_expected);
  if ((byte & 0xc0U) == 0x40) { // the one-byte negative numbers: no index
    if (byte == 0x40) {
      cursor.u8(k_expected);
      return type;
    }
    type.kind = BlockKind::value;
    type.value = ValType::read(cursor);
    return type;
  }
  const std::int64_t index = cursor.i33(k_expected);
  if (index < 0) {
    cursor.fail(Fault::number, cursor.offset(), "the index of a function type", static_cast<std::uint64_t>(index));
  }
  type.kind = BlockKind::func;
  type.type_index = static_cast<std::uint32_t>(index);
  return type;
}

Catch Catch::read(Cursor& cursor)
{
  Catch out;
  const std::uint8_t byte = cursor.u8("a catch clause");
  if (byte > 3) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "a catch clause", byte);
    return out;
  }
  out.kind = static_cast<CatchKind>(byte);
  if (byte < 2) {
    out.tag = cursor.u32("a tag index");
  }
  out.label = cursor.u32("a label");
  return out;
}

Handler Handler::read(Cursor& cursor)
{
  Handler out;
  const std::uint8_t byte = cursor.u8("a handler");
  if (byte > 1) {
    cursor.fail(Fault::byte, cursor.offset() - 1, "a handler", byte);
    return out;
  }
  out.on_switch = byte == 1;
  out.tag = cursor.u32("a tag index");
  if (!out.on_switch) {
    out.label = cursor.u32("a label");
  }
  return out;
}

bool OperatorReader::next(Operator& op)
{
  if (m_cursor.failed() || m_cursor.at_end()) {
    return false;
  }
  op.offset = m_cursor.offset();
  if (m_frames != nullptr && m_frames->empty()) {
    m_cursor.fail(Fault::excess, op.offset, "the end of the expression after its last `end`", m_cursor.remaining());
    return false;
  }
  const std::uint8_t byte = m_cursor.u8("an instruction");
  if (is_prefix(byte)) {
    const std::uint32_t code = m_cursor.u32("the second part of an opcode");
    op.opcode = prefixed_opcode(byte, code);
    if (op.opcode == Opcode::unknown) {
      m_cursor.fail(Fault::number, op.offset, "an instruction behind its prefix", code);
    }
  } else {
    op.opcode = plain_opcode(byte);
    if (op.opcode == Opcode::unknown) {
      m_cursor.fail(Fault::byte, op.offset, "an instruction", byte);
    }
  }
  if (m_cursor.failed()) {
    return false;
  }
  if (m_frames != nullptr) {
    expect_frame(op.opcode);
  }
  read_immediates(m_cursor, op);
  if (m_cursor.failed()) {
    return false;
  }
  if (m_frames != nullptr) {
    track(op.opcode);
  }
  return true;
}

void OperatorReader::expect_frame(Opcode opcode)
{
  const FrameKind top = m_frames->back();
  switch (opcode) {
  case Opcode::else_:
    if (top != FrameKind::if_) {
      m_cursor.fail(Fault::structure, m_cursor.offset(), "`else` in an `if`", 0, "it outside of one");
    }
    return;
  case Opcode::catch_:
  case Opcode::catch_all:
    if (top != FrameKind::legacy_try && top != FrameKind::legacy_catch) {
      m_cursor.fail(Fault::structure, m_cursor.offset(), "`catch` in a `try`", 0, "it outside of one");
    }
    return;
  case Opcode::delegate:
    if (top != FrameKind::legacy_try) {
      m_cursor.fail(Fault::structure, m_cursor.offset(), "`delegate` in a `try`", 0, "it outside of one");
    }
    return;
  default:
    return;
  }
}

void OperatorReader::track(Opcode opcode)
{
  switch (opcode) {
  case Opcode::block:
    m_frames->push_back(FrameKind::block);
    return;
  case Opcode::loop:
    m_frames->push_back(FrameKind::loop);
    return;
  case Opcode::if_:
    m_frames->push_back(FrameKind::if_);
    return;
  case Opcode::else_:
    m_frames->back() = FrameKind::else_;
    return;
  case Opcode::try_:
    m_frames->push_back(FrameKind::legacy_try);
    return;
  case Opcode::catch_:
    m_frames->back() = FrameKind::legacy_catch;
    return;
  case Opcode::catch_all:
    m_frames->back() = FrameKind::legacy_catch_all;
    return;
  case Opcode::try_table:
    m_frames->push_back(FrameKind::try_table);
    return;
  case Opcode::delegate:
  case Opcode::end:
    m_frames->pop_back();
    return;
  default:
    return;
  }
}

void OperatorReader::finish()
{
  if (m_frames == nullptr || m_cursor.failed()) {
    return;
  }
  if (!m_frames->empty()) {
    m_cursor.fail(Fault::structure, m_cursor.offset(), "`end` for every open block", 0, "the end of the expression");
  } else if (!m_cursor.at_end()) {
    m_cursor.fail(Fault::excess, m_cursor.offset(), "the end of the expression after its last `end`", m_cursor.remaining());
  }
}

ConstExpr ConstExpr::read(Cursor& cursor)
{
  const std::uint64_t begin = cursor.offset();
  FrameStack frames;
  OperatorReader reader(cursor, frames);
  Operator op;
  while (reader.next(op) && op.opcode != Opcode::end) {
  }
  if (!reader.failure() && (op.opcode != Opcode::end)) {
    cursor.fail(Fault::ended, reader.cursor().offset(), "an instruction of a constant expression");
    return {};
  }
  if (reader.failure()) {
    cursor.fail(reader.failure());
    return {};
  }
  if (!frames.empty()) {
    cursor.fail(Fault::structure, reader.cursor().offset(), "a constant expression without blocks", 0, "one with blocks");
    return {};
  }
  cursor = reader.cursor();
  return {cursor.since(begin)};
}

} // namespace cargo_wasm::wasm
