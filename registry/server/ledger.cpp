#include "ledger.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::VerifierKey;
using registry_trust::CrateAuthority;
using registry_trust::ImportStatement;
using registry_trust::PublishStatement;
using registry_trust::Revocation;
using registry_trust::RevokeStatement;
using registry_trust::Statement;
using registry_trust::UnrevokeStatement;
using registry_trust::YankStatement;

constexpr std::string_view k_key_target = "key ";

std::int64_t number(std::uint64_t value)
{
  return static_cast<std::int64_t>(value);
}

std::vector<std::string> first_texts(const std::vector<Row>& rows)
{
  std::vector<std::string> texts;
  for (const Row& row : rows) {
    texts.push_back(std::get<std::string>(row[0]));
  }
  return texts;
}

} // namespace

Result<Ledger> Ledger::open(Database& database, Accounts& accounts)
{
  for (const std::string_view sql :
       {"CREATE TABLE IF NOT EXISTS ledger(one INTEGER PRIMARY KEY CHECK(one = 1), size INTEGER NOT NULL)",
        "INSERT OR IGNORE INTO ledger(one, size) VALUES(1, 0)",
        "CREATE TABLE IF NOT EXISTS names(fold BLOB PRIMARY KEY, name BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS versions(fold BLOB NOT NULL, crate BLOB NOT NULL, version BLOB NOT NULL, entry INTEGER NOT NULL, "
        "archive BLOB NOT NULL, "
        "key BLOB NOT NULL, yanked INTEGER NOT NULL, PRIMARY KEY(fold, version))",
        "CREATE INDEX IF NOT EXISTS versions_archive ON versions(archive)",
        "CREATE INDEX IF NOT EXISTS versions_key ON versions(key)",
        "CREATE TABLE IF NOT EXISTS crate_keys(fold BLOB NOT NULL, place INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY(fold, place))",
        "CREATE TABLE IF NOT EXISTS key_entries(fold BLOB NOT NULL, key BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY(fold, key))",
        "CREATE TABLE IF NOT EXISTS imports(fold BLOB PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS revocations(target BLOB PRIMARY KEY, entry INTEGER NOT NULL, statement BLOB NOT NULL)"}) {
    CW_TRY(database.run(sql));
  }
  return Ledger(database, accounts);
}

Result<std::uint64_t> Ledger::size()
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT size FROM ledger"));
  return static_cast<std::uint64_t>(std::get<std::int64_t>(rows.at(0)[0]));
}

Result<> Ledger::take(std::span<const std::string> entries)
{
  return m_database->transaction([&]() -> Result<> {
    CW_TRY_ASSIGN(std::uint64_t next, size());
    for (const std::string& entry : entries) {
      CW_TRY(take_one(next++, entry));
    }
    CW_TRY(m_database->run("UPDATE ledger SET size = ?", {number(next)}));
    return {};
  });
}

Result<> Ledger::take_one(std::uint64_t entry, std::string_view bytes)
{
  const auto damaged = [&](const Error& why) {
    return fail(Error("CW1203", fmt::format("entry {} of the registry's log is none that a registry makes", entry), Blame::integrity)
                    .note(why.message));
  };
  const Result<registry_tlog::SignedNote> note = registry_tlog::parse_note(bytes);
  const Result<Statement> statement = note ? registry_trust::parse_statement(note->text) : Result<Statement>(fail(note.error()));
  if (!statement) {
    return damaged(statement.error());
  }
  const std::string* const crate = registry_trust::crate_of(*statement);
  if (crate == nullptr) {
    return take_revocation(entry, *statement);
  }
  const std::string fold = fold_of(*crate);
  CW_TRY_ASSIGN(CrateAuthority authority, this->authority(*crate));
  // The registry's own signatures are believed: keys of the log that were rotated out are not known any more.
  const Result<std::optional<VerifierKey>> by = authority.take(*statement, *note, {});
  if (!by) {
    return damaged(by.error());
  }
  if (const auto* const change = std::get_if<registry_trust::KeyStatement>(&*statement)) {
    if (change->change != registry_trust::KeyChange::drop) {
      CW_TRY(m_database->run("INSERT OR REPLACE INTO key_entries(fold, key, entry) VALUES(?, ?, ?)", {fold, change->key, number(entry)}));
    }
    return keep_keys(*crate, authority);
  }
  if (const auto* const yank = std::get_if<YankStatement>(&*statement)) {
    CW_TRY(m_database->run("UPDATE versions SET yanked = ? WHERE fold = ? AND version = ?",
                           {std::int64_t{yank->yanked}, fold, yank->version}));
    return {};
  }
  if (const auto* const import = std::get_if<ImportStatement>(&*statement)) {
    CW_TRY(
        m_database->run("INSERT OR REPLACE INTO versions(fold, crate, version, entry, archive, key, yanked) VALUES(?, ?, ?, ?, ?, '', 0)",
                        {fold, import->name, import->version, number(entry), base::to_hex(import->archive)}));
    CW_TRY(m_database->run("INSERT OR IGNORE INTO names(fold, name) VALUES(?, ?)", {fold, import->name}));
    CW_TRY(m_database->run("INSERT OR IGNORE INTO imports(fold) VALUES(?)", {fold}));
    return {};
  }
  const auto& publish = std::get<PublishStatement>(*statement);
  CW_TRY(m_database->run(
      "INSERT OR REPLACE INTO versions(fold, crate, version, entry, archive, key, yanked) VALUES(?, ?, ?, ?, ?, ?, 0)",
      {fold, publish.name, publish.version, number(entry), base::to_hex(publish.archive), *by ? to_text(**by) : std::string()}));
  CW_TRY_ASSIGN(const std::vector<Row> fresh,
                m_database->run("INSERT OR IGNORE INTO names(fold, name) VALUES(?, ?) RETURNING name", {fold, publish.name}));
  if (!fresh.empty()) {
    std::optional<std::string> user = publish.user;
    if (!user && *by) {
      CW_TRY_ASSIGN(user, m_accounts->user_of_key(to_text(**by)));
    }
    if (user) {
      CW_TRY(m_accounts->add_owner(publish.name, *user));
    }
  }
  return {};
}

