// Keeps everything reported as plain text, for tests and for comparing whole outputs.
#pragma once
#include <mutex>

#include <cargo_wasm/base/reporter.hpp>

namespace cargo_wasm::test {

class BufferReporter final : public base::Reporter
{
public:
  explicit BufferReporter(base::Verbosity verbosity = base::Verbosity::normal) : m_verbosity(verbosity) {}

  void status(std::string_view verb, std::string_view text, base::StatusColor color) noexcept override;
  void verbose(std::string_view verb, std::string_view text) noexcept override;
  void error(const Error& error) noexcept override;
  void warning(const Error& warning) noexcept override;
  void note(std::string_view text) noexcept override;
  void progress(const base::Progress& progress) noexcept override;
  void clear_progress() noexcept override {}
  void passthrough(std::string_view bytes) noexcept override;
  void result(std::string_view bytes) noexcept override;
  [[nodiscard]] base::Verbosity verbosity() const noexcept override { return m_verbosity; }
  [[nodiscard]] bool color() const noexcept override { return false; }
  [[nodiscard]] bool is_terminal() const noexcept override { return false; }

  [[nodiscard]] std::string err() const; ///< what stderr would have shown, without bars
  [[nodiscard]] std::string out() const; ///< what stdout would have shown
  [[nodiscard]] std::vector<base::Progress> progress_events() const;
  void clear();

private:
  void append(std::string_view text);

  base::Verbosity m_verbosity;
  mutable std::mutex m_mutex;
  std::string m_err, m_out;
  std::vector<base::Progress> m_progress;
};

} // namespace cargo_wasm::test
