#include <cargo_wasm/registry_client/verified_registry.hpp>

#include "moment.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_client {
namespace {

using registry_protocol::IndexEntry;
using registry_trust::ImportStatement;
using registry_trust::KeyChange;
using registry_trust::KeyStatement;
using registry_trust::NameMap;
using registry_trust::PublishStatement;

/// What the log says of a version, by whichever kind of statement brought it in.
struct StatedVersion
{
  std::string registry, name, version;
  base::Sha256 archive;
  std::optional<base::Sha256> index_line, component;
  bool by_registry = false; ///< on its own word: a token had convinced it, or it saw the version in another registry
};

std::optional<StatedVersion> stated_version(const registry_trust::Statement& statement)
{
  if (const auto* const one = std::get_if<PublishStatement>(&statement)) {
    return StatedVersion{.registry = one->registry,
                         .name = one->name,
                         .version = one->version,
                         .archive = one->archive,
                         .index_line = one->index_line,
                         .component = one->oci_manifest,
                         .by_registry = one->user.has_value()};
  }
  if (const auto* const one = std::get_if<ImportStatement>(&statement)) {
    return StatedVersion{.registry = one->registry,
                         .name = one->name,
                         .version = one->version,
                         .archive = one->archive,
                         .index_line = one->index_line,
                         .component = {},
                         .by_registry = true};
  }
  return std::nullopt;
}

Error unproven(const VerifiedRegistry::Version& version, std::string why)
{
  return Error(
             "CW1114", fmt::format("the log has not published `{}` {} as the index says", version.name, version.version), Blame::integrity)
      .note(std::move(why))
      .help("nothing of it was used; tell the registry's operators, and pin another version meanwhile");
}

} // namespace

std::function<Result<>(std::string_view)> has_hash(const base::Sha256& hash)
{
  constexpr std::size_t k_shown_digits = 12; // in a line for people
  return [hash](std::string_view bytes) -> Result<> {
    const base::Sha256 actual = base::sha256(bytes);
    return actual == hash ? Result<>()
                          : fail(Error("CW1107",
                                       fmt::format("its SHA-256 is {}…, and should be {}…",
                                                   base::to_hex(actual).substr(0, k_shown_digits),
                                                   base::to_hex(hash).substr(0, k_shown_digits)),
                                       Blame::integrity));
  };
}

VerifiedRegistry::VerifiedRegistry(const Env& env, base::HttpClient* client, KnownRegistry known, ReadingOptions options)
    : m_env(env), m_client(client), m_known(std::move(known)), m_options(std::move(options))
{
  if (const auto text = m_env.fs.read_if_exists(m_known.health_file()); text && *text) {
    m_health = parse_health(**text);
  }
  // The document was read by `open_federation`, which has parsed its policy.
  m_policy = registry_tlog::parse_log_policy(m_known.federation.policy).value();
  if (client != nullptr && !m_options.offline) {
    m_pool = std::make_unique<MirrorPool>(m_env, *client, m_known.federation.name, m_known.federation.mirrors, m_health, m_options.pool);
  }
}

VerifiedRegistry::~VerifiedRegistry() = default;

std::uint64_t VerifiedRegistry::now() const
{
  return registry_trust::utc_seconds(m_env.clock.now());
}

void VerifiedRegistry::keep_health()
{
  if (m_pool) {
    end_inquiries();
    (void)m_env.fs.write_atomic(m_known.health_file(), to_json(m_health));
  }
}

bool VerifiedRegistry::pending() const
{
  return m_pool && (m_pool->pending() != 0 || !m_outdated.empty());
}

Result<bool> VerifiedRegistry::poll()
{
  if (m_pool) {
    CW_TRY(m_pool->poll());
    begin_again();
  }
  return pending();
}

void VerifiedRegistry::tick()
{
  if (m_pool) {
    m_pool->tick();
    begin_again();
  }
}

