#include <cargo_wasm/registry_oci/client.hpp>

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_reader.hpp"
#include "url.hpp"

namespace cargo_wasm::registry_oci {
namespace {

constexpr std::uint64_t k_max_answer_bytes = 4 * 1024 * 1024; // of tags, tokens and errors
constexpr int k_most_pages = 200;                             // of tags
constexpr std::size_t k_shown_errors = 3;

// Docker's own types are asked for as well, so that it can be said what stands there instead.
constexpr std::string_view k_accepted_manifests =
    "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

struct TransferState
{
  std::string body;
  std::optional<Result<base::HttpResponse>> outcome;
};

class TransferHandler final : public base::HttpHandler
{
public:
  TransferHandler(TransferState& state, std::uint64_t most_bytes, Error too_long, const std::function<void(const Error&)>& on_retry)
      : m_state(state), m_most_bytes(most_bytes), m_too_long(std::move(too_long)), m_on_retry(on_retry)
  {
  }
  void on_start() override { m_state.body.clear(); }
  void on_retry(const Error& why, std::chrono::milliseconds, std::uint32_t) override
  {
    if (m_on_retry) {
      m_on_retry(why);
    }
  }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    if (m_state.body.size() + chunk.size() > m_most_bytes) {
      return fail(m_too_long);
    }
    m_state.body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }
  void on_done(Result<base::HttpResponse> outcome) override { m_state.outcome = std::move(outcome); }

private:
  TransferState& m_state;
  std::uint64_t m_most_bytes;
  Error m_too_long;
  const std::function<void(const Error&)>& m_on_retry;
};

bool is_success(int status)
{
  return status >= 200 && status < 300;
}

// `{"errors":[{"code":…,"message":…}]}`, one line each.
std::vector<std::string> told_errors(std::string_view body)
{
  std::vector<std::string> told;
  const auto document = parse_object(body);
  const auto errors = document ? document->find("errors") : nlohmann::json::const_iterator();
  if (!document || errors == document->end() || !errors->is_array()) {
    return told;
  }
  for (const auto& entry : *errors) {
    if (entry.is_object() && told.size() < k_shown_errors) {
      told.push_back(fmt::format("it says {}: {}", text_of(entry, "code").value_or("nothing"), text_of(entry, "message").value_or("")));
    }
  }
  return told;
}

} // namespace

Client::Client(base::HttpClient& http, Repository repository, Credentials credentials, ClientOptions options)
    : m_http(http), m_repository(std::move(repository)), m_credentials(std::move(credentials)), m_options(std::move(options))
{
  if (m_credentials.bearer) {
    m_authorization[Action::pull] = m_authorization[Action::push] = "Bearer " + *m_credentials.bearer;
  }
}

std::string Client::url(std::string_view rest) const
{
  return fmt::format("{}/v2/{}/{}", base_url(m_repository.host), m_repository.name, rest);
}

base::HttpRequest Client::request_for(std::string url, std::string method) const
{
  base::HttpRequest request;
  request.url = std::move(url);
  request.method = std::move(method);
  request.compressed = false; // digests are those of the bytes as they are
  request.max_redirects = 0;
  return request;
}

Client::Limits Client::limits_for(std::string_view what, std::uint64_t bytes) const
{
  Error too_long("CW1158", fmt::format("`{}` sends more for {} than that can have", m_repository.host, what), Blame::integrity);
  too_long.notes.push_back(fmt::format("after {} the transfer was ended", base::human_bytes(bytes)));
  too_long.helps.emplace_back("ask whoever runs the registry what stands there");
  return {bytes, std::move(too_long)};
}

