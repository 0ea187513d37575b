// Patterns of `workspace.members` and `-p 'name*'`. `*` and `?` stay within one path component, as when the
// glob crate walks directories; names of packages have no '/', so one rule serves both.
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::base {
namespace {

/// Reads `[abc]`, `[a-z]` or `[!a-z]` at the start of `pattern`. False (and nothing consumed) when it is not closed.
bool read_class(std::string_view& pattern, char c, bool& matched)
{
  std::size_t i = 1;
  const bool negated = i < pattern.size() && pattern[i] == '!';
  if (negated) {
    ++i;
  }
  const std::size_t first = i;
  bool found = false;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (c >= pattern[i] && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || c == pattern[i];
    }
  }
  if (i >= pattern.size()) {
    return false;
  }
  pattern.remove_prefix(i + 1);
  matched = found != negated;
  return true;
}

/// One component, without '/'. Backtracks to the last `*` only, which suffices: O(pattern × text).
bool component_matches(std::string_view pattern, std::string_view text)
{
  std::string_view retry_pattern;
  std::string_view retry_text;
  bool can_retry = false;
  while (!text.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      retry_pattern = pattern;
      retry_text = text;
      can_retry = true;
      continue;
    }
    if (!pattern.empty() && !text.empty()) {
      bool matched = false;
      std::string_view after = pattern;
      if (pattern.front() != '[' || !read_class(after, text.front(), matched)) {
        matched = pattern.front() == '?' || pattern.front() == text.front();
        after = pattern.substr(1);
      }
      if (matched) {
        pattern = after;
        text.remove_prefix(1);
        continue;
      }
    }
    if (!can_retry || retry_text.empty()) {
      return false;
    }
    retry_text.remove_prefix(1);
    pattern = retry_pattern;
    text = retry_text;
  }
  return true;
}

bool components_match(std::span<const std::string_view> pattern, std::span<const std::string_view> text)
{
  // The same last-star argument, one level up: `**` stands for any number of components.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t retry_p = 0;
  std::size_t retry_t = 0;
  bool can_retry = false;
  while (p < pattern.size() || t < text.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      retry_p = ++p;
      retry_t = t;
      can_retry = true;
      continue;
    }
    if (p < pattern.size() && t < text.size() && component_matches(pattern[p], text[t])) {
      ++p;
      ++t;
      continue;
    }
    if (!can_retry || retry_t >= text.size()) {
      return false;
    }
    p = retry_p;
    t = ++retry_t;
  }
  return true;
}

} // namespace

bool glob_matches(std::string_view pattern, std::string_view text)
{
  return components_match(split(pattern, '/'), split(text, '/'));
}

} // namespace cargo_wasm::base