void VerifiedRegistry::with_object(std::string_view folder, const base::Sha256& hash, std::uint64_t max_bytes, FileDone done)
{
  if (hash == base::sha256("")) {
    done(std::string());
    return;
  }
  const base::Path file = m_known.directory / "objects" / base::to_hex(hash);
  if (auto kept = m_env.fs.read_if_exists(file); kept && *kept && base::sha256(**kept) == hash) {
    done(std::move(**kept));
    return;
  }
  if (!m_pool) {
    done(fail(Error("CW1106",
                    fmt::format("a part of the registry `{}` is not here, and the network may not be used", m_known.federation.name),
                    Blame::environment)
                  .help("run the command once with the network: what is verified then is kept")));
    return;
  }
  m_pool->request({.path = fmt::format("{}/{}", folder, base::to_hex(hash)), .max_bytes = max_bytes, .check = has_hash(hash)},
                  [this, file, done = std::move(done)](Result<PoolAnswer> answer) {
                    if (!answer) {
                      done(fail(std::move(answer).error()));
                      return;
                    }
                    (void)m_env.fs.write_atomic(file, *answer->bytes); // a cache
                    done(std::move(answer->bytes));
                  });
}

Result<std::string> VerifiedRegistry::object(std::string_view folder, const base::Sha256& hash, std::uint64_t max_bytes)
{
  const auto got = std::make_shared<std::optional<Result<std::optional<std::string>>>>();
  with_object(folder, hash, max_bytes, [got](Result<std::optional<std::string>> bytes) { *got = std::move(bytes); });
  while (!*got) {
    CW_TRY(poll());
  }
  CW_TRY_ASSIGN(std::optional<std::string> bytes, std::move(**got));
  return std::move(*bytes);
}

void VerifiedRegistry::with_shard(std::size_t shard, std::function<void(Result<const NameMap::Shard*>)> done)
{
  if (const auto known = m_shards.find(shard); known != m_shards.end()) {
    done(&known->second);
    return;
  }
  const Result<base::Sha256> hash = registry_trust::shard_hash(m_table, shard);
  if (!hash) {
    done(fail(hash.error()));
    return;
  }
  with_object("map", *hash, k_max_shard_bytes, [this, shard, done = std::move(done)](Result<std::optional<std::string>> bytes) {
    if (!bytes) {
      done(fail(std::move(bytes).error()));
      return;
    }
    Result<NameMap::Shard> parsed = registry_trust::parse_shard(**bytes, shard);
    if (!parsed) {
      done(fail(std::move(parsed).error()));
      return;
    }
    done(&m_shards.insert_or_assign(shard, std::move(*parsed)).first->second);
  });
}

void VerifiedRegistry::archive(const std::string& name, const std::string& version, const base::Sha256& hash, ArchiveDone done)
{
  file(fmt::format("crates/{}.crate", base::to_hex(hash)), hash, k_max_archive_bytes, [name, version, done = std::move(done)](auto got) {
    done(got ? std::move(got) : fail(std::move(got).error().during(fmt::format("while downloading `{} v{}`", name, version))));
  });
}

void VerifiedRegistry::file(std::string path, const base::Sha256& hash, std::uint64_t max_bytes, ArchiveDone done)
{
  if (!m_pool) {
    done(fail(Error("CW1106",
                    fmt::format("`{}` of the registry `{}` is not here, and the network may not be used", path, m_known.federation.name),
                    Blame::environment)
                  .help("run the command once with the network: what is verified then is kept")));
    return;
  }
  m_pool->request({.path = std::move(path), .max_bytes = std::min(max_bytes, k_max_archive_bytes), .small = false, .check = has_hash(hash)},
                  [this, done = std::move(done)](Result<PoolAnswer> answer) {
                    if (!answer) {
                      done(fail(std::move(answer).error()));
                      return;
                    }
                    done(Archive{.bytes = std::move(*answer->bytes), .mirror = m_pool->mirrors()[answer->mirror].id});
                  });
}

Result<std::string> VerifiedRegistry::log_entry(std::uint64_t index)
{
  if (const auto known = m_entries.find(index); known != m_entries.end()) {
    return known->second;
  }
  CW_TRY_ASSIGN(const std::vector<std::string> got, entries(m_moment->reader, {.begin = index, .end = index + 1}));
  return m_entries.emplace(index, got.front()).first->second;
}

