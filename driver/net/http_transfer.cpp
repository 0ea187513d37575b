#include "http_transfer.hpp"

#include "http_retry.hpp"

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sys/socket.h>

namespace cargo_wasm::net {
namespace {

constexpr std::string_view k_redacted = "[REDACTED]";
constexpr std::string_view k_cut_head = "the connection was closed before the headers had ended";
constexpr std::string_view k_default_user_agent = "cargo-wasm/" CW_VERSION;
constexpr std::string_view k_grpc = "grpc://", k_grpc_tls = "grpcs://";

bool is_grpc(std::string_view url)
{
  return url.starts_with(k_grpc) || url.starts_with(k_grpc_tls);
}

/// What curl is told: gRPC is HTTP/2 with addresses of its own.
std::string curl_url(const std::string& url)
{
  if (url.starts_with(k_grpc)) {
    return "http://" + url.substr(k_grpc.size());
  }
  return url.starts_with(k_grpc_tls) ? "https://" + url.substr(k_grpc_tls.size()) : url;
}

/// Before 8.0 libcurl greets a server of HTTP/2 once more when it uses a connection again that began without a negotiation, which ends it.
bool can_reuse_unnegotiated()
{
  static const bool k_can = ::curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
  return k_can;
}

/// Without TLS nothing is negotiated: a gRPC server speaks HTTP/2 from the first byte.
long http_version(std::string_view url, bool multiplexing)
{
  if (url.starts_with(k_grpc)) {
    return CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  }
  return multiplexing || is_grpc(url) ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
}

/// What CURLOPT_SSLVERSION takes: the least version in the low half, the greatest in the high one; 0 = curl's choice.
long tls_range(const base::HttpOptions& options)
{
  constexpr std::array<std::pair<long, long>, 4> k_versions = {{{CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_0},
                                                                {CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_1},
                                                                {CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_2},
                                                                {CURL_SSLVERSION_TLSv1_3, CURL_SSLVERSION_MAX_TLSv1_3}}};
  const long least = options.min_tls ? k_versions[static_cast<std::size_t>(*options.min_tls)].first : long{CURL_SSLVERSION_DEFAULT};
  const long most = options.max_tls ? k_versions[static_cast<std::size_t>(*options.max_tls)].second : long{CURL_SSLVERSION_MAX_NONE};
  return least | most;
}

void replace_all(std::string& text, std::string_view secret)
{
  if (secret.empty()) {
    return;
  }
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + k_redacted.size())) {
    text.replace(at, secret.size(), k_redacted);
  }
}

/// Header names whose values are nobody's business.
bool is_secret_header(std::string_view name)
{
  const std::string lower = base::to_lower(name);
  return lower.find("auth") != std::string::npos || lower.find("cookie") != std::string::npos || lower.find("token") != std::string::npos ||
         lower.find("key") != std::string::npos;
}

/// "user:password" of a URL, empty when it has none.
std::string_view user_part(std::string_view url)
{
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const auto at = authority.rfind('@');
  return at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
}

} // namespace

std::string shown_url(std::string_view url)
{
  const std::string_view user = user_part(url);
  if (user.empty()) {
    return std::string(url);
  }
  const auto at = static_cast<std::size_t>(user.data() - url.data());
  return std::string(url.substr(0, at)).append(url.substr(at + user.size() + 1));
}

Transfer::Transfer(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler)
    : m_request(std::move(request)), m_handler(std::move(handler))
{
  curl_slist* list = nullptr;
  for (const std::string& header : m_request.headers) {
    list = ::curl_slist_append(list, header.c_str());
  }
  if (m_request.method != "GET" && m_request.method != "HEAD") {
    // What curl would add by itself for a form, and a pause before large bodies that servers seldom answer.
    const auto is_type = [](const std::string& header) { return base::to_lower(header).starts_with("content-type:"); };
    list = std::ranges::none_of(m_request.headers, is_type) ? ::curl_slist_append(list, "Content-Type:") : list;
    list = ::curl_slist_append(list, "Expect:");
  }
  m_headers.reset(list);
}

Transfer::~Transfer() = default;

