#include <cargo_wasm/registry_oci/names.hpp>

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_oci {
namespace {

constexpr std::size_t k_max_repository_bytes = 255; // with the host, which many registries count in
constexpr std::size_t k_max_tag_bytes = 128;
constexpr std::string_view k_scheme = "oci://";
constexpr std::string_view k_digest_prefix = "sha256:";

bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

// A label of the component model, in lower case as registries need it.
bool is_label(std::string_view text)
{
  if (text.empty() || !is_lower(text.front()) || text.back() == '-' || text.find("--") != std::string_view::npos) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = is_lower(text[i]) || text[i] == '-' || (is_digit(text[i]) && text[i - 1] != '-');
    if (!fits) {
      return false;
    }
  }
  return true;
}

// A part of a repository's name: letters and digits, between them `.`, `_`, `__` or any number of `-`.
bool is_path_component(std::string_view text)
{
  const auto is_alnum = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !is_alnum(text.front()) || !is_alnum(text.back())) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of("._-", i), text.size());
    if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.begin() + static_cast<std::ptrdiff_t>(end), is_alnum)) {
      return false;
    }
    std::size_t next = end;
    while (next < text.size() && !is_alnum(text[next])) {
      ++next;
    }
    const std::string_view separator = text.substr(end, next - end);
    const bool fits = separator.empty() || separator == "." || separator == "_" || separator == "__" ||
                      separator.find_first_not_of('-') == std::string_view::npos;
    if (!fits) {
      return false;
    }
    i = next;
  }
  return true;
}

bool is_host(std::string_view text)
{
  const auto fits = [](char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) && text.front() != '-' && text.front() != ':' && text.back() != ':';
}

// Without its port.
std::string_view host_name(std::string_view host)
{
  if (host.starts_with('[')) {
    return host.substr(0, std::min(host.find(']') + 1, host.size()));
  }
  return host.substr(0, host.find(':'));
}

Error wrong_name(std::string message, std::string help)
{
  return Error("CW1150", std::move(message), Blame::usage).help(std::move(help));
}

Result<> check_place(const Place& place)
{
  if (!is_host(place.host)) {
    return fail(wrong_name(fmt::format("`{}` is not the host of a registry", place.host), "`registry.example` or `registry.example:5000`"));
  }
  // Behind the prefix stands a namespace, which begins with a letter.
  const std::string path = place.prefix + "a";
  for (const std::string_view part : base::split(path, '/')) {
    if (!is_path_component(part)) {
      return fail(wrong_name(fmt::format("`{}` cannot be the beginning of a repository's name", place.prefix),
                             "small letters and digits, between them `-`, `.`, `_` or `__`, parts separated by `/`"));
    }
  }
  return {};
}

} // namespace

std::string to_string(const PackageName& package)
{
  return package.space + ":" + package.name;
}

Result<PackageName> parse_package_name(std::string_view text)
{
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_label(text.substr(0, colon)) || !is_label(text.substr(colon + 1))) {
    return fail(wrong_name(fmt::format("`{}` is not the name of a package", text),
                           "`namespace:name`, each of small letters and digits with single `-` between words"));
  }
  return PackageName{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

Result<Place> parse_place(std::string_view text)
{
  if (!text.starts_with(k_scheme)) {
    return fail(wrong_name(fmt::format("`{}` is not the address of an OCI registry", text),
                           "`oci://HOST/PREFIX`, as in `oci://registry.example/acme`"));
  }
  const std::string_view rest = text.substr(k_scheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  std::string_view prefix = rest.substr(std::min(slash + 1, rest.size()));
  if (prefix.ends_with('/')) {
    prefix.remove_suffix(1);
  }
  Place place{std::string(rest.substr(0, slash)), prefix.empty() ? std::string() : std::string(prefix) + "/"};
  CW_TRY(check_place(place));
  return place;
}

std::string to_string(const Place& place)
{
  return fmt::format("{}{}/{}", k_scheme, place.host, place.prefix);
}

std::string to_string(const Repository& repository)
{
  return repository.host + "/" + repository.name;
}

Result<Repository> repository_of(const Place& place, const PackageName& package)
{
  CW_TRY(check_place(place));
  Repository made{place.host, fmt::format("{}{}/{}", place.prefix, package.space, package.name)};
  if (to_string(made).size() > k_max_repository_bytes) {
    return fail(wrong_name(fmt::format("the repository `{}` has too long a name", to_string(made)),
                           fmt::format("at most {} bytes, the host included", k_max_repository_bytes)));
  }
  return made;
}

bool is_loopback(std::string_view host)
{
  const std::string name = base::to_lower(host_name(host));
  if (name == "localhost" || name == "[::1]") {
    return true;
  }
  const auto numbers = base::split(name, '.');
  const auto is_number = [](std::string_view part) {
    return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), is_digit);
  };
  return numbers.size() == 4 && numbers[0] == "127" && std::all_of(numbers.begin(), numbers.end(), is_number);
}

std::string base_url(std::string_view host)
{
  return fmt::format("{}://{}", is_loopback(host) ? "http" : "https", host);
}

Result<std::string> tag_of(std::string_view version)
{
  std::string tag(version);
  std::replace(tag.begin(), tag.end(), '+', '_');
  if (tag.empty() || tag.size() > k_max_tag_bytes) {
    return fail(
        wrong_name(fmt::format("the version `{}` cannot be a tag", version), fmt::format("a tag has at most {} bytes", k_max_tag_bytes)));
  }
  return tag;
}

std::string version_of(std::string_view tag)
{
  std::string version(tag);
  std::replace(version.begin(), version.end(), '_', '+');
  return version;
}

std::string digest_text(const Sha256& digest)
{
  return std::string(k_digest_prefix) + base::to_hex(digest);
}

std::optional<Sha256> parse_digest(std::string_view text)
{
  return text.starts_with(k_digest_prefix) ? base::parse_sha256(text.substr(k_digest_prefix.size())) : std::nullopt;
}

} // namespace cargo_wasm::registry_oci
