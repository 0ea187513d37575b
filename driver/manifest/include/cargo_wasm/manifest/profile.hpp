// `[profile.*]` as written: every setting optional, merged later by plan/profiles (cargo: workspace/profiles.rs).
// "Build profile" here, to keep it apart from host profiles.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::manifest {

struct BuildProfileToml
{
  std::optional<std::string> opt_level;               ///< "0".."3", "s", "z"
  std::optional<std::variant<bool, std::string>> lto; ///< true, false, "thin", "fat", "off"
  std::optional<std::string> codegen_backend;
  std::optional<std::uint32_t> codegen_units;
  std::optional<std::string> debug; ///< "0", "1", "2", "none", "limited", "full", "line-directives-only", "line-tables-only"
  std::optional<std::string> split_debuginfo;
  std::optional<bool> debug_assertions, rpath, overflow_checks, incremental;
  std::optional<std::string> panic; ///< "unwind", "abort", "immediate-abort"
  std::optional<std::string> dir_name, inherits;
  std::optional<std::variant<bool, std::string>> strip; ///< true/false, "none", "debuginfo", "symbols"
  std::optional<std::vector<std::string>> rustflags;    ///< unstable: an error on stable
  std::optional<bool> hint_mostly_unused;               ///< unstable: warned about
  std::map<std::string, BuildProfileToml> package;      ///< key: "*" or a package id spec
  std::shared_ptr<const BuildProfileToml> build_override;
};

/// Reads one `[profile.NAME]` table (also from configuration). Unknown keys are appended to `unused` as dotted
/// paths with their places. Errors: CW0140–CW0149.
[[nodiscard]] Result<BuildProfileToml> read_build_profile(const TomlDocument& document,
                                                          const TomlTable& table,
                                                          std::string_view dotted_name,
                                                          std::vector<std::pair<std::string, Position>>& unused);

/// Every key that `[profile.NAME]` may have, for suggestions.
[[nodiscard]] std::span<const std::string_view> build_profile_keys();

/// `over` wins where both are set; nested tables merge.
[[nodiscard]] BuildProfileToml merge(BuildProfileToml base, const BuildProfileToml& over);

} // namespace cargo_wasm::manifest
