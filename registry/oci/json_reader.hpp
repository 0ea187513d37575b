// JSON that others wrote, read so that all readers see the same: objects with a member twice are refused.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace cargo_wasm::registry_oci {

/// An object; nullopt: no JSON, something else, a member twice, or nested deeper than 64.
[[nodiscard]] std::optional<nlohmann::json> parse_object(std::string_view text);
/// A text member; nullopt: not there, or no text.
[[nodiscard]] std::optional<std::string> text_of(const nlohmann::json& object, const char* name);
/// "<html>…": what a proxy or a login page answers.
[[nodiscard]] bool is_web_page(std::string_view body);

} // namespace cargo_wasm::registry_oci
