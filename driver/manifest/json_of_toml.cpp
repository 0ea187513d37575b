#include "json_of_toml.hpp"

#include <nlohmann/json.hpp>

namespace cargo_wasm::manifest {

namespace {

nlohmann::json convert(const TomlValue& value)
{
  if (const std::string* text = value.as_string()) {
    return *text;
  }
  if (const std::int64_t* integer = value.as_integer()) {
    return *integer;
  }
  if (const bool* boolean = value.as_bool()) {
    return *boolean;
  }
  if (const double* real = std::get_if<double>(&value.value)) {
    return *real;
  }
  if (const TomlDateTime* date = std::get_if<TomlDateTime>(&value.value)) {
    return {{"$__toml_private_datetime", date->text}};
  }
  if (const TomlArray* array = value.as_array()) {
    nlohmann::json result = nlohmann::json::array();
    for (const TomlValue& element : *array) {
      result.push_back(convert(element));
    }
    return result;
  }
  nlohmann::json result = nlohmann::json::object();
  for (const TomlMember& member : value.as_table()->members) {
    result[member.key] = convert(*member.value);
  }
  return result;
}

} // namespace

std::shared_ptr<const nlohmann::json> json_of(const TomlValue* value)
{
  return value == nullptr ? nullptr : std::make_shared<const nlohmann::json>(convert(*value));
}

} // namespace cargo_wasm::manifest
