// Blobs: fetched with redirects, uploaded whole or in pieces.
#include <cargo_wasm/registry_oci/client.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "url.hpp"

namespace cargo_wasm::registry_oci {
namespace {

constexpr int k_most_redirects = 5;
constexpr std::uint64_t k_max_upload_answer = 1024 * 1024;

bool is_redirect(int status)
{
  constexpr std::array<int, 5> k_redirects{301, 302, 303, 307, 308};
  return std::find(k_redirects.begin(), k_redirects.end(), status) != k_redirects.end();
}

} // namespace

Result<Client::Answer> Client::follow(base::HttpRequest request, const Limits& limits, std::string_view what)
{
  const std::string method = request.method;
  const auto start = parse_url(request.url);
  CW_TRY_ASSIGN(Answer answer, send(std::move(request), Action::pull, limits, what));
  std::optional<Url> at = start;
  for (int hop = 0; at && is_redirect(answer.response.status); ++hop) {
    const auto next = resolve_url(*at, answer.response.header("location").value_or(""));
    const bool is_plain_allowed = is_loopback(m_repository.host) && next && is_loopback(next->authority);
    if (!next || hop == k_most_redirects || (next->scheme != "https" && !is_plain_allowed)) {
      Error error("CW1157", fmt::format("`{}` leads elsewhere for {}", m_repository.host, what), Blame::network);
      error.notes.push_back(fmt::format("to `{}`", answer.response.header("location").value_or("")));
      error.notes.push_back(hop == k_most_redirects ? fmt::format("after {} redirects it was given up", k_most_redirects)
                                                    : std::string("only addresses of https are followed"));
      error.helps.emplace_back("ask whoever runs the registry");
      return fail(std::move(error));
    }
    at = next;
    base::HttpRequest further = request_for(to_string(*next), method);
    if (next->authority == start->authority && next->scheme == start->scheme) {
      CW_TRY_ASSIGN(answer, send(std::move(further), Action::pull, limits, what));
    } else {
      CW_TRY_ASSIGN(answer, transfer(std::move(further), limits)); // nothing that lets us in goes there
    }
  }
  return answer;
}

Result<std::string> Client::blob(const Descriptor& descriptor)
{
  const std::string what = fmt::format("the blob `{}`", digest_text(descriptor.digest));
  const auto not_it = [&](std::string why) {
    return Error("CW1154", fmt::format("`{}` sent other bytes for {}", m_repository.host, what), Blame::integrity)
        .note(std::move(why))
        .help("do not use what this registry sends; a proxy in between may have changed it");
  };
  if (descriptor.size > m_options.max_blob_bytes) {
    return fail(Error("CW1158", fmt::format("{} is too large", what), Blame::integrity)
                    .note(fmt::format("its manifest says {}, at most {} are taken",
                                      base::human_bytes(descriptor.size),
                                      base::human_bytes(m_options.max_blob_bytes)))
                    .help("ask whoever pushed it"));
  }
  const Limits limits{descriptor.size, not_it(fmt::format("they are more than the {} bytes that its manifest says", descriptor.size))};
  auto fetched = follow(request_for(url("blobs/" + digest_text(descriptor.digest))), limits, what);
  CW_TRY_ASSIGN(Answer answer, std::move(fetched));
  if (answer.response.status != 200) {
    return fail(answer_error(answer, what));
  }
  if (answer.body.size() != descriptor.size) {
    return fail(not_it(fmt::format("they are {} bytes, its manifest says {}", answer.body.size(), descriptor.size)));
  }
  if (const Sha256 digest = base::sha256(answer.body); digest != descriptor.digest) {
    return fail(not_it(fmt::format("their digest is `{}`", digest_text(digest))));
  }
  return std::move(answer.body);
}

Result<bool> Client::has_blob(const Sha256& digest)
{
  const std::string what = fmt::format("the blob `{}`", digest_text(digest));
  CW_TRY_ASSIGN(const Answer answer,
                follow(request_for(url("blobs/" + digest_text(digest)), "HEAD"), limits_for(what, k_max_upload_answer), what));
  if (answer.response.status != 200 && answer.response.status != 404) {
    return fail(answer_error(answer, what));
  }
  return answer.response.status == 200;
}

Result<std::string> Client::upload_location(const Answer& answer, std::string_view what) const
{
  const Url own = parse_url(base_url(m_repository.host)).value_or(Url{});
  auto next = resolve_url(own, answer.response.header("location").value_or(""));
  if (answer.response.status != 202 && answer.response.status != 201 && answer.response.status != 204) {
    return fail(answer_error(answer, what));
  }
  // Behind a proxy that speaks TLS for it, a registry may not know its own scheme.
  if (!next || next->authority != own.authority) {
    return fail(Error("CW1157", fmt::format("`{}` leads elsewhere for {}", m_repository.host, what), Blame::network)
                    .note(fmt::format("to `{}`", answer.response.header("location").value_or("")))
                    .note("what lets us in is sent to the registry alone")
                    .help("name the registry by the address that it knows itself by"));
  }
  next->scheme = own.scheme;
  return to_string(*next);
}

Result<Client::Answer> Client::upload(std::string location, const std::string& bytes, const std::string& digest, std::string_view what)
{
  const Limits limits = limits_for(what, k_max_upload_answer);
  const bool is_whole = bytes.size() <= m_options.chunk_bytes;
  for (std::size_t at = 0; !is_whole && at < bytes.size();) {
    const std::size_t count = std::min(m_options.chunk_bytes, bytes.size() - at);
    base::HttpRequest piece = request_for(location, "PATCH");
    piece.headers = {"Content-Type: application/octet-stream", fmt::format("Content-Range: {}-{}", at, at + count - 1)};
    piece.body = bytes.substr(at, count);
    piece.retries = 0;
    CW_TRY_ASSIGN(const Answer taken, send(std::move(piece), Action::push, limits, what));
    CW_TRY_ASSIGN(location, upload_location(taken, what));
    at += count;
  }
  base::HttpRequest last = request_for(with_parameter(std::move(location), "digest", digest), "PUT");
  last.headers = {"Content-Type: application/octet-stream"};
  if (is_whole) {
    last.body = bytes;
  }
  last.retries = 0;
  return send(std::move(last), Action::push, limits, what);
}

Result<> Client::push_blob(const std::string& bytes)
{
  const Sha256 digest = base::sha256(bytes);
  CW_TRY_ASSIGN(const bool is_there, has_blob(digest));
  if (is_there) {
    return {};
  }
  const std::string what = fmt::format("the upload of the blob `{}`", digest_text(digest));
  CW_TRY_ASSIGN(const Answer begun,
                send(request_for(url("blobs/uploads/"), "POST"), Action::push, limits_for(what, k_max_upload_answer), what));
  CW_TRY_ASSIGN(std::string location, upload_location(begun, what));
  auto sent = upload(std::move(location), bytes, digest_text(digest), what);
  if (!sent || sent->response.status >= 500) {
    const auto arrived = has_blob(digest);
    if (arrived && *arrived) {
      return {};
    }
  }
  CW_TRY_ASSIGN(const Answer answer, std::move(sent));
  return answer.response.status == 201 ? Result<>() : fail(answer_error(answer, what));
}

} // namespace cargo_wasm::registry_oci
