#include <support/wasm_dump.hpp>

#include <cargo_wasm/wasm/items.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {
namespace {

using namespace cargo_wasm::wasm;

void feed_block(const BlockType& block, Fnv& hash)
{
  switch (block.kind) {
  case BlockKind::empty:
    return hash.add_text("empty");
  case BlockKind::value:
    return hash.add_text(to_string(block.value));
  case BlockKind::func:
    return hash.add_number(block.type_index);
  }
}

void feed_ordering(bool acquire_release, Fnv& hash)
{
  hash.add_text(acquire_release ? "acqrel" : "seqcst");
}

void feed_memarg(const Operator& op, Fnv& hash)
{
  hash.add_number(op.memarg.alignment_log2);
  hash.add_number(info(op.opcode).alignment_log2);
  hash.add_number(op.memarg.offset);
  if (op.memarg.is_array) {
    hash.add_text("array");
  }
  hash.add_number(op.memarg.index);
  if (op.memarg.has_ordering) {
    feed_ordering(op.memarg.acquire_release, hash);
  }
}

void feed_handlers(const Operator& op, Fnv& hash)
{
  hash.add_number(op.handlers.size());
  for (const Handler& handler : op.handlers) {
    hash.add_number(handler.on_switch ? 1 : 0);
    hash.add_number(handler.tag);
    if (!handler.on_switch) {
      hash.add_number(handler.label);
    }
  }
}

void feed_catches(const Operator& op, Fnv& hash)
{
  hash.add_number(op.catches.size());
  for (const Catch& item : op.catches) {
    hash.add_number(static_cast<std::uint64_t>(item.kind));
    if (item.kind == CatchKind::one || item.kind == CatchKind::one_ref) {
      hash.add_number(item.tag);
    }
    hash.add_number(item.label);
  }
}

/// The identifier without the underscore that keeps it apart from a keyword; a `select` of other than one type has a name of its own.
std::string name_of(const Operator& op)
{
  if (op.opcode == Opcode::typed_select && op.types.size() != 1) {
    return "typed_select_multi";
  }
  std::string name = info(op.opcode).id;
  if (name.ends_with('_')) {
    name.pop_back();
  }
  return name;
}

void feed(const Operator& op, Fnv& hash)
{
  hash.add_number(op.offset);
  hash.add_text(name_of(op));
  switch (info(op.opcode).immediates) {
  case Immediates::none:
    return;
  case Immediates::block:
    return feed_block(op.block, hash);
  case Immediates::index:
  case Immediates::lane:
    return hash.add_number(op.indices[0]);
  case Immediates::index_index:
    hash.add_number(op.indices[0]);
    return hash.add_number(op.indices[1]);
  case Immediates::br_table:
    hash.add_number(op.labels.size());
    for (const std::uint32_t label : op.labels) {
      hash.add_number(label);
    }
    return hash.add_number(op.indices[0]);
  case Immediates::memarg:
  case Immediates::atomic_memarg:
  case Immediates::rmw_memarg:
    return feed_memarg(op, hash);
  case Immediates::memarg_lane:
    feed_memarg(op, hash);
    return hash.add_number(op.indices[0]);
  case Immediates::i32:
  case Immediates::i64:
  case Immediates::f32:
  case Immediates::f64:
    return hash.add_number(static_cast<std::uint64_t>(op.value));
  case Immediates::v128:
  case Immediates::lanes:
    return hash.add(op.raw);
  case Immediates::select:
    return hash.add_text(to_string(op.types));
  case Immediates::heap_type:
    return hash.add_text(to_string(op.heap));
  case Immediates::cast_branch:
    hash.add_number(op.indices[0]);
    hash.add_text(to_string(op.casts[0]));
    return hash.add_text(to_string(op.casts[1]));
  case Immediates::try_table:
    feed_block(op.block, hash);
    return feed_catches(op, hash);
  case Immediates::resume:
    hash.add_number(op.indices[0]);
    return feed_handlers(op, hash);
  case Immediates::resume_throw:
    hash.add_number(op.indices[0]);
    hash.add_number(op.indices[1]);
    return feed_handlers(op, hash);
  case Immediates::ordering:
  case Immediates::ordering_index:
  case Immediates::ordering_index_index:
    feed_ordering(op.acquire_release, hash);
    for (unsigned i = 0; i < static_cast<unsigned>(info(op.opcode).immediates) - static_cast<unsigned>(Immediates::ordering); ++i) {
      hash.add_number(op.indices[i]);
    }
    return;
  }
}

std::string sub_type(const SubType& type)
{
  std::string out = type.is_final ? "final" : "open";
  for (const std::uint32_t index : type.supertypes) {
    out += fmt::format(" super {}", index);
  }
  out += type.shared ? " shared" : "";
  out += type.describes ? fmt::format(" describes {}", *type.describes) : "";
  out += type.descriptor ? fmt::format(" descriptor {}", *type.descriptor) : "";
  switch (type.kind) {
  case CompositeKind::func:
    return out + " func " + to_string(type.func);
  case CompositeKind::cont:
    return out + fmt::format(" cont {}", type.index);
  case CompositeKind::array:
    return out + " array " + to_string(*type.fields.begin());
  case CompositeKind::struct_:
    break;
  }
  std::string fields;
  for (const FieldType& field : type.fields) {
    fields += (fields.empty() ? "" : ", ") + to_string(field);
  }
  return out + " struct {" + fields + "}";
}

class CoreDump
{
public:
  CoreDump(const Source& source, DumpSink& out) : m_source(source), m_out(out) {}

