// Shared JSON objects, keys in cargo's order.
#include "message_json.hpp"

#include <algorithm>

namespace cargo_wasm::plan {

using manifest::CrateTarget;
using manifest::CrateType;
using manifest::TargetKind;
using nlohmann::ordered_json;

namespace {

ordered_json names(const std::vector<CrateType>& types)
{
  ordered_json list = ordered_json::array();
  for (const CrateType type : types) {
    list.push_back(manifest::to_string(type));
  }
  return list;
}

ordered_json kind_json(const CrateTarget& target)
{
  switch (target.kind) {
  case TargetKind::lib:
    return names(target.crate_types);
  case TargetKind::bin:
    return ordered_json::array({"bin"});
  case TargetKind::test:
    return ordered_json::array({"test"});
  case TargetKind::bench:
    return ordered_json::array({"bench"});
  case TargetKind::example:
    return ordered_json::array({"example"});
  case TargetKind::custom_build:
    return ordered_json::array({"custom-build"});
  }
  return ordered_json::array();
}

bool is_doctestable(const CrateTarget& target)
{
  return target.is_lib() && std::ranges::any_of(target.crate_types, [](CrateType t) {
           return t == CrateType::rlib || t == CrateType::lib || t == CrateType::proc_macro;
         });
}

} // namespace

ordered_json target_json(const CrateTarget& target, const std::vector<CrateType>& crate_types)
{
  ordered_json json;
  json["kind"] = kind_json(target);
  json["crate_types"] = names(crate_types);
  json["name"] = target.name;
  json["src_path"] = target.source.native();
  json["edition"] = manifest::to_string(target.edition);
  if (target.required_features) {
    json["required-features"] = *target.required_features;
  }
  json["doc"] = target.documented;
  json["doctest"] = target.doctested && is_doctestable(target);
  json["test"] = target.tested;
  return json;
}

ordered_json debuginfo_json(DebugInfoLevel level)
{
  switch (level) {
  case DebugInfoLevel::none:
    return 0;
  case DebugInfoLevel::limited:
    return 1;
  case DebugInfoLevel::full:
    return 2;
  case DebugInfoLevel::line_directives_only:
  case DebugInfoLevel::line_tables_only:
    return to_string(level);
  }
  return 0;
}

} // namespace cargo_wasm::plan
