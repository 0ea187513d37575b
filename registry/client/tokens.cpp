#include <cargo_wasm/registry_client/tokens.hpp>

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace cargo_wasm::registry_client {
namespace {

constexpr std::size_t k_longest_reason = 300;

// What cargo takes for the value of a header.
bool fits_header(std::string_view token)
{
  return !token.empty() && std::ranges::all_of(token, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

bool is_four_numbers(std::string_view host)
{
  return std::ranges::count(host, '.') == 3 && std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

} // namespace

bool may_carry_token(std::string_view base)
{
  constexpr std::string_view k_secure = "https://", k_plain = "http://";
  if (base.starts_with(k_secure)) {
    return true;
  }
  if (!base.starts_with(k_plain)) {
    return false;
  }
  std::string_view host = base.substr(k_plain.size());
  host = host.substr(0, host.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos) {
    return false;
  }
  if (host.starts_with("[::1]")) {
    return host.size() == 5 || host[5] == ':';
  }
  host = host.substr(0, host.find(':'));
  return host == "localhost" || (host.starts_with("127.") && is_four_numbers(host));
}

std::optional<std::string> Tokens::header(const std::string& base) const
{
  const auto found = m_known.find(base);
  return found != m_known.end() && found->second ? std::optional(*found->second) : std::nullopt;
}

Result<> Tokens::need(const std::string& base)
{
  auto known = m_known.find(base);
  if (known == m_known.end()) {
    const auto ask = [&]() -> Result<std::string> {
      if (!m_source) {
        return fail(Error("CW1082", "this command has no tokens", Blame::environment));
      }
      if (!may_carry_token(base)) {
        return fail(Error("CW1082", fmt::format("no token is sent to `{}`", base), Blame::environment)
                        .note("it is not encrypted, and whoever sees the request would have the token")
                        .help("tell whoever runs the registry: the address of a private one begins with `https://`"));
      }
      CW_TRY_ASSIGN(const std::string token, m_source(base));
      if (!fits_header(token)) {
        return fail(Error("CW1082", fmt::format("the token for `{}` cannot be sent", base), Blame::environment)
                        .note("it is empty, or has characters that no header can have")
                        .help("store it again: `cargo-wasm login --registry NAME`"));
      }
      return fmt::format("authorization: {}", token);
    };
    known = m_known.emplace(base, ask()).first;
  }
  return known->second ? Result<>() : fail(known->second.error());
}

std::string reason_of_refusal(int status, std::string_view body)
{
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  std::string said;
  if (answer.is_object() && answer.contains("errors") && answer["errors"].is_array() && !answer["errors"].empty()) {
    const nlohmann::json& first = answer["errors"][0];
    said = first.is_object() && first.contains("detail") && first["detail"].is_string() ? first["detail"].get<std::string>() : "";
  }
  const bool is_text = std::ranges::none_of(said, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return said.empty() || !is_text || said.size() > k_longest_reason ? fmt::format("it answers with status {}", status)
                                                                    : fmt::format("it answers with status {}: {}", status, said);
}

Error refused_without_token(std::string_view whose, std::string_view what)
{
  return Error("CW1081", fmt::format("{} is private, and `{}` was not read", whose, what), Blame::environment)
      .note("nobody else was asked for it: a private registry is never stood in for by another one")
      .help("whoever runs it makes tokens: `cargo-wasm registry token create DIR --user NAME --scope read`")
      .help("a token comes from where cargo has it: `cargo-wasm login --registry NAME`, or CARGO_REGISTRIES_NAME_TOKEN, with "
            "`registry.global-credential-providers = [\"cargo:token\"]` in the configuration");
}

} // namespace cargo_wasm::registry_client
