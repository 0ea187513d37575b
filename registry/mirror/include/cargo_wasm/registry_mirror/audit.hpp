// The life of packages as a registry's log has it: who stated what, when, with which key, in which entry, under which snapshot. Every entry
// is verified against the signed checkpoint before anything is said about it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_mirror/check.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_mirror {

/// The files of a directory, as if they were fetched.
class DirectoryFiles final : public registry_client::StaticFiles
{
public:
  /// `fs` outlives it.
  DirectoryFiles(const base::ReadOnlyFilesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}
  [[nodiscard]] Result<std::vector<std::optional<std::string>>> get(std::span<const registry_client::FileWanted> wanted) override;

private:
  const base::ReadOnlyFilesystem& m_fs;
  base::Path m_directory;
};

struct AuditEvent
{
  std::uint64_t entry = 0;
  std::uint64_t time = 0; ///< seconds since 1970, as stated
  std::string kind;       ///< "publish", "yank", …, as in the first line of a statement
  std::string subject;    ///< "acme-one 0.1.0", a key, a revocation's target
  std::string detail;     ///< the archive's hash, a reason; may be empty
  std::optional<std::string> user;
  std::vector<std::string> signers; ///< names of the keys whose signatures hold
  std::uint64_t snapshot = 0;       ///< sequence of the first snapshot that has it; 0: none yet
  std::optional<registry_trust::SealStatement> seal = {};
};

struct AuditReport
{
  std::string registry, log, checkpoint; ///< names; the note
  std::uint64_t entries = 0, federation = 0, time = 0;
  std::vector<std::string> witnesses;
  std::vector<AuditEvent> events;
  std::vector<Fault> faults; ///< entries that do not hold
};

/// Reads a whole log from entry `begin` on; events about `crate` alone when one is named. Errors: those of `files`; CW1003 to CW1011,
/// CW1020 to CW1025, CW1250.
[[nodiscard]] Result<AuditReport>
audit(registry_client::StaticFiles& files, const std::optional<std::string>& crate, const FederationPin& pin);

/// What a mirror shows at this moment.
struct SeenMirror
{
  std::string name;  ///< its address
  std::string error; ///< why it could not be read; empty: it was
  std::string note;
  std::uint64_t entries = 0, time = 0;
  std::vector<std::string> witnesses;
  std::vector<AuditEvent> news; ///< claims, grants, dropped keys and revocations since the entries that were known
};

/// What a witness has cosigned of the log that mirrors show.
struct SeenWitness
{
  std::string name;  ///< its address
  std::string error; ///< why it could not be asked; empty: it was
  std::uint64_t entries = 0;
  bool is_mute = false; ///< it answers, and does not tell what it has cosigned: one of another make, or one that has not seen this log
};

/// Witnesses that are compared with the mirrors.
struct MonitoredWitnesses
{
  std::vector<std::string> addresses; ///< none: those that the federation's document names
  /// The files of one.
  std::function<Result<std::unique_ptr<registry_client::StaticFiles>>(const std::string& address)> open;
};

struct MonitorReport
{
  std::vector<SeenMirror> mirrors;
  std::vector<SeenWitness> witnesses;
  std::vector<base::Path> forks; ///< evidence that was written
};

/// Looks at several mirrors of one registry, and compares all that they show with one another, with the checkpoint in `state`, which then
/// is the newest one, and with what witnesses have cosigned (`GET logs/HASH`, which is not part of their
/// specification, and which ours answer). Evidence of forks goes below `state`,
/// too. Errors: those of writing; a mirror's and a witness's own are in the report.
[[nodiscard]] Result<MonitorReport> monitor(const Env& env,
                                            const std::vector<std::pair<std::string, registry_client::StaticFiles*>>& mirrors,
                                            const std::vector<std::string>& watched,
                                            const base::Path& state,
                                            const FederationPin& pin,
                                            const MonitoredWitnesses& witnesses = {});

} // namespace cargo_wasm::registry_mirror
