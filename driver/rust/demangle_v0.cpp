#include "demangle_v0.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "characters.hpp"
#include "punycode.hpp"
#include "v0_basic_types.hpp"

namespace cargo_wasm::rust {

namespace {

constexpr std::size_t k_longest = 4096; ///< bytes of the result
constexpr int k_deepest = 200;

constexpr bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

class Demangler
{
public:
  explicit Demangler(std::string_view text) : m_text(text) {}

  std::optional<std::string> run()
  {
    path(true);
    if (m_failed) {
      return std::nullopt;
    }
    return std::move(m_out);
  }

private:
  [[nodiscard]] bool at(char c) const { return m_at < m_text.size() && m_text[m_at] == c; }
  bool eat(char c)
  {
    if (!at(c)) {
      return false;
    }
    ++m_at;
    return true;
  }
  char next()
  {
    if (m_at == m_text.size()) {
      m_failed = true;
      return '\0';
    }
    return m_text[m_at++];
  }
  void print(std::string_view text)
  {
    if (m_silent == 0) {
      m_out += text;
    }
    if (m_out.size() > k_longest) {
      m_failed = true;
    }
  }

  /// "_" is 0, "0_" is 1, …
  std::uint64_t base62()
  {
    if (eat('_')) {
      return 0;
    }
    std::uint64_t value = 0;
    while (!m_failed) {
      const char c = next();
      if (c == '_') {
        return value + 1;
      }
      std::uint64_t digit = 0;
      if (is_digit(c)) {
        digit = static_cast<std::uint64_t>(c - '0');
      } else if (c >= 'a' && c <= 'z') {
        digit = static_cast<std::uint64_t>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'Z') {
        digit = static_cast<std::uint64_t>(c - 'A') + 36;
      } else {
        m_failed = true;
      }
      if (value > (UINT64_MAX - digit) / 62 - 1) {
        m_failed = true;
      }
      value = value * 62 + digit;
    }
    return 0;
  }
  /// After `tag`: base62 and one; 0 without it.
  std::uint64_t optional_base62(char tag) { return eat(tag) ? base62() + 1 : 0; }

  struct Identifier
  {
    std::string text;
    std::uint64_t disambiguator = 0;
  };
  Identifier identifier()
  {
    Identifier result;
    result.disambiguator = optional_base62('s');
    result.text = undisambiguated();
    return result;
  }
  std::string undisambiguated()
  {
    const bool is_punycode = eat('u');
    std::size_t length = 0;
    if (m_at == m_text.size() || !is_digit(m_text[m_at])) {
      m_failed = true;
      return {};
    }
    if (!eat('0')) {
      while (m_at < m_text.size() && is_digit(m_text[m_at])) {
        length = length * 10 + static_cast<std::size_t>(m_text[m_at++] - '0');
        if (length > m_text.size()) {
          m_failed = true;
          return {};
        }
      }
    }
    eat('_');
    if (length > m_text.size() - m_at) {
      m_failed = true;
      return {};
    }
    const std::string_view bytes = m_text.substr(m_at, length);
    m_at += length;
    if (!is_punycode) {
      return std::string(bytes);
    }
    auto decoded = decode_punycode(bytes);
    m_failed = m_failed || !decoded;
    return decoded.value_or(std::string());
  }

  /// Reads what stands earlier in the symbol, once more.
  template <class Read> void backref(Read read)
  {
    const std::size_t from = m_at - 1;
    const std::uint64_t target = base62();
    if (m_failed || target >= from) {
      m_failed = true;
      return;
    }
    if (m_silent != 0) {
      return; // it was read before, and nothing is printed
    }
    const std::size_t resume = m_at;
    m_at = static_cast<std::size_t>(target);
    read();
    m_at = resume;
  }

  class Depth
  {
  public:
    explicit Depth(Demangler& owner) : m_owner(owner) { m_owner.m_failed = ++m_owner.m_depth > k_deepest || m_owner.m_failed; }
    ~Depth() { --m_owner.m_depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

  private:
    Demangler& m_owner;
  };

