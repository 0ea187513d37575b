// Tokens in customary form. A blank separates two tokens where Rust programmers write one, and where two would otherwise become one.
#include "token_tree.hpp"

namespace cargo_wasm::rust {
namespace {

bool is_wordlike(const Token& token)
{
  return token.kind != TokenKind::punctuation;
}

bool is_one_of(char symbol, std::string_view set)
{
  return symbol != '\0' && set.find(symbol) != std::string_view::npos;
}

bool is_spaced_word(std::string_view word)
{
  return word == "mut" || word == "const" || word == "dyn" || word == "impl" || word == "as" || word == "where" || word == "for" ||
         word == "in";
}

class Spacing
{
public:
  explicit Spacing(const TokenTree& tokens) : m_tokens(tokens) {}

  /// Whether a blank stands between the tokens `i - 1` and `i`.
  [[nodiscard]] bool between(std::uint32_t i)
  {
    const Token& left = m_tokens[i - 1];
    const Token& right = m_tokens[i];
    const bool touching = left.end() == right.begin;
    if (is_wordlike(left) && is_wordlike(right)) {
      return true;
    }
    if (!is_wordlike(left) && !is_wordlike(right)) {
      return between_symbols(i, left.symbol, right.symbol, touching);
    }
    return is_wordlike(right) ? before_word(i, left.symbol) : after_word(i, right.symbol);
  }

private:
  /// Two symbols that make one operator stay together, others that would make one are kept apart.
  [[nodiscard]] bool between_symbols(std::uint32_t i, char left, char right, bool touching) const
  {
    if (is_arrow_end(i - 1)) {
      return true;
    }
    if (m_tokens.is_pair(i, '-', '>') || m_tokens.is_pair(i, '=', '>')) {
      return !is_one_of(left, "([{");
    }
    if (left == ',' || left == ';') {
      return !is_one_of(right, ")]},;");
    }
    if (right == ':' && left != ':') {
      return false;
    }
    if (is_one_of(left, "([{<&*#!?.@$") || is_one_of(right, ")]}>,;?.([!#")) {
      return !touching && merges(left, right);
    }
    return !touching;
  }

  /// Written without a blank, the two could be read as one operator, or as a comment.
  [[nodiscard]] static bool merges(char left, char right) { return is_one_of(left, "=<>!&|+-*/%^:.") && is_one_of(right, "=<>&|:./*-!"); }

  [[nodiscard]] bool before_word(std::uint32_t i, char left) const
  {
    if (left == ':') {
      return i < 2 || !m_tokens.is_pair(i - 2, ':', ':');
    }
    if (left == '{' || left == '}') {
      return true;
    }
    return is_one_of(left, ",;=+|)]>") ||
           (left == '#' && m_tokens[i].kind != TokenKind::identifier); // `#r"…"` and the like stay two tokens
  }

  [[nodiscard]] bool after_word(std::uint32_t i, char right) const
  {
    if (is_spaced_word(m_tokens.text(i - 1))) {
      const bool takes_generics = m_tokens.is_word(i - 1, "impl") || m_tokens.is_word(i - 1, "for");
      return !is_one_of(right, ")]>,;") && !(right == '<' && takes_generics);
    }
    // `r #` must not become the start of a raw string, nor `1 .2` one number.
    if (right == '#' || (right == '.' && m_tokens[i - 1].kind == TokenKind::integer)) {
      return right == '#' || m_tokens[i - 1].end() != m_tokens[i].begin;
    }
    return is_one_of(right, "=+|{}") || m_tokens.is_pair(i, '-', '>');
  }

  /// The token is the `>` of `->` or `=>`.
  [[nodiscard]] bool is_arrow_end(std::uint32_t i) const
  {
    return i > 0 && (m_tokens.is_pair(i - 1, '-', '>') || m_tokens.is_pair(i - 1, '=', '>'));
  }

  const TokenTree& m_tokens;
};

} // namespace

std::string TokenTree::normalized(TokenRange range) const
{
  std::string out;
  Spacing spacing(*this);
  for (std::uint32_t i = range.first; i < range.end; ++i) {
    if (i != range.first && spacing.between(i)) {
      out += ' ';
    }
    out += text(i);
  }
  return out;
}

} // namespace cargo_wasm::rust
