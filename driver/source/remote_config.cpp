// config.json of a sparse registry: where archives are, and whether a token is needed for everything.
#include <fmt/format.h>

#include "cargo_hash.hpp"
#include "remote_index.hpp"
#include "server_answer.hpp"

namespace cargo_wasm::source {

namespace {

constexpr std::string_view k_config_name = "config.json";

} // namespace

Result<> RemoteIndex::send_config()
{
  m_config_in_flight = true;
  m_config_was_sent_token = m_auth_required;
  auto sent = send(std::string(k_config_name), {}, [this](Result<base::HttpResponse> outcome, const std::string& body) {
    finish_config(std::move(outcome), body);
  });
  m_config_in_flight = m_config_in_flight && sent.has_value();
  return sent;
}

void RemoteIndex::finish_config(Result<base::HttpResponse> outcome, const std::string& body)
{
  if (outcome && outcome->status == 401 && !m_config_was_sent_token) {
    note_unauthorized(*outcome);
    if (auto sent = send_config(); sent) {
      return;
    } else {
      outcome = fail(std::move(sent).error());
    }
  }
  m_config_in_flight = false;
  m_config_fresh = true;
  const std::string url = url_of(k_config_name);
  if (!outcome) {
    m_config_error = std::move(outcome).error();
  } else if (is_not_found(outcome->status)) {
    m_config_error = Error("CW0412", fmt::format("{} has no `config.json`", m_registry.display()), Blame::network)
                         .note(fmt::format("`{}` answered with status {}", url_without_secrets(url), outcome->status))
                         .help("is it a sparse registry, and is its URL right? it ends with `/`");
  } else if (outcome->status != 200) {
    m_config_error = status_error(*outcome, url, "the registry's `config.json`", m_registry, Token::sent);
  } else if (is_web_page(body)) {
    m_config_error = wrong_content_error(url, "the registry's `config.json`", body);
  } else if (auto parsed = registry_protocol::parse_registry_config(body); !parsed) {
    m_config_error = std::move(parsed)
                         .error()
                         .note(fmt::format("the request was for {}", url_without_secrets(url)))
                         .help("is it a sparse registry, and is its URL right? it ends with `/`");
  } else {
    m_config = std::move(*parsed);
    m_auth_required = m_auth_required || m_config->auth_required;
    (void)m_session.fs().write_atomic(m_directory / k_config_name, body); // a home that cannot be written is reported elsewhere
  }
}

Result<> RemoteIndex::ensure_config()
{
  if (!m_config && !m_config_fresh) {
    if (auto text = m_session.fs().read_if_exists(m_directory / k_config_name); text && *text) {
      if (auto parsed = registry_protocol::parse_registry_config(**text)) {
        m_config = std::move(*parsed);
        // Spares the request that would only be told to come back with a token.
        m_auth_required = m_config->auth_required;
      }
    }
  }
  const bool is_wanted = !m_config_fresh && !m_config_in_flight && !m_session.offline() && (m_current || !m_config);
  if (is_wanted) {
    CW_TRY(send_config());
  }
  // A known configuration is refreshed while index files come; an unknown one decides how to ask for them.
  while (!m_config && m_config_in_flight) {
    CW_TRY_ASSIGN(const bool more, poll());
    if (!more && m_config_in_flight) {
      return fail(Error("CW0032", "the transfer of the registry's `config.json` ended without an answer", Blame::network));
    }
  }
  if (m_config_error) {
    Error error = *m_config_error;
    error.context.push_back(fmt::format("while updating the index of {}", m_registry.display()));
    return fail(std::move(error));
  }
  return {};
}

Result<registry_protocol::RegistryConfig> RemoteIndex::config()
{
  CW_TRY(m_session.lock());
  CW_TRY(ensure_config());
  while (m_config_in_flight) {
    CW_TRY(poll());
  }
  CW_TRY(ensure_config());
  if (!m_config) {
    return fail(
        Error("CW0408", fmt::format("nothing is known about {}, and the network may not be used", m_registry.display()), Blame::environment)
            .note(fmt::format("{} is in effect", m_session.offline_reason()))
            .help(fmt::format("run once without {}", m_session.offline_reason())));
  }
  return *m_config;
}

Result<std::optional<std::string>> RemoteIndex::authorization()
{
  CW_TRY_ASSIGN(const auto known, config());
  if (!known.auth_required) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(auto token, m_session.token(m_registry, m_auth_headers, m_login_url));
  return std::optional<std::string>("authorization: " + token);
}

} // namespace cargo_wasm::source