Error Client::answer_error(const Answer& answer, std::string_view what) const
{
  const int status = answer.response.status;
  const std::string& host = m_repository.host;
  if (status == 401 || status == 403) {
    Error error("CW1152", fmt::format("`{}` does not let us in for {}", host, what), Blame::network);
    error.notes.push_back(fmt::format("it answered with status {}", status));
    for (std::string& line : told_errors(answer.body)) {
      error.notes.push_back(std::move(line));
    }
    const bool had_some = m_credentials.basic || m_credentials.bearer;
    error.notes.push_back(had_some ? "a name and password, or a token, was sent" : "nothing is known that would let us in");
    if (!m_credentials.missing.empty()) {
      error.notes.push_back(m_credentials.missing);
    }
    error.helps.push_back(
        fmt::format("`docker login {0}` or `oras login {0}` writes what is read here, or set {1} to a token", host, token_variable(host)));
    return error;
  }
  if (status >= 300 && status < 400) {
    Error error("CW1157", fmt::format("`{}` leads elsewhere for {}", host, what), Blame::network);
    error.notes.push_back(
        fmt::format("it answered with status {}, location `{}`", status, answer.response.header("location").value_or("")));
    error.notes.emplace_back("only blobs may be elsewhere, because their digest is known");
    error.helps.emplace_back("name the registry by the address that it leads to, if that is the right one");
    return error;
  }
  Error error("CW1151", fmt::format("`{}` did not answer as a registry for {}", host, what), Blame::network);
  error.notes.push_back(fmt::format("it answered with status {}{}", status, answer.response.retries > 0 ? ", after every retry, too" : ""));
  if (const auto wait = answer.response.header("retry-after")) {
    error.notes.push_back(fmt::format("it asks to wait `{}`", *wait));
  }
  for (std::string& line : told_errors(answer.body)) {
    error.notes.push_back(std::move(line));
  }
  if (is_web_page(answer.body)) {
    error.notes.emplace_back("what came is a web page");
  }
  error.helps.emplace_back(status == 429        ? "wait, then run the same command again"
                           : status >= 500      ? "this is a fault of the server: try again later"
                           : is_success(status) ? "a proxy or login page may answer in its place: open the address from this machine"
                                                : "is the address that of an OCI registry, and the name right?");
  return error;
}

Result<Client::Answer> Client::transfer(base::HttpRequest request, const Limits& limits)
{
  const auto state = std::make_unique<TransferState>();
  const std::string shown = request.url;
  m_http.enqueue(std::move(request), std::make_unique<TransferHandler>(*state, limits.bytes, limits.too_long, m_options.on_retry));
  for (bool more = true; more && !state->outcome;) {
    CW_TRY_ASSIGN(more, m_http.poll(std::chrono::milliseconds(200)));
  }
  if (!state->outcome) {
    return fail(Error("CW0032", fmt::format("the transfer of `{}` ended without an answer", shown), Blame::network));
  }
  CW_TRY_ASSIGN(base::HttpResponse response, std::move(*state->outcome));
  return Answer{std::move(response), std::move(state->body)};
}

Result<std::string> Client::token_of(const Challenge& challenge, Action action, std::string_view what)
{
  const auto realm = parse_url(challenge.realm);
  const bool is_fit = realm && (realm->scheme == "https" || (is_loopback(realm->authority) && is_loopback(m_repository.host)));
  if (!is_fit) {
    return fail(Error("CW1152", fmt::format("`{}` sends us to a place for tokens that is not used", m_repository.host), Blame::network)
                    .note(fmt::format("its realm is `{}`", challenge.realm))
                    .help("tokens are asked for by https only"));
  }
  std::string address = to_string(*realm);
  if (!challenge.service.empty()) {
    address = with_parameter(std::move(address), "service", challenge.service);
  }
  address = with_parameter(
      std::move(address), "scope", fmt::format("repository:{}:{}", m_repository.name, action == Action::push ? "pull,push" : "pull"));
  base::HttpRequest request = request_for(std::move(address));
  if (m_credentials.basic) {
    request.headers.push_back("Authorization: Basic " + base::to_base64(*m_credentials.basic));
  }
  CW_TRY_ASSIGN(Answer answer, transfer(std::move(request), limits_for("a token", k_max_answer_bytes)));
  if (answer.response.status != 200) {
    return fail(answer_error(answer, what));
  }
  const auto document = parse_object(answer.body);
  const auto token = document ? text_of(*document, "token") : std::nullopt;
  const auto other = document ? text_of(*document, "access_token") : std::nullopt;
  const std::string& text = token ? *token : other ? *other : m_repository.name;
  if ((!token && !other) || text.empty() || text.find_first_of("\r\n") != std::string::npos) {
    return fail(Error("CW1153", fmt::format("no token is in the answer of `{}`", realm->authority), Blame::network)
                    .note(is_web_page(answer.body) ? "what came is a web page" : "it is no JSON object with `token` or `access_token`")
                    .help("a proxy or login page may answer in its place: open the address from this machine"));
  }
  return text;
}

Result<> Client::authorize(const Answer& refused, Action action, std::string_view what)
{
  for (const auto& [name, value] : refused.response.headers) {
    const auto challenge = name == "www-authenticate" ? parse_challenge(value) : std::nullopt;
    if (!challenge || (!challenge->is_bearer && !m_credentials.basic)) {
      continue;
    }
    if (challenge->is_bearer) {
      CW_TRY_ASSIGN(const std::string token, token_of(*challenge, action, what));
      m_authorization[action] = "Bearer " + token;
    } else {
      m_authorization[action] = "Basic " + base::to_base64(*m_credentials.basic);
    }
    return {};
  }
  return fail(answer_error(refused, what));
}

