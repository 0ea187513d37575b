// What planning looked at, seen through the seams it uses: every file read, every name looked for, every warning shown.
// Complete by construction, unlike a list that each module would have to keep.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/noop.hpp>

namespace cargo_wasm::ops {

/// Passes everything on to another file system. Usable from several threads.
class RecordingFilesystem final : public base::Filesystem
{
public:
  explicit RecordingFilesystem(base::Filesystem& inner) : m_inner(inner) {}

  /// Nullopt when something could not be looked at: then nothing is known for sure.
  /// Of what lies below `ignored` nothing is listed: it derives from other inputs.
  [[nodiscard]] std::optional<std::vector<exec::NoopPath>> paths(const std::vector<Path>& ignored) const;

  [[nodiscard]] Result<std::optional<base::FileStat>> stat(const Path& path) const override;
  [[nodiscard]] Result<std::optional<base::FileStat>> lstat(const Path& path) const override;
  [[nodiscard]] Result<std::string> read(const Path& path) const override;
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const Path& path) const override;
  [[nodiscard]] Result<std::vector<base::DirectoryEntry>> list(const Path& path) const override;
  [[nodiscard]] Result<Path> canonicalize(const Path& path) const override;

  Result<> write_atomic(const Path& path, std::string_view content) override { return m_inner.write_atomic(path, content); }
  Result<> create_file(const Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns) override
  {
    return m_inner.create_file(path, content, mode, mtime_ns);
  }
  Result<> create_directories(const Path& path) override { return m_inner.create_directories(path); }
  Result<> rename(const Path& from, const Path& to) override { return m_inner.rename(from, to); }
  Result<bool> remove(const Path& path) override { return m_inner.remove(path); }
  Result<std::uint64_t> remove_all(const Path& path) override { return m_inner.remove_all(path); }
  Result<> make_symlink(const Path& target, const Path& path) override { return m_inner.make_symlink(target, path); }
  Result<> link_or_copy(const Path& from, const Path& to) override { return m_inner.link_or_copy(from, to); }
  Result<> copy(const Path& from, const Path& to) override { return m_inner.copy(from, to); }
  Result<> set_mode(const Path& path, std::uint32_t mode) override { return m_inner.set_mode(path, mode); }
  Result<> set_mtime_ns(const Path& path, std::int64_t mtime_ns) override { return m_inner.set_mtime_ns(path, mtime_ns); }
  Result<std::unique_ptr<base::FileLock>> lock(const Path& path, base::LockMode mode, const std::function<void()>& on_wait) override
  {
    return m_inner.lock(path, mode, on_wait);
  }
  Result<std::unique_ptr<base::FileLock>> try_lock(const Path& path, base::LockMode mode) override { return m_inner.try_lock(path, mode); }

private:
  using Kind = exec::NoopPath::Kind;
  void note(const Path& path, Kind kind) const;
  void note_stat(const Path& path, const Result<std::optional<base::FileStat>>& stat) const;

  base::Filesystem& m_inner;
  mutable std::mutex m_mutex;
  mutable std::map<std::string, Kind> m_seen;
  mutable bool m_is_complete = true;
};

/// Passes everything on, and keeps the text of what a build that reuses the plan has to repeat: warnings, what -v adds, and the lines
/// `keep` is called for.
class RecordingReporter final : public base::Reporter
{
public:
  explicit RecordingReporter(base::Reporter& inner) : m_inner(inner) {}
  [[nodiscard]] std::string text() const;
  /// Shows a status line, and keeps it.
  void keep(std::string_view verb, std::string_view text);

  void status(std::string_view verb, std::string_view text, base::StatusColor color) noexcept override
  {
    m_inner.status(verb, text, color);
  }
  void verbose(std::string_view verb, std::string_view text) noexcept override;
  void error(const Error& error) noexcept override { m_inner.error(error); }
  void warning(const Error& warning) noexcept override;
  void note(std::string_view text) noexcept override { m_inner.note(text); }
  void progress(const base::Progress& progress) noexcept override { m_inner.progress(progress); }
  void clear_progress() noexcept override { m_inner.clear_progress(); }
  void passthrough(std::string_view bytes) noexcept override { m_inner.passthrough(bytes); }
  void result(std::string_view bytes) noexcept override { m_inner.result(bytes); }
  [[nodiscard]] base::Verbosity verbosity() const noexcept override { return m_inner.verbosity(); }
  [[nodiscard]] bool color() const noexcept override { return m_inner.color(); }
  [[nodiscard]] bool is_terminal() const noexcept override { return m_inner.is_terminal(); }

private:
  base::Reporter& m_inner;
  mutable std::mutex m_mutex;
  std::string m_text;
};

/// "   Compiling serde": a status line as the terminal shows it, with its end of line.
[[nodiscard]] std::string status_line(bool color, std::string_view verb, std::string_view text);

} // namespace cargo_wasm::ops
