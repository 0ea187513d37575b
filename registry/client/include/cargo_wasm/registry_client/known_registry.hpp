// What this machine knows of registries with a federation: the newest document that it has followed, and the newest checkpoint that it has
// seen, so that neither ever goes back.
//
//   $CARGO_HOME/cargo-wasm/federations/NAME/document.dsse   the federation's document
//                                           checkpoint      the newest one, a signed note
//                                           health.json     what was seen of each mirror
//                                           refreshed       when it was read last
//                                           objects/SHA256  tables, shards, lists: by their hash
//                                           tile/…          parts of the log that never change
//                                           fork-TIME.txt   evidence, when a log has been split
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_client {

struct KnownRegistry
{
  base::Path directory;
  registry_trust::Federation federation;
  bool on_first_use = false; ///< nobody compared its keys when it was learned

  [[nodiscard]] base::Path document_file() const { return directory / "document.dsse"; }
  [[nodiscard]] base::Path checkpoint_file() const { return directory / "checkpoint"; }
  [[nodiscard]] base::Path refreshed_file() const { return directory / "refreshed"; }
  [[nodiscard]] base::Path health_file() const { return directory / "health.json"; }
};

/// All that are known, by name. Cost: one directory, and a small file each. Errors: CW1102 a document here is damaged.
[[nodiscard]] Result<std::vector<KnownRegistry>> known_registries(const base::ReadOnlyFilesystem& fs, const base::Path& cargo_home);
/// The one whose index has this canonical address ("sparse+https://…/").
[[nodiscard]] Result<std::optional<KnownRegistry>>
find_known_registry(const base::ReadOnlyFilesystem& fs, const base::Path& cargo_home, std::string_view canonical);

/// Whether the registry's state was read within the last `seconds`.
[[nodiscard]] bool
was_read_lately(const base::ReadOnlyFilesystem& fs, const KnownRegistry& known, std::uint64_t now, std::uint64_t seconds);

/// How a person says which federation is meant: the hash of its document, or one of its roots, which has signed it.
struct Pin
{
  std::optional<base::Sha256> document;
  std::optional<registry_tlog::VerifierKey> key;
  bool first_use = false; ///< whatever comes is believed, now and from now on
};
/// "sha256:HEX" or a verifier key. Errors: CW1104.
[[nodiscard]] Result<Pin> parse_pin(std::string_view text);

/// Keeps a federation, if its document is what the pin says; one that is known stays, if that is, too, and is believed at first use no
/// more. Errors: CW1022 to CW1024; CW1104 it is not; CW1105 another one of this name or address is known; CW0003.
Result<KnownRegistry> learn(base::Filesystem& fs, const base::Path& cargo_home, std::string_view document, const Pin& pin);
/// Keeps a version that follows. Errors: those of `follow_federation`, CW0003.
Result<> follow(base::Filesystem& fs, KnownRegistry& known, std::string_view document);

} // namespace cargo_wasm::registry_client
