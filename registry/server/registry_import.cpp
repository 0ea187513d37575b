// Versions that another registry has published, brought in by this one's operator. A crate is either published here or brought in, never
// both: so nobody can add a version to somebody else's crate, nor pass off a crate from elsewhere as one of this registry's.
#include "registry_state.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/published_crate.hpp>
#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_server {
namespace {

using registry_protocol::IndexEntry;
using registry_trust::ImportStatement;
using registry_trust::YankStatement;

/// Who yanked it, in the statement: the registry where it was published.
constexpr std::string_view k_yanked_upstream = "upstream";

// Names that the federation's document gives to somebody.
Result<> demand_name_from_elsewhere(const registry_trust::Federation& federation, const std::string& name)
{
  for (const auto* const patterns : {&federation.exclusive, &federation.foreign}) {
    for (const std::string& pattern : *patterns) {
      if (base::glob_matches(fold_of(pattern), fold_of(name))) {
        return fail(Error("CW1124", fmt::format("`{}` must not be brought in from another registry", name), Blame::integrity)
                        .note(fmt::format("the federation `{}` says of `{}` that such names are {} alone",
                                          federation.name,
                                          pattern,
                                          patterns == &federation.exclusive ? "its own" : "other registries'"))
                        .help("a public crate of such a name may be an attempt to be taken for the private one: find out who asks for it"));
      }
    }
  }
  return {};
}

Result<> demand_sound_line(const Registry::State& state, const IndexEntry& entry)
{
  if (const std::optional<std::string> why = why_not_a_name(entry.name)) {
    return fail(Error("CW1212", fmt::format("`{}` cannot be the name of a crate in this registry", entry.name), Blame::user).note(*why));
  }
  if (!spec::parse_version(entry.version)) {
    return fail(Error("CW1212", fmt::format("`{}` is not a version", entry.version), Blame::user));
  }
  const std::optional<base::Sha256> hash = base::parse_sha256(entry.checksum);
  const bool is_plain = hash && base::to_hex(*hash) == entry.checksum;
  const Result<std::string> archive =
      is_plain ? state.env.fs.read(state.public_directory / "crates" / (entry.checksum + ".crate")) : Result<std::string>(std::string());
  CW_TRY(archive);
  if (!is_plain || base::sha256(*archive) != *hash) {
    return fail(
        Error("CW1121", fmt::format("the archive of `{}` {} is not the one of its index line", entry.name, entry.version), Blame::integrity)
            .note(fmt::format("the line says `{}`", entry.checksum))
            .help("nothing of it was taken in; run `cargo-wasm registry mirror` again"));
  }
  return {};
}

/// The statements of one crate, one behind the other in its chain.
class Chain
{
public:
  Chain(Registry::State& state, Batch& batch, std::string crate)
      : m_state(state), m_batch(batch), m_crate(std::move(crate)), m_head(state.head_of(m_crate))
  {
  }

  [[nodiscard]] const std::optional<base::Sha256>& head() const { return m_head; }
  void add(const registry_trust::Statement& statement)
  {
    std::string note = m_state.log.signed_note(statement);
    m_head = registry_tlog::leaf_hash(note);
    m_batch.entries.push_back({.note = std::move(note), .crate = m_crate});
  }

private:
  Registry::State& m_state;
  Batch& m_batch;
  std::string m_crate;
  std::optional<base::Sha256> m_head;
};

} // namespace

Result<Recorded> Registry::import_versions(const std::string& upstream, const std::vector<IndexEntry>& entries)
{
  State& state = *m_state;
  Batch batch;
  std::map<std::string, Chain> chains;      // by crate
  std::map<std::string, std::string> names; // by fold
  for (const IndexEntry& line : entries) {
    CW_TRY(demand_sound_line(state, line));
    const std::string fold = fold_of(line.name);
    CW_TRY_ASSIGN(std::optional<std::string> named, state.ledger->name_with_fold(fold));
    const bool is_new = !named;
    if (const auto [other, fresh] = names.try_emplace(fold, line.name); !named && !fresh) {
      named = other->second;
    }
    if (named && *named != line.name) {
      return fail(Error("CW1214", fmt::format("`{}` is too near to the name of another crate", line.name), Blame::user)
                      .note(fmt::format("there is `{}`, which differs in case, `-` and `_` alone", *named)));
    }
    CW_TRY_ASSIGN(const bool is_imported, state.ledger->is_imported(line.name));
    if (!is_new && !is_imported) {
      return fail(Error("CW1123", fmt::format("`{}` was published in this registry", line.name), Blame::integrity)
                      .note("a version from elsewhere would be taken for one of its publisher")
                      .help("make the mirror in a registry of its own"));
    }
    CW_TRY(demand_name_from_elsewhere(state.federation, line.name));
    if (!state.federation.unsigned_allowed) {
      return fail(Error("CW1125", "this registry has only versions that their publisher has signed", Blame::user)
                      .note("its federation says `unsigned = \"deny\"`; what is brought in has no publisher's signature here")
                      .help("`unsigned = \"allow\"` in the federation, or a registry of its own for the mirror"));
    }
    const auto pending = batch.index_files.find(line.name);
    CW_TRY_ASSIGN(std::string index, pending == batch.index_files.end() ? index_file(line.name) : Result<std::string>(pending->second));
    CW_TRY_ASSIGN(const std::optional<IndexEntry> before, line_of(index, line.version));
    if (before) {
      if (before->version != line.version || before->checksum != line.checksum) {
        return fail(
            Error("CW1213", fmt::format("`{}` {} was brought in before, with other contents", line.name, line.version), Blame::integrity)
                .note(fmt::format("there is {} with SHA-256 {}", before->version, before->checksum))
                .note(fmt::format("now it has {}", line.checksum))
                .help("a version never changes: somebody between you and the registry it is from changes files"));
      }
      continue;
    }
    Chain& chain = chains.try_emplace(line.name, state, batch, line.name).first->second;
    IndexEntry listed = line;
    listed.key_entry.reset();
    listed.log_entry = state.log.size() + batch.entries.size();
    ImportStatement statement;
    statement.registry = canonical();
    statement.name = line.name;
    statement.version = line.version;
    statement.archive = *base::parse_sha256(line.checksum);
    statement.index_line = base::sha256(registry_protocol::published_line(listed));
    statement.upstream = upstream;
    statement.previous = chain.head();
    statement.time = state.now();
    chain.add(statement);
    if (line.yanked) {
      YankStatement yank;
      yank.registry = canonical();
      yank.name = line.name;
      yank.version = line.version;
      yank.previous = chain.head();
      yank.user = std::string(k_yanked_upstream);
      yank.nonce = new_nonce();
      yank.time = state.now();
      chain.add(yank);
    }
    batch.index_files[line.name] = index + registry_protocol::to_json_line(listed) + "\n";
  }
  if (batch.entries.empty()) {
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  CW_TRY_ASSIGN(const std::uint64_t leaf, state.record(batch));
  return Recorded{.entry = leaf, .log_size = state.log.size(), .was_there = false};
}

} // namespace cargo_wasm::registry_server
