// The grammar is  expr := all(e,…) | any(e,…) | not(e) | ident | ident = "text"  with `true` and
// `false` as constants, a trailing comma allowed, `r#` before identifiers, and no escapes in
// strings. White space means blanks.
#include "version_text.hpp"

#include <cargo_wasm/spec/cfg.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::spec {
namespace {

constexpr std::size_t k_max_depth = 128;

struct Token
{
  enum class Kind : std::uint8_t { end, open, close, comma, equals, identifier, string, bad } kind = Kind::end;
  std::string_view text;
  std::size_t offset = 0; ///< of its first byte
  bool raw = false;
};

bool is_identifier_start(char c)
{
  return c == '_' || is_letter(c);
}
bool is_identifier_part(char c)
{
  return is_identifier_start(c) || is_digit(c);
}

class Parser
{
public:
  explicit Parser(std::string_view text) : m_text(text) { advance(); }

  [[nodiscard]] Result<CfgExpr> expression(std::size_t depth)
  {
    if (depth > k_max_depth) {
      return problem(fmt::format("it is nested more than {} levels deep", k_max_depth));
    }
    const Token first = m_token;
    if (first.kind == Token::Kind::identifier && !first.raw) {
      if (first.text == "all" || first.text == "any") {
        return list(first.text == "all" ? CfgExpr::Kind::all : CfgExpr::Kind::any, depth);
      }
      if (first.text == "not") {
        return negation(depth);
      }
    }
    CfgExpr out;
    CW_TRY_ASSIGN(out.cfg, fact());
    if (!out.cfg.value && (out.cfg.key == "true" || out.cfg.key == "false")) {
      out.kind = CfgExpr::Kind::literal;
      out.constant = out.cfg.key == "true";
      out.cfg = {};
    } else {
      out.kind = CfgExpr::Kind::value;
    }
    return out;
  }

  [[nodiscard]] Result<Cfg> fact()
  {
    if (m_token.kind != Token::Kind::identifier) {
      return expected("a name");
    }
    Cfg out;
    out.key = std::string(m_token.text);
    out.raw = m_token.raw;
    advance();
    if (m_token.kind == Token::Kind::equals) {
      advance();
      if (m_token.kind != Token::Kind::string) {
        return expected("a quoted value");
      }
      out.value = std::string(m_token.text);
      advance();
    }
    return out;
  }

  [[nodiscard]] Result<> end()
  {
    if (m_token.kind == Token::Kind::end) {
      return {};
    }
    return problem(fmt::format("unexpected `{}` after the expression", m_text.substr(m_token.offset)));
  }

private:
  Result<CfgExpr> list(CfgExpr::Kind kind, std::size_t depth)
  {
    CfgExpr out;
    out.kind = kind;
    advance();
    CW_TRY(eat(Token::Kind::open, "`(`"));
    while (m_token.kind != Token::Kind::close) {
      CW_TRY_ASSIGN(CfgExpr operand, expression(depth + 1));
      out.operands.push_back(std::move(operand));
      if (m_token.kind != Token::Kind::comma) {
        break;
      }
      advance();
    }
    CW_TRY(eat(Token::Kind::close, "`)` or `,`"));
    return out;
  }

  Result<CfgExpr> negation(std::size_t depth)
  {
    CfgExpr out;
    out.kind = CfgExpr::Kind::negation;
    advance();
    CW_TRY(eat(Token::Kind::open, "`(`"));
    CW_TRY_ASSIGN(CfgExpr operand, expression(depth + 1));
    out.operands.push_back(std::move(operand));
    CW_TRY(eat(Token::Kind::close, "`)`"));
    return out;
  }

  Result<> eat(Token::Kind kind, std::string_view what)
  {
    if (m_token.kind != kind) {
      return expected(what);
    }
    advance();
    return {};
  }

  tl::unexpected<Error> expected(std::string_view what)
  {
    if (m_token.kind == Token::Kind::end) {
      return problem(fmt::format("expected {}, found the end", what));
    }
    if (m_token.kind == Token::Kind::bad && m_token.text.starts_with('"')) {
      return problem("the quote is not closed");
    }
    return problem(fmt::format("expected {}, found `{}`", what, m_token.text));
  }

  tl::unexpected<Error> problem(std::string_view reason)
  {
    return fail(Error("CW0263", fmt::format("invalid `cfg` expression `{}`: {} (column {})", m_text, reason, m_token.offset + 1)));
  }

