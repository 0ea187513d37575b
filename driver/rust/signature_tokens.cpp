#include "signature_tokens.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

/// The colon between a parameter's pattern and its type.
std::uint32_t find_colon(const TokenTree& tokens, TokenRange range)
{
  for (std::uint32_t i = range.first; i < range.end; i = tokens.after(i)) {
    if (tokens.is_pair(i, ':', ':')) {
      ++i;
    } else if (tokens.is(i, ':')) {
      return i;
    }
  }
  return k_none;
}

std::uint32_t skip_attributes(const TokenTree& tokens, TokenRange range)
{
  std::uint32_t i = range.first;
  while (i < range.end && tokens.is(i, '#') && tokens.is(i + 1, '[') && tokens.partner(i + 1) != k_none) {
    i = tokens.after(i + 1);
  }
  return i;
}

bool is_dots(const TokenTree& tokens, TokenRange range)
{
  return range.end - range.first == 3 && tokens.is_pair(range.first, '.', '.') && tokens.is(range.first + 2, '.');
}

std::uint32_t parameter_group(const TokenTree& tokens, const Item& item)
{
  int angles = 0;
  for (std::uint32_t i = item.head + 2; i < item.end; i = tokens.after(i)) {
    angles = std::max(0, angles + angle_change(tokens, i));
    if (angles == 0 && tokens.is(i, '(')) {
      return i;
    }
  }
  return k_none;
}

} // namespace

FunctionTokens read_function(const TokenTree& tokens, const Item& item)
{
  FunctionTokens out;
  const std::uint32_t group = parameter_group(tokens, item);
  if (group == k_none) {
    return out;
  }
  for (TokenRange part : split_at_commas(tokens, tokens.inside(group))) {
    part.first = skip_attributes(tokens, part);
    const std::uint32_t colon = find_colon(tokens, part);
    const TokenRange type{colon == k_none ? part.first : colon + 1, part.end};
    if (is_dots(tokens, type)) {
      out.is_variadic = true;
    } else if (!part.empty()) {
      out.parameters.push_back(type);
    }
  }
  const std::uint32_t arrow = tokens.after(group);
  if (tokens.is_pair(arrow, '-', '>')) {
    std::uint32_t end = arrow + 2;
    while (end < item.end && end != item.body && !tokens.is(end, ';') && !tokens.is_word(end, "where")) {
      end = tokens.after(end);
    }
    out.result = {arrow + 2, std::min(end, item.end)};
  }
  return out;
}

TokenRange type_behind_name(const TokenTree& tokens, std::uint32_t name, std::uint32_t end)
{
  if (!tokens.is(name + 1, ':')) {
    return {end, end};
  }
  std::uint32_t i = name + 2;
  int angles = 0;
  for (; i < end && !tokens.is(i, ';') && !(angles == 0 && (tokens.is(i, '=') || tokens.is(i, ','))); i = tokens.after(i)) {
    angles = std::max(0, angles + angle_change(tokens, i));
  }
  return {name + 2, std::min(i, end)};
}

} // namespace cargo_wasm::rust
