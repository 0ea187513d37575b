// The registry's log on the disk: public files, the signing key, and the name map that its newest snapshot speaks of.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_server {

/// Brings everything written below `directory` onto the disk (syncfs). Errors: CW0003.
Result<> sync_to_disk(const base::Path& directory);

class LogStore
{
public:
  /// An empty log with its first snapshot. Errors: CW0003.
  static Result<> create(base::Filesystem& fs,
                         const base::Path& public_directory,
                         const registry_tlog::SignerKey& key,
                         const std::string& canonical,
                         std::uint64_t now);
  /// The log, verified from its checkpoint: key, tiles, newest snapshot, name map. Errors: those of reading it.
  [[nodiscard]] static Result<LogStore>
  open(base::Filesystem& fs, base::Path public_directory, registry_tlog::SignerKey key, std::string canonical);

  [[nodiscard]] std::uint64_t size() const { return m_writer.size(); }
  [[nodiscard]] const registry_trust::NameMap& names() const { return m_names; }
  /// A note of the registry's own: for what a token let in.
  [[nodiscard]] std::string signed_note(const registry_trust::Statement& statement) const;
  /// Entry `index`, for which it has to be in the log.
  [[nodiscard]] Result<std::string> entry(std::uint64_t index) const;

  /// Appends `entry` and a snapshot with `name` changed to `record`, writes tiles and map, makes them durable, then the checkpoint.
  /// Errors: CW0003; the log is then as it was, as far as anybody can see.
  Result<> append(const std::string& entry, const std::string& name, const registry_trust::NameRecord& record, std::uint64_t now);

private:
  LogStore(base::Filesystem& fs, base::Path directory, registry_tlog::SignerKey key, std::string canonical);
  Result<> write(std::vector<std::string> entries, std::uint64_t now);

  base::Filesystem* m_fs;
  base::Path m_public;
  registry_tlog::SignerKey m_key;
  std::string m_canonical;
  registry_tlog::LogWriter m_writer;
  registry_trust::NameMap m_names;
  std::uint64_t m_sequence = 0;
};

} // namespace cargo_wasm::registry_server
