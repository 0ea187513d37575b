#include "url.hpp"

#include "version_text.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/spec/source_id.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::spec {
namespace {

/// Special schemes have a host in lower case, a default port and never an empty path.
struct SpecialScheme
{
  std::string_view name, default_port;
};
constexpr SpecialScheme k_special_schemes[] = {
    {"https", ":443"}, {"http", ":80"}, {"file", ""}, {"ftp", ":21"}, {"ws", ":80"}, {"wss", ":443"}};

const SpecialScheme* special_scheme(std::string_view scheme)
{
  const auto* const found =
      std::find_if(std::begin(k_special_schemes), std::end(k_special_schemes), [&](const SpecialScheme& s) { return s.name == scheme; });
  return found == std::end(k_special_schemes) ? nullptr : found;
}

std::string encode(std::string_view text, std::string_view reserved)
{
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || reserved.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

/// "." and ".." segments removed, as parsing a URL does.
std::string without_dot_segments(std::string_view path)
{
  std::vector<std::string_view> kept;
  bool ends_with_slash = false;
  for (const std::string_view segment : base::split(path.substr(1), '/')) {
    ends_with_slash = segment == "." || segment == ".." || segment.empty();
    if (segment == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (out.empty() || (ends_with_slash && out.back() != '/')) {
    out += '/';
  }
  return out;
}

int hex_value(char c)
{
  if (is_digit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

std::string Url::text() const
{
  std::string out = scheme + "://" + authority + path;
  out += query ? "?" + *query : "";
  out += fragment ? "#" + *fragment : "";
  return out;
}

std::string_view Url::host() const
{
  std::string_view host = authority;
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  return host;
}

std::optional<Url> parse_url(std::string_view text)
{
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos || separator == 0) {
    return std::nullopt;
  }
  Url out;
  out.scheme = base::to_lower(text.substr(0, separator));
  const auto is_scheme_char = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  if (!is_letter(out.scheme.front()) || !std::all_of(out.scheme.begin(), out.scheme.end(), is_scheme_char)) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(separator + 3);
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    out.fragment = encode(rest.substr(hash + 1), "\"<>`");
    rest = rest.substr(0, hash);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    out.query = encode(rest.substr(mark + 1), "\"<>");
    rest = rest.substr(0, mark);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  out.authority = std::string(rest.substr(0, slash));
  out.path = encode(rest.substr(slash), "\"<>`{}");
  if (const SpecialScheme* special = special_scheme(out.scheme)) {
    const std::size_t at = out.authority.rfind('@');
    const std::size_t host_at = at == std::string::npos ? 0 : at + 1;
    out.authority = out.authority.substr(0, host_at) + base::to_lower(std::string_view(out.authority).substr(host_at));
    if (!special->default_port.empty() && out.authority.ends_with(special->default_port)) {
      out.authority.resize(out.authority.size() - special->default_port.size());
    }
    if (out.scheme == "file" && out.authority == "localhost") {
      out.authority.clear();
    }
    if (out.path.empty()) {
      out.path = "/";
    }
    if (out.scheme != "file" && out.authority.empty()) {
      return std::nullopt;
    }
  }
  if (!out.path.empty()) {
    out.path = without_dot_segments(out.path);
  }
  return out;
}

std::string percent_decode(std::string_view text)
{
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string form_encode(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (is_digit(c) || is_letter(c) || c == '*' || c == '-' || c == '.' || c == '_') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> form_pairs(std::string_view query)
{
  const auto decoded = [](std::string_view text) {
    std::string blanks(text);
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    return percent_decode(blanks);
  };
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view pair : base::split(query, '&')) {
    if (!pair.empty()) {
      const std::size_t equals = std::min(pair.find('='), pair.size());
      out.emplace_back(decoded(pair.substr(0, equals)), decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
  }
  return out;
}

std::string canonical_url(std::string_view text)
{
  std::optional<Url> url = parse_url(text);
  if (!url) {
    return std::string(text);
  }
  // The slash of an empty path stays: directories of registries are named by a hash of this text.
  if (url->path.size() > 1 && url->path.ends_with('/')) {
    url->path.pop_back();
  }
  if (url->scheme.find('+') != std::string::npos) {
    return url->text();
  }
  if (url->host() == "github.com") {
    url->scheme = "https";
    url->path = base::to_lower(url->path);
  }
  if (url->path.ends_with(".git")) {
    url->path.resize(url->path.size() - 4);
  }
  return url->text();
}

std::string file_url(const base::Path& path)
{
  std::string out = "file://";
  for (const base::Path& part : path.relative_path()) {
    const std::string& name = part.native();
    if (!name.empty() && name != ".") {
      out += '/';
      out += encode(name, "\"#<>`?{}/%\\");
    }
  }
  return out.size() == 7 ? out + '/' : out;
}

std::optional<base::Path> path_of_file_url(std::string_view text)
{
  const std::optional<Url> url = parse_url(text);
  if (!url || url->scheme != "file" || !url->authority.empty()) {
    return std::nullopt;
  }
  return base::Path(percent_decode(url->path));
}

} // namespace cargo_wasm::spec
