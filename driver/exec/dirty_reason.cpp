#include <array>

#include <fmt/format.h>

#include <cargo_wasm/exec/dirty_reason.hpp>

namespace cargo_wasm::exec {

std::string_view to_string(DirtyKind kind)
{
  switch (kind) {
  case DirtyKind::never_built:
    return "never-built";
  case DirtyKind::forced:
    return "forced";
  case DirtyKind::toolchain_changed:
    return "toolchain-changed";
  case DirtyKind::program_changed:
    return "program-changed";
  case DirtyKind::features_changed:
    return "features-changed";
  case DirtyKind::profile_changed:
    return "profile-changed";
  case DirtyKind::link_settings_changed:
    return "link-settings-changed";
  case DirtyKind::arguments_changed:
    return "arguments-changed";
  case DirtyKind::working_directory_changed:
    return "working-directory-changed";
  case DirtyKind::environment_changed:
    return "environment-changed";
  case DirtyKind::source_changed:
    return "source-changed";
  case DirtyKind::source_missing:
    return "source-missing";
  case DirtyKind::source_added:
    return "source-added";
  case DirtyKind::package_changed:
    return "package-changed";
  case DirtyKind::dependency_changed:
    return "dependency-changed";
  case DirtyKind::script_output_changed:
    return "script-output-changed";
  case DirtyKind::output_missing:
    return "output-missing";
  case DirtyKind::output_changed:
    return "output-changed";
  case DirtyKind::record_unusable:
    return "record-unusable";
  case DirtyKind::made_once:
    return "made-once";
  case DirtyKind::dependency_dirty:
    return "dependency-dirty";
  }
  return "unknown";
}

namespace {

std::string phrase(const DirtyReason& reason)
{
  switch (reason.kind) {
  case DirtyKind::never_built:
    return "it was not built before";
  case DirtyKind::forced:
    return "its last result was not kept";
  case DirtyKind::toolchain_changed:
    return "the toolchain changed";
  case DirtyKind::program_changed:
    return "the program that runs changed";
  case DirtyKind::features_changed:
    return "the features changed";
  case DirtyKind::profile_changed:
    return "the profile settings changed";
  case DirtyKind::link_settings_changed:
    return "the link settings changed";
  case DirtyKind::arguments_changed:
    return "the arguments changed";
  case DirtyKind::working_directory_changed:
    return "the working directory changed";
  case DirtyKind::environment_changed:
    return fmt::format("the environment variable `{}` changed", reason.subject);
  case DirtyKind::source_changed:
    return fmt::format("the file `{}` changed", reason.subject);
  case DirtyKind::source_missing:
    return fmt::format("the file `{}` is missing", reason.subject);
  case DirtyKind::source_added:
    return fmt::format("the file `{}` is new", reason.subject);
  case DirtyKind::package_changed:
    return "the package's checksum changed";
  case DirtyKind::dependency_changed:
    return fmt::format("the dependency `{}` changed", reason.subject);
  case DirtyKind::script_output_changed:
    return "its build script printed other instructions";
  case DirtyKind::output_missing:
    return fmt::format("the result `{}` is missing", reason.subject);
  case DirtyKind::output_changed:
    return fmt::format("the result `{}` was changed by somebody else", reason.subject);
  case DirtyKind::record_unusable:
    return "the record of its last build cannot be used";
  case DirtyKind::made_once:
    return fmt::format("its last result was good for that build only: {}", reason.subject);
  case DirtyKind::dependency_dirty:
    return fmt::format("the dependency `{}` would be built first", reason.subject);
  }
  return "of an unknown reason";
}

} // namespace

std::string describe(const DirtyReason& reason, bool with_values)
{
  std::string text = phrase(reason);
  if (with_values && (!reason.old_value.empty() || !reason.new_value.empty())) {
    text += fmt::format(" (was `{}`, is `{}`)", reason.old_value, reason.new_value);
  }
  return text;
}

} // namespace cargo_wasm::exec
