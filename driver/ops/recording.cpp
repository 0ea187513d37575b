#include "recording.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

bool lies_below(const std::string& path, const std::string& directory)
{
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

} // namespace

std::optional<std::vector<exec::NoopPath>> RecordingFilesystem::paths(const std::vector<Path>& ignored) const
{
  const std::lock_guard lock(m_mutex);
  if (!m_is_complete) {
    return std::nullopt;
  }
  std::vector<exec::NoopPath> paths;
  for (const auto& [path, kind] : m_seen) {
    if (std::none_of(ignored.begin(), ignored.end(), [&](const Path& directory) { return lies_below(path, directory.native()); })) {
      paths.push_back({kind, path});
    }
  }
  return paths;
}

void RecordingFilesystem::note(const Path& path, Kind kind) const
{
  if (path.is_relative()) {
    const std::lock_guard lock(m_mutex);
    m_is_complete = false; // whether it is still the same place depends on more than this record knows
    return;
  }
  const std::lock_guard lock(m_mutex);
  const auto [found, is_new] = m_seen.emplace(path.native(), kind);
  if (!is_new && found->second == Kind::present) {
    found->second = kind;
  }
}

void RecordingFilesystem::note_stat(const Path& path, const Result<std::optional<base::FileStat>>& stat) const
{
  if (!stat) {
    const std::lock_guard lock(m_mutex);
    m_is_complete = false;
    return;
  }
  if (!*stat) {
    note(path, Kind::absent);
    return;
  }
  // Of sources and directories only the presence matters to a plan; of another file (a compiler, a library) the state.
  const bool is_plain = (*stat)->type == base::FileType::directory || path.extension() == ".rs";
  note(path, is_plain ? Kind::present : Kind::input);
}

Result<std::optional<base::FileStat>> RecordingFilesystem::stat(const Path& path) const
{
  auto result = inner().stat(path);
  note_stat(path, result);
  return result;
}

Result<std::optional<base::FileStat>> RecordingFilesystem::lstat(const Path& path) const
{
  auto result = inner().lstat(path);
  note_stat(path, result);
  return result;
}

Result<base::MappedFile> RecordingFilesystem::map(const Path& path) const
{
  CW_TRY_ASSIGN(std::string content, read(path));
  return base::MappedFile(path, std::move(content));
}

Result<std::string> RecordingFilesystem::read(const Path& path) const
{
  auto result = inner().read(path);
  if (result) {
    note(path, Kind::input);
  } else {
    note_stat(path, inner().stat(path));
  }
  return result;
}

Result<std::optional<std::string>> RecordingFilesystem::read_if_exists(const Path& path) const
{
  auto result = inner().read_if_exists(path);
  if (result && *result) {
    note(path, Kind::input);
  } else {
    note_stat(path, inner().stat(path));
  }
  return result;
}

Result<std::vector<base::DirectoryEntry>> RecordingFilesystem::list(const Path& path) const
{
  auto result = inner().list(path);
  if (result) {
    note(path, Kind::listing);
  } else {
    note_stat(path, inner().stat(path));
  }
  return result;
}

Result<Path> RecordingFilesystem::canonicalize(const Path& path) const
{
  auto result = inner().canonicalize(path);
  note_stat(path, inner().stat(path));
  return result;
}

std::string RecordingReporter::text() const
{
  const std::lock_guard lock(m_mutex);
  return m_text;
}

void RecordingReporter::keep(std::string_view verb, std::string_view text)
{
  m_inner.status(verb, text);
  if (verbosity() != base::Verbosity::quiet) {
    const std::lock_guard lock(m_mutex);
    m_text += status_line(color(), verb, text);
  }
}

void RecordingReporter::verbose(std::string_view verb, std::string_view text) noexcept
{
  m_inner.verbose(verb, text);
  if (verbosity() >= base::Verbosity::verbose) {
    const std::lock_guard lock(m_mutex);
    m_text += status_line(color(), verb, text);
  }
}

void RecordingReporter::warning(const Error& warning) noexcept
{
  m_inner.warning(warning);
  if (verbosity() != base::Verbosity::quiet) {
    const std::lock_guard lock(m_mutex);
    m_text += render(warning, base::Severity::warning, color());
  }
}

std::string status_line(bool color, std::string_view verb, std::string_view text)
{
  return color ? fmt::format("\x1b[1;32m{:>12}\x1b[0m {}\n", verb, text) : fmt::format("{:>12} {}\n", verb, text);
}

} // namespace cargo_wasm::ops
