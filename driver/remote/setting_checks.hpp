// What the tables of servers have in common: addresses, and where a wrong value stands.
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::remote {

enum class Protocol : std::uint8_t { none, http, https, grpc, grpcs };

inline Protocol protocol_of(std::string_view url)
{
  constexpr std::array<std::pair<std::string_view, Protocol>, 4> k_schemes = {
      {{"http://", Protocol::http}, {"https://", Protocol::https}, {"grpc://", Protocol::grpc}, {"grpcs://", Protocol::grpcs}}};
  for (const auto& [scheme, protocol] : k_schemes) {
    if (url.starts_with(scheme) && url.size() > scheme.size() && url[scheme.size()] != '/') {
      return protocol;
    }
  }
  return Protocol::none;
}

/// HOST:PORT
inline std::string_view authority_of(std::string_view url)
{
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
}

inline bool is_on_this_machine(std::string_view url)
{
  const std::string_view authority = authority_of(url);
  const std::string_view host =
      authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1) : authority.substr(0, authority.find(':'));
  const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos; // `127.example.org` is a name
  return host == "localhost" || host == "[::1]" || (is_address && host.starts_with("127."));
}

/// A name and a password, or a token, as addresses can have them.
inline bool holds_secret(std::string_view url)
{
  return authority_of(url).find('@') != std::string_view::npos;
}

/// Whether anybody on the way reads what is sent there.
inline bool is_sent_in_the_clear(std::string_view url)
{
  const Protocol protocol = protocol_of(url);
  return (protocol == Protocol::http || protocol == Protocol::grpc) && !is_on_this_machine(url);
}

inline bool is_variable_name(std::string_view text)
{
  return !text.empty() && text.find_first_of("= \t\n") == std::string_view::npos;
}

/// With the line that says so, or the variable.
inline Error in_file(const manifest::Config& config, Error error, const manifest::Definition& definition, std::string label = {})
{
  if (definition.kind == manifest::Definition::Kind::file) {
    return std::move(error).at(config.span(definition, std::move(label)));
  }
  return std::move(error).note(fmt::format("it is set by {}", definition.display()));
}

} // namespace cargo_wasm::remote
