#include "package_ignore.hpp"

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exec {

void IgnoreRules::add(std::string_view directory, std::string_view text)
{
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    while (line.ends_with(' ')) {
      line.remove_suffix(1);
    }
    Rule rule;
    rule.directory = directory;
    if (line.starts_with('!')) {
      rule.negated = true;
      line.remove_prefix(1);
    } else if (line.empty() || line.starts_with('#')) {
      continue;
    }
    if (line.ends_with('/')) {
      rule.directories_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) {
      line.remove_prefix(1);
    }
    rule.pattern = line;
    if (!rule.pattern.empty()) {
      m_rules.push_back(std::move(rule));
    }
  }
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const
{
  bool ignored = false;
  for (const Rule& rule : m_rules) {
    if (rule.negated != ignored || (rule.directories_only && !is_directory)) {
      continue; // it could not change the answer
    }
    std::string_view rest = path;
    if (!rule.directory.empty()) {
      if (!rest.starts_with(rule.directory) || rest.size() <= rule.directory.size() || rest[rule.directory.size()] != '/') {
        continue;
      }
      rest.remove_prefix(rule.directory.size() + 1);
    }
    const std::string_view name = rest.substr(rest.rfind('/') == std::string_view::npos ? 0 : rest.rfind('/') + 1);
    if (base::glob_matches(rule.pattern, rule.anchored ? rest : name)) {
      ignored = !rule.negated;
    }
  }
  return ignored;
}

} // namespace cargo_wasm::exec
