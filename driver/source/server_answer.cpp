#include "server_answer.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "cargo_hash.hpp"

namespace cargo_wasm::source {

namespace {

constexpr std::size_t k_shown_body_bytes = 120;

Error answer_error(std::string_view id, std::string message, std::string_view url)
{
  return Error(std::string(id), std::move(message), Blame::network).note(fmt::format("the request was for {}", url_without_secrets(url)));
}

} // namespace

Error status_error(const base::HttpResponse& response, std::string_view url, std::string_view what, spec::SourceId registry, Token token)
{
  const std::string_view host = url_host(url);
  const int status = response.status;
  const std::string_view after_retries = response.retries > 0 ? ", after every retry, too" : "";
  if (status == 401 && token == Token::not_sent) {
    return answer_error("CW0402", fmt::format("`{}` wants a token for {}, and none was sent", host, what), url)
        .note("it answered with status 401 (unauthorized)")
        .note("its `config.json` does not say `auth-required`, so downloads are asked for without a token")
        .help(fmt::format("tell the owner of {} that `auth-required` is missing", registry.display()));
  }
  if (status == 401) {
    Error error = answer_error("CW0402", fmt::format("`{}` rejected the token for {}", host, what), url);
    error.notes.push_back("it answered with status 401 (unauthorized)");
    if (const auto login = login_url_of(response)) {
      error.notes.push_back(fmt::format("the registry hands out tokens at {}", *login));
    }
    error.helps.push_back("the token may have expired; some registries want a scheme in front of it, as in `Bearer …`");
    return error;
  }
  if (status == 403) {
    return answer_error("CW0403", fmt::format("`{}` refuses access to {}", host, what), url)
        .note("it answered with status 403 (forbidden)")
        .help(fmt::format("check that you, or the token in use, may read {}; a proxy may be what refuses", registry.display()));
  }
  if (status == 429) {
    Error error = answer_error("CW0404", fmt::format("`{}` answers no more requests for now", host), url);
    error.notes.push_back(fmt::format("it answered with status 429 (too many requests){}", after_retries));
    if (const auto wait = response.header("retry-after")) {
      error.notes.push_back(fmt::format("it asks to wait `{}`", *wait));
    }
    error.helps.push_back("wait, then run the same command again: what was downloaded is kept");
    return error;
  }
  if (status >= 500) {
    return answer_error("CW0405", fmt::format("`{}` failed to deliver {}", host, what), url)
        .note(fmt::format("it answered with status {}{}", status, after_retries))
        .help("this is a fault of the server: try again later, or raise `net.retry`");
  }
  return answer_error("CW0400", fmt::format("`{}` gave an unexpected answer for {}", host, what), url)
      .note(fmt::format("it answered with status {}", status));
}

bool is_web_page(std::string_view body)
{
  return base::trim(body.substr(0, 512)).starts_with('<');
}

Error wrong_content_error(std::string_view url, std::string_view what, std::string_view body)
{
  const std::string_view start = base::trim(body.substr(0, k_shown_body_bytes));
  const std::string_view first_line = start.substr(0, start.find('\n'));
  Error error = answer_error("CW0406", fmt::format("`{}` sent something else for {}", url_host(url), what), url);
  if (is_web_page(body)) {
    error.notes.push_back("what came is a web page");
  } else if (base::is_valid_utf8(first_line) && !first_line.empty()) {
    error.notes.push_back(fmt::format("it starts with `{}`", first_line));
  }
  error.helps.push_back("a proxy or login page may answer in its place, or the registry's URL may be wrong: open it from this machine");
  return error;
}

std::vector<std::string> header_lines(const base::HttpResponse& response)
{
  std::vector<std::string> lines;
  for (const auto& [name, value] : response.headers) {
    lines.push_back(fmt::format("{}: {}", name, value));
  }
  return lines;
}

std::optional<std::string> login_url_of(const base::HttpResponse& response)
{
  for (const auto& [name, value] : response.headers) {
    if (name != "www-authenticate" || !base::to_lower(value).starts_with("cargo ")) {
      continue;
    }
    const std::size_t key = base::to_lower(value).find("login_url");
    const std::size_t open = key == std::string::npos ? key : value.find('"', key);
    const std::size_t close = open == std::string::npos ? open : value.find('"', open + 1);
    if (close != std::string::npos) {
      return value.substr(open + 1, close - open - 1);
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::source
