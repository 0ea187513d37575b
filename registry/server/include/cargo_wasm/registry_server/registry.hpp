// A registry in a directory, as its one writer has it.
//
//   DIR/public/    what clients read, static: any web server can serve it, a copy is a mirror
//   DIR/private/   keys (for their owner alone) and the database: tokens, owners, what is on its way into the log
//
// A change goes through in this order: the archive; rows of the database with its entries, their places in the log, and the index files;
// tiles and the name map; the checkpoint; the index files; the rows are taken away. Whatever moment the process ends at, opening the
// registry again finishes or forgets the change: the signed checkpoint decides which. Several entries can be one change.
//
// Where the federation has witnesses, the signed checkpoint first lies in DIR/private/pending-checkpoint; it becomes public when enough of
// them have cosigned it. Until then no other change is made: what a witness has cosigned is never given up (docs/adr/0024-witnesses.md).
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_server/publisher_note.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>

namespace cargo_wasm::registry_server {

/// Of one request that publishes: cargo's crates are at most 10 MiB on crates.io, and a set is several of them.
constexpr std::uint64_t k_max_publication_bytes = std::uint64_t{20} << 20U;

struct RegistrySettings
{
  std::string name;        ///< of the federation
  std::string base_url;    ///< where clients reach DIR/public, with a slash at its end: "https://registry.example/"
  bool is_private = false; ///< reading needs a token; what holds from then on stands in `config.json` (reader_gate.hpp)
};

/// What a change became.
struct Recorded
{
  std::uint64_t entry = 0;    ///< its index in the log
  std::uint64_t log_size = 0; ///< of the checkpoint that has it
  bool was_there = false;     ///< the same bytes had been published before
};

/// The entry of the log that began a crate.
struct FirstEntry
{
  std::uint64_t entry = 0;
  base::Sha256 leaf;
};

struct CrateListing
{
  std::string name, newest, description;
};

/// One of the versions that are published together.
struct Publication
{
  registry_protocol::IndexEntry entry;
  std::string_view archive;
  Author author;
  std::optional<base::Sha256> component = {}; ///< the manifest of the one beside it, which was sent before
};

/// What a registry begins with beside its name, when its operator wrote a federation.toml.
struct Founding
{
  std::string federation_toml; ///< empty: what `first_federation` says
  base::Path federation_file;  ///< for messages
  std::vector<registry_tlog::SignerKey> signers;
};

/// How witnesses are asked for their cosignatures.
struct WitnessAsking
{
  base::HttpOptions http;
  std::chrono::milliseconds limit{5'000}; ///< of one change (ADR 24)
  std::stop_token stop;                   ///< nobody is waited for any more
};

class Registry
{
public:
  /// Makes an empty one: keys, and, when its address is known, the federation's first document and an empty log. An empty `base_url` is
  /// filled in by the first `open`. Errors: CW1200 something is there already; CW0003; with a federation.toml CW1224, CW1024.
  static Result<> create(const Env& env, const base::Path& directory, const RegistrySettings& settings, const Founding& founding = {});
  /// Opens one for writing; finishes what an earlier process left, unless that waits for witnesses. `address` becomes the address of a
  /// registry that has none yet, for ever. Errors: CW1201 not a registry, or another process has it; CW1202; those of reading the log, when
  /// files were damaged; CW1061.
  [[nodiscard]] static Result<Registry>
  open(const Env& env, const base::Path& directory, const std::string& address, WitnessAsking asking = {});
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  [[nodiscard]] const RegistrySettings& settings() const;
  [[nodiscard]] const base::Path& public_directory() const;
  [[nodiscard]] Accounts& accounts();
  /// "sparse+" and the address.
  [[nodiscard]] std::string canonical() const;

  /// The version that the newest snapshot names.
  [[nodiscard]] const registry_trust::Federation& federation() const;

  /// Whether nothing in the log came of this signed change yet. Errors: CW1219 something has; those of reading the database.
  [[nodiscard]] Result<> demand_unused(const PublisherNote& note);

  // Changes. Errors of all: CW1059 not enough witnesses have cosigned, or CW1060 one has seen another history: the change is kept and
  // finished later, or was not begun, as the notes say; made again, it is no other change.

