// What a person sees, byte for byte, on a pipe and on a terminal (a pseudo terminal stands in).
#include <cargo_wasm/base/reporter.hpp>

#include <chrono>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

/// Puts something else in the place of stderr while it lives, and collects what is written there.
class CapturedStderr
{
public:
  enum class Kind { pipe, terminal };

  explicit CapturedStderr(Kind kind, unsigned short columns = 80)
  {
    int write_end = -1;
    if (kind == Kind::pipe) {
      int fds[2];
      REQUIRE(::pipe(fds) == 0);
      m_read_end = fds[0];
      write_end = fds[1];
    } else {
      winsize size{};
      size.ws_col = columns;
      size.ws_row = 24;
      termios raw{};
      ::cfmakeraw(&raw);
      REQUIRE(::openpty(&m_read_end, &write_end, nullptr, &raw, &size) == 0);
    }
    m_saved = ::dup(STDERR_FILENO);
    ::dup2(write_end, STDERR_FILENO);
    ::close(write_end);
    m_reader = std::thread([this] {
      char buffer[4096];
      ssize_t got = 0;
      while ((got = ::read(m_read_end, buffer, sizeof buffer)) > 0) {
        m_text.append(buffer, static_cast<std::size_t>(got));
      }
    });
  }
  ~CapturedStderr() { (void)take(); }

  /// Ends the capture.
  std::string take()
  {
    if (m_saved >= 0) {
      ::dup2(m_saved, STDERR_FILENO);
      ::close(std::exchange(m_saved, -1));
      m_reader.join();
      ::close(m_read_end);
    }
    return m_text;
  }

private:
  int m_read_end = -1;
  int m_saved = -1;
  std::thread m_reader;
  std::string m_text;
};

const Progress k_progress{"Building", 83, 120, "syn, serde"};

void wait_until_bars_are_drawn()
{
  std::this_thread::sleep_for(std::chrono::milliseconds(350));
}

} // namespace

TEST_CASE("reporter: on a pipe there are plain lines only", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  {
    const auto reporter = make_terminal_reporter({});
    CHECK_FALSE(reporter->is_terminal());
    CHECK_FALSE(reporter->color());
    wait_until_bars_are_drawn();
    reporter->progress(k_progress);
    reporter->status("Compiling", "serde v1.0.0");
    reporter->verbose("Fresh", "memchr v2.0.0");
    reporter->warning(Error("CW0100", "unused key `a`"));
    reporter->error(Error("CW0001", "`b` does not exist"));
    reporter->note("newest is 2.0");
    reporter->passthrough("child says\n");
  }
  CHECK(capture.take() == "   Compiling serde v1.0.0\n"
                          "warning[CW0100]: unused key `a`\n"
                          "error[CW0001]: `b` does not exist\n"
                          "note: newest is 2.0\n"
                          "child says\n");
}

TEST_CASE("reporter: a stderr that does not block loses nothing", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  REQUIRE(::fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK) == 0);
  const std::string much(2'000'000, 'm'); // many times what a pipe holds
  make_terminal_reporter({})->passthrough(much);
  CHECK(capture.take() == much);
}

TEST_CASE("reporter: quiet leaves errors and children's words", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  {
    TerminalOptions options;
    options.verbosity = Verbosity::quiet;
    const auto reporter = make_terminal_reporter(options);
    reporter->status("Compiling", "serde v1.0.0");
    reporter->warning(Error("CW0100", "unused key"));
    reporter->note("note");
    reporter->error(Error("CW0001", "`b` does not exist"));
    reporter->passthrough("child\n");
  }
  CHECK(capture.take() == "error[CW0001]: `b` does not exist\nchild\n");
}

TEST_CASE("reporter: verbose shows what is fresh", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  {
    TerminalOptions options;
    options.verbosity = Verbosity::verbose;
    make_terminal_reporter(options)->verbose("Fresh", "memchr v2.0.0");
  }
  CHECK(capture.take() == "       Fresh memchr v2.0.0\n");
}

TEST_CASE("reporter: an error that was printed as it happened is not printed again", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  {
    Error error("CW0700", "the build failed");
    error.already_reported = true;
    make_terminal_reporter({})->error(error);
  }
  CHECK(capture.take() == "");
}

