// What planning looked at, seen through the seams it uses: every file read, every name looked for, every warning shown.
// Complete by construction, unlike a list that each module would have to keep.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/forwarding_filesystem.hpp>
#include <cargo_wasm/exec/noop.hpp>

namespace cargo_wasm::ops {

/// Passes everything on to another file system. Usable from several threads.
class RecordingFilesystem final : public base::ForwardingFilesystem
{
public:
  explicit RecordingFilesystem(base::Filesystem& inner) : ForwardingFilesystem(inner) {}

  /// Nullopt when something could not be looked at: then nothing is known for sure.
  /// Of what lies below `ignored` nothing is listed: it derives from other inputs.
  [[nodiscard]] std::optional<std::vector<exec::NoopPath>> paths(const std::vector<Path>& ignored) const;

  [[nodiscard]] Result<std::optional<base::FileStat>> stat(const Path& path) const override;
  [[nodiscard]] Result<std::optional<base::FileStat>> lstat(const Path& path) const override;
  [[nodiscard]] Result<std::string> read(const Path& path) const override;
  /// Read whole, so that it is noted.
  [[nodiscard]] Result<base::MappedFile> map(const Path& path) const override;
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const Path& path) const override;
  [[nodiscard]] Result<std::vector<base::DirectoryEntry>> list(const Path& path) const override;
  [[nodiscard]] Result<Path> canonicalize(const Path& path) const override;

private:
  using Kind = exec::NoopPath::Kind;
  void note(const Path& path, Kind kind) const;
  void note_stat(const Path& path, const Result<std::optional<base::FileStat>>& stat) const;

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
