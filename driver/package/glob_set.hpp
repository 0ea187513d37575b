// `package.include` and `package.exclude`: patterns as in .gitignore, with the alternatives `{a,b}` that cargo's matcher (crates `ignore`
// and `globset`) knows besides.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::package {

class GlobSet
{
public:
  /// One line of a .gitignore. A comment, or nothing, adds nothing. False: it is no pattern.
  bool add(std::string_view line);
  /// The last rule that matches `path`, or else the nearest directory above it that a rule matches, decides. `path` has no slash in front.
  [[nodiscard]] bool matches(std::string_view path, bool is_directory) const;

private:
  struct Rule
  {
    std::vector<std::string> patterns; ///< without alternatives
    bool negated = false, directories_only = false;
  };
  [[nodiscard]] const Rule* rule_for(std::string_view path, bool is_directory) const;
  std::vector<Rule> m_rules;
};

/// `*` and `?` match no slash; `**` between slashes matches directories. No `{…}`.
[[nodiscard]] bool path_glob_matches(std::string_view pattern, std::string_view path);

} // namespace cargo_wasm::package