CURL* Transfer::start(const base::HttpOptions& options)
{
  m_options = &options;
  m_response = {};
  m_is_head_complete = false;
  m_refusal.reset();
  m_body_bytes = 0;
  m_curl_text[0] = '\0';
  m_easy.reset(::curl_easy_init());
  CURL* const easy = m_easy.get();
  const auto set = [easy](CURLoption option, auto value) { return ::curl_easy_setopt(easy, option, value) == CURLE_OK; };
  bool usable = set(CURLOPT_URL, curl_url(m_request.url).c_str());
  usable = set(CURLOPT_PROTOCOLS_STR, "http,https") && usable;
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, m_curl_text.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTPHEADER, m_headers.get());
  set(CURLOPT_USERAGENT, options.user_agent ? options.user_agent->c_str() : k_default_user_agent.data());
  const std::uint32_t redirects = m_request.max_redirects.value_or(options.max_redirects);
  set(CURLOPT_FOLLOWLOCATION, redirects == 0 ? 0L : 1L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(redirects));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_request.connect_limit.value_or(options.timeout).count()));
  if (m_request.limit) {
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(m_request.limit->count()));
  }
  set_method(easy);
  set(CURLOPT_HTTP_VERSION, http_version(m_request.url, options.multiplexing));
  set(CURLOPT_PIPEWAIT, options.multiplexing ? 1L : 0L);
  if (m_request.compressed) {
    set(CURLOPT_ACCEPT_ENCODING, "gzip");
  }
  if (options.proxy) {
    set(CURLOPT_PROXY, options.proxy->c_str());
  }
  if (options.cainfo) {
    set(CURLOPT_CAINFO, options.cainfo->c_str());
  }
  if (const auto& proxy_cainfo = options.proxy_cainfo ? options.proxy_cainfo : options.cainfo) {
    set(CURLOPT_PROXY_CAINFO, proxy_cainfo->c_str());
  }
  set(CURLOPT_SSLVERSION, tls_range(options));
  // Only Windows' own TLS looks revocations up; elsewhere curl ignores this.
  set(CURLOPT_SSL_OPTIONS, options.check_revoke ? 0L : static_cast<long>(CURLSSLOPT_NO_REVOKE));
  set(CURLOPT_WRITEFUNCTION, &Transfer::write_callback);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &Transfer::header_callback);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  if (options.debug && options.on_debug) {
    set(CURLOPT_VERBOSE, 1L);
    set(CURLOPT_DEBUGFUNCTION, &Transfer::debug_callback);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
  }
  m_handler->on_start();
  return usable ? easy : nullptr;
}

void Transfer::set_method(CURL* easy) const
{
  if (m_request.method == "HEAD") {
    ::curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (m_request.method != "GET" || !m_request.body.empty()) {
    // A POST to curl, whatever its name: a body from memory, with its length.
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()));
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, m_request.body.data());
    ::curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, m_request.method.c_str());
    // libcurl sends a request again by itself when a connection that it had kept turns out to be dead: what changes something must not go
    // twice, unless its sender said that it may, or it is a call of the remote execution API, of which none minds.
    const bool may_go_twice = m_request.retries.value_or(0) > 0 || is_grpc(m_request.url);
    const bool is_once = m_request.url.starts_with(k_grpc) && !can_reuse_unnegotiated();
    ::curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, may_go_twice && !is_once ? 0L : 1L);
    ::curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, is_once ? 1L : 0L);
  }
}

std::size_t Transfer::write_callback(char* data, std::size_t, std::size_t count, void* self)
{
  return static_cast<Transfer*>(self)->receive({data, count}) ? count : 0;
}

std::size_t Transfer::header_callback(char* data, std::size_t, std::size_t count, void* self)
{
  static_cast<Transfer*>(self)->read_header({data, count});
  return count;
}

int Transfer::debug_callback(CURL*, curl_infotype type, char* data, std::size_t size, void* self)
{
  const auto& transfer = *static_cast<Transfer*>(self);
  if (type != CURLINFO_TEXT && type != CURLINFO_HEADER_IN && type != CURLINFO_HEADER_OUT) {
    return 0;
  }
  const std::string_view mark = type == CURLINFO_TEXT ? "* " : type == CURLINFO_HEADER_IN ? "< " : "> ";
  for (const std::string_view line : base::split(base::trim({data, size}), '\n')) {
    const auto colon = line.find(':');
    const bool secret = colon != std::string_view::npos && is_secret_header(line.substr(0, colon));
    const std::string shown = secret ? fmt::format("{}: {}", line.substr(0, colon), k_redacted) : std::string(line);
    transfer.m_options->on_debug(fmt::format("{}{}", mark, transfer.redacted(std::string(base::trim(shown)))));
  }
  return 0;
}

