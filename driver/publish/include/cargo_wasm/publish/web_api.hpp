// cargo's web API and sparse index, as somebody needs them who changes a registry (doc/src/reference/registry-web-api.md). Every request is
// sent once: what becomes of one that got no answer is for the caller to find out.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::publish {

/// A registry that is written to.
struct Registry
{
  std::string name;           ///< as in the configuration; the address where it has none there
  std::string index;          ///< "sparse+https://…/"
  std::string canonical = {}; ///< what it calls itself in statements; empty: its index
  [[nodiscard]] std::string index_base() const { return index.substr(index.find('+') + 1); }
};

/// What `config.json` says.
struct RegistryFacts
{
  std::string api; ///< without a slash at the end
  bool auth_required = false;
  bool takes_signatures = false; ///< it has the member `cargo-wasm`
  bool takes_components = false; ///< beside a version, by `PUT /api/v1/cargo-wasm/components/NAME`
  std::uint64_t set_bytes = 0;   ///< the longest body of a set of versions that become visible together; 0: it takes no sets
};

/// Appends what cargo's publications consist of: bytes behind their length, four bytes, little-endian.
void append_part(std::string& body, std::string_view bytes);

/// An answer of any status.
struct ApiAnswer
{
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
  [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

/// Sends one request and waits. No redirect is followed: a token is for one address. Errors: those of HttpHandler::on_done; CW1058 somebody
/// asked to stop meanwhile, so that nobody knows what became of the request.
[[nodiscard]] Result<ApiAnswer> ask(base::HttpClient& http, base::HttpRequest request, const std::function<bool()>& stopped = {});

/// Errors: CW1050 no `config.json`, or one that names no API; those of the network. `token`: sent where it is not empty.
[[nodiscard]] Result<RegistryFacts> read_facts(base::HttpClient& http, const Registry& registry, const std::string& token);

/// A version as the index has it.
struct IndexedVersion
{
  std::string checksum;
  bool yanked = false;
  std::string component = {}; ///< hexadecimal SHA-256 of the manifest of the one beside it; empty: none
};
/// nullopt: it is not there. Errors: CW1051 the index answered with something else; those of the network.
[[nodiscard]] Result<std::optional<IndexedVersion>>
find_version(base::HttpClient& http, const Registry& registry, std::string_view name, std::string_view version, const std::string& token);

/// A request of the API; `path` begins with "/api/v1/". The answer's JSON. Errors: CW1052 with what the registry says; those of the
/// network.
struct ApiRequest
{
  std::string method, path;
  std::string body = {};
  std::string token = {};
};
[[nodiscard]] Result<std::string>
ask_api(base::HttpClient& http, const Registry& registry, const RegistryFacts& facts, const ApiRequest& wanted);

/// What the registry said for people, also in an answer of status 200; nullopt: nothing is wrong.
[[nodiscard]] std::optional<std::string> error_text(const ApiAnswer& answer);

/// `Retry-After`: seconds, or a date; a minute for anything else.
[[nodiscard]] std::chrono::seconds retry_after(std::string_view value, std::chrono::system_clock::time_point now);

} // namespace cargo_wasm::publish
