#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

Command sh(std::string script)
{
  Command command;
  command.program = "/bin/sh";
  command.args = {"-c", std::move(script)};
  command.env = {{"PATH", "/usr/bin:/bin"}};
  command.cwd = "/";
  return command;
}

struct Outcome
{
  Exit exit;
  CapturingSink sink;
};

Outcome run(const Command& command)
{
  Outcome outcome;
  const auto exit = make_process_runner()->run(command, outcome.sink);
  REQUIRE(exit.has_value());
  outcome.exit = *exit;
  return outcome;
}

/// Asks for the stop as soon as the child prints something.
class StopWhenReady final : public OutputSink
{
public:
  explicit StopWhenReady(std::stop_source& source) : m_source(&source) {}
  void on_stdout(std::string_view) override { m_source->request_stop(); }
  void on_stderr(std::string_view) override {}

private:
  std::stop_source* m_source;
};

std::size_t open_descriptors()
{
  return make_filesystem()->list("/proc/self/fd")->size();
}

} // namespace

TEST_CASE("process: both streams and the exit status arrive", "[base][process]")
{
  const auto outcome = run(sh("echo out; echo err >&2; exit 7"));
  CHECK(outcome.sink.out == "out\n");
  CHECK(outcome.sink.err == "err\n");
  CHECK(outcome.exit == Exit{7, 0});
  CHECK_FALSE(outcome.exit.success());
}

TEST_CASE("process: a child sees exactly the environment and directory it is given", "[base][process]")
{
  const test::TempDir dir;
  Command command = sh("pwd; /usr/bin/env | sort");
  command.cwd = dir.path();
  command.env = {{"ONE", "1"}, {"TWO", "a=b"}};
  const auto outcome = run(command);
  CHECK(outcome.sink.out.starts_with(dir.path().string() + "\n"));
  CHECK(outcome.sink.out.find("ONE=1\n") != std::string::npos);
  CHECK(outcome.sink.out.find("TWO=a=b\n") != std::string::npos);
  CHECK(outcome.sink.out.find("HOME=") == std::string::npos);
}

TEST_CASE("process: much output on both pipes does not block", "[base][process]")
{
  // Far more than a pipe holds (64 KiB), on one stream and then the other.
  const auto outcome = run(sh("head -c 1000000 /dev/zero | tr '\\0' e >&2; head -c 3000000 /dev/zero | tr '\\0' o"));
  CHECK(outcome.sink.err == std::string(1'000'000, 'e'));
  CHECK(outcome.sink.out == std::string(3'000'000, 'o'));
}

TEST_CASE("process: a child reads an empty standard input", "[base][process]")
{
  CHECK(run(sh("cat; echo done")).sink.out == "done\n");
}

TEST_CASE("process: a program that is not there says so", "[base][process]")
{
  Command command = sh("");
  command.program = "/no/such/program";
  CapturingSink sink;
  const auto exit = make_process_runner()->run(command, sink);
  REQUIRE_FALSE(exit);
  CHECK(exit.error() == Error("CW0010", "cannot start `/no/such/program`", Blame::environment).note("no such file or directory"));
}

TEST_CASE("process: a missing working directory is named", "[base][process]")
{
  Command command = sh("true");
  command.cwd = "/no/such/place";
  CapturingSink sink;
  const auto exit = make_process_runner()->run(command, sink);
  REQUIRE_FALSE(exit);
  CHECK(exit.error() == Error("CW0010", "cannot start `/bin/sh`", Blame::environment)
                            .note("no such file or directory")
                            .note("its working directory `/no/such/place` does not exist"));
}

TEST_CASE("process: a file without the executable bit is refused with the reason", "[base][process]")
{
  const test::TempDir dir;
  dir.write("tool", "#!/bin/sh\n");
  Command command = sh("");
  command.program = dir / "tool";
  CapturingSink sink;
  const auto exit = make_process_runner()->run(command, sink);
  REQUIRE_FALSE(exit);
  CHECK(exit.error().notes == std::vector<std::string>{"permission denied"});
}

TEST_CASE("process: a bare name is looked up on the child's own PATH", "[base][process]")
{
  const test::TempDir dir;
  dir.write_executable("my-tool", "#!/bin/sh\necho found\n");
  Command command;
  command.program = "my-tool";
  command.cwd = "/";
  command.env = {{"PATH", "/nowhere:" + dir.path().string() + ":/usr/bin:/bin"}};
  CHECK(run(command).sink.out == "found\n");
  command.program = "other-tool";
  CapturingSink sink;
  CHECK(make_process_runner()->run(command, sink).error().notes == std::vector<std::string>{"no such program on `PATH`"});
}

