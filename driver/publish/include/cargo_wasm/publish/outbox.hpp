// What is to be published, and how far each registry has got: one file a version, beside its archive, written before and after every step,
// so that a publication goes on where it was left, also by another process (docs/formats/outbox.md).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::publish {

using base::Path;

enum class TargetState : std::uint8_t {
  packed,    ///< nothing was sent
  sent,      ///< a request is or was under way; what became of it must be asked
  stored,    ///< the registry took it
  confirmed, ///< its index has it, with our checksum
  conflict,  ///< it has other bytes for this version
  refused,   ///< it does not let us
  failed,    ///< it could not be reached, or wants us to wait
};
[[nodiscard]] std::string_view name_of(TargetState state);

struct Target
{
  std::string registry; ///< its name
  std::string index;    ///< "sparse+https://…/"
  std::string request;  ///< the JSON of the publication: dependencies are named otherwise in each registry
  TargetState state = TargetState::packed;
  std::optional<std::uint64_t> entry;    ///< of the registry's log
  std::optional<std::uint64_t> retry_at; ///< seconds since 1970
  std::string why;                       ///< of `conflict`, `refused`, `failed`
  std::string canonical = {};            ///< what the registry calls itself in statements; empty: its index
  bool lacks_token = false;              ///< of `failed`: it was not asked, as this machine has nothing that lets us in; is not kept
  bool follows = false;                  ///< a mirror: it takes nothing, and gets what the first one has
  bool operator==(const Target&) const = default;
};

struct OutboxEntry
{
  std::string name, version, sha256;
  std::uint64_t order = 0;        ///< among what is published together
  std::vector<std::string> after; ///< names of these that must be there first
  std::string quorum;             ///< as given
  std::vector<Target> targets;    ///< the first is the primary one
  std::string component = {};     ///< hexadecimal SHA-256 of the manifest of the one beside it; empty: none
  [[nodiscard]] std::string id() const { return name + "-" + version; }
  bool operator==(const OutboxEntry&) const = default;
};

class Outbox
{
public:
  Outbox(base::Filesystem& fs, Path directory) : m_fs(fs), m_directory(std::move(directory)) {}

  /// Archive first, so that an entry is never without.
  /// `component`: the request that sends it, where the entry has one.
  [[nodiscard]] Result<> add(const OutboxEntry& entry, std::string_view crate, std::string_view component = {});
  [[nodiscard]] Result<> update(const OutboxEntry& entry);
  /// By order, then name. Errors: CW1053 a file that cannot be read.
  [[nodiscard]] Result<std::vector<OutboxEntry>> entries() const;
  /// Errors: CW1053 the archive is gone, or is not the one that was packed.
  [[nodiscard]] Result<std::string> crate_of(const OutboxEntry& entry) const;
  /// The request that sends the component. Errors: CW1053 it is gone.
  [[nodiscard]] Result<std::string> component_of(const OutboxEntry& entry) const;
  /// Everything of an entry.
  [[nodiscard]] Result<> remove(const OutboxEntry& entry);

private:
  [[nodiscard]] Path file_of(const OutboxEntry& entry, std::string_view extension) const;
  base::Filesystem& m_fs;
  Path m_directory;
};

[[nodiscard]] std::string to_json(const OutboxEntry& entry);
/// Errors: CW1053.
[[nodiscard]] Result<OutboxEntry> parse_outbox_entry(const Path& file, std::string_view text);

} // namespace cargo_wasm::publish
