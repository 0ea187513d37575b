#include "cfg_state.hpp"

#include "literal.hpp"
#include "token_tree.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

/// In the form that manifests use as well, which knows no raw strings, no escapes and no comma behind the operand of `not`.
std::string plain(std::string_view predicate)
{
  const TokenTree tokens(predicate, {Edition::e2021, false});
  std::string out;
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    if (tokens.is(i, ',') && tokens.is(i + 1, ')')) {
      continue;
    }
    const auto value = string_value(tokens[i], predicate);
    out += value ? '"' + *value + '"' : std::string(tokens.text(i));
    out += ' ';
  }
  return out;
}

} // namespace

Holds holds(const std::string& predicate, const std::vector<spec::Cfg>& sorted_facts)
{
  const auto parsed = spec::parse_cfg_expr(plain(predicate));
  if (!parsed) {
    return Holds::unknown;
  }
  return parsed->matches(sorted_facts) ? Holds::yes : Holds::no;
}

Holds holds(const std::vector<std::string>& predicates, const std::vector<spec::Cfg>& sorted_facts)
{
  Holds out = Holds::yes;
  for (const std::string& predicate : predicates) {
    out = std::min(out, holds(predicate, sorted_facts));
  }
  return out;
}

} // namespace cargo_wasm::rust
