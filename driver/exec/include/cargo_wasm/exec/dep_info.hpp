// rustc's `.d` files: make rules, plus the environment variables that `env!` looked at.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cargo_wasm::exec {

struct DepInfo
{
  std::vector<std::string> files; ///< of the first rule that has any, as written: relative to rustc's working directory or absolute
  std::vector<std::pair<std::string, std::optional<std::string>>> variables; ///< nullopt: looked at and not set
  bool operator==(const DepInfo&) const = default;
};

/// nullopt when the text is no dep-info: no rule in it, or a file name that ends in the escape character.
[[nodiscard]] std::optional<DepInfo> parse_dep_info(std::string_view text);

/// Takes out what it says of a variable, whose value nobody else is to read there.
void take_out_variable(std::string& text, std::string_view name);

/// One rule "target: a b", spaces escaped: what cargo leaves beside a final artifact for other build systems.
[[nodiscard]] std::string write_dep_info(std::string_view target, const std::vector<std::string>& files);

} // namespace cargo_wasm::exec
