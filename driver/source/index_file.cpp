#include "index_file.hpp"

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

} // namespace cargo_wasm::source