curl_socket_t Transfer::open_socket(void*, curlsocktype, curl_sockaddr* address)
{
  // A child started meanwhile by another thread must not hold the connection open.
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool Transfer::receive(std::string_view bytes)
{
  m_received_bytes += bytes.size();
  m_body_bytes += bytes.size();
  if (m_request.max_body_bytes != 0 && m_body_bytes > m_request.max_body_bytes) {
    m_refusal = Error("CW0033",
                      fmt::format("the answer of `{}` is longer than {} bytes", shown_url(m_request.url), m_request.max_body_bytes),
                      Blame::network);
    return false;
  }
  auto taken = m_handler->on_data({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
  if (!taken.has_value()) {
    m_refusal = std::move(taken).error();
    return false;
  }
  return true;
}

void Transfer::read_header(std::string_view line)
{
  if (line.starts_with("HTTP/")) {
    m_response.headers.clear(); // of a redirect, or "100 continue"
    m_is_head_complete = false;
    return;
  }
  if (base::trim(line).empty()) {
    m_is_head_complete = true;
    return;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    m_response.headers.emplace_back(base::to_lower(base::trim(line.substr(0, colon))), base::trim(line.substr(colon + 1)));
  }
}

Transfer::Ending Transfer::finish(CURLcode code)
{
  if (m_refusal) {
    return {fail(*m_refusal), false};
  }
  if (code != CURLE_OK) {
    return {fail(transfer_error(code)), is_passing_trouble(code)};
  }
  if (!m_is_head_complete) {
    // libcurl takes a connection that ends among the headers for an answer without a body, which "404" must never be by accident.
    m_curl_text[k_cut_head.copy(m_curl_text.data(), m_curl_text.size() - 1)] = '\0';
    return {fail(transfer_error(CURLE_PARTIAL_FILE)), is_passing_trouble(CURLE_PARTIAL_FILE)};
  }
  long status = 0;
  ::curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
  const char* url = nullptr;
  ::curl_easy_getinfo(m_easy.get(), CURLINFO_EFFECTIVE_URL, &url);
  m_response.status = static_cast<int>(status);
  m_response.effective_url = url == nullptr ? m_request.url : url;
  return {std::move(m_response), is_passing_status(static_cast<int>(status))};
}

std::optional<bool> Transfer::is_one_by_one() const
{
  long version = CURL_HTTP_VERSION_NONE;
  ::curl_easy_getinfo(m_easy.get(), CURLINFO_HTTP_VERSION, &version);
  return version == CURL_HTTP_VERSION_NONE ? std::nullopt : std::optional(version < CURL_HTTP_VERSION_2_0);
}

Transfer::Ending Transfer::time_out(std::string why)
{
  m_curl_text[why.copy(m_curl_text.data(), m_curl_text.size() - 1)] = '\0';
  return {fail(transfer_error(CURLE_OPERATION_TIMEDOUT)), true};
}

Transfer::Ending Transfer::unwanted() const
{
  return {fail(Error("CW0032", fmt::format("`{}` is not wanted any more", shown_url(m_request.url)), Blame::network)), false};
}

std::string Transfer::redacted(std::string text) const
{
  for (const std::string& header : m_request.headers) {
    const auto colon = header.find(':');
    if (colon != std::string::npos && is_secret_header(header.substr(0, colon))) {
      replace_all(text, base::trim(std::string_view(header).substr(colon + 1)));
    }
  }
  replace_all(text, user_part(m_request.url));
  if (m_options != nullptr && m_options->proxy) {
    replace_all(text, user_part(*m_options->proxy));
  }
  return text;
}

Error Transfer::redirect_error() const
{
  const char* last = nullptr;
  ::curl_easy_getinfo(m_easy.get(), CURLINFO_EFFECTIVE_URL, &last);
  Error error("CW0034", fmt::format("`{}` is redirected too often", shown_url(m_request.url)), Blame::network);
  error.notes.push_back(fmt::format("after {} redirects it was given up", m_options->max_redirects));
  if (last != nullptr && shown_url(last) != shown_url(m_request.url)) {
    error.notes.push_back(redacted(fmt::format("the last one led to `{}`", shown_url(last))));
  }
  error.helps.emplace_back("open the address in a browser: a login page may stand in its place, or the registry may have moved");
  return error;
}

Error Transfer::transfer_error(CURLcode code) const
{
  const std::string url = shown_url(m_request.url);
  long sent_bytes = 0;
  ::curl_easy_getinfo(m_easy.get(), CURLINFO_REQUEST_SIZE, &sent_bytes);
  if (code == CURLE_UNSUPPORTED_PROTOCOL && sent_bytes != 0) {
    code = CURLE_WEIRD_SERVER_REPLY; // the address was good; what came was no HTTP
  }
  const auto error = [&](const char* id, std::string message) {
    std::string why = m_curl_text[0] != '\0' ? m_curl_text.data() : ::curl_easy_strerror(code);
    return Error(id, std::move(message), Blame::network).note(redacted(std::move(why)));
  };
  switch (code) {
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
    return error("CW0030", fmt::format("cannot connect for `{}`", url))
        .help("check the network and `http.proxy`; `--offline` works with what is downloaded already");
  case CURLE_OPERATION_TIMEDOUT:
    return error("CW0031", fmt::format("the transfer of `{}` timed out", url))
        .help("`http.timeout` and `http.low-speed-limit` of the configuration set the patience");
  case CURLE_TOO_MANY_REDIRECTS:
    return redirect_error();
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_ISSUER_ERROR:
    return error("CW0037", fmt::format("the certificate for `{}` is not trusted", url))
        .help("`http.cainfo` of the configuration names a file of trusted certificates");
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
    return error("CW0038", fmt::format("`{}` is not a usable address", url));
  default:
    return error("CW0032", fmt::format("the transfer of `{}` failed", url))
        .help("run the same command again: what was downloaded is kept; if it stays so, a proxy may be cutting transfers off");
  }
}

} // namespace cargo_wasm::net
