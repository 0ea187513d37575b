// What changes a registry at its users' wish: publications, yanks, keys of crates.
#include "registry_state.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/component.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

namespace cargo_wasm::registry_server {
namespace {

using registry_protocol::IndexEntry;
using registry_trust::CrateAuthority;
using registry_trust::KeyStatement;
using registry_trust::PublishStatement;
using registry_trust::YankStatement;

Result<> demand_signature(const registry_trust::Federation& federation, const Author& author)
{
  if (author.note || federation.unsigned_allowed) {
    return {};
  }
  return fail(
      Error("CW1222", "this registry takes only changes that their publisher has signed", Blame::user)
          .note("its federation says `unsigned = \"deny\"`; the request came with a token alone")
          .help("make a key with `cargo-wasm registry keys generate`, and let cargo sign with `credential-provider = [\"cargo-wasm\"]`"));
}

Result<> demand_own_name(const registry_trust::Federation& federation, const std::string& name)
{
  for (const std::string& pattern : federation.foreign) {
    if (base::glob_matches(fold_of(pattern), fold_of(name))) {
      return fail(
          Error("CW1223", fmt::format("`{}` is a name of another registry", name), Blame::user)
              .note(fmt::format("names such as `{}` belong to another registry alone, says the federation `{}`", pattern, federation.name))
              .help("publish it there, or under another name"));
    }
  }
  return {};
}

// What another registry has published is changed there.
Result<> demand_published_here(Registry::State& state, std::string_view name)
{
  CW_TRY_ASSIGN(const bool is_imported, state.ledger->is_imported(name));
  return !is_imported ? Result<>()
                      : fail(Error("CW1123", fmt::format("`{}` is a crate of another registry", name), Blame::user)
                                 .note("its versions were brought in by `cargo-wasm registry mirror`; nobody publishes or yanks it here")
                                 .help("take another name for a crate of your own"));
}

// Whether a revocation is about the key, from whatever entry on: nothing new is taken from it.
Result<> demand_unrevoked(std::span<const registry_trust::Revocation> revocations, const std::string& key)
{
  for (const registry_trust::Revocation& revocation : revocations) {
    if (revocation.statement.target == registry_trust::target_of_key(key)) {
      return fail(Error("CW1220", "the key that signed this is revoked", Blame::integrity)
                      .note(fmt::format("`{}`", key))
                      .note(fmt::format("by entry {} of the log, because of {}", revocation.entry, revocation.statement.reason))
                      .help("make a new key, and have it let in"));
    }
  }
  return {};
}

// Whether the key that signed may do so for the crate; a crate without keys is claimed by the first one.
Result<> demand_key_of_crate(const CrateAuthority& authority, const PublisherNote& note, const std::string& name)
{
  if (std::ranges::find(authority.keys, note.key) != authority.keys.end()) {
    return {};
  }
  Error error("CW1220", fmt::format("the key that signed this may not publish `{}`", name), Blame::user);
  error.notes.push_back(fmt::format("it is `{}` of `{}`", to_text(note.key), note.user));
  for (const registry_tlog::VerifierKey& key : authority.keys) {
    error.notes.push_back(fmt::format("a key of the crate: `{}`", to_text(key)));
  }
  return fail(std::move(error).help("sign with a key of the crate, or have it grant this one"));
}

// The component's files, which nobody finds before the tag is there, and the tag with the batch.
Result<> add_component(Registry::State& state, const Publication& publication, Batch& batch)
{
  const StagedComponents staged(state.env.fs, state.staged_components());
  CW_TRY_ASSIGN(const std::optional<std::string> request, staged.find(*publication.component));
  if (!request) {
    return fail(
        Error("CW1235", fmt::format("the component of `{}` {} is not here", publication.entry.name, publication.entry.version), Blame::user)
            .note(fmt::format("the publication names `sha256:{}`", base::to_hex(*publication.component)))
            .help("send it before: `cargo-wasm publish --component` does"));
  }
  CW_TRY_ASSIGN(const registry_oci::ComponentParts parts, split_component(*request));
  CW_TRY_ASSIGN(const std::string repository, registry_oci::component_repository(state.federation.name, publication.entry.name));
  const std::map<std::string, std::string> files = registry_oci::component_files(repository, parts);
  for (const auto& [path, bytes] : files) {
    CW_TRY(state.env.fs.write_atomic(state.public_directory / path, bytes));
  }
  CW_TRY_ASSIGN(auto tagged,
                registry_oci::component_tag(state.env.fs, state.public_directory, repository, publication.entry.version, parts.manifest));
  batch.public_files.merge(tagged);
  batch.public_files.emplace(registry_oci::k_metadata_file, registry_oci::own_metadata(state.settings.base_url));
  return {};
}

// Whether a version that is there already has this component beside it; who names none asks nothing.
Result<> demand_same_component(const IndexEntry& there, const Publication& publication)
{
  const std::optional<base::Sha256>& component = publication.component;
  if (!component || there.component == registry_oci::digest_text(*component)) {
    return {};
  }
  return fail(
      Error("CW1235",
            fmt::format(
                "`{}` {} was published with{}", there.name, there.version, there.component ? " another component" : "out a component"),
            Blame::integrity)
          .note(fmt::format("this one is `{}`", registry_oci::digest_text(*component)))
          .help("a version never changes: publish the next one"));
}

// Puts the entries of one publication into the batch.
Result<> add_publication(Registry::State& state, const Publication& publication, const std::string& index, Batch& batch)
{
  const auto& [entry, archive, author, component] = publication;
  const std::string line = registry_protocol::to_json_line(entry);
  const base::Sha256 archive_hash = base::sha256(archive), line_hash = base::sha256(line);
  const std::optional<base::Sha256> previous = state.head_of(entry.name);
  CW_TRY_ASSIGN(const auto revocations, state.ledger->revocations());
  if (const auto* const revocation =
          find_revocation(revocations, {.name = entry.name, .version = entry.version, .archive = archive_hash, .key = {}, .entry = 0});
      revocation != nullptr && revocation->statement.effect == registry_trust::RevocationEffect::block) {
    return fail(Error("CW1227", fmt::format("`{}` {} is revoked", entry.name, entry.version), Blame::integrity)
                    .note(fmt::format("`{}`, because of {}, by entry {} of the log",
                                      revocation->statement.target,
                                      revocation->statement.reason,
                                      revocation->entry)));
  }
  IndexEntry listed = entry; // with where in the log it is
  if (!author.note) {
    PublishStatement statement;
    statement.registry = state.canonical();
    statement.name = entry.name;
    statement.version = entry.version;
    statement.archive = archive_hash;
    statement.index_line = line_hash;
    statement.oci_manifest = component;
    statement.previous = previous;
    statement.user = author.user;
    statement.time = state.now();
    batch.entries.push_back({.note = state.log.signed_note(statement), .crate = entry.name});
  } else {
    const PublisherNote& note = *author.note;
    CW_TRY(check_publication(
        note,
        {.registry = state.canonical(), .name = entry.name, .version = entry.version, .previous = previous, .now = state.now()},
        archive_hash,
        line_hash,
        component));
    CW_TRY(demand_unrevoked(revocations, to_text(note.key)));
    CW_TRY_ASSIGN(const CrateAuthority authority, state.ledger->authority(entry.name));
    if (authority.keys.empty()) {
      KeyStatement claim;
      claim.registry = state.canonical();
      claim.name = entry.name;
      claim.change = registry_trust::KeyChange::claim;
      claim.key = to_text(note.key);
      claim.previous = previous;
      claim.time = state.now();
      listed.key_entry = state.log.size() + batch.entries.size();
      batch.entries.push_back({.note = state.log.signed_note(claim), .crate = entry.name});
    } else {
      CW_TRY(demand_key_of_crate(authority, note, entry.name));
      CW_TRY_ASSIGN(listed.key_entry, state.ledger->key_entry(entry.name, to_text(note.key)));
    }
    batch.entries.push_back({.note = state.log.countersigned(note.note), .crate = entry.name});
    batch.used_notes.push_back(note.hash);
  }
  listed.log_entry = state.log.size() + batch.entries.size() - 1;
  if (component) {
    listed.component = registry_oci::digest_text(*component);
  }
  batch.index_files[entry.name] = index + registry_protocol::to_json_line(listed) + "\n";
  return state.env.fs.write_atomic(state.public_directory / "crates" / (entry.checksum + ".crate"), archive);
}

} // namespace

std::string new_nonce()
{
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

std::string_view number_of(std::string_view version)
{
  return version.substr(0, version.find('+'));
}

Result<std::optional<IndexEntry>> line_of(std::string_view index, std::string_view version)
{
  for (const std::string_view line : base::split(index, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(line));
    if (number_of(entry.version) == number_of(version)) {
      return std::optional(std::move(entry));
    }
  }
  return std::optional<IndexEntry>();
}

Result<> Registry::demand_unused(const PublisherNote& note)
{
  CW_TRY_ASSIGN(const std::vector<Row> used,
                m_state->database.run("SELECT hash FROM used_notes WHERE hash = ?", {base::to_hex(note.hash)}));
  return used.empty() ? Result<>() : used_before();
}

Result<base::Sha256> Registry::stage_component(std::string_view body)
{
  constexpr std::chrono::hours k_kept{24};
  State& state = *m_state;
  StagedComponents staged(state.env.fs, state.staged_components());
  CW_TRY(staged.remove_older(std::chrono::nanoseconds((state.env.clock.now() - k_kept).time_since_epoch()).count()));
  return staged.keep(body);
}

Result<Recorded> Registry::publish(const IndexEntry& entry, std::string_view archive, const Author& author)
{
  CW_TRY_ASSIGN(const std::vector<Recorded> recorded, publish_set({{.entry = entry, .archive = archive, .author = author}}));
  return recorded.at(0);
}

Result<std::vector<Recorded>> Registry::publish_set(const std::vector<Publication>& publications)
{
  State& state = *m_state;
  CW_TRY(state.begin_change());
  Batch batch;
  std::vector<Recorded> recorded;
  std::map<std::string, std::string> names; // by fold
  for (const Publication& publication : publications) {
    const IndexEntry& entry = publication.entry;
    const std::string fold = fold_of(entry.name);
    CW_TRY_ASSIGN(std::optional<std::string> named, state.ledger->name_with_fold(fold));
    if (const auto [other, fresh] = names.try_emplace(fold, entry.name); !fresh) {
      if (other->second == entry.name) {
        return fail(Error("CW1231", "these are not versions that can be published together", Blame::user)
                        .note(fmt::format("`{}` is among them twice", entry.name))
                        .help("one version of a crate at a time"));
      }
      named = other->second;
    }
    if (named && *named != entry.name) {
      return fail(Error("CW1214", fmt::format("`{}` is too near to the name of another crate", entry.name), Blame::user)
                      .note(fmt::format("there is `{}`, which differs in case, `-` and `_` alone", *named)));
    }
    CW_TRY_ASSIGN(const std::string index, index_file(entry.name));
    CW_TRY_ASSIGN(const std::optional<IndexEntry> before, line_of(index, entry.version));
    if (before) {
      if (before->version != entry.version || before->checksum != entry.checksum) {
        return fail(
            Error("CW1213", fmt::format("`{}` {} was published before, with other contents", entry.name, entry.version), Blame::integrity)
                .note(fmt::format("there is {} with SHA-256 {}", before->version, before->checksum))
                .note(fmt::format("this one has {}", entry.checksum))
                .help("a version never changes: publish the next one"));
      }
      CW_TRY(demand_same_component(*before, publication));
      CW_TRY_ASSIGN(const std::vector<LedgerVersion> versions, state.ledger->versions(entry.name));
      const auto known = std::ranges::find(versions, entry.version, &LedgerVersion::version);
      recorded.push_back({.entry = known == versions.end() ? 0 : known->entry, .log_size = state.log.size(), .was_there = true});
      continue;
    }
    CW_TRY(demand_published_here(state, entry.name));
    CW_TRY(demand_signature(state.federation, publication.author));
    CW_TRY(demand_own_name(state.federation, entry.name));
    if (publication.component) {
      CW_TRY(add_component(state, publication, batch));
    }
    CW_TRY(add_publication(state, publication, index, batch));
    recorded.push_back({.entry = state.log.size() + batch.entries.size() - 1, .log_size = 0, .was_there = false});
  }
  if (!batch.entries.empty()) {
    CW_TRY(state.record(batch));
  }
  StagedComponents staged(state.env.fs, state.staged_components());
  for (const Publication& publication : publications) {
    if (publication.component) {
      (void)staged.remove(*publication.component); // else it goes when it is old
    }
  }
  for (Recorded& one : recorded) {
    one.log_size = state.log.size();
  }
  return recorded;
}

Result<Recorded> Registry::set_yanked(std::string_view name, std::string_view version, bool yanked, const Author& author)
{
  State& state = *m_state;
  CW_TRY(state.begin_change());
  CW_TRY_ASSIGN(const std::vector<LedgerVersion> versions, state.ledger->versions(name));
  const auto found = std::ranges::find(versions, version, &LedgerVersion::version);
  // The index has a crate under its name in any case, but not with `_` for `-`.
  if (found == versions.end() || base::to_lower(found->crate) != base::to_lower(name)) {
    return fail(Error("CW1215", fmt::format("there is no version {} of `{}`", version, name), Blame::user));
  }
  if (found->yanked == yanked) {
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  CW_TRY(demand_published_here(state, name));
  CW_TRY(demand_signature(state.federation, author));
  const std::optional<base::Sha256> previous = state.head_of(name);
  CW_TRY_ASSIGN(const auto revocations, state.ledger->revocations());
  Batch batch;
  if (!author.note) {
    YankStatement statement;
    statement.registry = canonical();
    statement.name = found->crate;
    statement.version = found->version;
    statement.yanked = yanked;
    statement.previous = previous;
    statement.user = author.user;
    statement.nonce = new_nonce();
    statement.time = state.now();
    batch.entries.push_back({.note = state.log.signed_note(statement), .crate = found->crate});
  } else {
    const PublisherNote& note = *author.note;
    CW_TRY(check_yank(note,
                      {.registry = canonical(), .name = found->crate, .version = found->version, .previous = previous, .now = state.now()},
                      yanked));
    CW_TRY(demand_unrevoked(revocations, to_text(note.key)));
    CW_TRY_ASSIGN(const CrateAuthority authority, state.ledger->authority(found->crate));
    CW_TRY(demand_key_of_crate(authority, note, found->crate));
    batch.entries.push_back({.note = state.log.countersigned(note.note), .crate = found->crate});
    batch.used_notes.push_back(note.hash);
  }
  CW_TRY_ASSIGN(const std::string index, index_file(found->crate));
  std::string changed;
  for (const std::string_view line : base::split(index, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(line));
    if (entry.version == found->version) {
      const auto* const revocation = find_revocation(
          revocations,
          {.name = found->crate, .version = found->version, .archive = found->archive, .key = found->key, .entry = found->entry});
      if (!yanked && revocation != nullptr && revocation->statement.effect == registry_trust::RevocationEffect::block) {
        return fail(Error("CW1227", fmt::format("`{}` {} is revoked", found->crate, found->version), Blame::integrity)
                        .note(fmt::format("`{}`, because of {}, by entry {} of the log",
                                          revocation->statement.target,
                                          revocation->statement.reason,
                                          revocation->entry))
                        .help("it stays yanked until the revocation is taken back"));
      }
      entry.yanked = yanked;
      changed += registry_protocol::to_json_line(entry) + "\n";
    } else {
      changed += fmt::format("{}\n", line);
    }
  }
  batch.index_files[found->crate] = changed;
  CW_TRY_ASSIGN(const std::uint64_t leaf, state.record(batch));
  return Recorded{.entry = leaf, .log_size = state.log.size(), .was_there = false};
}

Result<Recorded> Registry::change_keys(const PublisherNote& note)
{
  State& state = *m_state;
  CW_TRY(state.begin_change());
  const auto* const asked = std::get_if<KeyStatement>(&note.statement);
  const std::string name = asked == nullptr ? "" : asked->name;
  CW_TRY(
      check_key_change(note, {.registry = canonical(), .name = name, .version = {}, .previous = state.head_of(name), .now = state.now()}));
  CW_TRY_ASSIGN(const std::optional<std::string> known, state.ledger->name_with_fold(fold_of(name)));
  if (known != name) {
    return fail(Error("CW1215", fmt::format("there is no crate `{}`", name), Blame::user));
  }
  CW_TRY_ASSIGN(const auto revocations, state.ledger->revocations());
  CW_TRY(demand_unrevoked(revocations, to_text(note.key)));
  CW_TRY(demand_unrevoked(revocations, asked->key));
  CW_TRY_ASSIGN(CrateAuthority authority, state.ledger->authority(name));
  CW_TRY(demand_key_of_crate(authority, note, name));
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(asked->key));
  const bool is_there = std::ranges::find(authority.keys, key) != authority.keys.end();
  if (is_there == (asked->change == registry_trust::KeyChange::grant)) {
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  if (is_there && authority.keys.size() == 1) {
    return fail(Error("CW1220", fmt::format("`{}` would have no key left", name), Blame::user)
                    .note("then whoever published it next would have it")
                    .help("grant another key first"));
  }
  Batch batch;
  batch.entries.push_back({.note = state.log.countersigned(note.note), .crate = name});
  batch.used_notes.push_back(note.hash);
  CW_TRY_ASSIGN(const std::uint64_t leaf, state.record(batch));
  return Recorded{.entry = leaf, .log_size = state.log.size(), .was_there = false};
}

} // namespace cargo_wasm::registry_server
