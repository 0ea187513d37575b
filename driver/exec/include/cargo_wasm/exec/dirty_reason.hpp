// Why an action runs although it ran before: the first difference between its recorded and its present key, in the
// order a person would ask (toolchain, features, flags, environment, files, dependencies, outputs).
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::exec {

enum class DirtyKind : std::uint8_t {
  never_built,
  forced, ///< a dependency's result was not recorded, or a failed run came before
  toolchain_changed,
  program_changed,
  features_changed,      ///< old and new: lists of features
  profile_changed,       ///< old and new: the arguments that differ
  link_settings_changed, ///< old and new: the settings that differ, each with where it comes from
  arguments_changed,
  working_directory_changed,
  environment_changed, ///< subject: the variable
  source_changed,      ///< subject: the file
  source_missing,
  source_added,          ///< a new file in a package tree or in a rerun-if-changed directory
  package_changed,       ///< a registry package's checksum
  dependency_changed,    ///< subject: the package whose output differs
  script_output_changed, ///< the build script printed other directives
  output_missing,        ///< subject: the file
  output_changed,        ///< somebody wrote to a result
  record_unusable,       ///< written by another version of cargo-wasm
  made_once,             ///< the last result was good for that build only; subject: why
  dependency_dirty,      ///< --dry-run: a dependency would run first, so its result is unknown
};
[[nodiscard]] std::string_view to_string(DirtyKind kind); ///< "features-changed": the JSON value

struct DirtyReason
{
  DirtyKind kind = DirtyKind::never_built;
  std::string subject;              ///< a file, variable or package
  std::string old_value, new_value; ///< shown by --explain-rebuild where they say something
  auto operator<=>(const DirtyReason&) const = default;
};

/// One phrase: "the file `src/lib.rs` changed", "variable `FOO` changed from `a` to `b`".
[[nodiscard]] std::string describe(const DirtyReason& reason, bool with_values);

} // namespace cargo_wasm::exec