Result<Client::Answer> Client::send(base::HttpRequest request, Action action, const Limits& limits, std::string_view what)
{
  action = m_options.pushes ? Action::push : action;
  const auto attempt = [&] {
    base::HttpRequest copy = request;
    if (const auto known = m_authorization.find(action); known != m_authorization.end()) {
      copy.headers.push_back("Authorization: " + known->second);
    }
    return transfer(std::move(copy), limits);
  };
  CW_TRY_ASSIGN(Answer answer, attempt());
  if (answer.response.status == 401 && !m_credentials.bearer) {
    CW_TRY(authorize(answer, action, what));
    CW_TRY_ASSIGN(answer, attempt());
  }
  if (answer.response.status == 401 || answer.response.status == 403) {
    return fail(answer_error(answer, what));
  }
  return answer;
}

Result<std::optional<FetchedManifest>> Client::manifest(const std::string& reference)
{
  const std::string what = fmt::format("the manifest `{}:{}`", m_repository.name, reference);
  base::HttpRequest request = request_for(url("manifests/" + reference));
  request.headers.emplace_back(k_accepted_manifests);
  CW_TRY_ASSIGN(Answer answer, send(std::move(request), Action::pull, limits_for(what, k_max_manifest_bytes), what));
  if (answer.response.status == 404) {
    return std::optional<FetchedManifest>();
  }
  if (answer.response.status != 200 || is_web_page(answer.body)) {
    return fail(answer_error(answer, what));
  }
  FetchedManifest fetched{std::move(answer.body), {}};
  fetched.digest = base::sha256(fetched.text);
  const auto wanted = parse_digest(reference);
  if (wanted && fetched.digest != *wanted) {
    return fail(Error("CW1154", fmt::format("`{}` sent other bytes for {}", m_repository.host, what), Blame::integrity)
                    .note(fmt::format("their digest is `{}`", digest_text(fetched.digest)))
                    .help("do not use what this registry sends; a proxy in between may have changed it"));
  }
  return std::optional(std::move(fetched));
}

Result<bool> Client::put_manifest(const std::string& reference, std::string_view media_type, const std::string& text)
{
  const std::string what = fmt::format("the upload of `{}:{}`", m_repository.name, reference);
  base::HttpRequest request = request_for(url("manifests/" + reference), "PUT");
  request.headers.push_back(fmt::format("Content-Type: {}", media_type));
  request.body = text;
  request.retries = 0;
  auto sent = send(std::move(request), Action::push, limits_for(what, k_max_answer_bytes), what);
  if (!sent || sent->response.status >= 500) {
    // It may have arrived: what stands there now decides.
    const auto there = manifest(digest_text(base::sha256(text)));
    const auto tagged = there && *there && !parse_digest(reference) ? manifest(reference) : there;
    if (tagged && *tagged && (*tagged)->text == text) {
      return false;
    }
  }
  CW_TRY_ASSIGN(Answer answer, std::move(sent));
  if (!is_success(answer.response.status)) {
    return fail(answer_error(answer, what));
  }
  return answer.response.header("oci-subject").has_value();
}

Result<std::optional<std::vector<std::string>>> Client::tags()
{
  const std::string what = fmt::format("the tags of `{}`", m_repository.name);
  const Url start = parse_url(url("tags/list")).value_or(Url{});
  std::optional<Url> next = start;
  std::vector<std::string> all;
  for (int page = 0; next && page < k_most_pages; ++page) {
    CW_TRY_ASSIGN(Answer answer, send(request_for(to_string(*next)), Action::pull, limits_for(what, k_max_answer_bytes), what));
    if (answer.response.status == 404 && page == 0) {
      return std::optional<std::vector<std::string>>();
    }
    const auto document = answer.response.status == 200 ? parse_object(answer.body) : std::nullopt;
    const auto list = document ? document->find("tags") : nlohmann::json::const_iterator();
    if (!document || list == document->end() || !(list->is_array() || list->is_null())) {
      return fail(answer_error(answer, what));
    }
    for (const auto& tag : *list) {
      if (tag.is_string()) {
        all.push_back(tag.get<std::string>());
      }
    }
    // `Link: </v2/…?last=x&n=y>; rel="next"`
    const std::string_view link = answer.response.header("link").value_or("");
    const auto open = link.find('<'), close = link.find('>');
    next = open < close && close != std::string_view::npos ? resolve_url(start, link.substr(open + 1, close - open - 1)) : std::nullopt;
    if (next && (next->authority != start.authority || next->scheme != start.scheme)) {
      return fail(answer_error(answer, what));
    }
  }
  return std::optional(std::move(all));
}

} // namespace cargo_wasm::registry_oci
