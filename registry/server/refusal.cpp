#include "refusal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::registry_server {

HttpAnswer error_answer(int status, const std::string& detail)
{
  const nlohmann::ordered_json body{{"errors", nlohmann::ordered_json::array({{{"detail", detail}}})}};
  return {.status = status,
          .type = "application/json",
          .body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
          .etag = {},
          .cache_control = "no-store"};
}

std::string detail_of(const Error& error)
{
  std::string text = fmt::format("{} [{}]", error.message, error.id);
  for (const std::string& note : error.notes) {
    text += "; " + note;
  }
  for (const std::string& help : error.helps) {
    text += "; " + help;
  }
  return text;
}

std::optional<Error> token_refusal(const registry_trust::Authorization& sent, const std::optional<TokenGrant>& grant)
{
  if (!grant) {
    return Error("CW1216", "this needs a token of the registry", Blame::user)
        .note(!sent.token.empty() ? "the one that was sent is none, or was revoked"
              : sent.note         ? "what was sent is signed, and no signed statement is about this"
                                  : "none was sent");
  }
  if (grant->expired) {
    return Error("CW1216", "the token has expired", Blame::user).note(fmt::format("it was one of `{}`", grant->user));
  }
  return std::nullopt;
}

} // namespace cargo_wasm::registry_server