Result<> VerifiedRegistry::verify_versions(std::span<const Version> versions)
{
  CW_TRY(refresh());
  const std::uint64_t size = m_state->checkpoint.size;
  std::vector<IndexEntry> parsed;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> bundles; ///< by index: the first and last entry wanted
  for (const Version& version : versions) {
    CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(version.line));
    if (!entry.log_entry) {
      return fail(unproven(version, "its index line names no entry of the log"));
    }
    for (const std::optional<std::uint64_t> index : {entry.log_entry, entry.key_entry}) {
      if (index && *index >= size) {
        return fail(unproven(version, fmt::format("its index line names entry {}, and the log has {}", *index, size)));
      }
      if (index && !m_entries.contains(*index)) {
        auto& range = bundles.try_emplace(*index / registry_tlog::k_tile_width, *index, *index).first->second;
        range = {std::min(range.first, *index), std::max(range.second, *index)};
      }
    }
    parsed.push_back(std::move(entry));
  }
  std::vector<registry_tlog::Tile> tiles;
  for (const auto& [bundle, range] : bundles) {
    tiles.push_back(registry_tlog::tile_of({.level = 0, .index = range.first}, size));
  }
  CW_TRY(m_moment->log.warm(tiles));
  for (const auto& [bundle, range] : bundles) {
    CW_TRY_ASSIGN(std::vector<std::string> got, entries(m_moment->reader, {.begin = range.first, .end = range.second + 1}));
    for (std::size_t i = 0; i < got.size(); ++i) {
      m_entries.emplace(range.first + i, std::move(got[i]));
    }
  }
  for (std::size_t i = 0; i < versions.size(); ++i) {
    CW_TRY(verify_version(versions[i], parsed[i]));
  }
  return {};
}

Result<std::optional<std::string>> VerifiedRegistry::publisher_of(const Version& version)
{
  CW_TRY(refresh());
  const Result<IndexEntry> entry = registry_protocol::parse_index_entry(version.line);
  if (!entry || !entry->key_entry || *entry->key_entry >= m_state->checkpoint.size) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const std::string bytes, log_entry(*entry->key_entry));
  const auto note = registry_tlog::parse_note(bytes);
  const auto statement = note ? registry_trust::parse_statement(note->text) : fail(Error());
  const auto* const granted = statement ? std::get_if<KeyStatement>(&*statement) : nullptr;
  return granted == nullptr ? std::optional<std::string>() : std::optional(granted->key);
}

Result<> VerifiedRegistry::check_revoked(std::span<const Version> versions, std::span<const std::string> allowed)
{
  CW_TRY(refresh());
  for (const Version& version : versions) {
    if (m_revocations.empty()) {
      break;
    }
    registry_trust::RevocableVersion what{.name = version.name,
                                          .version = version.version,
                                          .archive = base::parse_sha256(version.checksum).value_or(base::Sha256{}),
                                          .key = {},
                                          .entry = 0};
    const Result<IndexEntry> entry = registry_protocol::parse_index_entry(version.line);
    if (entry && entry->log_entry) {
      what.entry = *entry->log_entry;
    }
    CW_TRY_ASSIGN(const std::optional<std::string> key, publisher_of(version));
    if (key) {
      what.key = *key;
    }
    const registry_trust::Revocation* const found = find_revocation(m_revocations, what);
    if (found == nullptr) {
      continue;
    }
    const std::string id = fmt::format("{}@{}", version.name, version.version);
    const bool is_allowed = std::ranges::find(allowed, id) != allowed.end();
    const bool blocks = found->statement.effect == registry_trust::RevocationEffect::block && !is_allowed;
    Error error("CW1109",
                fmt::format("`{}` {} is revoked by the registry `{}`", version.name, version.version, m_known.federation.name),
                Blame::integrity);
    error.notes.push_back(fmt::format("because of {}, since {}, by entry {} of its log: `{}`",
                                      found->statement.reason,
                                      registry_trust::to_utc_text(found->statement.time),
                                      found->entry,
                                      found->statement.target));
    if (found->statement.advisory) {
      error.notes.push_back(fmt::format("more at {}", *found->statement.advisory));
    }
    if (!blocks) {
      m_env.reporter.warning(error);
      continue;
    }
    error.helps.push_back(
        fmt::format("choose another version: `cargo-wasm update {} --precise VERSION`; none is chosen by itself", version.name));
    error.helps.push_back(fmt::format("to build with it nevertheless, add `{}` to `cargo-wasm.allow-revoked` of the configuration", id));
    return fail(std::move(error));
  }
  return {};
}

