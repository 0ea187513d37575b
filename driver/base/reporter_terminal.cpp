// Cargo's rhythm on stderr: right-aligned verbs, one bar at the bottom that every other line pushes down. Each
// message is one write(2), so that lines of several processes on one terminal never mix within a line.
#include <cargo_wasm/base/reporter.hpp>

#include "posix_error.hpp"

#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cargo_wasm::base {
namespace {

using Steady = std::chrono::steady_clock;

/// Work that is over within this time shows no bar at all; afterwards it is redrawn at most ten times a second.
constexpr std::chrono::milliseconds k_first_draw_after{300};
constexpr std::chrono::milliseconds k_redraw_after{100};
constexpr std::size_t k_verb_columns = 12;
constexpr std::size_t k_default_columns = 80;
constexpr std::size_t k_widest_bar_columns = 27;
constexpr std::string_view k_clear_line = "\r\x1b[K";

std::string_view sgr_of(StatusColor color)
{
  switch (color) {
  case StatusColor::green:
    return "1;32";
  case StatusColor::cyan:
    return "1;36";
  case StatusColor::yellow:
    return "1;33";
  case StatusColor::red:
    return "1;31";
  }
  return "1";
}

bool is_continuation(char c)
{
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// At most `columns` code points of `text`, with an ellipsis where something was cut off.
std::string fitted(std::string_view text, std::size_t columns)
{
  std::size_t points = 0;
  std::size_t cut = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) {
      continue;
    }
    ++points;
    if (points == columns) {
      cut = i;
    }
    if (points > columns) {
      return columns == 0 ? "" : std::string(text.substr(0, cut)) + "…";
    }
  }
  return std::string(text);
}

class TerminalReporter final : public Reporter
{
public:
  explicit TerminalReporter(const TerminalOptions& options)
      : m_verbosity(options.verbosity), m_is_terminal(::isatty(STDERR_FILENO) == 1), m_stdout_is_terminal(::isatty(STDOUT_FILENO) == 1),
        m_fixed_columns(options.progress_width)
  {
    m_color = options.color == ColorChoice::always ||
              (options.color == ColorChoice::automatic && m_is_terminal && !options.no_color_variable && !options.term_is_dumb);
    m_shows_bar = options.progress == ProgressChoice::always ||
                  (options.progress == ProgressChoice::automatic && m_is_terminal && !options.in_ci && !options.term_is_dumb);
    m_shows_bar = m_shows_bar && m_verbosity != Verbosity::quiet;
  }

  ~TerminalReporter() override { clear_progress(); }

  void status(std::string_view verb, std::string_view text, StatusColor color) noexcept override
  {
    if (m_verbosity != Verbosity::quiet) {
      write_line(status_line(verb, text, color));
    }
  }

  void verbose(std::string_view verb, std::string_view text) noexcept override
  {
    if (m_verbosity >= Verbosity::verbose) {
      write_line(status_line(verb, text, StatusColor::green));
    }
  }

  void error(const Error& error) noexcept override
  {
    if (!error.already_reported) {
      write_line(render(error, Severity::error, m_color));
    }
  }

  void warning(const Error& warning) noexcept override
  {
    if (m_verbosity != Verbosity::quiet) {
      write_line(render(warning, Severity::warning, m_color));
    }
  }

  void note(std::string_view text) noexcept override
  {
    if (m_verbosity != Verbosity::quiet) {
      write_line(fmt::format("{}: {}\n", styled("1;36", "note"), text));
    }
  }

  void progress(const Progress& progress) noexcept override
  {
    if (!m_shows_bar) {
      return;
    }
    const std::lock_guard lock(m_mutex);
    const auto now = Steady::now();
    if (now < m_next_draw) {
      return;
    }
    m_next_draw = now + k_redraw_after;
    std::string line = bar_line(progress, columns());
    if (m_bar_is_drawn && line == m_last_bar) {
      return;
    }
    (void)write_fully(STDERR_FILENO, std::string(k_clear_line) + line);
    m_last_bar = std::move(line);
    m_bar_is_drawn = true;
  }

  void clear_progress() noexcept override
  {
    const std::lock_guard lock(m_mutex);
    if (m_bar_is_drawn) {
      (void)write_fully(STDERR_FILENO, k_clear_line);
      m_bar_is_drawn = false;
    }
  }

  void passthrough(std::string_view bytes) noexcept override { write_line(bytes); }

  void result(std::string_view bytes) noexcept override
  {
    const std::lock_guard lock(m_mutex);
    if (m_bar_is_drawn && m_stdout_is_terminal) {
      (void)write_fully(STDERR_FILENO, k_clear_line);
      m_bar_is_drawn = false;
    }
    (void)write_fully(STDOUT_FILENO, bytes);
  }

  Verbosity verbosity() const noexcept override { return m_verbosity; }
  bool color() const noexcept override { return m_color; }
  bool is_terminal() const noexcept override { return m_is_terminal; }

private:
  std::string styled(std::string_view sgr, std::string_view text) const
  {
    return m_color ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
  }

  std::string status_line(std::string_view verb, std::string_view text, StatusColor color) const
  {
    return fmt::format("{} {}\n", styled(sgr_of(color), fmt::format("{:>{}}", verb, k_verb_columns)), text);
  }

  void write_line(std::string_view bytes) noexcept
  {
    const std::lock_guard lock(m_mutex);
    if (m_bar_is_drawn) {
      m_bar_is_drawn = false;
      m_next_draw = {}; // back at the next event
      (void)write_fully(STDERR_FILENO, std::string(k_clear_line).append(bytes));
    } else {
      (void)write_fully(STDERR_FILENO, bytes);
    }
  }

  std::size_t columns() const
  {
    if (m_fixed_columns) {
      return *m_fixed_columns;
    }
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
      return size.ws_col;
    }
    return k_default_columns;
  }

  std::string bar_line(const Progress& progress, std::size_t width) const
  {
    const std::string verb = fmt::format("{:>{}}", progress.verb, k_verb_columns);
    const std::string counts = progress.total == 0 ? std::string() : fmt::format(" {}/{}", progress.done, progress.total);
    const std::size_t fixed = k_verb_columns + counts.size() + 4; // " [" and "]", one column kept free
    std::string bar;
    std::size_t used = k_verb_columns + counts.size() + 1;
    if (progress.total != 0 && width > fixed + 3) {
      const std::size_t cells = std::min(k_widest_bar_columns, width - fixed);
      const std::size_t full = static_cast<std::size_t>(std::min(progress.done, progress.total) * cells / progress.total);
      bar = std::string(full, '=');
      if (full < cells) {
        bar += '>';
      }
      bar = fmt::format(" [{:<{}}]", bar, cells);
      used += bar.size();
    }
    std::string line = styled("1;36", verb) + bar + counts;
    if (!progress.detail.empty() && width > used + 6) {
      line += ": " + fitted(progress.detail, width - used - 2);
    }
    return line;
  }

  std::mutex m_mutex;
  Verbosity m_verbosity;
  bool m_is_terminal;
  bool m_stdout_is_terminal;
  std::optional<std::uint32_t> m_fixed_columns;
  bool m_color = false;
  bool m_shows_bar = false;
  bool m_bar_is_drawn = false;
  std::string m_last_bar;
  Steady::time_point m_next_draw = Steady::now() + k_first_draw_after;
};

} // namespace

std::unique_ptr<Reporter> make_terminal_reporter(const TerminalOptions& options)
{
  return std::make_unique<TerminalReporter>(options);
}

} // namespace cargo_wasm::base
