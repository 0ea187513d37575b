// A forward-only reader of one JSON text, for inputs whose shape is known. The caller drives: it asks for the member names it
// cares about and skips the rest, so nothing is built that nobody reads. The first fault sticks; afterwards every call
// returns false, so a reader checks once, at the end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::registry_protocol {

class JsonCursor
{
public:
  explicit JsonCursor(std::string_view text) : m_text(text) {}

  /// Steps over '{' ('['). False with no fault set never happens: anything else is a fault.
  bool enter_object() { return expect('{', "expected an object"); }
  bool enter_array() { return expect('[', "expected an array"); }

  /// The next member's name, or false at the end of the object (which is consumed) or on a fault.
  /// `first` starts true and is kept by the caller. The view is valid until the next call.
  bool next_member(bool& first, std::string_view& name);
  /// Whether another element follows; false consumes the ']'.
  bool next_element(bool& first);

  /// True and consumed when the next value is `null`.
  bool take_null();
  bool read_string(std::string& out);
  /// The characters between the quotes when the string has no escapes, else its decoded form in `scratch`.
  bool read_string_view(std::string_view& out, std::string& scratch);
  bool read_bool(bool& out);
  bool read_u32(std::uint32_t& out);
  bool read_u64(std::uint64_t& out);
  /// Any value; nesting deeper than 128 is a fault. `raw` (may be null) receives its bytes.
  bool skip_value(std::string_view* raw = nullptr);
  /// Nothing but white space is left.
  bool at_end();

  [[nodiscard]] bool failed() const { return m_fault != nullptr; }
  [[nodiscard]] const char* fault() const { return m_fault; }
  [[nodiscard]] std::size_t offset() const { return m_position; } ///< bytes from the start; of the fault once failed
  bool fail(const char* what);

private:
  void skip_space();
  bool expect(char c, const char* what);
  bool skip_string();
  bool skip_literal();
  bool decode_escape(std::string& out);
  bool read_hex4(std::uint32_t& out);

  std::string_view m_text;
  std::size_t m_position = 0;
  const char* m_fault = nullptr;
  std::string m_name_scratch;
};

} // namespace cargo_wasm::registry_protocol
