// Tokens for servers of a private registry. A token is asked for when a server answers 401, is kept for the rest of the command, and goes
// to the address that it was asked for and nowhere else: requests with one follow no redirect, and over plain http it goes to this machine
// alone.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::registry_client {

/// The value of an `Authorization` header for the server whose files are below this address, which ends in a slash.
using TokenSource = std::function<Result<std::string>(const std::string& base)>;

/// Over TLS, or to this machine.
[[nodiscard]] bool may_carry_token(std::string_view base);

class Tokens
{
public:
  /// An empty source has none.
  explicit Tokens(TokenSource source) : m_source(std::move(source)) {}

  /// The header line that this server is known to want.
  [[nodiscard]] std::optional<std::string> header(const std::string& base) const;
  /// A server has answered 401: from now on `header` has a token for it. Asks the source once an address. Errors: those of the source;
  /// CW1082 the address must not get one, or the token cannot be part of a header.
  Result<> need(const std::string& base);

private:
  TokenSource m_source;
  std::map<std::string, Result<std::string>> m_known; ///< header lines, by address
};

/// What a server says of a refusal, for a note: `errors[0].detail` of its answer, else the status alone.
[[nodiscard]] std::string reason_of_refusal(int status, std::string_view body);

/// CW1081: a registry, or an address of one, that lets nobody in without a token, or not with the one it got.
[[nodiscard]] Error refused_without_token(std::string_view whose, std::string_view what);

} // namespace cargo_wasm::registry_client
