// A module or component, payload by payload, in the order of its bytes: headers, sections, the bodies of the code section, and what is
// nested in components. Every other reader of this module stands on it.
//
// It checks what wasmparser's `Parser` checks, at the same offsets: order of sections, their lengths, that functions and bodies, and data
// and their announced count, agree. It does not look into sections: their readers do. A section of a number that nobody knows is passed on.
#pragma once
#include <cargo_wasm/wasm/list.hpp>

#include <optional>
#include <vector>

namespace cargo_wasm::wasm {

/// Components within components; nobody writes more than a handful. wasmparser's parser has no limit, its validator has one of 1000 for all
/// that is nested.
constexpr std::size_t k_max_nesting = 1000;

enum class Encoding : std::uint8_t { module, component };

enum class PayloadKind : std::uint8_t {
  header,
  // of modules
  type,
  import,
  function,
  table,
  memory,
  tag,
  global,
  export_,
  start,
  element,
  data_count,
  code,      ///< the beginning of the section
  code_body, ///< one function; not a section
  data,
  // of components
  core_module, ///< the payloads of the module follow, up to its `end`
  core_instance,
  core_type,
  component, ///< as core_module
  component_instance,
  alias,
  component_type,
  canonical,
  component_start,
  component_import,
  component_export,
  // of both
  custom,
  unknown,
  end,
};

/// "import section"
[[nodiscard]] const char* name_of(PayloadKind kind);

struct Payload
{
  PayloadKind kind = PayloadKind::end;
  std::uint8_t id = 0; ///< of sections
  Encoding encoding = Encoding::module;
  std::uint64_t begin = 0; ///< content of the section, without its header, in the file
  std::uint64_t end = 0;   ///< of `code`, core_module and component it was not compared with the file yet
  std::uint32_t count = 0; ///< entries; of `start` the function, of data_count the segments
  std::string_view name;   ///< of custom sections
  Cursor content;          ///< behind the count, or the name; of code_body the body
  std::size_t depth = 0;   ///< 0: of the file itself

  [[nodiscard]] bool is_section() const noexcept
  {
    return kind != PayloadKind::header && kind != PayloadKind::code_body && kind != PayloadKind::end;
  }
};

class Parser
{
public:
  explicit Parser(Source source);

  /// The next payload; false behind the last, or when something is wrong: `failure` tells. Cost: O(1), for a custom section O(its name).
  bool next(Payload& payload);
  /// Passes over the bodies. To be called when `next` gave `code`. The section must then lie within the file.
  void skip_bodies();
  /// Passes over what is nested. To be called when `next` gave core_module or component; its bytes, which must lie within the file.
  std::string_view skip_nested();
  /// For failures that only the caller can see; `next` is then false.
  void fail(const Failure& failure) { m_cursor.fail(failure); }

  [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }
  [[nodiscard]] const Source& source() const noexcept { return m_source; }
  /// The error, if there was one; its place is the section that was read last.
  [[nodiscard]] Result<> finish() const;

private:
  struct Level
  {
    std::uint64_t end = 0;                ///< of the nested module or component; of the file's own level the end of the bytes
    Encoding encoding = Encoding::module; ///< of a nested one: what it must be, even before its header is read
    bool is_nested = false;
    bool header_read = false;
    bool start_seen = false;
    bool in_code = false;
    std::uint8_t order = 0;
    std::uint32_t bodies_left = 0;
    std::uint32_t code_bytes_left = 0;
    std::optional<std::uint32_t> functions, bodies, data, data_count;
  };

  bool read_header(Level& level, Payload& payload);
  bool read_body(Level& level, Payload& payload);
  bool read_section(Level& level, Payload& payload);
  bool read_module_section(Level& level, Payload& payload);
  bool read_code(Level& level, Payload& payload);
  bool read_custom(Payload& payload);
  bool read_component_section(Level& level, Payload& payload, std::uint64_t size_offset);
  bool take_content(PayloadKind kind, Payload& payload);
  bool read_counted(PayloadKind kind, Payload& payload);
  bool read_single(PayloadKind kind, Payload& payload);
  bool enter(PayloadKind kind, Payload& payload, std::uint64_t size_offset);
  bool read_end(Level& level, Payload& payload);
  void check_counts(const Level& level, std::uint64_t offset);
  void check_data_count(const Level& level, std::uint64_t offset);
  void move_to(std::uint64_t offset);

  Source m_source;
  Cursor m_cursor; ///< up to the end of the innermost level, or of the file where that comes first
  std::vector<Level> m_levels;
  PayloadKind m_last = PayloadKind::header;
  bool m_done = false;
};

} // namespace cargo_wasm::wasm
