#include <cargo_wasm/manifest/manifest.hpp>

#include <algorithm>

namespace cargo_wasm::manifest {

std::string_view to_string(Edition edition)
{
  switch (edition) {
  case Edition::e2015:
    return "2015";
  case Edition::e2018:
    return "2018";
  case Edition::e2021:
    return "2021";
  case Edition::e2024:
    break;
  }
  return "2024";
}

std::string_view to_string(CrateType type)
{
  switch (type) {
  case CrateType::bin:
    return "bin";
  case CrateType::lib:
    return "lib";
  case CrateType::rlib:
    return "rlib";
  case CrateType::dylib:
    return "dylib";
  case CrateType::cdylib:
    return "cdylib";
  case CrateType::staticlib:
    return "staticlib";
  case CrateType::proc_macro:
    break;
  }
  return "proc-macro";
}

std::string CrateTarget::crate_name() const
{
  std::string result = name;
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

bool CrateTarget::is_linkable() const
{
  return is_lib() && std::any_of(crate_types.begin(), crate_types.end(), [](CrateType type) {
           return type == CrateType::lib || type == CrateType::rlib || type == CrateType::dylib || type == CrateType::proc_macro;
         });
}

bool CrateTarget::requires_upstream_objects() const
{
  if (kind != TargetKind::lib && kind != TargetKind::example) {
    return true;
  }
  return std::any_of(
      crate_types.begin(), crate_types.end(), [](CrateType type) { return type != CrateType::lib && type != CrateType::rlib; });
}

const CrateTarget* Manifest::library() const
{
  const auto found = std::find_if(targets.begin(), targets.end(), [](const CrateTarget& target) { return target.is_lib(); });
  return found == targets.end() ? nullptr : &*found;
}

const CrateTarget* Manifest::custom_build() const
{
  const auto found = std::find_if(targets.begin(), targets.end(), [](const CrateTarget& target) { return target.is_custom_build(); });
  return found == targets.end() ? nullptr : &*found;
}

} // namespace cargo_wasm::manifest