TEST_CASE("process: a command line above the kernel's limit has its own code", "[base][process]")
{
  Command command = sh("true");
  command.args.insert(command.args.end(), 200, std::string(100'000, 'x'));
  CapturingSink sink;
  const auto exit = make_process_runner()->run(command, sink);
  REQUIRE_FALSE(exit);
  CHECK(exit.error().id == "CW0011");
  CHECK(exit.error().message == "the command line of `/bin/sh` is too long");
  CHECK(exit.error().notes == std::vector<std::string>{"202 arguments; the kernel says: argument list too long"});
}

TEST_CASE("process: death by a signal is told apart from an exit", "[base][process]")
{
  const auto outcome = run(sh("kill -KILL $$"));
  CHECK(outcome.exit == Exit{0, SIGKILL});
  CHECK(to_string(outcome.exit) == "signal: 9 (SIGKILL)");
  CHECK(to_string(Exit{101, 0}) == "exit status: 101");
}

TEST_CASE("process: stopping ends the child and what it started", "[base][process][stop]")
{
  const test::TempDir dir;
  std::stop_source source;
  StopWhenReady sink(source);
  const auto start = std::chrono::steady_clock::now();
  const auto exit =
      make_process_runner()->run(sh("sleep 60 & echo $! > " + (dir / "pid").string() + "; echo ready; wait"), sink, source.get_token());
  REQUIRE(exit);
  CHECK(*exit == Exit{0, SIGTERM});
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  // The grandchild is gone too (it may still be a zombie of the container's init for an instant).
  const auto pid = dir.read("pid");
  const auto fs = make_filesystem();
  const auto is_there = [&] {
    const auto status = fs->read("/proc/" + pid.substr(0, pid.size() - 1) + "/stat");
    return status && status->find(") Z") == std::string::npos;
  };
  for (int i = 0; i < 2000 && is_there(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK_FALSE(is_there());
}

TEST_CASE("process: a child that ignores SIGTERM is killed", "[base][process][stop]")
{
  std::stop_source source;
  StopWhenReady sink(source);
  const auto exit = make_process_runner()->run(sh("trap '' TERM; echo ready; while :; do sleep 1; done"), sink, source.get_token());
  REQUIRE(exit);
  CHECK(*exit == Exit{0, SIGKILL});
}

TEST_CASE("process: a stop requested before the start counts as well", "[base][process][stop]")
{
  std::stop_source source;
  source.request_stop();
  CapturingSink sink;
  const auto exit = make_process_runner()->run(sh("sleep 60"), sink, source.get_token());
  REQUIRE(exit);
  CHECK(*exit == Exit{0, SIGTERM});
}

TEST_CASE("process: inherited descriptors keep their number, others are closed", "[base][process]")
{
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
  const int kept = ::fcntl(fds[1], F_DUPFD_CLOEXEC, 77);
  const int leaked = ::dup(fds[1]); // without CLOEXEC, as a careless library would
  Command command = sh("echo token > /proc/self/fd/" + std::to_string(kept) + "; ls /proc/self/fd | tr '\\n' ' '");
  command.inherited_fds = {kept};
  const auto outcome = run(command);
  char buffer[16] = {};
  CHECK(::read(fds[0], buffer, sizeof buffer) == 6);
  CHECK(std::string(buffer) == "token\n");
  CHECK(outcome.sink.out.find(std::to_string(kept)) != std::string::npos);
  CHECK((::fcntl(kept, F_GETFD) & FD_CLOEXEC) != 0);

  command.inherited_fds.clear();
  CHECK(run(sh("ls /proc/self/fd | tr '\\n' ' '")).sink.out == "0 1 2 3 ");
  for (const int fd : {fds[0], fds[1], kept, leaked}) {
    ::close(fd);
  }
}

TEST_CASE("process: many threads run children at once, nothing is left behind", "[base][process]")
{
  const auto runner = make_process_runner();
  const std::size_t before = open_descriptors();
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) {
          const std::string word = std::to_string(t) + "-" + std::to_string(i);
          CapturingSink sink;
          const auto exit = runner->run(sh("echo " + word + "; echo " + word + " >&2; exit " + std::to_string(i)), sink);
          right += exit.has_value() && exit->status == i && sink.out == word + "\n" && sink.err == word + "\n";
        }
      });
    }
  }
  CHECK(right == 80);
  CHECK(open_descriptors() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1); // no child at all, not even a zombie
}

TEST_CASE("process: a child is the leader of its own group unless it shares our input", "[base][process]")
{
  CHECK(run(sh("test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leader")).sink.out == "leader\n");
  Command command = sh("test $(cut -d' ' -f5 /proc/$$/stat) = $$ || echo member");
  command.inherit_stdin = true;
  CHECK(run(command).sink.out == "member\n");
}

TEST_CASE("process: lines are cut across chunks, the last without its newline", "[base][process]")
{
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  splitter.feed("one\ntw");
  splitter.feed("o\n\nthr");
  splitter.feed("ee");
  splitter.finish();
  CHECK(lines == std::vector<std::string>{"one", "two", "", "three"});
}

TEST_CASE("process: a command is shown as one would paste it", "[base][process]")
{
  Command command;
  command.program = "/usr/bin/rustc";
  command.args = {"--cfg", "feature=\"std\"", "it's", "", "-Copt-level=3"};
  CHECK(to_shell_string(command, {{"A", "x y"}}) == R"(A='x y' /usr/bin/rustc --cfg 'feature="std"' 'it'\''s' '' -Copt-level=3)");
}

TEST_CASE("process: programs are found as execvp would", "[base][process]")
{
  const auto fs = make_filesystem();
  const test::TempDir dir;
  dir.write("a/tool", "not executable");
  dir.write_executable("b/tool", "#!/bin/sh\n");
  const std::string path = (dir / "a").string() + ":" + (dir / "b").string();
  CHECK(find_program(*fs, "tool", path) == dir / "b/tool");
  CHECK_FALSE(find_program(*fs, "toool", path));
  CHECK(find_program(*fs, (dir / "b/tool").string(), "") == dir / "b/tool");
  CHECK_FALSE(find_program(*fs, "", path));
}
