#include "attributes.hpp"

#include "literal.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

constexpr std::size_t k_most_nested_conditions = 32;

/// What stands in one pair of brackets, or one element of a `cfg_attr`.
struct Meta
{
  TokenRange range;
  std::vector<std::string> conditions;
};

class Reader
{
public:
  Reader(const TokenTree& tokens, std::vector<Attribute>& out) : m_tokens(tokens), m_out(out) {}

  void bracketed(std::uint32_t open, Span span, bool is_inner)
  {
    std::vector<Meta> waiting{{m_tokens.inside(open), {}}};
    while (!waiting.empty()) {
      Meta meta = std::move(waiting.back());
      waiting.pop_back();
      Attribute attribute;
      attribute.span = span;
      attribute.is_inner = is_inner;
      attribute.conditions = meta.conditions;
      if (m_tokens.is_word(meta.range.first, "unsafe") && m_tokens.is(meta.range.first + 1, '(')) {
        attribute.is_unsafe = true;
        meta.range = m_tokens.inside(meta.range.first + 1);
      }
      attribute.text = m_tokens.normalized(meta.range);
      const TokenRange arguments = path_and_arguments(meta.range, attribute);
      attribute.arguments = m_tokens.span(arguments);
      m_out.push_back(std::move(attribute));
      if (m_out.back().path == "cfg_attr" && meta.conditions.size() < k_most_nested_conditions) {
        open_conditional(arguments, meta.conditions, waiting);
      }
    }
  }

private:
  /// Fills in path and value.
  TokenRange path_and_arguments(TokenRange range, Attribute& attribute) const
  {
    std::uint32_t i = range.first;
    while (i < range.end && (m_tokens.is_name(i) || m_tokens.is(i, ':'))) {
      ++i;
    }
    attribute.path = m_tokens.normalized({range.first, i});
    if (i < range.end && m_tokens.is(i, '=')) {
      if (i + 2 == range.end) {
        attribute.value = string_value(m_tokens[i + 1], m_tokens.source());
      }
      return {i + 1, range.end};
    }
    return i < range.end ? m_tokens.inside(i) : TokenRange{i, i};
  }

  void open_conditional(TokenRange arguments, const std::vector<std::string>& outer, std::vector<Meta>& waiting) const
  {
    const auto parts = split_at_commas(m_tokens, arguments);
    for (std::size_t i = parts.size(); i > 1; --i) {
      Meta meta{parts[i - 1], outer};
      meta.conditions.push_back(m_tokens.normalized(parts.front()));
      waiting.push_back(std::move(meta));
    }
  }

  const TokenTree& m_tokens;
  std::vector<Attribute>& m_out;
};

std::string all_of(const std::vector<std::string>& predicates)
{
  std::string out;
  for (const std::string& predicate : predicates) {
    out += (out.empty() ? "" : ", ") + predicate;
  }
  return predicates.size() == 1 ? out : "all(" + out + ")";
}

} // namespace

std::vector<Attribute> read_attributes(const TokenTree& tokens, TokenRange range)
{
  std::vector<Attribute> out;
  Reader reader(tokens, out);
  for (std::uint32_t i = range.first; i < range.end; i = tokens.after(i)) {
    if (!tokens.is(i, '#')) {
      continue;
    }
    const bool is_inner = tokens.is(i + 1, '!');
    const std::uint32_t open = is_inner ? i + 2 : i + 1;
    if (tokens.is(open, '[') && tokens.partner(open) != k_none) {
      reader.bracketed(open, tokens.span({i, tokens.after(open)}), is_inner);
      i = open;
    }
  }
  return out;
}

TokenRange inner_attributes(const TokenTree& tokens, TokenRange range)
{
  std::uint32_t i = range.first;
  while (i < range.end && tokens.is(i, '#') && tokens.is(i + 1, '!') && tokens.is(i + 2, '[') && tokens.partner(i + 2) != k_none) {
    i = tokens.after(i + 2);
  }
  return {range.first, i};
}

std::vector<std::string> cfg_predicates(const std::vector<Attribute>& attributes)
{
  std::vector<std::string> out;
  for (const Attribute& attribute : attributes) {
    if (attribute.path != "cfg") {
      continue;
    }
    const std::size_t open = attribute.text.find('(');
    if (open == std::string::npos || attribute.text.back() != ')') {
      continue;
    }
    std::string predicate = attribute.text.substr(open + 1, attribute.text.size() - open - 2);
    if (!attribute.conditions.empty()) {
      predicate = "any(not(" + all_of(attribute.conditions) + "), " + predicate + ")";
    }
    out.push_back(std::move(predicate));
  }
  return out;
}

const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view path)
{
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& attribute) { return attribute.path == path; });
  return found == attributes.end() ? nullptr : &*found;
}

} // namespace cargo_wasm::rust