Result<> Ledger::take_revocation(std::uint64_t entry, const Statement& statement)
{
  if (const auto* const back = std::get_if<UnrevokeStatement>(&statement)) {
    CW_TRY(m_database->run("DELETE FROM revocations WHERE target = ?", {back->target}));
  }
  if (const auto* const revoke = std::get_if<RevokeStatement>(&statement)) {
    CW_TRY(m_database->run("INSERT OR REPLACE INTO revocations(target, entry, statement) VALUES(?, ?, ?)",
                           {revoke->target, number(entry), to_text(statement)}));
    // A key that was revoked publishes nothing more; a crate that has no other can be claimed again.
    if (revoke->target.starts_with(k_key_target)) {
      CW_TRY(m_database->run("DELETE FROM crate_keys WHERE key = ?", {revoke->target.substr(k_key_target.size())}));
    }
  }
  return {};
}

Result<> Ledger::keep_keys(std::string_view crate, const CrateAuthority& authority)
{
  const std::string fold = fold_of(crate);
  CW_TRY(m_database->run("DELETE FROM crate_keys WHERE fold = ?", {fold}));
  for (std::size_t i = 0; i < authority.keys.size(); ++i) {
    CW_TRY(m_database->run("INSERT INTO crate_keys(fold, place, key) VALUES(?, ?, ?)",
                           {fold, static_cast<std::int64_t>(i), to_text(authority.keys[i])}));
  }
  return {};
}

Result<CrateAuthority> Ledger::authority(std::string_view crate)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT key FROM crate_keys WHERE fold = ? ORDER BY place", {fold_of(crate)}));
  CrateAuthority authority;
  for (const Row& row : rows) {
    CW_TRY_ASSIGN(VerifierKey key, registry_tlog::parse_verifier_key(std::get<std::string>(row[0])));
    authority.keys.push_back(std::move(key));
  }
  return authority;
}

Result<std::optional<std::uint64_t>> Ledger::key_entry(std::string_view crate, const std::string& key)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT entry FROM key_entries WHERE fold = ? AND key = ?", {fold_of(crate), key}));
  return rows.empty() ? std::nullopt : std::optional(static_cast<std::uint64_t>(std::get<std::int64_t>(rows[0][0])));
}

Result<std::vector<LedgerVersion>> Ledger::versions(std::string_view crate)
{
  CW_TRY_ASSIGN(
      const std::vector<Row> rows,
      m_database->run("SELECT crate, version, entry, archive, key, yanked FROM versions WHERE fold = ? ORDER BY entry", {fold_of(crate)}));
  std::vector<LedgerVersion> versions;
  for (const Row& row : rows) {
    versions.push_back({.crate = std::get<std::string>(row[0]),
                        .version = std::get<std::string>(row[1]),
                        .entry = static_cast<std::uint64_t>(std::get<std::int64_t>(row[2])),
                        .archive = base::parse_sha256(std::get<std::string>(row[3])).value_or(base::Sha256{}),
                        .key = std::get<std::string>(row[4]),
                        .yanked = std::get<std::int64_t>(row[5]) != 0});
  }
  return versions;
}

Result<std::vector<std::string>> Ledger::crates_with_archive(const base::Sha256& archive)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT DISTINCT crate FROM versions WHERE archive = ? ORDER BY crate", {base::to_hex(archive)}));
  return first_texts(rows);
}

Result<std::vector<std::string>> Ledger::crates_signed_by(std::string_view key)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT DISTINCT crate FROM versions WHERE key = ? ORDER BY crate", {std::string(key)}));
  return first_texts(rows);
}

Result<std::vector<Revocation>> Ledger::revocations()
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT entry, statement FROM revocations ORDER BY target"));
  std::vector<Revocation> revocations;
  for (const Row& row : rows) {
    CW_TRY_ASSIGN(Statement statement, registry_trust::parse_statement(std::get<std::string>(row[1])));
    revocations.push_back({.entry = static_cast<std::uint64_t>(std::get<std::int64_t>(row[0])),
                           .statement = std::get<RevokeStatement>(std::move(statement))});
  }
  return revocations;
}

Result<bool> Ledger::is_imported(std::string_view crate)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT 1 FROM imports WHERE fold = ?", {fold_of(crate)}));
  return !rows.empty();
}

Result<std::optional<std::string>> Ledger::name_with_fold(std::string_view fold)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT name FROM names WHERE fold = ?", {std::string(fold)}));
  return rows.empty() ? std::nullopt : std::optional(std::get<std::string>(rows[0][0]));
}

Result<std::vector<std::string>> Ledger::names_with(const std::string& text)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT name FROM names WHERE instr(lower(name), ?) > 0 ORDER BY name LIMIT 100", {text}));
  return first_texts(rows);
}

} // namespace cargo_wasm::registry_server
