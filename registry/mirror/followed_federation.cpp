#include "followed_federation.hpp"

#include <fmt/format.h>

#include <vector>

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
    CW_TRY_ASSIGN(const registry_trust::DsseEnvelope envelope, registry_trust::parse_dsse(dsse));
    CW_TRY_ASSIGN(const Federation federation, registry_trust::parse_federation(envelope.payload));
    const bool is_root = std::ranges::find(federation.root.keys, *pin.root) != federation.root.keys.end();
    // A document can list any key: it must have signed.
    return is_root && !registry_trust::signers(envelope, std::span(&*pin.root, 1)).empty();
  }
  return false;
}

} // namespace

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
  std::vector<std::string> versions; // behind `current`
  const std::uint64_t first = current ? current->version + 1 : 1;
  while (versions.size() < registry_trust::k_max_federation_steps) {
    const registry_client::FileWanted wanted{.path = path_of_version(first + versions.size()),
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
    if (!pinned) {
      CW_TRY_ASSIGN(pinned, is_pinned(pin, *got[0]));
    }
    versions.push_back(std::move(*got[0]));
  }
  if (!current) {
    CW_TRY(registry_client::get_file(primary, {.path = path_of_version(1), .max_bytes = registry_client::k_max_document_bytes}));
    return fail(Error("CW1101", fmt::format("the registry has no file `{}`", path_of_version(1)), Blame::network));
  }
  if (!pinned) {
    return fail(Error("CW1250",
                      fmt::format("the federation `{}` that this address has is not the one that was named", current->name),
                      Blame::integrity)
                    .note(pin.document ? fmt::format("no version of its document has SHA-256 {}", base::to_hex(*pin.document))
                                       : fmt::format("none of its versions is signed by the root key {}", to_text(*pin.root)))
                    .help("check the address, and the hash or key with whoever runs the registry"));
  }
  for (std::size_t i = 0; i < versions.size(); ++i) {
    CW_TRY(fs.write_atomic(public_directory / path_of_version(first + i), versions[i]));
  }
  if (!versions.empty()) {
    CW_TRY(fs.write_atomic(latest, versions.back()));
  }
  return *current;
}

} // namespace cargo_wasm::registry_mirror