  void advance()
  {
    m_position = std::min(m_text.find_first_not_of(' ', m_position), m_text.size());
    m_token = {Token::Kind::end, {}, m_position, false};
    if (m_position == m_text.size()) {
      return;
    }
    const char c = m_text[m_position];
    switch (c) {
    case '(':
      return take(Token::Kind::open, 1);
    case ')':
      return take(Token::Kind::close, 1);
    case ',':
      return take(Token::Kind::comma, 1);
    case '=':
      return take(Token::Kind::equals, 1);
    case '"': {
      const std::size_t close = m_text.find('"', m_position + 1);
      if (close == std::string_view::npos) {
        return take(Token::Kind::bad, m_text.size() - m_position);
      }
      take(Token::Kind::string, close + 1 - m_position);
      m_token.text = m_token.text.substr(1, m_token.text.size() - 2);
      return;
    }
    default:
      break;
    }
    std::size_t start = m_position;
    m_token.raw = m_text.substr(start).starts_with("r#");
    start += m_token.raw ? 2 : 0;
    if (start >= m_text.size() || !is_identifier_start(m_text[start])) {
      return take(Token::Kind::bad, start - m_position + first_character(m_text.substr(std::min(start, m_text.size()))).size());
    }
    std::size_t stop = start;
    while (stop < m_text.size() && is_identifier_part(m_text[stop])) {
      ++stop;
    }
    take(Token::Kind::identifier, stop - m_position);
    m_token.text = m_text.substr(start, stop - start);
  }

  void take(Token::Kind kind, std::size_t length)
  {
    m_token.kind = kind;
    m_token.text = m_text.substr(m_position, length);
    m_position += length;
  }

  std::string_view m_text;
  std::size_t m_position = 0;
  Token m_token;
};

std::string joined(const std::vector<CfgExpr>& operands)
{
  std::string out;
  for (const CfgExpr& operand : operands) {
    out += out.empty() ? "" : ", ";
    out += to_string(operand);
  }
  return out;
}

} // namespace

Result<Cfg> parse_cfg(std::string_view text)
{
  Parser parser(text);
  CW_TRY_ASSIGN(Cfg out, parser.fact());
  CW_TRY(parser.end());
  return out;
}

std::string to_string(const Cfg& cfg)
{
  const std::string key = (cfg.raw ? "r#" : "") + cfg.key;
  return cfg.value ? fmt::format("{} = \"{}\"", key, *cfg.value) : key;
}

bool CfgExpr::matches(const std::vector<Cfg>& sorted_facts) const
{
  const auto holds = [&](const CfgExpr& operand) { return operand.matches(sorted_facts); };
  switch (kind) {
  case Kind::value:
    return std::binary_search(sorted_facts.begin(), sorted_facts.end(), cfg);
  case Kind::all:
    return std::all_of(operands.begin(), operands.end(), holds);
  case Kind::any:
    return std::any_of(operands.begin(), operands.end(), holds);
  case Kind::negation:
    return !holds(operands.front());
  case Kind::literal:
    return constant;
  }
  return false;
}

Result<CfgExpr> parse_cfg_expr(std::string_view text)
{
  Parser parser(text);
  CW_TRY_ASSIGN(CfgExpr out, parser.expression(0));
  CW_TRY(parser.end());
  return out;
}

std::string to_string(const CfgExpr& expr)
{
  switch (expr.kind) {
  case CfgExpr::Kind::value:
    return to_string(expr.cfg);
  case CfgExpr::Kind::all:
    return fmt::format("all({})", joined(expr.operands));
  case CfgExpr::Kind::any:
    return fmt::format("any({})", joined(expr.operands));
  case CfgExpr::Kind::negation:
    return fmt::format("not({})", joined(expr.operands));
  case CfgExpr::Kind::literal:
    return expr.constant ? "true" : "false";
  }
  return {};
}

bool Platform::matches(std::string_view triple, const std::vector<Cfg>& sorted_facts) const
{
  if (const auto* name = std::get_if<std::string>(&value)) {
    return *name == triple;
  }
  return std::get<CfgExpr>(value).matches(sorted_facts);
}

Result<Platform> parse_platform(std::string_view text)
{
  if (text.starts_with("cfg(") && text.ends_with(')')) {
    CW_TRY_ASSIGN(CfgExpr expr, parse_cfg_expr(text.substr(4, text.size() - 5)));
    return Platform{std::move(expr)};
  }
  const auto is_part = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto bad = std::find_if_not(text.begin(), text.end(), is_part);
  if (bad != text.end()) {
    Error error("CW0264", fmt::format("`{}` is not a target: unexpected `{}`", text, *bad));
    if (text.find('(') != std::string_view::npos) {
      error.helps.push_back("an expression is written `cfg(…)`");
    }
    return fail(std::move(error));
  }
  return Platform{std::string(text)};
}

std::string to_string(const Platform& platform)
{
  if (const auto* name = std::get_if<std::string>(&platform.value)) {
    return *name;
  }
  return fmt::format("cfg({})", to_string(std::get<CfgExpr>(platform.value)));
}

} // namespace cargo_wasm::spec
