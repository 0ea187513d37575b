#include "json_reader.hpp"

#include <cargo_wasm/base/text.hpp>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace cargo_wasm::registry_oci {

std::optional<nlohmann::json> parse_object(std::string_view text)
{
  using nlohmann::json;
  constexpr int k_most_levels = 64;
  std::vector<std::set<std::string>> open;
  bool is_sound = true;
  const json::parser_callback_t watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) {
      open.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open.pop_back();
    } else if (event == json::parse_event_t::key) {
      is_sound = is_sound && open.back().insert(parsed.get<std::string>()).second;
    }
    is_sound = is_sound && depth <= k_most_levels;
    return true;
  };
  json document = json::parse(text, watch, false);
  return is_sound && document.is_object() ? std::optional(std::move(document)) : std::nullopt;
}

std::optional<std::string> text_of(const nlohmann::json& object, const char* name)
{
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

bool is_web_page(std::string_view body)
{
  constexpr std::size_t k_looked_at = 512;
  return base::trim(body.substr(0, k_looked_at)).starts_with('<');
}

} // namespace cargo_wasm::registry_oci
