#include "glob_set.hpp"

#include <algorithm>

namespace cargo_wasm::package {

namespace {

constexpr std::size_t k_most_alternatives = 4096; ///< that one pattern may stand for

/// `[a-z]`, at its bracket: whether it takes `c`, and where it ends; npos when it is no class.
std::size_t class_end(std::string_view pattern, char c, bool& takes)
{
  std::size_t at = 1;
  const bool is_negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  at += is_negated ? 1 : 0;
  bool found = false;
  for (bool is_first = true; at < pattern.size() && (is_first || pattern[at] != ']'); is_first = false) {
    const char low = pattern[at];
    char high = low;
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      high = pattern[at + 2];
      at += 2;
    }
    found |= low <= c && c <= high;
    ++at;
  }
  takes = found != is_negated;
  return at < pattern.size() ? at + 1 : std::string_view::npos;
}

/// Replaces the first `{a,b}` by each of its alternatives, and so on.
bool expand(std::string pattern, std::vector<std::string>& out)
{
  const auto is_escaped = [&](std::size_t at) { return at > 0 && pattern[at - 1] == '\\'; };
  std::size_t open = pattern.find('{');
  while (open != std::string::npos && is_escaped(open)) {
    open = pattern.find('{', open + 1);
  }
  if (open == std::string::npos) {
    out.push_back(std::move(pattern));
    return out.size() <= k_most_alternatives;
  }
  std::vector<std::string> parts(1);
  std::size_t depth = 0, at = open + 1;
  for (; at < pattern.size() && (pattern[at] != '}' || depth > 0); ++at) {
    const char c = pattern[at];
    depth += c == '{' ? 1 : 0;
    depth -= c == '}' ? 1 : 0;
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (at == pattern.size()) {
    return false;
  }
  return std::ranges::all_of(parts,
                             [&](const std::string& part) { return expand(pattern.substr(0, open) + part + pattern.substr(at + 1), out); });
}

} // namespace

bool path_glob_matches(std::string_view pattern, std::string_view path)
{
  while (!pattern.empty()) {
    if (pattern == "**") {
      return true;
    }
    if (pattern.starts_with("**/")) {
      pattern.remove_prefix(3);
      for (std::string_view rest = path;;) {
        if (path_glob_matches(pattern, rest)) {
          return true;
        }
        const auto slash = rest.find('/');
        if (slash == std::string_view::npos) {
          return false;
        }
        rest.remove_prefix(slash + 1);
      }
    }
    if (pattern.front() == '*') {
      pattern.remove_prefix(pattern.find_first_not_of('*') == std::string_view::npos ? pattern.size() : pattern.find_first_not_of('*'));
      for (std::size_t taken = 0;; ++taken) {
        if (path_glob_matches(pattern, path.substr(taken))) {
          return true;
        }
        if (taken == path.size() || path[taken] == '/') {
          return false;
        }
      }
    }
    if (pattern.starts_with("/**/")) {
      // Also no directory at all.
      if (!path.starts_with('/')) {
        return false;
      }
      return path_glob_matches(pattern.substr(1), path.substr(1));
    }
    if (path.empty()) {
      return false;
    }
    if (pattern.front() == '[') {
      bool takes = false;
      const std::size_t end = class_end(pattern, path.front(), takes);
      if (end != std::string_view::npos) {
        if (!takes) {
          return false;
        }
        pattern.remove_prefix(end);
        path.remove_prefix(1);
        continue;
      }
    }
    if (pattern.front() == '?') {
      if (path.front() == '/') {
        return false;
      }
    } else {
      if (pattern.front() == '\\' && pattern.size() > 1) {
        pattern.remove_prefix(1);
      }
      if (pattern.front() != path.front()) {
        return false;
      }
    }
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

bool GlobSet::add(std::string_view line)
{
  if (line.starts_with('#')) {
    return true;
  }
  while (line.ends_with(' ') && !line.ends_with("\\ ")) {
    line.remove_suffix(1);
  }
  if (line.empty()) {
    return true;
  }
  Rule rule;
  bool is_anchored = false;
  if (line.starts_with("\\!") || line.starts_with("\\#")) {
    line.remove_prefix(1);
    is_anchored = line.starts_with('/');
  } else {
    if (line.starts_with('!')) {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.starts_with('/')) {
      is_anchored = true;
      line.remove_prefix(1);
    }
  }
  if (line.ends_with('/')) {
    rule.directories_only = true;
    line.remove_suffix(1);
  }
  std::string pattern(line);
  if (!is_anchored && line.find('/') == std::string_view::npos && !line.starts_with("**/")) {
    pattern = "**/" + pattern;
  }
  if (pattern.ends_with("/**")) {
    pattern += "/*";
  }
  if (!expand(std::move(pattern), rule.patterns)) {
    return false;
  }
  m_rules.push_back(std::move(rule));
  return true;
}

const GlobSet::Rule* GlobSet::rule_for(std::string_view path, bool is_directory) const
{
  for (auto rule = m_rules.rbegin(); rule != m_rules.rend(); ++rule) {
    const auto fits = [&](const std::string& pattern) { return path_glob_matches(pattern, path); };
    if ((is_directory || !rule->directories_only) && std::ranges::any_of(rule->patterns, fits)) {
      return &*rule;
    }
  }
  return nullptr;
}

bool GlobSet::matches(std::string_view path, bool is_directory) const
{
  while (true) {
    if (const Rule* rule = rule_for(path, is_directory)) {
      return !rule->negated;
    }
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) {
      return false;
    }
    path = path.substr(0, slash);
    is_directory = true;
  }
}

} // namespace cargo_wasm::package
