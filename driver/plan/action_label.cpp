// What people and JSON readers are told about an action, in cargo's words (compiler/mod.rs descriptive_pkg_name, job_queue/mod.rs
// name_for_progress, util/machine_message.rs).
#include <fmt/format.h>

#include <cargo_wasm/manifest/package_json.hpp>

#include "action_context.hpp"
#include "message_json.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateTarget;
using manifest::TargetKind;

namespace {

std::string_view kind_text(const CrateTarget& target)
{
  switch (target.kind) {
  case TargetKind::lib:
    return target.proc_macro ? "proc-macro" : "lib";
  case TargetKind::bin:
    return "bin";
  case TargetKind::test:
    return "test";
  case TargetKind::bench:
    return "bench";
  case TargetKind::example:
    return "example";
  case TargetKind::custom_build:
    return "custom-build";
  }
  return "lib";
}

std::string described(const CrateTarget& target)
{
  switch (target.kind) {
  case TargetKind::lib:
    return "lib";
  case TargetKind::custom_build:
    return "build script";
  case TargetKind::bin:
  case TargetKind::test:
  case TargetKind::bench:
  case TargetKind::example:
    return fmt::format("{} \"{}\"", kind_text(target), target.name);
  }
  return "lib";
}

std::string progress_name(const Unit& unit)
{
  const std::string& package = unit.package->id().name().str();
  const CrateTarget& target = *unit.target;
  if (unit.mode == CompileMode::run_custom_build) {
    return package + "(build)";
  }
  if (unit.mode == CompileMode::doc) {
    return package + "(doc)";
  }
  const bool test = is_any_test(unit.mode);
  switch (target.kind) {
  case TargetKind::lib:
    return test ? target.name + "(test)" : package;
  case TargetKind::custom_build:
    return package + "(build.rs)";
  case TargetKind::bin:
    return target.name + (test ? "(bin test)" : "(bin)");
  case TargetKind::test:
    return target.name + "(test)";
  case TargetKind::bench:
    return target.name + "(bench)";
  case TargetKind::example:
    return target.name + (test ? "(example test)" : "(example)");
  }
  return package;
}

} // namespace

ActionLabel action_label(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  const CrateTarget& target = *unit.target;
  const spec::PackageId id = unit.package->id();
  const bool unit_test = is_any_test(unit.mode) && target.kind != TargetKind::test && target.kind != TargetKind::bench;
  ActionLabel label;
  label.package_display = id.display();
  label.package_id = spec::to_spec_string(id);
  label.crate_name = target.crate_name();
  label.target_kind = kind_text(target);
  label.verb = is_check(unit.mode) ? "Checking" : unit.mode == CompileMode::doc ? "Documenting" : "Compiling";
  label.package_name = id.name().str();
  label.package_version = to_string(id.version());
  label.description = fmt::format("`{}` ({}{})",
                                  id.name(),
                                  described(target),
                                  unit_test                       ? " test"
                                  : unit.mode == CompileMode::doc ? " doc"
                                                                  : "");
  label.progress_name = progress_name(unit);
  if (unit.is_local() && !target.is_custom_build()) {
    label.fix_arguments = fmt::format("--{} -p {}{}", described(target), id.name(), unit_test ? " --tests" : "");
  }
  label.is_local = unit.is_local();
  label.is_root = context.is_root[index];
  label.unit = index;
  return label;
}

std::shared_ptr<const nlohmann::json> artifact_message(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  nlohmann::json message;
  message["reason"] = "compiler-artifact";
  message["package_id"] = spec::to_spec_string(unit.package->id());
  message["manifest_path"] = unit.package->manifest->file.native();
  message["target"] = manifest::target_to_json(*unit.target, unit.target->crate_types);
  message["profile"] = {{"opt_level", unit.profile.opt_level.view()},
                        {"debuginfo", debuginfo_json(unit.profile.debuginfo.level)},
                        {"debug_assertions", unit.profile.debug_assertions},
                        {"overflow_checks", unit.profile.overflow_checks},
                        {"test", is_any_test(unit.mode)}};
  nlohmann::json& features = message["features"] = nlohmann::json::array();
  for (const InternedString feature : unit.features) {
    features.push_back(feature.view());
  }
  return std::make_shared<const nlohmann::json>(std::move(message));
}

} // namespace cargo_wasm::plan
