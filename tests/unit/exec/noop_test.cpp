#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <cargo_wasm/exec/noop.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;
using Kind = NoopPath::Kind;

namespace {

std::int64_t now_ns()
{
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Everything written so far becomes older than a clock tick.
void settle()
{
  std::this_thread::sleep_for(std::chrono::milliseconds(25));
}

struct Fixture
{
  test::TempDir dir;
  NoopKey key{"/ws", {"build", "--release"}};
  std::vector<const char*> environment = {"CARGO_HOME=/c", "PATH=/bin", "HOME=/root", nullptr};
  NoopSnapshot snapshot;

  Fixture()
  {
    for (const char* file : {"src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs", "Cargo.toml", "target/app.wasm"}) {
      dir.write(file, file);
    }
    settle();
    for (const char* file : {"src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs", "Cargo.toml"}) {
      snapshot.paths.push_back({Kind::input, path(file)});
    }
    snapshot.paths.push_back({Kind::output, path("target/app.wasm")});
    snapshot.paths.push_back({Kind::directory, path("src")});
    snapshot.paths.push_back({Kind::absent, path(".cargo/config.toml")});
    snapshot.paths.push_back({Kind::absent, path("rust-toolchain.toml")});
    snapshot.started_ns = now_ns();
    snapshot.variable_prefixes = {"CARGO", "RUST"};
    snapshot.variables = {"PATH"};
    snapshot.stderr_text = "    Finished\n";
    snapshot.stdout_text = "{}\n";
  }

  [[nodiscard]] std::string path(const char* name) const { return (dir / name).string(); }
  [[nodiscard]] base::Path file() const { return noop_file(dir / "cache", key); }
  bool record() { return record_noop(file(), key, snapshot, environment.data()); }
  [[nodiscard]] bool hit() const { return check_noop(file(), key, environment.data()).has_value(); }
};

} // namespace

TEST_CASE("no-op: nothing changed, so the texts come back", "[exec][noop]")
{
  Fixture f;
  REQUIRE(f.record());
  const auto hit = check_noop(f.file(), f.key, f.environment.data());
  REQUIRE(hit);
  CHECK(hit->stderr_text == "    Finished\n");
  CHECK(hit->stdout_text == "{}\n");
  CHECK(hit->exit_code == 0);
  CHECK(hit->paths == 9);
}

TEST_CASE("no-op: every kind of change is a miss", "[exec][noop]")
{
  Fixture f;
  REQUIRE(f.record());
  REQUIRE(f.hit());
  SECTION("a source's content")
  {
    f.dir.write("src/b.rs", "changed");
  }
  SECTION("a source with its old time stamp")
  {
    const auto time = std::filesystem::last_write_time(f.path("src/b.rs"));
    f.dir.write("src/b.rs", "src/x.rs");
    std::filesystem::last_write_time(f.path("src/b.rs"), time);
  }
  SECTION("a source was touched")
  {
    std::filesystem::last_write_time(f.path("Cargo.toml"), std::filesystem::file_time_type::clock::now());
  }
  SECTION("a source vanished")
  {
    std::filesystem::remove(f.path("src/c.rs"));
  }
  SECTION("a new file in a listed directory")
  {
    f.dir.write("src/bin.rs", "");
  }
  SECTION("an artifact was replaced")
  {
    f.dir.write("target/app.wasm", "other");
  }
  SECTION("an artifact was removed")
  {
    std::filesystem::remove(f.path("target/app.wasm"));
  }
  SECTION("a file that was looked for is there now")
  {
    f.dir.write("rust-toolchain.toml", "");
  }
  SECTION("so is one in a directory that did not exist")
  {
    f.dir.write(".cargo/config.toml", "");
  }
  SECTION("the directory of sources is gone")
  {
    std::filesystem::remove_all(f.path("src"));
  }
  SECTION("a variable has another value")
  {
    f.environment[0] = "CARGO_HOME=/d";
  }
  SECTION("a variable is new")
  {
    f.environment.insert(f.environment.begin(), "RUSTFLAGS=-O");
  }
  SECTION("a variable is gone")
  {
    f.environment.erase(f.environment.begin());
  }
  SECTION("PATH changed")
  {
    f.environment[1] = "PATH=/usr/bin";
  }
  CHECK_FALSE(f.hit());
}

TEST_CASE("no-op: variables that nobody looks at do not count", "[exec][noop]")
{
  Fixture f;
  REQUIRE(f.record());
  f.environment[2] = "HOME=/other";
  f.environment.insert(f.environment.begin(), "PATHX=1");
  CHECK(f.hit());
}

TEST_CASE("no-op: another command, another version and damage are misses", "[exec][noop]")
{
  Fixture f;
  REQUIRE(f.record());
  const base::Path file = f.file();
  CHECK_FALSE(check_noop(file, {"/ws", {"build"}}, f.environment.data()));
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto write = [&](std::string_view content) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  };
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    write(damaged);
    CHECK_FALSE(f.hit());
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1}) {
    write(std::string_view(bytes).substr(0, length));
    CHECK_FALSE(f.hit());
  }
  write(bytes);
  CHECK(f.hit());
  CHECK_FALSE(check_noop(f.dir / "none", f.key, f.environment.data()));
}

TEST_CASE("no-op: an input younger than the run is not believed, an output is", "[exec][noop]")
{
  Fixture f;
  f.dir.write("target/app.wasm", "written by the run");
  CHECK(f.record());
  f.dir.write("src/a.rs", "edited during the run");
  CHECK_FALSE(f.record());
  CHECK_FALSE(std::filesystem::exists(f.file())); // nor may the old snapshot stay
}

TEST_CASE("no-op: thousands of files are looked at by two threads, each of them", "[exec][noop]")
{
  Fixture f;
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "many/" + std::to_string(i / 10) + "/" + std::to_string(i);
    f.dir.write(name, "");
    f.snapshot.paths.push_back({Kind::input, (f.dir / name).string()});
  }
  settle();
  f.snapshot.started_ns = now_ns();
  REQUIRE(f.record());
  CHECK(f.hit());
  for (const char* name : {"many/0/0", "many/100/1005", "many/199/1999"}) {
    const std::string content = f.dir.read(name);
    f.dir.write(name, "x");
    CHECK_FALSE(f.hit());
    std::filesystem::remove(f.dir / name);
    CHECK_FALSE(f.hit());
    f.dir.write(name, content);
    settle();
    f.snapshot.started_ns = now_ns();
    REQUIRE(f.record());
  }
}
