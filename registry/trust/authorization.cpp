#include <cargo_wasm/registry_trust/authorization.hpp>

#include <cargo_wasm/base/base64.hpp>

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_signed = "CW1 ";

} // namespace

std::string to_header(const Authorization& authorization)
{
  if (!authorization.note) {
    return authorization.token;
  }
  std::string header = std::string(k_signed) + base::to_base64(*authorization.note);
  return authorization.token.empty() ? header : header + " " + authorization.token;
}

Result<Authorization> parse_authorization(std::string_view header)
{
  if (!header.starts_with(k_signed)) {
    return Authorization{.token = std::string(header), .note = {}};
  }
  header.remove_prefix(k_signed.size());
  const std::size_t end = header.find(' ');
  std::optional<std::string> note = base::parse_base64(header.substr(0, end));
  if (!note || note->empty()) {
    return fail(Error("CW1026", "the signed authorization of this request cannot be read", Blame::user)
                    .note("behind `CW1` a signed note in base 64 was expected, and perhaps a token")
                    .help("a newer or older cargo-wasm may have made it: use the same version here and at the registry"));
  }
  return Authorization{.token = end == std::string_view::npos ? std::string() : std::string(header.substr(end + 1)),
                       .note = std::move(note)};
}

} // namespace cargo_wasm::registry_trust
