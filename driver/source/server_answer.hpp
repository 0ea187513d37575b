// What a registry's server may answer besides success, as errors: which server (never its secrets), what it said, what to
// do about it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/spec/source_id.hpp>

namespace cargo_wasm::source {

/// 404, 410 and 451 mean that the thing does not exist, which is an answer.
[[nodiscard]] inline bool is_not_found(int status)
{
  return status == 404 || status == 410 || status == 451;
}

enum class Token : std::uint8_t { sent, not_sent };

/// `what`: "the index file of `serde`", "`serde v1.0.0`". Errors: CW0402 (401), CW0403 (403), CW0404 (429),
/// CW0405 (5xx), CW0400 (any other status).
[[nodiscard]] Error
status_error(const base::HttpResponse& response, std::string_view url, std::string_view what, spec::SourceId registry, Token token);

/// The body looks like a web page: a proxy's, a login's, a wrong URL's.
[[nodiscard]] bool is_web_page(std::string_view body);
/// CW0406.
[[nodiscard]] Error wrong_content_error(std::string_view url, std::string_view what, std::string_view body);

/// "name: value" of every header of a 401 answer, for credential providers.
[[nodiscard]] std::vector<std::string> header_lines(const base::HttpResponse& response);
/// `login_url` of `www-authenticate: Cargo login_url="…"`.
[[nodiscard]] std::optional<std::string> login_url_of(const base::HttpResponse& response);

} // namespace cargo_wasm::source
