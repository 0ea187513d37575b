// As much of the URL standard as package sources need: splitting, the normal form that the `url`
// crate gives what it parses, percent encoding, and form encoding of git references.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cargo_wasm::spec {

struct Url
{
  std::string scheme;    ///< lower case; may hold a '+' ("sparse+https")
  std::string authority; ///< "user@host:port"; empty for file URLs
  std::string path;      ///< starts with '/' unless empty
  std::optional<std::string> query, fragment;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string_view host() const;
};

/// nullopt for what is not `scheme://…`.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

[[nodiscard]] std::string percent_decode(std::string_view text);
/// application/x-www-form-urlencoded: blanks become '+'.
[[nodiscard]] std::string form_encode(std::string_view text);
[[nodiscard]] std::vector<std::pair<std::string, std::string>> form_pairs(std::string_view query);

} // namespace cargo_wasm::spec