  /// @param in_value  generic arguments are written `::<…>`
  void path(bool in_value)
  {
    const Depth depth(*this);
    if (m_failed) {
      return;
    }
    switch (next()) {
    case 'C':
      print(identifier().text);
      return;
    case 'M':
      impl_path();
      print("<");
      type();
      print(">");
      return;
    case 'X':
      impl_path();
      return qualified();
    case 'Y':
      return qualified();
    case 'N':
      return nested(in_value);
    case 'I':
      path(in_value);
      print(in_value ? "::<" : "<");
      list([&] { generic_argument(); });
      print(">");
      return;
    case 'B':
      return backref([&] { path(in_value); });
    default:
      m_failed = true;
    }
  }
  /// The module of an impl block, which nobody wants to see.
  void impl_path()
  {
    optional_base62('s');
    ++m_silent;
    path(false);
    --m_silent;
  }
  void qualified()
  {
    print("<");
    type();
    print(" as ");
    path(false);
    print(">");
  }
  void nested(bool in_value)
  {
    const char space = next();
    path(in_value);
    const Identifier name = identifier();
    if (space >= 'A' && space <= 'Z') {
      const std::string kind = space == 'C' ? "closure" : space == 'S' ? "shim" : std::string(1, space);
      print(name.text.empty() ? fmt::format("::{{{}#{}}}", kind, name.disambiguator)
                              : fmt::format("::{{{}:{}#{}}}", kind, name.text, name.disambiguator));
    } else if (!name.text.empty()) {
      print("::");
      print(name.text);
    }
  }

  /// Until `E`, with commas.
  template <class Read> std::size_t list(Read read)
  {
    std::size_t count = 0;
    while (!m_failed && !eat('E')) {
      if (count++ != 0) {
        print(", ");
      }
      read();
    }
    return count;
  }

  void generic_argument()
  {
    if (eat('L')) {
      lifetime(base62());
    } else if (eat('K')) {
      constant(false);
    } else {
      type();
    }
  }

  void lifetime(std::uint64_t index)
  {
    if (index == 0) {
      print("'_");
    } else if (index > m_bound) {
      m_failed = true;
    } else {
      const std::uint64_t number = m_bound - index;
      print(number < 26 ? fmt::format("'{}", static_cast<char>('a' + number)) : fmt::format("'_{}", number));
    }
  }

  /// `for<'a, 'b> ` around what is read.
  template <class Read> void binder(Read read)
  {
    const std::uint64_t count = optional_base62('G');
    if (count > 64) {
      m_failed = true;
      return;
    }
    if (count != 0) {
      print("for<");
      for (std::uint64_t i = 0; i < count; ++i) {
        print(i == 0 ? "" : ", ");
        ++m_bound;
        lifetime(1);
      }
      print("> ");
    }
    read();
    m_bound -= count;
  }

  void type()
  {
    const Depth depth(*this);
    if (m_failed) {
      return;
    }
    const char tag = next();
    if (const char* const basic = basic_type(tag)) {
      print(basic);
      return;
    }
    switch (tag) {
    case 'R':
    case 'Q':
      print("&");
      if (eat('L')) {
        if (const std::uint64_t index = base62(); index != 0) {
          lifetime(index);
          print(" ");
        }
      }
      print(tag == 'Q' ? "mut " : "");
      return type();
    case 'P':
      print("*const ");
      return type();
    case 'O':
      print("*mut ");
      return type();
    case 'A':
      print("[");
      type();
      print("; ");
      constant(true);
      print("]");
      return;
    case 'S':
      print("[");
      type();
      print("]");
      return;
    case 'T': {
      print("(");
      const std::size_t count = list([&] { type(); });
      print(count == 1 ? ",)" : ")");
      return;
    }
    case 'F':
      return binder([&] { function_type(); });
    case 'D':
      print("dyn ");
      binder([&] { dyn_bounds(); });
      if (!eat('L')) {
        m_failed = true;
      } else if (const std::uint64_t index = base62(); index != 0) {
        print(" + ");
        lifetime(index);
      }
      return;
    case 'B':
      return backref([&] { type(); });
    default:
      --m_at;
      return path(false);
    }
  }

  void function_type()
  {
    print(eat('U') ? "unsafe " : "");
    if (eat('K')) {
      std::string abi = eat('C') ? "C" : undisambiguated();
      for (char& c : abi) {
        c = c == '_' ? '-' : c;
      }
      print(fmt::format("extern \"{}\" ", abi));
    }
    print("fn(");
    list([&] { type(); });
    print(")");
    if (!eat('u')) {
      print(" -> ");
      type();
    }
  }

