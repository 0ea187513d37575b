// Instructions: every one that wasmparser 0.263 decodes, with its immediates. The table is opcodes.def.
//
// Two ways to read a body. With a FrameStack the nesting is checked as wasmparser checks it (an `else` belongs to an `if`, nothing stands
// behind the last `end`); without one, instructions are merely decoded up to the end of the bytes, which is what a search for calls needs.
#pragma once
#include <cargo_wasm/wasm/feature.hpp>
#include <cargo_wasm/wasm/types.hpp>

#include <array>
#include <vector>

namespace cargo_wasm::wasm {

enum class Opcode : std::uint16_t {
#define CW_WASM_OPCODE(id, text, prefix, code, immediates, alignment, feature) id,
#include <cargo_wasm/wasm/opcodes.def>
#undef CW_WASM_OPCODE
  unknown, ///< of a byte that is no instruction; never in an Operator that was read
};

/// The shape of what follows an opcode.
enum class Immediates : std::uint8_t {
  none,
  block,                ///< block
  index,                ///< indices[0]
  index_index,          ///< indices[0], indices[1], in the order of the bytes
  br_table,             ///< labels, indices[0]: the default
  memarg,               ///< memarg
  memarg_lane,          ///< memarg, indices[0]: the lane
  atomic_memarg,        ///< memarg, which may have an ordering
  rmw_memarg,           ///< memarg, which may have an ordering, given twice
  i32,                  ///< value, sign-extended
  i64,                  ///< value
  f32,                  ///< value: the bits
  f64,                  ///< value: the bits
  v128,                 ///< raw: 16 bytes
  lane,                 ///< indices[0]
  lanes,                ///< raw: 16 bytes
  select,               ///< types
  heap_type,            ///< heap
  cast_branch,          ///< indices[0]: the label; casts: from, to
  try_table,            ///< block, catches
  resume,               ///< indices[0], handlers
  resume_throw,         ///< indices[0], indices[1], handlers
  ordering,             ///< acquire_release
  ordering_index,       ///< acquire_release, indices[0]
  ordering_index_index, ///< acquire_release, indices[0], indices[1]
};

struct OpcodeInfo
{
  const char* id;   ///< the identifier of the enumerator
  const char* text; ///< "i32.load8_s"
  std::uint8_t prefix;
  std::uint16_t code;
  Immediates immediates;
  std::uint8_t alignment_log2; ///< of memory accesses: the natural one
  Feature feature;             ///< that brought it
};
[[nodiscard]] const OpcodeInfo& info(Opcode opcode);

enum class BlockKind : std::uint8_t { empty, value, func };

struct BlockType
{
  BlockKind kind = BlockKind::empty;
  ValType value;                ///< of `value`: the one result
  std::uint32_t type_index = 0; ///< of `func`
  static BlockType read(Cursor& cursor);
};

struct MemArg
{
  std::uint8_t alignment_log2 = 0;
  bool has_index = false;  ///< an index is given, be it 0
  bool is_array = false;   ///< `index` names an array type instead of a memory (multibyte-array-access)
  std::uint32_t index = 0; ///< of the memory, 0 where none is given
  std::uint64_t offset = 0;
  bool is_wide = false; ///< the offset is written as only 64 bits have it
  bool has_ordering = false;
  bool acquire_release = false; ///< else sequentially consistent
};

enum class CatchKind : std::uint8_t { one, one_ref, all, all_ref };

struct Catch
{
  CatchKind kind = CatchKind::one;
  std::uint32_t tag = 0; ///< of `one` and `one_ref`
  std::uint32_t label = 0;
  static Catch read(Cursor& cursor);
};

struct Handler
{
  bool on_switch = false;
  std::uint32_t tag = 0;
  std::uint32_t label = 0; ///< unless `on_switch`
  static Handler read(Cursor& cursor);
};

/// One instruction. Only what its Immediates name is meaningful; the rest is left over from the instruction before.
struct Operator
{
  Opcode opcode = Opcode::unknown;
  std::uint64_t offset = 0; ///< of its first byte in the file
  std::array<std::uint32_t, 2> indices{};
  std::int64_t value = 0;
  MemArg memarg;
  bool acquire_release = false;
  BlockType block;
  HeapType heap;
  std::array<RefType, 2> casts;
  std::string_view raw;
  List<std::uint32_t> labels;
  List<ValType> types;
  List<Catch> catches;
  List<Handler> handlers;
};

enum class FrameKind : std::uint8_t { block, if_, else_, loop, try_table, legacy_try, legacy_catch, legacy_catch_all };

/// The open blocks of a body, outermost first. Reused from body to body, so that it is allocated once.
using FrameStack = std::vector<FrameKind>;

class OperatorReader
{
public:
  /// Decodes only.
  explicit OperatorReader(Cursor cursor) : m_cursor(cursor) {}
  /// Checks the nesting; `frames` is emptied first and holds one byte for each open block, which took at least two bytes of the file.
  OperatorReader(Cursor cursor, FrameStack& frames) : m_cursor(cursor), m_frames(&frames) { frames.assign(1, FrameKind::block); }

  /// Reads the next instruction; false at the end of the bytes, or when something is wrong: see `failure`.
  bool next(Operator& op);
  /// With a FrameStack: notes a failure unless every block was closed and the bytes are used up.
  void finish();

  [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }
  [[nodiscard]] const Cursor& cursor() const noexcept { return m_cursor; }
  [[nodiscard]] bool all_closed() const noexcept { return m_frames == nullptr || m_frames->empty(); }

private:
  void track(Opcode opcode);
  void expect_frame(Opcode opcode);

  Cursor m_cursor;
  FrameStack* m_frames = nullptr;
};

/// A constant expression: instructions up to and with the `end` that closes it.
struct ConstExpr
{
  Cursor code;
  /// Reads to the first `end`, as wasmparser does; an inner block is then an error.
  static ConstExpr read(Cursor& cursor);
};

} // namespace cargo_wasm::wasm
