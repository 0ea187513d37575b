// `--unit-graph` (cargo: compiler/unit_graph.rs, version 1).
#include <cargo_wasm/plan/unit_graph.hpp>

#include <cargo_wasm/manifest/package_json.hpp>

#include "message_json.hpp"

namespace cargo_wasm::plan {

using nlohmann::ordered_json;

namespace {

template <class T> ordered_json or_null(const std::optional<T>& value)
{
  return value ? ordered_json(std::string_view(*value)) : ordered_json();
}

ordered_json strip_json(const Strip& strip)
{
  ordered_json inner = "None";
  if (strip.kind == Strip::Kind::named) {
    inner = ordered_json::object({{"Named", strip.name.view()}});
  }
  return ordered_json::object({{strip.deferred ? "deferred" : "resolved", inner}});
}

ordered_json profile_json(const BuildProfile& profile)
{
  ordered_json json;
  json["name"] = profile.name.view();
  json["opt_level"] = profile.opt_level.view();
  json["lto"] = lto_name(profile.lto);
  json["codegen_backend"] = or_null(profile.codegen_backend);
  json["codegen_units"] = profile.codegen_units ? ordered_json(*profile.codegen_units) : ordered_json();
  json["debuginfo"] = debuginfo_json(profile.debuginfo.level);
  json["split_debuginfo"] = or_null(profile.split_debuginfo);
  json["debug_assertions"] = profile.debug_assertions;
  json["overflow_checks"] = profile.overflow_checks;
  json["rpath"] = profile.rpath;
  json["incremental"] = profile.incremental;
  json["panic"] = panic_name(profile.panic);
  json["strip"] = strip_json(profile.strip);
  return json;
}

ordered_json unit_json(const Unit& unit)
{
  ordered_json json;
  json["pkg_id"] = spec::to_spec_string(unit.package->id());
  json["target"] = manifest::target_to_json(*unit.target, unit.crate_types);
  if (unit.is_std && unit.target->is_lib()) {
    json["target"]["kind"] = json["target"]["crate_types"]; // std's dylib is none here
  }
  json["profile"] = profile_json(unit.profile);
  json["platform"] = or_null(unit.kind.triple);
  json["mode"] = to_string(unit.mode);
  ordered_json& features = json["features"] = ordered_json::array();
  for (const InternedString feature : unit.features) {
    features.push_back(feature.view());
  }
  if (unit.is_std) {
    json["is_std"] = true;
  }
  ordered_json& dependencies = json["dependencies"] = ordered_json::array();
  for (const UnitDependency& dependency : unit.dependencies) {
    // Cargo shows the last three only where unstable features are allowed, which the option itself needs there.
    dependencies.push_back({{"index", dependency.unit},
                            {"extern_crate_name", dependency.extern_name.view()},
                            {"public", dependency.is_public},
                            {"noprelude", dependency.no_prelude},
                            {"nounused", dependency.no_unused}});
  }
  return json;
}

} // namespace

std::string unit_graph_json(const UnitGraph& graph)
{
  ordered_json json;
  json["version"] = 1;
  ordered_json& units = json["units"] = ordered_json::array();
  for (const Unit& unit : graph.units) {
    units.push_back(unit_json(unit));
  }
  json["roots"] = graph.roots;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace cargo_wasm::plan
