#include "crate_history.hpp"

#include <cargo_wasm/registry_trust/revocations.hpp>

#include "checked_log.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/merkle.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_tlog/tile.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_mirror {
namespace {

using namespace registry_trust;

std::string file_of_entry(std::uint64_t index)
{
  return registry_tlog::bundle_path(index / registry_tlog::k_tile_width, registry_tlog::k_tile_width);
}

const std::string& registry_of(const Statement& statement)
{
  return std::visit([](const auto& one) -> const std::string& { return one.registry; }, statement);
}

LoggedVersion* find_version(CrateHistory& crate, std::string_view version)
{
  const auto found = std::ranges::find(crate.versions, version, &LoggedVersion::version);
  return found == crate.versions.end() ? nullptr : &*found;
}

} // namespace

std::string History::follow(const Statement& statement, const base::Sha256& leaf, std::uint64_t index)
{
  const std::string* name = nullptr;
  const std::optional<base::Sha256>* previous = nullptr;
  const auto* const publish = std::get_if<PublishStatement>(&statement);
  const auto* const yank = std::get_if<YankStatement>(&statement);
  const auto* const key = std::get_if<KeyStatement>(&statement);
  const auto* const import = std::get_if<ImportStatement>(&statement);
  if (publish != nullptr) {
    name = &publish->name, previous = &publish->previous;
  } else if (import != nullptr) {
    name = &import->name, previous = &import->previous;
  } else if (yank != nullptr) {
    name = &yank->name, previous = &yank->previous;
  } else if (key != nullptr) {
    name = &key->name, previous = &key->previous;
  } else {
    return {};
  }
  const std::string lower = base::to_lower(*name);
  const bool is_first = !m_crates.contains(lower);
  CrateHistory& crate = m_crates[lower];
  const std::optional<base::Sha256> expected = is_first ? std::nullopt : std::optional(crate.chain);
  std::string wrong;
  // Whoever signs may not have looked; and a claim follows what its publication follows.
  const bool is_beside_claim = crate.ends_with_claim && publish != nullptr && *previous == crate.before_claim;
  if (*previous && *previous != expected && !is_beside_claim) {
    wrong = fmt::format("its `previous` is {}, the statement before about `{}` is {}",
                        *previous ? base::to_hex(**previous) : "-",
                        *name,
                        expected ? base::to_hex(*expected) : "none");
  }
  crate.ends_with_claim = key != nullptr && key->change == registry_trust::KeyChange::claim;
  crate.before_claim = expected;
  crate.chain = leaf;
  if (publish != nullptr) {
    if (find_version(crate, publish->version) != nullptr) {
      return fmt::format("it publishes {} {} a second time", publish->name, publish->version);
    }
    crate.versions.push_back({.name = publish->name,
                              .version = publish->version,
                              .archive = publish->archive,
                              .index_line = publish->index_line,
                              .yanked = false,
                              .entry = index});
  } else if (import != nullptr) {
    if (find_version(crate, import->version) != nullptr) {
      return fmt::format("it brings in {} {}, which is there already", import->name, import->version);
    }
    crate.versions.push_back({.name = import->name,
                              .version = import->version,
                              .archive = import->archive,
                              .index_line = import->index_line,
                              .yanked = false,
                              .entry = index});
  } else if (yank != nullptr) {
    LoggedVersion* const version = find_version(crate, yank->version);
    if (version == nullptr) {
      return fmt::format("it is about {} {}, which was not published before", yank->name, yank->version);
    }
    version->yanked = yank->yanked;
  } else if (const auto verifier = registry_tlog::parse_verifier_key(key->key); verifier) {
    crate.keys.push_back(*verifier);
  } else {
    return "it names a key that is none";
  }
  return wrong;
}

void History::take(std::uint64_t index, std::string_view entry, CheckReport& report)
{
  const auto wrong = [&](std::string what) {
    report.faults.push_back({.file = file_of_entry(index), .entry = index, .what = std::move(what)});
  };
  m_ends_with_snapshot = false;
  const Result<registry_tlog::SignedNote> note = registry_tlog::parse_note(entry);
  if (!note) {
    return wrong(one_line(note.error()));
  }
  const Result<Statement> statement = parse_statement(note->text);
  if (!statement) {
    return wrong(one_line(statement.error()));
  }
  if (registry_of(*statement) != m_canonical) {
    wrong(fmt::format("it states something of `{}`, not of `{}`", registry_of(*statement), m_canonical));
  }
  if (const std::string what = follow(*statement, registry_tlog::leaf_hash(entry), index); !what.empty()) {
    wrong(what);
  }
  if (const std::string* const crate_name = registry_trust::crate_of(*statement)) {
    CrateHistory& crate = m_crates[base::to_lower(*crate_name)];
    const auto by = crate.authority.take(*statement, *note, m_keys);
    if (!by) {
      wrong(one_line(by.error()));
    } else if (*by && std::holds_alternative<registry_trust::PublishStatement>(*statement) && !crate.versions.empty()) {
      crate.versions.back().key = to_text(**by);
    }
  } else if (const auto verified = registry_tlog::verify(*note, m_keys, fmt::format("entry {}", index)); !verified) {
    wrong(one_line(verified.error()));
  }
  if (const auto* const revoked = std::get_if<registry_trust::RevokeStatement>(&*statement)) {
    for (auto& [name, crate] : m_crates) {
      std::erase_if(crate.authority.keys, [&](const auto& one) { return registry_trust::target_of_key(to_text(one)) == revoked->target; });
    }
  }
  if (const auto* const snapshot = std::get_if<SnapshotStatement>(&*statement)) {
    if (!m_snapshots.empty() && snapshot->sequence != m_snapshots.back().sequence + 1) {
      wrong(fmt::format("it is snapshot {} behind snapshot {}", snapshot->sequence, m_snapshots.back().sequence));
    }
    m_snapshots.push_back(*snapshot);
    m_ends_with_snapshot = true;
  }
}

} // namespace cargo_wasm::registry_mirror
