#include <cargo_wasm/registry_trust/federation.hpp>

#include <fmt/format.h>

#include <set>

namespace cargo_wasm::registry_trust {
namespace {

Result<DsseEnvelope> open_envelope(std::string_view dsse)
{
  if (dsse.size() > 2 * k_max_federation_bytes) {
    return fail(Error("CW1022", "this is not a signed document (DSSE)", Blame::integrity)
                    .note(fmt::format("it has {} bytes; a federation's has at most {}", dsse.size(), 2 * k_max_federation_bytes)));
  }
  CW_TRY_ASSIGN(DsseEnvelope envelope, parse_dsse(dsse));
  if (envelope.type != k_federation_type) {
    return fail(Error("CW1022", "this is not a signed document (DSSE)", Blame::integrity)
                    .note(fmt::format("it is a `{}`, not a `{}`", envelope.type, k_federation_type)));
  }
  return envelope;
}

Result<> demand_threshold(const DsseEnvelope& envelope, const KeyRole& role, const Federation& federation, std::string_view whose)
{
  const std::set<std::size_t> found = signers(envelope, role.keys);
  if (found.size() >= role.threshold) {
    return {};
  }
  Error error(
      "CW1024",
      fmt::format("the document of the federation `{}`, version {}, is not signed by enough keys", federation.name, federation.version),
      Blame::integrity);
  error.notes.push_back(
      fmt::format("{} of the {} root keys of {} are needed, {} have signed", role.threshold, role.keys.size(), whose, found.size()));
  for (std::size_t i = 0; i < role.keys.size(); ++i) {
    if (!found.contains(i)) {
      error.notes.push_back(fmt::format("missing: `{}`", to_text(role.keys[i])));
    }
  }
  return fail(std::move(error).help("it is not used; the version before it still counts. Ask whoever runs the federation"));
}

} // namespace

Result<Federation> open_federation(std::string_view dsse)
{
  CW_TRY_ASSIGN(const DsseEnvelope envelope, open_envelope(dsse));
  CW_TRY_ASSIGN(Federation federation, parse_federation(envelope.payload));
  CW_TRY(demand_threshold(envelope, federation.root, federation, "this version"));
  return federation;
}

Result<base::Sha256> payload_hash(std::string_view dsse)
{
  CW_TRY_ASSIGN(const DsseEnvelope envelope, open_envelope(dsse));
  return base::sha256(envelope.payload);
}

Result<Federation> follow_federation(const Federation& current, std::string_view dsse)
{
  CW_TRY_ASSIGN(const DsseEnvelope envelope, open_envelope(dsse));
  CW_TRY_ASSIGN(Federation next, parse_federation(envelope.payload));
  if (next.name != current.name || next.canonical != current.canonical || next.version != current.version + 1) {
    return fail(Error("CW1025", fmt::format("this is not the next version of the federation `{}`", current.name), Blame::integrity)
                    .note(fmt::format("known is version {} of `{}`", current.version, current.canonical))
                    .note(fmt::format("came version {} of `{}`, `{}`", next.version, next.canonical, next.name))
                    .help("it is not used; another mirror may have the right one"));
  }
  CW_TRY(demand_threshold(envelope, current.root, next, "the version before it"));
  CW_TRY(demand_threshold(envelope, next.root, next, "this version"));
  return next;
}

} // namespace cargo_wasm::registry_trust
