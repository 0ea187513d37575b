// Rust's lexical structure: text in, tokens with byte spans out; nothing is copied and nothing can fail.
//
// What rustc's own lexer yields is the measure (library `rustc_lexer`; `tests/differential/rust_source` compares every token of thousands
// of published files). Punctuation is one character a token, as there: `->` is two tokens without a gap. Something that is not closed, or a
// number without digits, is a token with `malformed` set, and the text goes on behind it.
//
// An edition changes only which tokens a few characters make; see Edition. White space and comments are tokens too, so that the tokens of
// a text, one after another, cover every byte of it.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

/// Bytes [begin, end) of a text.
struct Span
{
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] std::uint32_t size() const { return end - begin; }
  [[nodiscard]] bool contains(std::uint32_t offset) const { return begin <= offset && offset < end; }
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, size()); }
  bool operator==(const Span&) const = default;
};

/// e2015 and e2018: `c"…"` is the name `c` and a string, `'r#x` three tokens. Before e2024 `#"` and `##` are single characters.
enum class Edition : std::uint8_t { e2015, e2018, e2021, e2024 };

enum class TokenKind : std::uint8_t {
  end, ///< behind the last byte; of length 0
  white_space,
  byte_order_mark,
  shebang,       ///< `#!/usr/bin/…`, without its line end
  frontmatter,   ///< `---` … `---` before the first item
  line_comment,  ///< without its line end
  block_comment, ///< nested ones are part of it
  identifier,    ///< keywords and `_` as well
  raw_identifier,
  forced_keyword,  ///< `k#fn`
  reserved_prefix, ///< `name` before `#`, `"` or `'`: an error from 2021 on, before that an identifier
  invalid_identifier,
  lifetime,
  raw_lifetime,             ///< `'r#name`
  reserved_lifetime_prefix, ///< `'name` before `#`
  guarded_prefix,           ///< `#"` or `##`, reserved in 2024
  integer,
  floating, ///< with a point or an exponent; `1f32` is an integer with a suffix
  character,
  byte,
  string,
  byte_string,
  c_string,
  raw_string,
  raw_byte_string,
  raw_c_string,
  punctuation, ///< one character, `symbol`
  unknown,     ///< a character that begins no token
};

struct Token
{
  enum Flag : std::uint8_t {
    malformed = 1, ///< not closed, without digits, a lifetime that starts with a digit, a frontmatter with something beside its fences
    outer_doc = 2, ///< `///` or `/**`
    inner_doc = 4, ///< `//!` or `/*!`
  };

  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint32_t suffix = 0; ///< of literals: where in the token the suffix begins; `size` where there is none
  TokenKind kind = TokenKind::end;
  std::uint8_t flags = 0;
  char symbol = 0; ///< of punctuation

  [[nodiscard]] std::uint32_t end() const { return begin + size; }
  [[nodiscard]] Span span() const { return {begin, begin + size}; }
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, size); }
  bool operator==(const Token&) const = default;
};

struct LexOptions
{
  Edition edition = Edition::e2021;
  bool at_file_start = true; ///< a byte order mark, a shebang and a frontmatter may stand there
};

/// Yields one token after another. Cost: linear in the text, no allocation.
/// Shape:  texts beyond 4 GiB - 1 are read up to there. Bytes that are no UTF-8 are `unknown`, one byte each.
class Lexer
{
public:
  explicit Lexer(std::string_view text, LexOptions options = {});
  /// TokenKind::end at the end of the text, again and again.
  Token next();

private:
  TokenKind scan();
  TokenKind scan_beyond_ascii();
  TokenKind file_start();
  TokenKind punctuation();
  TokenKind white_space();
  TokenKind line_comment();
  TokenKind block_comment();
  TokenKind frontmatter(bool bad_start);
  void skip_frontmatter_body(std::size_t fence_size);
  TokenKind identifier_or_prefix();
  TokenKind r_word();
  TokenKind k_word();
  TokenKind prefixed_literal(TokenKind string, TokenKind raw, TokenKind single_quoted);
  TokenKind quoted(TokenKind kind, std::uint32_t prefix_size);
  TokenKind raw_quoted(TokenKind kind, std::uint32_t prefix_size);
  TokenKind single_quoted(TokenKind kind, std::uint32_t prefix_size);
  TokenKind quote();
  TokenKind lifetime(bool starts_with_digit);
  TokenKind number();
  TokenKind fraction_or_exponent();

  [[nodiscard]] char peek(std::uint32_t ahead = 0) const;
  [[nodiscard]] bool at_end() const { return m_position >= m_text.size(); }
  [[nodiscard]] bool is_shebang() const;
  void malformed_if(bool condition);
  void skip_identifier_part();
  void skip_invalid_identifier();
  void skip_suffix();
  bool skip_digits(bool hexadecimal);
  void skip_to(char c);

  std::string_view m_text;
  LexOptions m_options;
  std::uint32_t m_position = 0;
  std::uint32_t m_start = 0;
  std::uint32_t m_suffix = 0; ///< of the token under way, from its start; 0 for none
  std::uint8_t m_flags = 0;
  bool m_at_file_start = false;
  bool m_frontmatter_allowed = false;
};

/// Every token of a text, without the `end`. Cost: linear; about 20 bytes of memory a token.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text, LexOptions options = {});

} // namespace cargo_wasm::rust
