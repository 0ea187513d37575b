#include <cargo_wasm/wit/model.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::wit {

std::string to_string(const PackageName& package)
{
  return fmt::format("{}:{}{}{}", package.space, package.name, package.version.empty() ? "" : "@", package.version);
}

Index Model::package_of(const PackageName& name)
{
  if (const auto found = find_package(name)) {
    return *found;
  }
  packages.push_back({name, {}, {}});
  return static_cast<Index>(packages.size() - 1);
}

std::optional<Index> Model::find_package(const PackageName& name) const
{
  const auto found = std::find_if(packages.begin(), packages.end(), [&](const Package& package) { return package.name == name; });
  return found == packages.end() ? std::nullopt : std::optional(static_cast<Index>(found - packages.begin()));
}

std::string full_name(const Model& model, const Interface& interface)
{
  if (!interface.package) {
    return interface.name;
  }
  const PackageName& package = model.packages[*interface.package].name;
  return fmt::format("{}:{}/{}{}{}", package.space, package.name, interface.name, package.version.empty() ? "" : "@", package.version);
}

std::string full_name(const Model& model, const WorldItem& item)
{
  return item.name.empty() ? full_name(model, model.interfaces[item.index]) : item.name;
}

std::optional<InterfaceName> split_interface_name(std::string_view text)
{
  const auto slash = text.rfind('/', text.find('@'));
  const auto colon = text.substr(0, slash).rfind(':');
  if (slash == std::string_view::npos || colon == std::string_view::npos) {
    return std::nullopt;
  }
  InterfaceName name;
  name.package.space = text.substr(0, colon);
  name.package.name = text.substr(colon + 1, slash - colon - 1);
  const auto at = text.find('@', slash);
  name.name = text.substr(slash + 1, at == std::string_view::npos ? at : at - slash - 1);
  name.package.version = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return name;
}

bool versions_fit(std::string_view wanted, std::string_view offered)
{
  if (wanted == offered) {
    return true;
  }
  const auto first = spec::parse_version(wanted);
  const auto second = spec::parse_version(offered);
  return first && second && first->pre.empty() && second->pre.empty() &&
         spec::compatibility_key(*first) == spec::compatibility_key(*second);
}

FunctionName split_function_name(std::string_view name)
{
  const auto close = name.starts_with('[') ? name.find(']') : std::string_view::npos;
  if (close == std::string_view::npos) {
    return {FunctionKind::plain, {}, name};
  }
  const std::string_view word = name.substr(1, close - 1);
  const std::string_view rest = name.substr(close + 1);
  if (word == "constructor") {
    return {FunctionKind::constructor, rest, "constructor"};
  }
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos || (!word.ends_with("method") && !word.ends_with("static"))) {
    return {FunctionKind::plain, {}, rest}; // "[async]run"
  }
  return {word.ends_with("method") ? FunctionKind::method : FunctionKind::static_, rest.substr(0, dot), rest.substr(dot + 1)};
}

Type without_aliases(const Model& model, Type type)
{
  while (!type.primitive && model.types[type.index].kind == TypeKind::alias && model.types[type.index].first) {
    type = *model.types[type.index].first;
  }
  return type;
}

} // namespace cargo_wasm::wit
