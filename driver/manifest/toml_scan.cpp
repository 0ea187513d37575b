#include "toml_scan.hpp"

#include <algorithm>
#include <vector>

namespace cargo_wasm::manifest {

namespace {

/// The byte after the string that starts at `at`; an unfinished one ends with its line or the text.
std::size_t after_string(std::string_view text, std::size_t at)
{
  const char quote = text[at];
  const auto is_triple = [&](std::size_t from) {
    return from + 2 < text.size() && text[from] == quote && text[from + 1] == quote && text[from + 2] == quote;
  };
  const bool multi_line = is_triple(at);
  for (at += multi_line ? 3 : 1; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (!multi_line && text[at] == quote) {
      return at + 1;
    } else if (!multi_line && text[at] == '\n') {
      return at;
    } else if (multi_line && is_triple(at)) {
      at += 3;
      for (int extra = 0; extra < 2 && at < text.size() && text[at] == quote; ++extra) {
        ++at; // up to two quotes may stand right before the closing three
      }
      return at;
    }
  }
  return text.size();
}

bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

std::optional<std::size_t> too_deep_at(std::string_view text)
{
  std::vector<std::size_t> outside; // of each open bracket: the level around it
  std::size_t section = 0;          // the level of the last header
  std::size_t level = 0;
  bool in_header = false;
  bool is_line_start = true;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = after_string(text, at);
      is_line_start = false;
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '\n' && outside.empty()) {
      section = in_header ? level : section;
      level = section;
      in_header = false;
      is_line_start = true;
    } else if (c == '[' && outside.empty() && (is_line_start || in_header)) {
      in_header = true;
      level = 1;
    } else if (c == '[' || c == '{') {
      outside.push_back(level);
      ++level;
    } else if ((c == ']' || c == '}') && !outside.empty()) {
      level = outside.back();
      outside.pop_back();
    } else if (c == ',' && !outside.empty()) {
      level = outside.back() + 1;
    } else if (c == '.') {
      ++level;
    }
    is_line_start = is_line_start && is_space(c);
    if (level > k_deepest_level) {
      return at;
    }
    ++at;
  }
  return std::nullopt;
}

std::optional<std::string> with_escaped_line_ends(std::string_view quoted)
{
  if (quoted.size() < 6 || quoted[0] != '"') {
    return std::nullopt;
  }
  std::size_t at = quoted.substr(3, 2) == "\r\n" ? 5 : 3; // a line end right after the quotes is no part of the value
  std::string result(quoted.substr(0, at));
  while (at < quoted.size()) {
    if (quoted.substr(at, 2) == "\r\n") {
      result += "\\r\\n";
      at += 2;
    } else if (quoted[at] == '\\' && at + 1 < quoted.size()) {
      result += quoted.substr(at, 2);
      const bool is_continued = is_space(quoted[at + 1]);
      at += 2;
      while (is_continued && at < quoted.size() && is_space(quoted[at])) {
        result += quoted[at++];
      }
    } else {
      result += quoted[at++];
    }
  }
  return result;
}

} // namespace cargo_wasm::manifest
