// Tokens of WIT text. Words that mean something are told from names by the parser, as far as they were not written with `%`.
#pragma once
#include "syntax.hpp"

namespace cargo_wasm::wit {

enum class TokenKind : std::uint8_t { end, word, number, sign };

struct Token
{
  TokenKind kind = TokenKind::end;
  std::string_view text; ///< without `%`; of signs the characters: "{", "->"
  bool is_escaped = false;
  Place place;
};

class Lexer
{
public:
  explicit Lexer(const SourceText& source) : m_source(source) {}

  /// The next token. Errors: CW0952 a character that WIT does not have, a comment without an end.
  [[nodiscard]] Result<Token> next();
  /// "0.2.6-rc.1", directly behind the token that was read last.
  [[nodiscard]] Result<Token> version();
  /// The same, where `number`, the token read last, is its beginning.
  [[nodiscard]] Result<Token> version_from(const Token& number)
  {
    m_at = number.place.offset;
    return version();
  }

private:
  Result<> skip_blanks();
  [[nodiscard]] Token token(TokenKind kind, std::size_t begin) const;

  const SourceText& m_source;
  std::size_t m_at = 0;
};

} // namespace cargo_wasm::wit
