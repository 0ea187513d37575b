// Names of OCI registries: hosts, repositories, tags and digests, and where a package `ns:name` lives in one. All of them become parts of
// URLs, so nothing gets into one that the distribution specification does not allow there.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_oci {

using base::Sha256;

/// "my:calculator": two labels of the component model.
struct PackageName
{
  std::string space, name;
  auto operator<=>(const PackageName&) const = default;
};
[[nodiscard]] std::string to_string(const PackageName& package);
/// Errors: CW1150.
[[nodiscard]] Result<PackageName> parse_package_name(std::string_view text);

/// Where packages of a registry stand: repositories `prefix` + `ns/name` of a host.
struct Place
{
  std::string host;   ///< "registry.example", "127.0.0.1:5000"
  std::string prefix; ///< in front of the namespace as it is: "acme/", perhaps empty
  bool operator==(const Place&) const = default;
};
/// "oci://HOST/PREFIX", with or without a slash at its end. Errors: CW1150.
[[nodiscard]] Result<Place> parse_place(std::string_view text);
/// "oci://HOST/PREFIX"
[[nodiscard]] std::string to_string(const Place& place);

struct Repository
{
  std::string host, name;
  bool operator==(const Repository&) const = default;
};
/// "HOST/NAME"
[[nodiscard]] std::string to_string(const Repository& repository);
/// Errors: CW1150 a host or prefix that cannot stand in an address, a name longer than 255 bytes.
[[nodiscard]] Result<Repository> repository_of(const Place& place, const PackageName& package);

/// 127.0.0.0/8, `localhost`, `[::1]`, with or without a port: the only hosts that are spoken to without TLS.
[[nodiscard]] bool is_loopback(std::string_view host);
/// "https://HOST", "http://HOST" for a loopback one.
[[nodiscard]] std::string base_url(std::string_view host);

/// A version as a tag: `+` is not allowed in one, and is `_` there. Errors: CW1150 longer than the 128 bytes of a tag.
[[nodiscard]] Result<std::string> tag_of(std::string_view version);
/// The version a tag may stand for; the reverse of `tag_of`.
[[nodiscard]] std::string version_of(std::string_view tag);

/// "sha256:HEX"
[[nodiscard]] std::string digest_text(const Sha256& digest);
/// nullopt for other algorithms, too.
[[nodiscard]] std::optional<Sha256> parse_digest(std::string_view text);

} // namespace cargo_wasm::registry_oci