  Failure section(const Payload& payload)
  {
    switch (payload.kind) {
    case PayloadKind::type:
      return each<RecGroup>(payload, [&](const RecGroup& group) { dump_rec_group(group, m_out); });
    case PayloadKind::import:
      return imports(payload);
    case PayloadKind::function:
      return each<std::uint32_t>(payload, [&](std::uint32_t type) { line("function {}", type); });
    case PayloadKind::table:
      return each<Table>(payload,
                         [&](const Table& item) { line("table {} {}", to_string(item.type), item.init ? expression(*item.init) : "-"); });
    case PayloadKind::memory:
      return each<MemoryType>(payload, [&](const MemoryType& item) { line("memory {}", to_string(item)); });
    case PayloadKind::tag:
      return each<TagType>(payload, [&](const TagType& item) { line("tag {}", item.type_index); });
    case PayloadKind::global:
      return each<Global>(payload, [&](const Global& item) { line("global {} {}", to_string(item.type), expression(item.init)); });
    case PayloadKind::export_:
      return each<Export>(payload, [&](const Export& item) { line("export {} {} {}", item.name, to_string(item.kind), item.index); });
    case PayloadKind::start:
      line("start {}", payload.count);
      return {};
    case PayloadKind::element:
      return each<Element>(payload, [&](const Element& item) { element(item); });
    case PayloadKind::data_count:
      line("data count {}", payload.count);
      return {};
    case PayloadKind::data:
      return each<Data>(payload, [&](const Data& item) { data(item); });
    case PayloadKind::code:
      line("code {}", payload.count);
      return {};
    case PayloadKind::code_body:
      return body(FunctionBody(payload.content));
    default:
      return {};
    }
  }

private:
  template <class... Arguments> void line(fmt::format_string<Arguments...> format, Arguments&&... arguments)
  {
    m_out.line(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  template <class T, class Action> Failure each(const Payload& payload, Action action)
  {
    SectionReader<T> reader(m_source, payload.content, payload.count, wasm::name_of(payload.kind));
    for (T item{}; reader.next(item);) {
      action(item);
    }
    return reader.failure();
  }

  /// Number and digest of the instructions; what is wrong with them goes to `failure`.
  std::string instructions(Cursor code, Failure& failure)
  {
    Fnv hash;
    std::uint64_t count = 0;
    OperatorReader reader(code, m_frames);
    while (reader.next(m_operator)) {
      feed(m_operator, hash);
      ++count;
    }
    reader.finish();
    failure = reader.failure();
    return fmt::format("{} {:016x}", count, hash.value());
  }

  std::string expression(const ConstExpr& expr)
  {
    Failure none;
    std::string text = instructions(expr.code, none);
    return fmt::format("[{} {} {}]", expr.code.offset(), expr.code.end_offset(), text);
  }

  Failure imports(const Payload& payload)
  {
    Failure inner;
    SectionReader<ImportGroup> reader(m_source, payload.content, payload.count, "import section");
    for (ImportGroup group; !inner && reader.next(group);) {
      constexpr const char* k_forms[] = {"single", "compact names and types", "compact names"};
      line("imports {}", k_forms[static_cast<std::size_t>(group.form())]);
      for (Import item; group.next(item);) {
        line("import {} {} {} {}", item.offset, item.module, item.name, to_string(item.type));
      }
      inner = group.failure();
    }
    return inner ? inner : reader.failure();
  }

  void element(const Element& item)
  {
    switch (item.mode) {
    case SegmentMode::passive:
      line("element passive {} {}", item.begin, item.end);
      break;
    case SegmentMode::declared:
      line("element declared {} {}", item.begin, item.end);
      break;
    case SegmentMode::active:
      line("element active {} {} {} {}",
           item.table_index ? std::to_string(*item.table_index) : "-",
           expression(item.offset),
           item.begin,
           item.end);
      break;
    }
    if (item.has_expressions) {
      line("expressions {}", to_string(item.type));
      for (const ConstExpr& expr : item.expressions) {
        m_out.line(expression(expr));
      }
      return;
    }
    std::string all = "functions";
    for (const std::uint32_t index : item.functions) {
      all += fmt::format(" {}", index);
    }
    m_out.line(all);
  }

  void data(const Data& item)
  {
    const std::string place =
        item.mode == SegmentMode::passive ? "passive" : fmt::format("active {} {}", item.memory_index, expression(item.offset));
    line("data {} {} {} {}", place, item.begin, item.end, item.end - item.bytes.size());
  }

  Failure body(const FunctionBody& item)
  {
    std::string text;
    FunctionBody::Locals groups = item.locals();
    for (LocalGroup group; groups.next(group);) {
      text += fmt::format(" {} {}", group.count, to_string(group.type));
    }
    if (groups.failure()) {
      return groups.failure();
    }
    Failure failure;
    const std::string digest = instructions(groups.code(), failure);
    if (!failure) {
      line("body {} {}{} {}", item.begin(), item.end(), text, digest);
    }
    return failure;
  }

  const Source& m_source;
  DumpSink& m_out;
  FrameStack m_frames;
  Operator m_operator;
};

} // namespace

void dump_rec_group(const RecGroup& group, DumpSink& out)
{
  out.line(fmt::format("rec {} {}", group.is_explicit ? "explicit" : "implicit", group.types.size()));
  for (const SubType& type : group.types) {
    out.line("type " + sub_type(type));
  }
}

Failure dump_wasm(const Source& source, DumpSink& out)
{
  Parser parser(source);
  CoreDump core(source, out);
  for (Payload payload; parser.next(payload);) {
    if (payload.is_section()) {
      out.line(fmt::format("section {} {} {}", payload.id, payload.begin, payload.end));
    }
    switch (payload.kind) {
    case PayloadKind::header:
      out.line(fmt::format(
          "version {} {} {} {}", payload.count, payload.encoding == Encoding::module ? "Module" : "Component", payload.begin, payload.end));
      break;
    case PayloadKind::custom:
      dump_custom_section(source, payload, out);
      break;
    case PayloadKind::unknown:
      break;
    case PayloadKind::end:
      out.line(fmt::format("end {}", payload.begin));
      break;
    default:
      parser.fail(payload.encoding == Encoding::module ? core.section(payload) : dump_component_section(source, payload, out));
    }
  }
  return parser.failure();
}

} // namespace cargo_wasm::test
