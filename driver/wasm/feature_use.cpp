// One walk over the sections in the order of the file. Of most instructions a look at one byte of a table tells that they need nothing.
#include <cargo_wasm/wasm/feature_use.hpp>

#include <algorithm>

namespace cargo_wasm::wasm {
namespace {

/// Whether the immediates of an instruction may need a feature that the instruction itself does not.
constexpr bool has_telling_immediates(Opcode opcode, Immediates immediates)
{
  switch (immediates) {
  case Immediates::block:
  case Immediates::memarg:
  case Immediates::memarg_lane:
  case Immediates::atomic_memarg:
  case Immediates::rmw_memarg:
  case Immediates::select:
  case Immediates::heap_type:
  case Immediates::cast_branch:
  case Immediates::try_table:
  case Immediates::ordering:
    return true;
  default:
    break;
  }
  switch (opcode) {
  case Opcode::call_indirect:
  case Opcode::return_call_indirect:
  case Opcode::return_call_ref:
  case Opcode::table_init:
  case Opcode::table_copy:
  case Opcode::memory_size:
  case Opcode::memory_grow:
  case Opcode::memory_init:
  case Opcode::memory_copy:
  case Opcode::memory_fill:
  case Opcode::memory_discard:
    return true;
  default:
    return false;
  }
}

/// Whether the heap type behind an instruction stands for references that may be null.
constexpr bool is_nullable(Opcode opcode)
{
  return opcode != Opcode::ref_test_non_null && opcode != Opcode::ref_cast_non_null && opcode != Opcode::ref_cast_desc_eq_non_null;
}

struct OpcodeNeed
{
  Feature feature;
  bool look_closer;
};

constexpr OpcodeNeed k_opcode_needs[] = {
#define CW_WASM_OPCODE(id, text, prefix, code, immediates, alignment, feature)                                                             \
  {Feature::feature, has_telling_immediates(Opcode::id, Immediates::immediates)},
#include <cargo_wasm/wasm/opcodes.def>
#undef CW_WASM_OPCODE
    {Feature::mvp, false},
};

class FeatureWalk
{
public:
  FeatureWalk(const Module& module, FeatureSet wanted, std::uint32_t at_most)
      : m_module(module), m_open(at_most == 0 ? FeatureSet() : wanted), m_at_most(at_most)
  {
  }

  Result<> walk();
  std::vector<FeatureUse> take()
  {
    std::stable_sort(m_uses.begin(), m_uses.end(), [](const FeatureUse& a, const FeatureUse& b) { return a.feature < b.feature; });
    return std::move(m_uses);
  }

private:
  /// Calls back for each entry of a section, until nothing is left to be found.
  template <class T, class Action> Result<> each(SectionReader<T> reader, Action action)
  {
    T item{};
    for (std::uint64_t begin = reader.offset(); !m_open.empty() && reader.next(item); begin = reader.offset()) {
      enter(begin);
      action(item);
    }
    return reader.finish();
  }

  void enter(std::uint64_t offset)
  {
    m_left = m_open;
    m_entry = offset;
  }
  /// Notes a use at the entry that was entered last.
  void use(Feature feature, std::string_view what) { use(feature, what, m_entry); }
  void use(Feature feature, std::string_view what, std::uint64_t offset)
  {
    if (m_left.contains(feature)) {
      note(feature, what, offset);
    }
    if (feature == Feature::legacy_exceptions || feature == Feature::exnref) {
      use(Feature::exception_handling, what, offset);
    }
  }
  void note(Feature feature, std::string_view what, std::uint64_t offset);

  // `offset` is where a use is noted.
  void reference(const RefType& type, std::uint64_t offset);
  void value(const ValType& type, std::uint64_t offset);
  void block(const BlockType& type, const Operator& op);
  void access(const MemArg& memarg, const Operator& op);
  /// `end` is behind the instruction.
  void instruction(const Operator& op, std::uint64_t end);
  void immediates(const Operator& op, std::uint64_t end);
  void constant(const ConstExpr& expr);
  [[nodiscard]] bool last_index_is_long(const Operator& op, std::uint64_t end) const;

