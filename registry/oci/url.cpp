#include "url.hpp"

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_oci {

std::string to_string(const Url& url)
{
  return fmt::format("{}://{}{}", url.scheme, url.authority, url.rest);
}

std::optional<Url> parse_url(std::string_view text)
{
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  Url url;
  url.scheme = base::to_lower(text.substr(0, colon));
  const std::string_view behind = text.substr(colon + 3);
  const std::size_t slash = std::min(behind.find_first_of("/?#"), behind.size());
  url.authority = base::to_lower(behind.substr(0, slash));
  const std::string_view rest = behind.substr(slash, std::min(behind.find('#'), behind.size()) - slash);
  url.rest = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
  const bool fits = (url.scheme == "http" || url.scheme == "https") && !url.authority.empty() &&
                    url.authority.find('@') == std::string::npos && std::all_of(text.begin(), text.end(), is_plain);
  return fits ? std::optional(std::move(url)) : std::nullopt;
}

std::optional<Url> resolve_url(const Url& base, std::string_view location)
{
  if (location.empty()) {
    return std::nullopt;
  }
  if (location.starts_with("//")) {
    return parse_url(fmt::format("{}:{}", base.scheme, location));
  }
  if (location.starts_with('/')) {
    return parse_url(fmt::format("{}://{}{}", base.scheme, base.authority, location));
  }
  if (location.find("://") < location.find_first_of("/?#")) {
    return parse_url(location);
  }
  const std::string_view path = std::string_view(base.rest).substr(0, base.rest.find('?'));
  return parse_url(fmt::format("{}://{}{}{}", base.scheme, base.authority, path.substr(0, path.rfind('/') + 1), location));
}

std::string with_parameter(std::string url, std::string_view name, std::string_view value)
{
  url += url.find('?') == std::string::npos ? '?' : '&';
  url.append(name).append("=").append(percent_encoded(value));
  return url;
}

std::string percent_encoded(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

} // namespace cargo_wasm::registry_oci
