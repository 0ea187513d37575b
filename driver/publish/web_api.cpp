#include <cargo_wasm/publish/web_api.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

namespace cargo_wasm::publish {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t k_max_answer_bytes = 16ULL << 20U;
constexpr std::string_view k_no_reason = ", without a reason";
constexpr std::chrono::minutes k_longest_request{5};

base::HttpRequest request_of(std::string url, const std::string& token)
{
  base::HttpRequest request;
  request.url = std::move(url);
  request.max_body_bytes = k_max_answer_bytes;
  request.max_redirects = 0;
  request.limit = k_longest_request;
  if (!token.empty()) {
    request.headers.push_back("Authorization: " + token);
  }
  return request;
}

bool is_absent(int status)
{
  return status == 404 || status == 410 || status == 451;
}

/// As versions are told apart: without build metadata.
std::string_view without_build(std::string_view version)
{
  return version.substr(0, version.find('+'));
}

/// "Wed, 21 Oct 2026 07:28:00 GMT".
std::optional<std::uint64_t> parse_http_date(std::string_view text)
{
  constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t k_length = 29;
  if (text.size() != k_length || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto month = std::ranges::find(k_months, text.substr(8, 3));
  return registry_trust::parse_utc_time(
      fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - k_months.begin() + 1, text.substr(5, 2), text.substr(17, 8)));
}

} // namespace

void append_part(std::string& body, std::string_view bytes)
{
  for (unsigned shift = 0; shift < 32; shift += 8) {
    body += static_cast<char>(bytes.size() >> shift & 0xffU);
  }
  body += bytes;
}