// What the entry states, and who has signed it.
Result<> VerifiedRegistry::verify_version(const Version& version, const IndexEntry& entry)
{
  CW_TRY_ASSIGN(const std::string bytes, log_entry(*entry.log_entry));
  const auto note = registry_tlog::parse_note(bytes);
  const auto statement = note ? registry_trust::parse_statement(note->text) : fail(Error());
  const std::optional<StatedVersion> published = statement ? stated_version(*statement) : std::nullopt;
  const std::string where = fmt::format("entry {} of the log", *entry.log_entry);
  if (!published) {
    return fail(unproven(version, fmt::format("{} is no publication", where)));
  }
  if (published->registry != m_known.federation.canonical) {
    return fail(unproven(version, fmt::format("{} is of the registry `{}`", where, published->registry)));
  }
  if (published->name != version.name || published->version != version.version) {
    return fail(unproven(version, fmt::format("{} is of `{}` {}", where, published->name, published->version)));
  }
  if (base::to_hex(published->archive) != version.checksum) {
    return fail(unproven(version, fmt::format("{} is of an archive with SHA-256 {}", where, base::to_hex(published->archive)))
                    .note(fmt::format("the index says {}", version.checksum)));
  }
  if (published->index_line && *published->index_line != base::sha256(registry_protocol::published_line(entry))) {
    return fail(unproven(version, fmt::format("{} is of another index line: its dependencies or features were changed since", where)));
  }
  const auto component = published->component ? std::optional("sha256:" + base::to_hex(*published->component)) : std::nullopt;
  if (entry.component != component) {
    return fail(unproven(version, fmt::format("{} is of {}", where, component ? "another component beside it" : "no component beside it")));
  }
  // That it stands in the log is the registry's word: its log's key may have been another one then. A publisher's key needs a grant.
  if (!entry.key_entry) {
    if (!published->by_registry) {
      return fail(unproven(version, fmt::format("{} names no user, and its index line no entry that let its key in", where)));
    }
    if (!m_known.federation.unsigned_allowed) {
      return fail(Error("CW1115", fmt::format("`{}` {} was not signed by its publisher", version.name, version.version), Blame::integrity)
                      .note(fmt::format("the registry `{}` says that every version is", m_known.federation.name))
                      .help("tell the registry's operators; nothing of it was used"));
    }
    return {};
  }
  CW_TRY_ASSIGN(const std::string key_bytes, log_entry(*entry.key_entry));
  const auto key_note = registry_tlog::parse_note(key_bytes);
  const auto key_statement = key_note ? registry_trust::parse_statement(key_note->text) : fail(Error());
  const auto* const granted = key_statement ? std::get_if<KeyStatement>(&*key_statement) : nullptr;
  const std::string key_where = fmt::format("entry {} of the log", *entry.key_entry);
  const bool is_grant = granted != nullptr && granted->change != KeyChange::drop && granted->name == version.name &&
                        granted->registry == m_known.federation.canonical && *entry.key_entry < *entry.log_entry;
  if (!is_grant) {
    return fail(unproven(version, fmt::format("{} does not let a key publish `{}`", key_where, version.name)));
  }
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(granted->key));
  if (const auto signed_by = verify(*note, std::span(&key, 1), where); !signed_by) {
    return fail(Error("CW1116",
                      fmt::format("`{}` {} was not signed by the key that may publish it", version.name, version.version),
                      Blame::integrity)
                    .note(signed_by.error().message)
                    .note(fmt::format("the key is `{}`, by {}", granted->key, key_where))
                    .help("tell the registry's operators; nothing of it was used"));
  }
  return {};
}

} // namespace cargo_wasm::registry_client