  /// Keeps a component, as a whole request, until a publication names it; a day at least. The digest of its manifest. Errors: CW1236; those
  /// of writing.
  Result<base::Sha256> stage_component(std::string_view body);
  /// A version. The same bytes again are no error, whoever signed them. The first signed publication of a crate claims it for its key.
  /// Errors: CW1213 other bytes were published under this version; CW1214 a name that differs from another one in case, `-` and `_` alone;
  /// CW1123 the crate comes from another registry; CW1217 to CW1223 who or what must not; CW1227 the archive is revoked; CW1235 the
  /// component was not sent, or another one stands beside the version; CW1237; those of writing.
  Result<Recorded> publish(const registry_protocol::IndexEntry& entry, std::string_view archive, const Author& author);
  /// Several, of different crates, by one checkpoint: all or none. In their order; those that were there before make no entry.
  Result<std::vector<Recorded>> publish_set(const std::vector<Publication>& publications);
  /// Errors: CW1215 there is no such version; CW1217 to CW1222; CW1227 it is revoked; those of writing.
  Result<Recorded> set_yanked(std::string_view name, std::string_view version, bool yanked, const Author& author);
  /// A `grant` or `drop-key` that a key of the crate has signed. Errors: CW1217 to CW1221; CW1215 there is no such crate.
  Result<Recorded> change_keys(const PublisherNote& note);

  /// The next version of the federation's document, which its keys have signed; the key of the log that it names has to be in
  /// DIR/private/keys. Errors: those of `follow_federation`; CW1203 the log's key; those of writing.
  Result<Recorded> update_federation(const std::string& dsse);
  /// A `revoke` or `unrevoke` that enough revokers have signed; versions that it means are yanked in the index, or no longer. What is so
  /// already is no error. Errors: CW1226 it is none, or not signed by enough; CW1219; those of writing.
  Result<Recorded> change_revocations(const std::string& note);
  /// Several, by one checkpoint: all or none.
  Result<Recorded> change_revocations(const std::vector<std::string>& notes);
  /// In force, by target.
  Result<std::vector<registry_trust::Revocation>> revocations();
  /// Versions that another registry has published, `upstream` as it stands in lock files; their archives lie in DIR/public/crates. By one
  /// checkpoint: all or none. Those that were there before make no entry. Errors: CW1121 the archive is another one than the line says;
  /// CW1123 the crate was published here; CW1124 a name that must not come from elsewhere; CW1125 every version has to be signed by its
  /// publisher; CW1212, CW1213, CW1214; those of writing.
  Result<Recorded> import_versions(const std::string& upstream, const std::vector<registry_protocol::IndexEntry>& entries);
  /// States what the log of uses (usage_log.hpp) consists of by now.
  Result<Recorded> seal_usage(const base::Sha256& head, std::uint64_t records);
  /// A fresh snapshot.
  Result<Recorded> heartbeat();
  /// Whether the newest snapshot is older than a quarter of its lifetime, or without the cosignatures that clients ask for.
  [[nodiscard]] bool heartbeat_is_due() const;
  /// Whether a change is signed and not public yet.
  [[nodiscard]] bool waits_for_witnesses() const;
  /// Finishes such a change; also witnesses that were silent lately are waited for to the limit. Errors: CW1059, CW1060; those of writing.
  Result<> settle();
  /// Does what `submit` (operator_change.hpp) has left for the process that has the registry. Errors: CW1202; what fails of a change is
  /// told to whoever wants it.
  Result<> do_submitted();

  /// The lines of a crate's index file; empty when there is none.
  [[nodiscard]] Result<std::string> index_file(std::string_view name) const;
  /// The first version of a crate in the log; nullopt when there is no such crate. Errors: CW1202, those of reading the log.
  Result<std::optional<FirstEntry>> first_entry(std::string_view name);
  /// Crates whose names contain this lower-case text, at most a hundred, by name; with their newest version that is not yanked.
  Result<std::vector<CrateListing>> search(const std::string& text);

  struct State;

private:
  explicit Registry(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