  Result<> types();
  Result<> imports();
  void import(const Import& import);
  void table(const TableType& type);
  void memory(const MemoryType& type);
  void tag(std::uint32_t type_index);
  void global(const GlobalType& type);
  void type(const SubType& type);
  void element(const Element& element);
  void data(const Data& data);
  Result<> bodies();
  Failure body(const FunctionBody& body);

  const Module& m_module;
  FeatureSet m_open; ///< not found often enough yet
  FeatureSet m_left; ///< of these, not found in this entry yet
  std::uint32_t m_at_most;
  std::uint64_t m_entry = 0;
  std::optional<std::uint32_t> m_function;
  std::array<std::uint32_t, k_features> m_found{};
  std::vector<FeatureUse> m_uses;

  std::vector<bool> m_type_has_results; ///< of each type: a function type with results
  std::vector<bool> m_global_is_mutable;
  std::uint32_t m_group_begin = UINT32_MAX; ///< first type of the recursion group that is read
  std::uint32_t m_functions = 0;            ///< imported
  std::uint32_t m_imported_globals = 0;
  std::uint32_t m_tables = 0;
  std::uint32_t m_memories = 0;
  Operator m_operator;
};

void FeatureWalk::note(Feature feature, std::string_view what, std::uint64_t offset)
{
  m_uses.push_back({feature, offset, m_function, what});
  m_left.remove(feature);
  if (++m_found[static_cast<std::size_t>(feature)] == m_at_most) {
    m_open.remove(feature);
  }
}

Result<> FeatureWalk::walk()
{
  CW_TRY(types());
  CW_TRY(imports());
  CW_TRY(each(m_module.tables(), [&](const Table& item) {
    table(item.type);
    if (item.init) {
      use(Feature::function_references, "table with an initial value");
      constant(*item.init);
    }
  }));
  CW_TRY(each(m_module.memories(), [&](const MemoryType& type) { memory(type); }));
  if (const Section& tags = m_module.section(PayloadKind::tag); tags.present) {
    enter(tags.begin);
    use(Feature::exception_handling, "tag section");
  }
  CW_TRY(each(m_module.tags(), [&](const TagType& type) { tag(type.type_index); }));
  CW_TRY(each(m_module.globals(), [&](const Global& item) {
    global(item.type);
    constant(item.init);
  }));
  CW_TRY(each(m_module.exports(), [&](const Export& item) {
    if (item.kind == ExternalKind::global && item.index < m_global_is_mutable.size() && m_global_is_mutable[item.index]) {
      use(Feature::mutable_globals, "export of a mutable global");
    }
  }));
  CW_TRY(each(m_module.elements(), [&](const Element& item) { element(item); }));
  if (const Section& count = m_module.section(PayloadKind::data_count); count.present) {
    enter(count.begin);
    use(Feature::bulk_memory, "data count section");
  }
  CW_TRY(bodies());
  return each(m_module.data(), [&](const Data& item) { data(item); });
}

// --- types

Result<> FeatureWalk::types()
{
  const std::string_view file = m_module.source().file;
  CW_TRY(each(m_module.types(), [&](const RecGroup& group) {
    m_group_begin = static_cast<std::uint32_t>(m_type_has_results.size());
    if (group.is_explicit) {
      use(Feature::gc, "recursion group");
    } else if (const auto byte = static_cast<unsigned char>(file[m_entry]); byte == 0x4f || byte == 0x50) {
      use(Feature::gc, "subtype");
    }
    for (const SubType& item : group.types) {
      m_type_has_results.push_back(item.kind == CompositeKind::func && !item.func.results.empty());
      type(item);
    }
  }));
  m_group_begin = UINT32_MAX;
  return {};
}

void FeatureWalk::type(const SubType& type)
{
  if (type.shared) {
    use(Feature::shared_everything, "shared type");
  }
  if (type.describes || type.descriptor) {
    use(Feature::custom_descriptors, "descriptor");
  }
  switch (type.kind) {
  case CompositeKind::func:
    for (const ValType& item : type.func.params) {
      value(item, m_entry);
    }
    for (const ValType& item : type.func.results) {
      value(item, m_entry);
    }
    if (type.func.results.size() > 1) {
      use(Feature::multivalue, "function with several results");
    }
    return;
  case CompositeKind::cont:
    return use(Feature::stack_switching, "continuation type");
  case CompositeKind::array:
  case CompositeKind::struct_:
    use(Feature::gc, type.kind == CompositeKind::array ? "array type" : "struct type");
    for (const FieldType& field : type.fields) {
      if (field.packed == PackedKind::none) {
        value(field.type, m_entry);
      }
    }
    return;
  }
}

void FeatureWalk::reference(const RefType& type, std::uint64_t offset)
{
  use(Feature::reference_types, "reference type", offset);
  if (type.heap.shared) {
    use(Feature::shared_everything, "shared reference", offset);
  }
  switch (type.heap.kind) {
  case HeapKind::func:
  case HeapKind::extern_:
    if (!type.nullable) {
      use(Feature::function_references, "reference that is not null", offset);
    }
    return;
  case HeapKind::index:
    if (type.heap.index >= m_group_begin) {
      use(Feature::gc, "type that refers to itself", offset);
    }
    return use(Feature::function_references, "reference to a type of the module", offset);
  case HeapKind::exact:
    return use(Feature::custom_descriptors, "reference to an exact type", offset);
  case HeapKind::any:
  case HeapKind::none:
  case HeapKind::noextern:
  case HeapKind::nofunc:
  case HeapKind::eq:
  case HeapKind::struct_:
  case HeapKind::array:
  case HeapKind::i31:
    return use(Feature::gc, "reference to a collected object", offset);
  case HeapKind::exn:
  case HeapKind::noexn:
    return use(Feature::exnref, "reference to an exception", offset);
  case HeapKind::cont:
  case HeapKind::nocont:
    return use(Feature::stack_switching, "reference to a continuation", offset);
  }
}

void FeatureWalk::value(const ValType& type, std::uint64_t offset)
{
  if (type.kind == ValKind::v128) {
    use(Feature::simd128, "type v128", offset);
  } else if (type.kind == ValKind::ref) {
    reference(type.ref, offset);
  }
}

void FeatureWalk::table(const TableType& type)
{
  if (++m_tables > 1) {
    use(Feature::reference_types, "second table");
  }
  if (type.element != RefType{}) { // the first release has tables of funcref
    reference(type.element, m_entry);
  }
  if (type.limits.is_64 || type.limits.is_wide) {
    use(Feature::memory64, "table with 64-bit limits");
  }
  if (type.limits.shared) {
    use(Feature::shared_everything, "shared table");
  }
}

void FeatureWalk::memory(const MemoryType& type)
{
  if (++m_memories > 1) {
    use(Feature::multimemory, "second memory");
  }
  if (type.limits.is_64 || type.limits.is_wide) {
    use(Feature::memory64, "memory with 64-bit limits");
  }
  if (type.limits.shared) {
    use(Feature::atomics, "shared memory");
  }
  if (type.page_size_log2) {
    use(Feature::custom_page_sizes, "memory with a page size");
  }
}

void FeatureWalk::tag(std::uint32_t type_index)
{
  use(Feature::exception_handling, "tag");
  if (type_index < m_type_has_results.size() && m_type_has_results[type_index]) {
    use(Feature::stack_switching, "tag with results");
  }
}

void FeatureWalk::global(const GlobalType& type)
{
  m_global_is_mutable.push_back(type.is_mutable);
  value(type.type, m_entry);
  if (type.shared) {
    use(Feature::shared_everything, "shared global");
  }
}

// --- entries

Result<> FeatureWalk::imports()
{
  auto groups = m_module.import_groups();
  ImportGroup group;
  for (std::uint64_t begin = groups.offset(); groups.next(group); begin = groups.offset()) {
    enter(begin);
    if (group.form() != ImportForm::single) {
      use(Feature::compact_imports, "group of imports");
    }
    for (Import item; group.next(item);) {
      enter(item.offset);
      import(item);
    }
    groups.fail(group.failure());
  }
  m_imported_globals = static_cast<std::uint32_t>(m_global_is_mutable.size());
  return groups.finish();
}

void FeatureWalk::import(const Import& import)
{
  switch (import.type.kind) {
  case ExternalKind::func_exact:
    use(Feature::custom_descriptors, "import of an exact function type");
    ++m_functions;
    return;
  case ExternalKind::func:
    ++m_functions;
    return;
  case ExternalKind::table:
    return table(import.type.table);
  case ExternalKind::memory:
    return memory(import.type.memory);
  case ExternalKind::tag:
    return tag(import.type.type_index);
  case ExternalKind::global:
    if (import.type.global.is_mutable) {
      use(Feature::mutable_globals, "import of a mutable global");
    }
    return global(import.type.global);
  }
}

void FeatureWalk::element(const Element& element)
{
  if (element.mode != SegmentMode::active) {
    use(Feature::bulk_memory, element.mode == SegmentMode::passive ? "passive element segment" : "declared element segment");
  } else {
    constant(element.offset);
    if (element.table_index) {
      use(Feature::bulk_memory, "element segment that names its table");
    }
  }
  if (element.has_expressions) {
    reference(element.type, m_entry);
    for (const ConstExpr& expr : element.expressions) {
      constant(expr);
    }
  }
}

void FeatureWalk::data(const Data& data)
{
  if (data.mode != SegmentMode::active) {
    return use(Feature::bulk_memory, "passive data segment");
  }
  if ((static_cast<unsigned char>(m_module.source().file[data.begin]) & 0x7fU) != 0) {
    use(Feature::bulk_memory, "data segment that names its memory");
  }
  constant(data.offset);
}

Result<> FeatureWalk::bodies()
{
  auto reader = m_module.bodies();
  FunctionBody item;
  for (std::uint32_t i = 0; !m_open.empty() && reader.next(item); ++i) {
    m_function = m_functions + i;
    if (const Failure failure = body(item)) {
      return base::fail(to_error(failure, m_module.source(), entry_place(name_of(PayloadKind::code), i, reader.size())));
    }
  }
  m_function.reset();
  return reader.finish();
}

Failure FeatureWalk::body(const FunctionBody& body)
{
  enter(body.begin());
  FunctionBody::Locals locals = body.locals();
  for (LocalGroup group; locals.next(group);) {
    value(group.type, m_entry);
  }
  OperatorReader reader(locals.code());
  while (!m_left.empty() && reader.next(m_operator)) {
    instruction(m_operator, reader.cursor().offset());
  }
  return reader.failure();
}

void FeatureWalk::constant(const ConstExpr& expr)
{
  OperatorReader reader(expr.code);
  while (!m_left.empty() && reader.next(m_operator)) {
    instruction(m_operator, reader.cursor().offset());
    switch (m_operator.opcode) {
    case Opcode::i32_add:
    case Opcode::i32_sub:
    case Opcode::i32_mul:
    case Opcode::i64_add:
    case Opcode::i64_sub:
    case Opcode::i64_mul:
      use(Feature::extended_const, info(m_operator.opcode).text, m_operator.offset);
      break;
    case Opcode::global_get:
      if (m_operator.indices[0] >= m_imported_globals) {
        use(Feature::gc, "constant from a global of the module", m_operator.offset);
      }
      break;
    default:
      break;
    }
  }
}

// --- instructions

void FeatureWalk::instruction(const Operator& op, std::uint64_t end)
{
  const OpcodeNeed need = k_opcode_needs[static_cast<std::size_t>(op.opcode)];
  if (need.feature != Feature::mvp) {
    use(need.feature, info(op.opcode).text, op.offset);
  }
  if (need.look_closer) {
    immediates(op, end);
  }
}

/// Whether the index at the end of an instruction takes more than one byte: the byte before the last then says that it goes on. What stands
/// before an index of one byte, an opcode below 0x80 or the last byte of another index, does not.
bool FeatureWalk::last_index_is_long(const Operator& op, std::uint64_t end) const
{
  return end - op.offset > 2 && (static_cast<unsigned char>(m_module.source().file[end - 2]) & 0x80U) != 0;
}

void FeatureWalk::block(const BlockType& type, const Operator& op)
{
  if (type.kind == BlockKind::func) {
    use(Feature::multivalue, info(op.opcode).text, op.offset);
  } else if (type.kind == BlockKind::value) {
    value(type.value, op.offset);
  }
}

void FeatureWalk::access(const MemArg& memarg, const Operator& op)
{
  if (memarg.has_index) {
    use(memarg.is_array ? Feature::multibyte_array_access : Feature::multimemory, info(op.opcode).text, op.offset);
  }
  if (memarg.is_wide) {
    use(Feature::memory64, info(op.opcode).text, op.offset);
  }
  if (memarg.has_ordering) {
    use(Feature::acquire_release_atomics, info(op.opcode).text, op.offset);
  }
}

void FeatureWalk::immediates(const Operator& op, std::uint64_t end)
{
  const OpcodeInfo& row = info(op.opcode);
  switch (row.immediates) {
  case Immediates::block:
  case Immediates::try_table:
    return block(op.block, op);
  case Immediates::memarg:
  case Immediates::memarg_lane:
  case Immediates::atomic_memarg:
  case Immediates::rmw_memarg:
    return access(op.memarg, op);
  case Immediates::select:
    for (const ValType& type : op.types) {
      value(type, op.offset);
    }
    return;
  case Immediates::heap_type:
    return reference({is_nullable(op.opcode), op.heap}, op.offset);
  case Immediates::cast_branch:
    reference(op.casts[0], op.offset);
    return reference(op.casts[1], op.offset);
  case Immediates::ordering:
    if (op.acquire_release) {
      use(Feature::acquire_release_atomics, row.text, op.offset);
    }
    return;
  default:
    break;
  }
  const auto use_if = [&](bool condition, Feature feature) {
    if (condition) {
      use(feature, row.text, op.offset);
    }
  };
  switch (op.opcode) {
  case Opcode::call_indirect:
    use_if(op.indices[1] == 0 && last_index_is_long(op, end), Feature::call_indirect_overlong);
    [[fallthrough]];
  case Opcode::return_call_indirect:
  case Opcode::table_init:
    return use_if(op.indices[1] != 0, Feature::reference_types);
  case Opcode::table_copy:
    return use_if(op.indices[0] != 0 || op.indices[1] != 0, Feature::reference_types);
  case Opcode::return_call_ref:
    return use_if(true, Feature::tail_call);
  case Opcode::memory_size:
  case Opcode::memory_grow:
    // The first release has a byte 0 here, not a number.
    return use_if(op.indices[0] != 0 || last_index_is_long(op, end), Feature::multimemory);
  case Opcode::memory_fill:
  case Opcode::memory_discard:
    return use_if(op.indices[0] != 0, Feature::multimemory);
  case Opcode::memory_init:
    return use_if(op.indices[1] != 0, Feature::multimemory);
  case Opcode::memory_copy:
    return use_if(op.indices[0] != 0 || op.indices[1] != 0, Feature::multimemory);
  default:
    return;
  }
}

} // namespace

Result<std::vector<FeatureUse>> features_used(const Module& module, FeatureSet wanted, std::uint32_t at_most)
{
  FeatureWalk walk(module, wanted, at_most);
  CW_TRY(walk.walk());
  return walk.take();
}

} // namespace cargo_wasm::wasm
