// One crate's index file in memory: its versions, each read no further than somebody asked. A lock file with 700 packages
// looks at one version of each of 700 files that hold 40,000.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/resolve/package_index.hpp>

#include "cache_file.hpp"
#include "summary_reader.hpp"

namespace cargo_wasm::source {

class IndexFile
{
public:
  /// From the bytes of cargo's cache file; nullopt when they are none.
  [[nodiscard]] static std::optional<IndexFile> from_cache(std::string bytes);
  /// From a file of an index itself: one line of JSON a version.
  [[nodiscard]] static std::optional<IndexFile> from_index(std::string_view text);

  IndexFile(IndexFile&&) noexcept = default;
  IndexFile& operator=(IndexFile&&) noexcept = default;

  [[nodiscard]] std::string_view server_version() const { return m_server_version; }

  struct Entry
  {
    spec::Version version;
    std::string_view json;
    enum class State : std::uint8_t { unread, head_read, summary_read, unusable } state = State::unread;
    std::optional<resolve::Candidate> candidate;
  };
  [[nodiscard]] std::vector<Entry>& entries() { return m_entries; }

  /// Name, version, yanked and rust-version; nullptr for entries of a newer schema and such that cannot be read.
  const resolve::Candidate* head(Entry& entry, spec::SourceId source);
  /// With its summary; nullptr as above.
  manifest::SummaryPtr summary(Entry& entry, SummaryReader& reader);
  [[nodiscard]] Entry* find(const spec::Version& version);

private:
  IndexFile() = default;

  // On the heap, because the views must survive a move.
  std::unique_ptr<std::string> m_bytes;
  std::string_view m_server_version;
  std::vector<Entry> m_entries;
};

/// nullptr: there is no such file, the file has no such version, or the version cannot be read.
[[nodiscard]] manifest::SummaryPtr summary_in(IndexFile* file, const spec::Version& version, SummaryReader& reader);

/// The name with `_` for `-` and the other way round, where that is another name.
[[nodiscard]] std::vector<std::string> other_spellings(std::string_view name);

} // namespace cargo_wasm::source
