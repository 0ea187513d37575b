// The part of .gitignore that decides what belongs to a package when nothing says `rerun-if-changed`
// (cargo: sources/path.rs asks git itself).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::exec {

class IgnoreRules
{
public:
  /// `directory` holds the .gitignore; "" for the listing's root, else "a/b".
  void add(std::string_view directory, std::string_view text);
  /// `path` is relative to the listing's root. The last rule that matches wins.
  [[nodiscard]] bool ignores(std::string_view path, bool is_directory) const;

private:
  struct Rule
  {
    std::string directory, pattern;
    bool negated = false, directories_only = false, anchored = false;
  };
  std::vector<Rule> m_rules;
};

} // namespace cargo_wasm::exec
