#include <cargo_wasm/wasm/parser.hpp>

#include <algorithm>

namespace cargo_wasm::wasm {
namespace {

constexpr std::string_view k_magic("\0asm", 4);
constexpr std::uint32_t k_module_version = 0x0000'0001;
constexpr std::uint32_t k_component_version = 0x0001'000d;
constexpr std::uint32_t k_max_nested_bytes = 1U << 30U;

/// What a section of a module must come after: its place in the one order that is allowed.
struct ModuleSection
{
  PayloadKind kind;
  std::uint8_t order; ///< 0: anywhere
};

ModuleSection module_section(std::uint8_t id)
{
  switch (id) {
  case 0:
    return {PayloadKind::custom, 0};
  case 1:
    return {PayloadKind::type, 1};
  case 2:
    return {PayloadKind::import, 2};
  case 3:
    return {PayloadKind::function, 3};
  case 4:
    return {PayloadKind::table, 4};
  case 5:
    return {PayloadKind::memory, 5};
  case 13:
    return {PayloadKind::tag, 6};
  case 6:
    return {PayloadKind::global, 7};
  case 7:
    return {PayloadKind::export_, 8};
  case 8:
    return {PayloadKind::start, 9};
  case 9:
    return {PayloadKind::element, 10};
  case 12:
    return {PayloadKind::data_count, 11};
  case 10:
    return {PayloadKind::code, 12};
  case 11:
    return {PayloadKind::data, 13};
  default:
    return {PayloadKind::unknown, 0};
  }
}

PayloadKind component_section(std::uint8_t id)
{
  constexpr PayloadKind k_kinds[] = {PayloadKind::custom,
                                     PayloadKind::core_module,
                                     PayloadKind::core_instance,
                                     PayloadKind::core_type,
                                     PayloadKind::component,
                                     PayloadKind::component_instance,
                                     PayloadKind::alias,
                                     PayloadKind::component_type,
                                     PayloadKind::canonical,
                                     PayloadKind::component_start,
                                     PayloadKind::component_import,
                                     PayloadKind::component_export};
  return id < std::size(k_kinds) ? k_kinds[id] : PayloadKind::unknown;
}

} // namespace

const char* name_of(PayloadKind kind)
{
  constexpr const char* k_names[] = {"header",
                                     "type section",
                                     "import section",
                                     "function section",
                                     "table section",
                                     "memory section",
                                     "tag section",
                                     "global section",
                                     "export section",
                                     "start section",
                                     "element section",
                                     "data count section",
                                     "code section",
                                     "code section",
                                     "data section",
                                     "core module section",
                                     "core instance section",
                                     "core type section",
                                     "component section",
                                     "instance section",
                                     "alias section",
                                     "component type section",
                                     "canonical function section",
                                     "component start section",
                                     "component import section",
                                     "component export section",
                                     "custom section",
                                     "unknown section",
                                     "end"};
  return k_names[static_cast<std::size_t>(kind)];
}

Parser::Parser(Source source) : m_source(std::move(source)), m_cursor(m_source)
{
  Level level;
  level.end = m_cursor.end_offset();
  m_levels.push_back(level);
}

void Parser::move_to(std::uint64_t offset)
{
  const std::uint64_t file_end = static_cast<std::uint64_t>(m_source.bytes.data() - m_source.file.data()) + m_source.bytes.size();
  const std::uint64_t end = std::min(m_levels.back().end, file_end);
  m_cursor = Cursor(m_source.file.substr(offset, end - offset), m_source.file);
}

bool Parser::next(Payload& payload)
{
  if (m_done || m_cursor.failed()) {
    return false;
  }
  payload = Payload{};
  payload.depth = m_levels.size() - 1;
  Level& level = m_levels.back();
  bool good = false;
  if (!level.header_read) {
    good = read_header(level, payload);
  } else if (level.in_code && (level.bodies_left != 0 || level.code_bytes_left != 0)) {
    good = read_body(level, payload);
  } else {
    level.in_code = false;
    good = m_cursor.at_end() ? read_end(level, payload) : read_section(level, payload);
  }
  return good && !m_cursor.failed();
}

bool Parser::read_header(Level& level, Payload& payload)
{
  const std::uint64_t begin = m_cursor.offset();
  const std::string_view magic = m_cursor.bytes(4, "the first bytes of a wasm file");
  if (m_cursor.failed()) {
    return false;
  }
  if (magic != k_magic) {
    m_cursor.fail(Fault::header, begin, "`\\0asm`", 0, "other bytes");
    return false;
  }
  const std::uint32_t version = m_cursor.fixed32("the version of a wasm file");
  if (m_cursor.failed()) {
    return false;
  }
  if (version != k_module_version && version != k_component_version) {
    m_cursor.fail(Fault::header, begin + 4, "version 1 of a module or version 13 of a component", version, "another version");
    return false;
  }
  const Encoding encoding = version == k_module_version ? Encoding::module : Encoding::component;
  if (level.is_nested && encoding != level.encoding) {
    m_cursor.fail(Fault::header,
                  begin,
                  level.encoding == Encoding::module ? "the header of a module" : "the header of a component",
                  0,
                  "the other one");
    return false;
  }
  level.encoding = encoding;
  level.header_read = true;
  payload.kind = PayloadKind::header;
  payload.encoding = encoding;
  payload.begin = begin;
  payload.end = m_cursor.offset();
  payload.count = version & 0xffffU;
  return true;
}

bool Parser::read_end(Level& level, Payload& payload)
{
  const std::uint64_t offset = m_cursor.offset();
  if (level.is_nested && offset < level.end) {
    m_cursor.fail(Fault::ended, offset, "the rest of a nested module or component");
    return false;
  }
  check_counts(level, offset);
  check_data_count(level, offset);
  payload.kind = PayloadKind::end;
  payload.begin = payload.end = offset;
  payload.encoding = level.encoding;
  if (m_cursor.failed()) {
    return false;
  }
  if (m_levels.size() == 1) {
    m_done = true;
  } else {
    m_levels.pop_back();
    move_to(offset);
  }
  return true;
}

bool Parser::read_section(Level& level, Payload& payload)
{
  m_last = PayloadKind::header;
  const std::uint64_t begin = m_cursor.offset();
  if (m_cursor.rest().starts_with(k_magic)) {
    m_cursor.fail(Fault::structure, begin, "a section", 0, "the header of a wasm file");
    return false;
  }
  payload.id = m_cursor.u8("a section number");
  if (payload.id >= 0x80) {
    m_cursor.fail(Fault::byte, begin, "a section number below 128", payload.id);
    return false;
  }
  const std::uint64_t size_offset = m_cursor.offset();
  const std::uint32_t size = m_cursor.u32("the size of a section");
  if (m_cursor.failed()) {
    return false;
  }
  payload.encoding = level.encoding;
  payload.begin = m_cursor.offset();
  payload.end = payload.begin + size;
  if (level.is_nested && payload.end > level.end) {
    m_cursor.fail(Fault::limit, size_offset, "a section that ends with what it is nested in", size);
    return false;
  }
  return level.encoding == Encoding::module ? read_module_section(level, payload) : read_component_section(level, payload, size_offset);
}

bool Parser::read_module_section(Level& level, Payload& payload)
{
  const ModuleSection section = module_section(payload.id);
  m_last = section.kind;
  if (section.order != 0) {
    if (section.order <= level.order) {
      m_cursor.fail(Fault::structure, payload.begin, "sections in their order, each once", 0, name_of(section.kind));
      return false;
    }
    level.order = section.order;
  }
  switch (section.kind) {
  case PayloadKind::custom:
    return read_custom(payload);
  case PayloadKind::unknown:
    take_content(PayloadKind::unknown, payload);
    return true;
  case PayloadKind::code:
    return read_code(level, payload);
  case PayloadKind::start:
    return read_single(section.kind, payload);
  case PayloadKind::data_count:
    if (!read_single(section.kind, payload)) {
      return false;
    }
    level.data_count = payload.count;
    return true;
  case PayloadKind::function:
    if (!read_counted(section.kind, payload)) {
      return false;
    }
    level.functions = payload.count;
    return true;
  case PayloadKind::data:
    if (!read_counted(section.kind, payload)) {
      return false;
    }
    level.data = payload.count;
    check_data_count(level, m_cursor.offset());
    return true;
  default:
    return read_counted(section.kind, payload);
  }
}

bool Parser::read_component_section(Level& level, Payload& payload, std::uint64_t size_offset)
{
  const PayloadKind kind = component_section(payload.id);
  m_last = kind;
  switch (kind) {
  case PayloadKind::custom:
    return read_custom(payload);
  case PayloadKind::unknown:
    take_content(PayloadKind::unknown, payload);
    return true;
  case PayloadKind::core_module:
  case PayloadKind::component:
    return enter(kind, payload, size_offset);
  case PayloadKind::component_start: {
    if (level.start_seen) {
      m_cursor.fail(Fault::structure, payload.begin, "one start function", 0, "a second one");
      return false;
    }
    level.start_seen = true;
    take_content(kind, payload);
    return true;
  }
  default:
    return read_counted(kind, payload);
  }
}

bool Parser::take_content(PayloadKind kind, Payload& payload)
{
  payload.kind = kind;
  payload.content = Cursor(m_cursor.bytes(payload.end - payload.begin, "the bytes of a section"), m_source.file);
  return !m_cursor.failed();
}

bool Parser::read_counted(PayloadKind kind, Payload& payload)
{
  if (!take_content(kind, payload)) {
    return false;
  }
  payload.count = payload.content.u32("a count of entries");
  m_cursor.fail(payload.content.failure());
  return !m_cursor.failed();
}

bool Parser::read_single(PayloadKind kind, Payload& payload)
{
  if (!take_content(kind, payload)) {
    return false;
  }
  payload.count = payload.content.u32("an index");
  if (!payload.content.at_end()) {
    payload.content.fail(Fault::excess, payload.content.offset(), "the end of the section after one number", payload.content.remaining());
  }
  m_cursor.fail(payload.content.failure());
  return !m_cursor.failed();
}

bool Parser::read_custom(Payload& payload)
{
  if (!take_content(PayloadKind::custom, payload)) {
    return false;
  }
  payload.name = payload.content.name("the name of a custom section");
  m_cursor.fail(payload.content.failure());
  return !m_cursor.failed();
}

bool Parser::read_code(Level& level, Payload& payload)
{
  // The count and the bodies are read up to the end of the file; only then is their length compared with the section's.
  payload.kind = PayloadKind::code;
  payload.count = m_cursor.u32("a count of function bodies");
  if (m_cursor.failed()) {
    return false;
  }
  payload.content = m_cursor;
  if (m_cursor.offset() > payload.end) {
    m_cursor.fail(Fault::ended, payload.begin, "a count of function bodies within the section");
    return false;
  }
  level.bodies = payload.count;
  check_counts(level, payload.begin);
  level.in_code = true;
  level.bodies_left = payload.count;
  level.code_bytes_left = static_cast<std::uint32_t>(payload.end - m_cursor.offset());
  return !m_cursor.failed();
}

bool Parser::read_body(Level& level, Payload& payload)
{
  const std::uint64_t begin = m_cursor.offset();
  if (level.bodies_left == 0) {
    m_cursor.fail(Fault::excess, begin, "the end of the code section after its last body", level.code_bytes_left);
    return false;
  }
  payload.content = m_cursor.sized("a function body");
  if (m_cursor.failed()) {
    return false;
  }
  const std::uint64_t size = m_cursor.offset() - begin;
  if (size > level.code_bytes_left) {
    m_cursor.fail(Fault::ended, begin, "a function body within the code section");
    return false;
  }
  --level.bodies_left;
  level.code_bytes_left -= static_cast<std::uint32_t>(size);
  payload.kind = PayloadKind::code_body;
  payload.begin = payload.content.offset();
  payload.end = payload.content.end_offset();
  return true;
}

void Parser::skip_bodies()
{
  Level& level = m_levels.back();
  if (level.in_code && !m_cursor.failed()) {
    m_cursor.bytes(level.code_bytes_left, "the bytes of the code section");
    level.in_code = false;
  }
}

bool Parser::enter(PayloadKind kind, Payload& payload, std::uint64_t size_offset)
{
  if (payload.end - payload.begin > k_max_nested_bytes) {
    m_cursor.fail(Fault::limit, size_offset, "at most 1 GiB in a nested module or component", payload.end - payload.begin);
    return false;
  }
  if (m_levels.size() > k_max_nesting) {
    m_cursor.fail(Fault::limit, size_offset, "at most 1000 components within one another", m_levels.size());
    return false;
  }
  payload.kind = kind;
  Level nested;
  nested.end = payload.end;
  nested.is_nested = true;
  nested.encoding = kind == PayloadKind::core_module ? Encoding::module : Encoding::component;
  m_levels.push_back(nested);
  move_to(payload.begin);
  payload.content = m_cursor;
  return true;
}

std::string_view Parser::skip_nested()
{
  const Level level = m_levels.back();
  if (!level.is_nested || level.header_read || m_cursor.failed()) {
    return {};
  }
  const std::string_view bytes = m_cursor.bytes(level.end - m_cursor.offset(), "a nested module or component");
  if (!m_cursor.failed()) {
    m_levels.pop_back();
    move_to(level.end);
  }
  return bytes;
}

void Parser::check_counts(const Level& level, std::uint64_t offset)
{
  const std::uint32_t functions = level.functions.value_or(0);
  const std::uint32_t bodies = level.bodies.value_or(0);
  if (functions != bodies) {
    m_cursor.fail(Fault::structure, offset, "a body for each function, and a function for each body", 0, "different numbers of them");
  }
}

void Parser::check_data_count(const Level& level, std::uint64_t offset)
{
  if (level.data_count && *level.data_count != level.data.value_or(0)) {
    m_cursor.fail(Fault::structure, offset, "as many data segments as were announced", 0, "another number of them");
  }
}

Result<> Parser::finish() const
{
  if (!m_cursor.failed()) {
    return {};
  }
  return base::fail(to_error(m_cursor.failure(), m_source, name_of(m_last)));
}

} // namespace cargo_wasm::wasm
