// As much of URLs as answers of registries need: where a `Location` leads.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::registry_oci {

struct Url
{
  std::string scheme;    ///< "http" or "https"
  std::string authority; ///< host and port, in lower case; never with a user
  std::string rest;      ///< path and query, beginning with a slash
};
[[nodiscard]] std::string to_string(const Url& url);

/// nullopt: another scheme, a user's name in it, no host, or characters that have no place in a URL.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);
/// Where `location`, absolute or relative, leads from `base`; without its fragment.
[[nodiscard]] std::optional<Url> resolve_url(const Url& base, std::string_view location);
/// With `name=value` behind its query.
[[nodiscard]] std::string with_parameter(std::string url, std::string_view name, std::string_view value);
/// For a query: all but letters, digits and `-._~` as `%XX`.
[[nodiscard]] std::string percent_encoded(std::string_view text);

} // namespace cargo_wasm::registry_oci