TEST_CASE("reporter: on a terminal verbs are coloured unless NO_COLOR or --color say otherwise", "[base][reporter]")
{
  const auto shown = [](TerminalOptions options) {
    CapturedStderr capture(CapturedStderr::Kind::terminal);
    make_terminal_reporter(options)->status("Compiling", "serde v1.0.0");
    return capture.take();
  };
  const std::string plain = "   Compiling serde v1.0.0\n";
  const std::string colored = "\x1b[1;32m   Compiling\x1b[0m serde v1.0.0\n";
  CHECK(shown({}) == colored);
  TerminalOptions no_color;
  no_color.no_color_variable = true;
  CHECK(shown(no_color) == plain);
  no_color.color = ColorChoice::always;
  CHECK(shown(no_color) == colored);
  TerminalOptions never;
  never.color = ColorChoice::never;
  CHECK(shown(never) == plain);
  TerminalOptions dumb;
  dumb.term_is_dumb = true;
  CHECK(shown(dumb) == plain);
}

TEST_CASE("reporter: the bar is redrawn in place and gives way to every line", "[base][reporter][bar]")
{
  using Steady = std::chrono::steady_clock;
  // On a machine that stands still in between, "too early" and "too soon" come too late: then once more.
  for (bool was_in_time = false; !was_in_time;) {
    CapturedStderr capture(CapturedStderr::Kind::terminal);
    {
      TerminalOptions options;
      options.color = ColorChoice::never;
      const auto made = Steady::now();
      const auto reporter = make_terminal_reporter(options);
      reporter->progress(k_progress); // too early
      was_in_time = Steady::now() - made < std::chrono::milliseconds(250);
      wait_until_bars_are_drawn();
      const auto drawn = Steady::now();
      reporter->progress(k_progress);
      reporter->progress({"Building", 84, 120, "quote"}); // too soon after the last
      was_in_time = was_in_time && Steady::now() - drawn < std::chrono::milliseconds(50);
      reporter->status("Compiling", "x v1.0.0");
      reporter->progress({"Building", 120, 120, ""});
    }
    const std::string text = capture.take();
    if (was_in_time) {
      CHECK(text == "\r\x1b[K    Building [==================>        ] 83/120: syn, serde"
                    "\r\x1b[K   Compiling x v1.0.0\n"
                    "\r\x1b[K    Building [===========================] 120/120"
                    "\r\x1b[K");
    }
  }
}

TEST_CASE("reporter: the bar fits into a narrow terminal", "[base][reporter][bar]")
{
  for (const auto columns : std::vector<unsigned short>{10, 20, 30, 40, 50}) {
    CapturedStderr capture(CapturedStderr::Kind::terminal, columns);
    {
      TerminalOptions options;
      options.color = ColorChoice::never;
      const auto reporter = make_terminal_reporter(options);
      wait_until_bars_are_drawn();
      reporter->progress({"Building", 5, 120, std::string(100, 'n')});
    }
    const std::string text = capture.take();
    REQUIRE(text.size() > 8);
    const std::string line = text.substr(4, text.rfind("\r") - 4);
    // "…" is three bytes and one column; what always stands there may exceed ten columns.
    const std::size_t ellipsis = line.find("…") == std::string::npos ? 0 : 2;
    CHECK(line.size() - ellipsis < std::max<std::size_t>(columns, 20));
  }
}

TEST_CASE("reporter: no bar in CI or with --quiet, one on a pipe when it is asked for", "[base][reporter][bar]")
{
  const auto draws = [](CapturedStderr::Kind kind, TerminalOptions options) {
    CapturedStderr capture(kind);
    {
      const auto reporter = make_terminal_reporter(options);
      wait_until_bars_are_drawn();
      reporter->progress(k_progress);
    }
    return capture.take().find("83/120") != std::string::npos;
  };
  TerminalOptions ci;
  ci.in_ci = true;
  CHECK_FALSE(draws(CapturedStderr::Kind::terminal, ci));
  TerminalOptions quiet;
  quiet.verbosity = Verbosity::quiet;
  CHECK_FALSE(draws(CapturedStderr::Kind::terminal, quiet));
  TerminalOptions always;
  always.progress = ProgressChoice::always;
  always.progress_width = 60;
  CHECK(draws(CapturedStderr::Kind::pipe, always));
}

TEST_CASE("reporter: lines of several threads stay whole", "[base][reporter]")
{
  CapturedStderr capture(CapturedStderr::Kind::pipe);
  {
    const auto reporter = make_terminal_reporter({});
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&reporter, t] {
        for (int i = 0; i < 200; ++i) {
          reporter->status("Compiling", std::string(50, static_cast<char>('a' + t)));
        }
      });
    }
  }
  const std::string text = capture.take();
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const std::string line = text.substr(begin, end - begin);
    CHECK(line == "   Compiling " + std::string(50, line.back()));
    begin = end + 1;
    ++lines;
  }
  CHECK(lines == 800);
}