std::optional<std::string> ApiAnswer::header(std::string_view name) const
{
  const auto found = std::ranges::find_if(headers, [&](const auto& one) { return one.first == name; });
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

Result<ApiAnswer> ask(base::HttpClient& http, base::HttpRequest request, const std::function<bool()>& stopped)
{
  constexpr std::chrono::milliseconds k_step{200};
  const std::string url = request.url;
  const auto collected = std::make_shared<base::HttpAnswer>();
  http.enqueue(std::move(request), base::collect_into(collected));
  while (!collected->outcome) {
    if (stopped && stopped()) {
      return fail(Error("CW1058", "stopped before the registry had answered", Blame::environment));
    }
    CW_TRY_ASSIGN(const bool more, http.poll(k_step));
    if (!more && !collected->outcome) {
      return fail(Error("CW0032", fmt::format("the transfer of `{}` ended without an answer", url), Blame::network));
    }
  }
  CW_TRY_ASSIGN(base::HttpResponse response, std::move(*collected->outcome));
  return ApiAnswer{response.status, std::move(collected->body), std::move(response.headers)};
}

Result<RegistryFacts> read_facts(base::HttpClient& http, const Registry& registry, const std::string& token)
{
  CW_TRY_ASSIGN(const ApiAnswer answer, ask(http, request_of(registry.index_base() + "config.json", token)));
  const auto refuse = [&](std::string why) {
    return fail(Error("CW1050", fmt::format("registry `{}` cannot be published to", registry.name), Blame::network)
                    .note(std::move(why))
                    .help("is the address of its index right? It ends in a slash"));
  };
  RegistryFacts facts;
  if (answer.status == 401 && token.empty()) {
    facts.auth_required = true;
    return facts;
  }
  if (!answer.is_success()) {
    return refuse(fmt::format("`config.json` of its index is answered with status {}", answer.status));
  }
  const Json json = Json::parse(answer.body, nullptr, false);
  if (!json.is_object() || !json.contains("dl")) {
    return refuse("`config.json` of its index is none: a proxy or login page may have answered in its place");
  }
  if (!json.contains("api") || !json["api"].is_string()) {
    return refuse("`config.json` of its index names no `api`: it is only read");
  }
  facts.api = json["api"].get<std::string>();
  while (facts.api.ends_with('/')) {
    facts.api.pop_back();
  }
  facts.auth_required = json.contains("auth-required") && json["auth-required"] == true;
  if (json.contains("cargo-wasm") && json["cargo-wasm"].is_object()) {
    facts.takes_signatures = true;
    facts.takes_components = json["cargo-wasm"].value("components", Json()) == true;
    facts.set_bytes = json.value(Json::json_pointer("/cargo-wasm/publish-set/max-bytes"), Json()).is_number_unsigned()
                          ? json.at(Json::json_pointer("/cargo-wasm/publish-set/max-bytes")).get<std::uint64_t>()
                          : 0;
  }
  return facts;
}

Result<std::optional<IndexedVersion>>
find_version(base::HttpClient& http, const Registry& registry, std::string_view name, std::string_view version, const std::string& token)
{
  base::HttpRequest request = request_of(registry.index_base() + registry_protocol::index_path(name), token);
  request.headers.emplace_back("Cache-Control: no-cache");
  CW_TRY_ASSIGN(const ApiAnswer answer, ask(http, std::move(request)));
  if (is_absent(answer.status)) {
    return std::nullopt;
  }
  const auto wrong = [&](std::string why) {
    return fail(
        Error("CW1051", fmt::format("the index of registry `{}` does not say what it has of `{}`", registry.name, name), Blame::network)
            .note(std::move(why)));
  };
  if (!answer.is_success()) {
    return wrong(fmt::format("it answers with status {}", answer.status));
  }
  std::optional<IndexedVersion> found;
  for (const std::string_view line : base::split(answer.body, '\n')) {
    if (base::trim(line).empty()) {
      continue;
    }
    const auto entry = registry_protocol::parse_index_entry(line);
    if (!entry) {
      return wrong("what came is no index file: a proxy or login page may have answered in its place");
    }
    if (without_build(entry->version) == without_build(version)) {
      constexpr std::string_view k_before = "sha256:";
      const std::string component = entry->component.value_or("");
      found =
          IndexedVersion{entry->checksum, entry->yanked, component.starts_with(k_before) ? component.substr(k_before.size()) : component};
    }
  }
  return found;
}

std::optional<std::string> error_text(const ApiAnswer& answer)
{
  const Json json = Json::parse(answer.body, nullptr, false);
  std::string text;
  if (json.is_object() && json.contains("errors") && json["errors"].is_array()) {
    for (const Json& error : json["errors"]) {
      if (error.is_object() && error.contains("detail") && error["detail"].is_string()) {
        text += (text.empty() ? "" : "; ") + error["detail"].get<std::string>();
      }
    }
  }
  if (!text.empty()) {
    return text;
  }
  return answer.is_success() ? std::nullopt : std::optional(fmt::format("status {}{}", answer.status, k_no_reason));
}

Result<std::string> ask_api(base::HttpClient& http, const Registry& registry, const RegistryFacts& facts, const ApiRequest& wanted)
{
  base::HttpRequest request = request_of(facts.api + wanted.path, wanted.token);
  request.method = wanted.method;
  request.body = wanted.body;
  request.headers.emplace_back("Accept: application/json");
  if (!wanted.body.empty()) {
    request.headers.emplace_back("Content-Type: application/json");
  }
  if (wanted.method != "GET") {
    request.retries = 0;
  }
  CW_TRY_ASSIGN(const ApiAnswer answer, ask(http, std::move(request)));
  if (const auto text = error_text(answer)) {
    Error error("CW1052", fmt::format("registry `{}` refuses", registry.name), Blame::integrity);
    error.notes.push_back(fmt::format("it says: {}", *text));
    if (answer.status == 401 || answer.status == 403) {
      error.helps.push_back(fmt::format("`cargo-wasm login --registry {}` stores another token", registry.name));
    }
    if (text->ends_with(k_no_reason) && (answer.status == 404 || answer.status == 405 || answer.status == 501)) {
      error.helps.push_back(fmt::format("`{} {}` is part of cargo's web API; some registries do without it",
                                        wanted.method,
                                        std::string_view(wanted.path).substr(0, wanted.path.find('?'))));
    }
    if (answer.status == 429 || answer.status >= 500) {
      error.blame = Blame::network;
    }
    return fail(std::move(error));
  }
  return answer.body;
}

std::chrono::seconds retry_after(std::string_view value, std::chrono::system_clock::time_point now)
{
  constexpr std::chrono::minutes k_otherwise{1};
  constexpr std::uint64_t k_longest_s = 7ULL * 24 * 3600; // more is no answer but a refusal
  std::uint64_t seconds = 0;
  value = base::trim(value);
  const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (wrong == std::errc() && end == value.data() + value.size()) {
    return std::chrono::seconds(std::min(seconds, k_longest_s));
  }
  if (const auto date = parse_http_date(value)) {
    const std::uint64_t here = registry_trust::utc_seconds(now);
    return std::chrono::seconds(*date > here ? std::min(*date - here, k_longest_s) : 0);
  }
  return k_otherwise;
}

} // namespace cargo_wasm::publish
