// A file system that remembers what was read and what was looked for in vain: the inputs of a cached plan.
#pragma once
#include <set>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::manifest {

class RecordingFilesystem final : public base::ReadOnlyFilesystem
{
public:
  explicit RecordingFilesystem(const base::ReadOnlyFilesystem& inner) : m_inner(inner) {}

  [[nodiscard]] Result<std::optional<base::FileStat>> stat(const base::Path& path) const override
  {
    return noted(path, m_inner.stat(path));
  }
  [[nodiscard]] Result<std::optional<base::FileStat>> lstat(const base::Path& path) const override
  {
    return noted(path, m_inner.lstat(path));
  }
  [[nodiscard]] Result<std::string> read(const base::Path& path) const override
  {
    Result<std::string> text = m_inner.read(path);
    note(path, text.has_value());
    return text;
  }
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const base::Path& path) const override
  {
    Result<std::optional<std::string>> text = m_inner.read_if_exists(path);
    note(path, text.has_value() && text->has_value());
    return text;
  }
  /// A directory that is listed counts as read: a new entry changes the answer.
  [[nodiscard]] Result<std::vector<base::DirectoryEntry>> list(const base::Path& path) const override
  {
    Result<std::vector<base::DirectoryEntry>> entries = m_inner.list(path);
    note(path, entries.has_value());
    return entries;
  }
  [[nodiscard]] Result<base::Path> canonicalize(const base::Path& path) const override { return m_inner.canonicalize(path); }

  /// Sorted. What merely exists (a source file) is in neither: its contents decide nothing here.
  [[nodiscard]] std::vector<base::Path> files_read() const { return {m_read.begin(), m_read.end()}; }
  [[nodiscard]] std::vector<base::Path> files_looked_for() const { return {m_absent.begin(), m_absent.end()}; }

private:
  [[nodiscard]] Result<std::optional<base::FileStat>> noted(const base::Path& path, Result<std::optional<base::FileStat>> stat) const
  {
    if (stat && !*stat) {
      m_absent.insert(path);
    }
    return stat;
  }
  void note(const base::Path& path, bool found) const { (found ? m_read : m_absent).insert(path); }

  const base::ReadOnlyFilesystem& m_inner;
  mutable std::set<base::Path> m_read, m_absent;
};

} // namespace cargo_wasm::manifest
