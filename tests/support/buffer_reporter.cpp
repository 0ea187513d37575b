#include <support/buffer_reporter.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {

void BufferReporter::append(std::string_view text)
{
  const std::lock_guard lock(m_mutex);
  m_err += text;
}

void BufferReporter::status(std::string_view verb, std::string_view text, base::StatusColor) noexcept
{
  if (m_verbosity != base::Verbosity::quiet) {
    append(fmt::format("{:>12} {}\n", verb, text));
  }
}

void BufferReporter::verbose(std::string_view verb, std::string_view text) noexcept
{
  if (m_verbosity >= base::Verbosity::verbose) {
    append(fmt::format("{:>12} {}\n", verb, text));
  }
}

void BufferReporter::error(const Error& error) noexcept
{
  if (!error.already_reported) {
    append(base::render(error, base::Severity::error, false));
  }
}

void BufferReporter::warning(const Error& warning) noexcept
{
  if (m_verbosity != base::Verbosity::quiet) {
    append(base::render(warning, base::Severity::warning, false));
  }
}

void BufferReporter::note(std::string_view text) noexcept
{
  if (m_verbosity != base::Verbosity::quiet) {
    append(fmt::format("note: {}\n", text));
  }
}

void BufferReporter::progress(const base::Progress& progress) noexcept
{
  const std::lock_guard lock(m_mutex);
  m_progress.push_back(progress);
}

void BufferReporter::passthrough(std::string_view bytes) noexcept
{
  append(bytes);
}

void BufferReporter::result(std::string_view bytes) noexcept
{
  const std::lock_guard lock(m_mutex);
  m_out += bytes;
}

std::string BufferReporter::err() const
{
  const std::lock_guard lock(m_mutex);
  return m_err;
}

std::string BufferReporter::out() const
{
  const std::lock_guard lock(m_mutex);
  return m_out;
}

std::vector<base::Progress> BufferReporter::progress_events() const
{
  const std::lock_guard lock(m_mutex);
  return m_progress;
}

void BufferReporter::clear()
{
  const std::lock_guard lock(m_mutex);
  m_err.clear();
  m_out.clear();
  m_progress.clear();
}

} // namespace cargo_wasm::test
