#include "index_file.hpp"

#include <algorithm>

namespace cargo_wasm::source {

using State = IndexFile::Entry::State;

std::optional<IndexFile> IndexFile::from_cache(std::string bytes)
{
  IndexFile file;
  file.m_bytes = std::make_unique<std::string>(std::move(bytes));
  const auto parsed = parse_cache_file(*file.m_bytes);
  if (!parsed) {
    return std::nullopt;
  }
  file.m_server_version = parsed->server_version;
  file.m_entries.reserve(parsed->versions.size());
  for (const auto& cached : parsed->versions) {
    auto version = spec::parse_version(cached.version);
    if (!version) {
      return std::nullopt;
    }
    file.m_entries.push_back({std::move(*version), cached.json, State::unread, {}});
  }
  return file;
}

const resolve::Candidate* IndexFile::head(Entry& entry, spec::SourceId source)
{
  if (entry.state == State::unread) {
    const auto head = registry_protocol::parse_index_head(entry.json);
    std::optional<spec::RustVersion> rust_version;
    bool usable = head && head->schema <= registry_protocol::k_index_schema_max;
    if (usable && !head->rust_version.empty()) {
      auto parsed = spec::parse_rust_version(head->rust_version);
      usable = parsed.has_value();
      if (usable) {
        rust_version = *parsed;
      }
    }
    if (usable) {
      entry.candidate = resolve::Candidate{
          spec::PackageId(InternedString(head->name), entry.version, source.without_precise()), head->yanked, rust_version, nullptr};
    }
    entry.state = usable ? State::head_read : State::unusable;
  }
  return entry.state == State::unusable ? nullptr : &*entry.candidate;
}

manifest::SummaryPtr IndexFile::summary(Entry& entry, SummaryReader& reader)
{
  if (entry.state == State::summary_read) {
    return entry.candidate->summary;
  }
  if (head(entry, reader.source()) == nullptr) {
    return nullptr;
  }
  auto summary = reader.read(entry.json);
  if (!summary) {
    entry.state = State::unusable;
    return nullptr;
  }
  entry.candidate = resolve::Candidate{(*summary)->id, (*summary)->yanked, (*summary)->rust_version, *summary};
  entry.state = State::summary_read;
  return *summary;
}

IndexFile::Entry* IndexFile::find(const spec::Version& version)
{
  for (auto& entry : m_entries) {
    if (entry.version == version) {
      return &entry;
    }
  }
  return nullptr;
}

std::optional<IndexFile> IndexFile::from_index(std::string_view text)
{
  std::size_t rejected = 0;
  CacheFile cache;
  cache.server_version = k_unknown_server_version;
  cache.versions = split_index_lines(text, rejected);
  return from_cache(write_cache_file(cache));
}

manifest::SummaryPtr summary_in(IndexFile* file, const spec::Version& version, SummaryReader& reader)
{
  auto* const entry = file == nullptr ? nullptr : file->find(version);
  return entry == nullptr ? nullptr : file->summary(*entry, reader);
}

std::vector<std::string> other_spellings(std::string_view name)
{
  std::vector<std::string> names;
  for (const auto& [from, to] : {std::pair{'-', '_'}, std::pair{'_', '-'}}) {
    std::string other(name);
    std::replace(other.begin(), other.end(), from, to);
    if (other != name) {
      names.push_back(std::move(other));
    }
  }
  return names;
}

} // namespace cargo_wasm::source