  void dyn_bounds()
  {
    bool is_first = true;
    while (!m_failed && !eat('E')) {
      print(is_first ? "" : " + ");
      is_first = false;
      bool is_open = dyn_trait();
      while (eat('p')) {
        print(is_open ? ", " : "<");
        is_open = true;
        print(undisambiguated());
        print(" = ");
        type();
      }
      print(is_open ? ">" : "");
    }
  }
  /// A trait whose generic arguments, if any, are left open for associated types.
  bool dyn_trait()
  {
    const Depth depth(*this);
    bool is_open = false;
    if (m_failed) {
      return false;
    }
    if (eat('B')) {
      backref([&] { is_open = dyn_trait(); });
    } else if (eat('I')) {
      path(false);
      print("<");
      list([&] { generic_argument(); });
      is_open = true;
    } else {
      path(false);
    }
    return is_open;
  }

  /// The digits of a number, without leading zeros.
  std::string_view hex()
  {
    const std::size_t begin = m_at;
    while (m_at < m_text.size() && (is_digit(m_text[m_at]) || (m_text[m_at] >= 'a' && m_text[m_at] <= 'f'))) {
      ++m_at;
    }
    std::string_view digits = m_text.substr(begin, m_at - begin);
    if (!eat('_')) {
      m_failed = true;
    }
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  }
  static std::optional<std::uint64_t> number(std::string_view digits)
  {
    if (digits.size() > 16) {
      return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : digits) {
      value = value * 16 + static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
  }

  /// @param bare  where only a constant can stand no braces are needed
  void constant(bool bare)
  {
    const Depth depth(*this);
    if (m_failed) {
      return;
    }
    const char tag = next();
    switch (tag) {
    case 'p':
      print("_");
      return;
    case 'B':
      return backref([&] { constant(bare); });
    case 'b': {
      const auto value = number(hex());
      m_failed = m_failed || !value || *value > 1;
      print(value == 1 ? "true" : "false");
      return;
    }
    case 'c': {
      const auto value = number(hex());
      if (!value || *value > 0x10'FFFF) {
        m_failed = true;
        return;
      }
      std::string text;
      append_utf8(text, static_cast<char32_t>(*value));
      print("'" + text + "'");
      return;
    }
    case 'a':
    case 's':
    case 'l':
    case 'x':
    case 'n':
    case 'i':
      print(eat('n') ? "-" : "");
      [[fallthrough]];
    case 'h':
    case 't':
    case 'm':
    case 'y':
    case 'o':
    case 'j': {
      const std::string_view digits = hex();
      const auto value = number(digits);
      print(value ? std::to_string(*value) : fmt::format("0x{}", digits));
      return;
    }
    default:
      return structured_constant(tag, bare);
    }
  }
  /// References, arrays, tuples and structs as constants (adt_const_params).
  void structured_constant(char tag, bool bare)
  {
    print(bare ? "" : "{");
    switch (tag) {
    case 'e': {
      const std::string_view digits = hex_of_text();
      std::string text;
      for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        text += static_cast<char>(number(digits.substr(i, 2)).value_or('?'));
      }
      print(fmt::format("*\"{}\"", text));
      break;
    }
    case 'R':
    case 'Q':
      print(tag == 'R' ? "&" : "&mut ");
      constant(true);
      break;
    case 'A':
      print("[");
      list([&] { constant(true); });
      print("]");
      break;
    case 'T': {
      print("(");
      const std::size_t count = list([&] { constant(true); });
      print(count == 1 ? ",)" : ")");
      break;
    }
    case 'V':
      path(true);
      switch (next()) {
      case 'U':
        break;
      case 'T':
        print("(");
        list([&] { constant(true); });
        print(")");
        break;
      case 'S':
        print(" { ");
        list([&] {
          print(identifier().text);
          print(": ");
          constant(true);
        });
        print(" }");
        break;
      default:
        m_failed = true;
      }
      break;
    default:
      m_failed = true;
    }
    print(bare ? "" : "}");
  }
  std::string_view hex_of_text()
  {
    const std::size_t begin = m_at;
    while (m_at < m_text.size() && m_text[m_at] != '_') {
      ++m_at;
    }
    const std::string_view digits = m_text.substr(begin, m_at - begin);
    m_failed = m_failed || !eat('_') || digits.size() % 2 != 0;
    return digits;
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::string m_out;
  std::uint64_t m_bound = 0; ///< lifetimes of the binders around
  int m_depth = 0;
  int m_silent = 0;
  bool m_failed = false;
};

} // namespace

std::optional<std::string> demangle_v0(std::string_view symbol)
{
  if (!symbol.starts_with("_R")) {
    return std::nullopt;
  }
  symbol.remove_prefix(2);
  if (symbol.empty() || symbol.front() < 'A' || symbol.front() > 'Z') {
    return std::nullopt;
  }
  return Demangler(symbol.substr(0, symbol.find_first_of(".$"))).run();
}

} // namespace cargo_wasm::rust
