#include "conditional_macros.hpp"

#include "literal.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

constexpr int k_most_macro_depth = 16;

/// What is left to a branch when the ones before it were `taken`.
Holds and_not(Holds own, Holds before)
{
  if (before == Holds::yes || own == Holds::no) {
    return Holds::no;
  }
  return before == Holds::no ? own : Holds::unknown;
}

class Branches
{
public:
  Branches(const TokenTree& tokens, TokenRange range, const std::vector<spec::Cfg>& facts)
      : m_tokens(tokens), m_range(range), m_facts(facts)
  {
  }

  /// if #[cfg(p)] {} else if #[cfg(q)] {} else {}
  std::optional<std::vector<Branch>> cfg_if()
  {
    std::uint32_t i = m_range.first;
    while (i < m_range.end) {
      Holds own = Holds::yes;
      if (m_tokens.is_word(i, "if")) {
        const TokenRange attribute{i + 1, m_tokens.after(i + 2)};
        if (!m_tokens.is(i + 1, '#') || !m_tokens.is(i + 2, '[')) {
          return std::nullopt;
        }
        own = holds(cfg_predicates(read_attributes(m_tokens, attribute)), m_facts);
        i = attribute.end;
      }
      if (!m_tokens.is(i, '{') || !take(own, i)) {
        return std::nullopt;
      }
      i = m_tokens.after(i);
      if (i < m_range.end && !m_tokens.is_word(i, "else")) {
        return std::nullopt;
      }
      ++i;
    }
    return std::move(m_branches);
  }

  /// p => { … } q => { … } _ => { … }, with or without commas
  std::optional<std::vector<Branch>> cfg_select()
  {
    std::uint32_t i = m_range.first;
    while (i < m_range.end) {
      std::uint32_t arrow = i;
      while (arrow < m_range.end && !m_tokens.is_pair(arrow, '=', '>')) {
        arrow = m_tokens.after(arrow);
      }
      const std::uint32_t open = arrow + 2;
      if (arrow >= m_range.end || !m_tokens.is(open, '{')) {
        return std::nullopt;
      }
      const bool is_rest = arrow == i + 1 && m_tokens.is_word(i, "_");
      if (!take(is_rest ? Holds::yes : holds(m_tokens.normalized({i, arrow}), m_facts), open)) {
        return std::nullopt;
      }
      i = m_tokens.after(open);
      i += m_tokens.is(i, ',') ? 1U : 0U;
    }
    return std::move(m_branches);
  }

private:
  bool take(Holds own, std::uint32_t open)
  {
    if (m_tokens.partner(open) == k_none || m_tokens.partner(open) >= m_range.end) {
      return false;
    }
    const Holds taken = and_not(own, m_before);
    if (taken != Holds::no) {
      m_branches.push_back({m_tokens.inside(open), taken});
    }
    m_before = std::max(m_before, own);
    return true;
  }

  const TokenTree& m_tokens;
  TokenRange m_range;
  const std::vector<spec::Cfg>& m_facts;
  std::vector<Branch> m_branches;
  Holds m_before = Holds::no; ///< whether one of the branches so far was taken
};

class ConstantText
{
public:
  ConstantText(const TokenTree& tokens, const std::map<std::string, std::string>& environment)
      : m_tokens(tokens), m_environment(environment)
  {
  }

  // Recursion: at most k_most_macro_depth deep.
  std::optional<std::string> evaluate(TokenRange range, int depth) const
  {
    if (range.end - range.first == 2 && m_tokens.is(range.end - 1, ',')) {
      --range.end;
    }
    if (range.end == range.first + 1) {
      return string_value(m_tokens[range.first], m_tokens.source());
    }
    const TokenRange call = without_path(range);
    if (call.empty() || !m_tokens.is(call.first + 1, '!') || m_tokens.after(call.first + 2) != call.end || depth == k_most_macro_depth) {
      return std::nullopt;
    }
    const TokenRange arguments = m_tokens.inside(call.first + 2);
    if (m_tokens.is_word(call.first, "env")) {
      return variable(arguments);
    }
    return m_tokens.is_word(call.first, "concat") ? concat(arguments, depth) : std::nullopt;
  }

private:
  /// `std::env!(…)` as `env!(…)`.
  [[nodiscard]] TokenRange without_path(TokenRange range) const
  {
    while (range.first < range.end && (m_tokens.is_pair(range.first, ':', ':') || m_tokens.is_pair(range.first + 1, ':', ':'))) {
      range.first += m_tokens.is(range.first, ':') ? 2U : 1U;
    }
    return range;
  }

  [[nodiscard]] std::optional<std::string> variable(TokenRange arguments) const
  {
    const auto name = string_value(m_tokens[arguments.first], m_tokens.source());
    const auto found = name ? m_environment.find(*name) : m_environment.end();
    return found == m_environment.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] std::optional<std::string> concat(TokenRange arguments, int depth) const
  {
    std::string out;
    for (const TokenRange part : split_at_commas(m_tokens, arguments)) {
      const auto text = evaluate(part, depth + 1);
      if (!text) {
        return std::nullopt;
      }
      out += *text;
    }
    return out;
  }

  const TokenTree& m_tokens;
  const std::map<std::string, std::string>& m_environment;
};

} // namespace

std::optional<std::vector<Branch>> conditional_branches(const ItemList& list, const Item& call, const std::vector<spec::Cfg>& facts)
{
  Branches branches(list.tokens, list.tokens.inside(call.body), facts);
  if (call.name == "cfg_if") {
    return branches.cfg_if();
  }
  return call.name == "cfg_select" || call.name == "cfg_match" ? branches.cfg_select() : std::nullopt;
}

std::optional<std::string> constant_text(const TokenTree& tokens, TokenRange range, const std::map<std::string, std::string>& environment)
{
  return ConstantText(tokens, environment).evaluate(range, 0);
}

} // namespace cargo_wasm::rust
