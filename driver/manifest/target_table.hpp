// One target as written in the manifest or found in the directories.
#pragma once
#include "targets.hpp"

namespace cargo_wasm::manifest {

struct TargetSpec
{
  std::optional<std::string> name;
  std::optional<std::string> path; ///< relative to the package, as written or found
  std::optional<std::vector<std::string>> crate_types;
  std::optional<std::string> filename;
  std::optional<bool> test, doctest, bench, doc, harness, proc_macro;
  std::optional<std::vector<std::string>> required_features;
  Located edition;
  Position place;                         ///< of the table, or of its name
  const TomlDocument* document = nullptr; ///< null when found in the directories
};

/// What differs between the kinds of targets.
struct TargetKindTraits
{
  TargetKind kind;
  std::string_view key;        ///< "bin"
  std::string_view noun;       ///< "binary"
  std::string_view directory;  ///< "src/bin"
  std::string_view misspelt;   ///< "src/bins": where people put the files by mistake
  std::string_view switch_key; ///< "autobins"
};
[[nodiscard]] const TargetKindTraits& traits_of(TargetKind kind);

/// Reads the table of one target; `path` as people write it ("lib", "bin").
[[nodiscard]] TargetSpec read_target_spec(
    TargetContext& context, const TomlDocument& document, const TomlTable& table, Position place, const TargetKindTraits& traits);

struct FoundTarget
{
  std::string name, path;
};
/// `*.rs` and `*/main.rs` in `directory` of the package.
[[nodiscard]] std::vector<FoundTarget> find_targets(const ReadState& state, std::string_view directory);

/// The explicit and the implied targets of a kind, sorted by name, each with its path.
[[nodiscard]] std::vector<TargetSpec> collect_targets(
    TargetContext& context, const Fields& manifest, std::optional<bool> autodiscover, const TargetKindTraits& traits, bool has_lib);

/// Looks for the file of a named target without `path`. Empty: not found, the problem is reported as cargo does (at once for
/// binaries, as a critical warning otherwise).
[[nodiscard]] std::optional<std::string> infer_path(
    TargetContext& context, const TargetSpec& target, const std::vector<FoundTarget>& found, const TargetKindTraits& traits, bool has_lib);

} // namespace cargo_wasm::manifest
