#include "followed_federation.hpp"

#include <vector>

#include <cargo_wasm/registry_trust/root_pin.hpp>
#include <fmt/format.h>

namespace cargo_wasm::registry_mirror {
namespace {

using registry_trust::Federation;

constexpr std::string_view k_federation_path = ".well-known/cargo-wasm/federation/";

std::string path_of_version(std::uint64_t version)
{
  return fmt::format("{}{}.dsse", k_federation_path, version);
}

// Whether this version is what was pinned.
Result<bool> is_pinned(const FederationPin& pin, const std::string& dsse)
{
  if (pin.document) {
    CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::payload_hash(dsse));
    if (hash == *pin.document) {
      return true;
    }
  }
  if (pin.root) {
    return registry_trust::is_signed_by_root(dsse, *pin.root);
  }
  return false;
}

} // namespace

Result<FederationChain>
follow_chain(std::optional<Federation> current, bool pinned, registry_client::StaticFiles& primary, const FederationPin& pin)
{
  FederationChain chain;
  const auto take_keys = [&chain](const Federation& federation) -> Result<> {
    CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
    for (const registry_tlog::PolicyLog& log : policy.logs) {
      chain.keys.push_back(log.key);
    }
    chain.keys.insert(chain.keys.end(), federation.root.keys.begin(), federation.root.keys.end());
    chain.keys.insert(chain.keys.end(), federation.revokers.keys.begin(), federation.revokers.keys.end());
    return {};
  };
  const std::uint64_t first = current ? current->version + 1 : 1;
  while (chain.documents.size() < registry_trust::k_max_federation_steps) {
    const registry_client::FileWanted wanted{.path = path_of_version(first + chain.documents.size()),
                                             .max_bytes = registry_client::k_max_document_bytes};
    CW_TRY_ASSIGN(std::vector<std::optional<std::string>> got, primary.get(std::span(&wanted, 1)));
    if (!got.at(0)) {
      break;
    }
    if (current) {
      CW_TRY_ASSIGN(current, registry_trust::follow_federation(*current, *got[0]));
    } else {
      CW_TRY_ASSIGN(current, registry_trust::open_federation(*got[0]));
    }
    CW_TRY(take_keys(*current));
    if (!pinned) {
      CW_TRY_ASSIGN(pinned, is_pinned(pin, *got[0]));
    }
    chain.documents.push_back(std::move(*got[0]));
  }
  if (!current) {
    return fail(
        Error("CW1101", fmt::format("the registry has no file `{}`", path_of_version(1)), Blame::network)
            .help("is the address that of a registry of cargo-wasm's kind? `.well-known/cargo-wasm/federation/latest` is below it"));
  }
  if (!pinned) {
    return fail(Error("CW1250",
                      fmt::format("the federation `{}` that this address has is not the one that was named", current->name),
                      Blame::integrity)
                    .note(pin.document ? fmt::format("no version of its document has SHA-256 {}", base::to_hex(*pin.document))
                                       : fmt::format("none of its versions is signed by the root key {}", to_text(*pin.root)))
                    .help("check the address, and the hash or key with whoever runs the registry"));
  }
  chain.newest = std::move(*current);
  return chain;
}

Result<Federation>
follow(base::Filesystem& fs, const base::Path& public_directory, registry_client::StaticFiles& primary, const FederationPin& pin)
{
  const base::Path latest = public_directory / k_federation_path / "latest";
  CW_TRY_ASSIGN(const std::optional<std::string> own, fs.read_if_exists(latest));
  std::optional<Federation> current;
  bool pinned = pin.first_seen || (own && !pin.document && !pin.root);
  if (own) {
    CW_TRY_ASSIGN(current, registry_trust::open_federation(*own));
    for (std::uint64_t version = 1; !pinned && version <= current->version; ++version) {
      CW_TRY_ASSIGN(const std::string dsse, fs.read(public_directory / path_of_version(version)));
      CW_TRY_ASSIGN(pinned, is_pinned(pin, dsse));
    }
  }
  const std::uint64_t first = current ? current->version + 1 : 1;
  CW_TRY_ASSIGN(FederationChain chain, follow_chain(std::move(current), pinned, primary, pin));
  for (std::size_t i = 0; i < chain.documents.size(); ++i) {
    CW_TRY(fs.write_atomic(public_directory / path_of_version(first + i), chain.documents[i]));
  }
  if (!chain.documents.empty()) {
    CW_TRY(fs.write_atomic(latest, chain.documents.back()));
  }
  return std::move(chain.newest);
}

} // namespace cargo_wasm::registry_mirror
