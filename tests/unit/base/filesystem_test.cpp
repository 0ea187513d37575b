// One text for both file systems: whatever the real one does, the fake one does too.
#include <cargo_wasm/base/filesystem.hpp>

#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

struct Both
{
  test::TempDir dir;
  std::unique_ptr<Filesystem> real = make_filesystem();
  test::FakeFilesystem fake;
  Both() { fake.add_directory(dir.path()); }
};

template <class Body> void on_both(Body body)
{
  Both both;
  SECTION("real")
  {
    body(*both.real, both.dir.path());
  }
  SECTION("fake")
  {
    body(both.fake, both.dir.path());
  }
}

} // namespace

TEST_CASE("filesystem: what is written is read, parents are made", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "a/b/c.txt", std::string_view("one\0two", 7)));
    CHECK(fs.read(dir / "a/b/c.txt") == std::string("one\0two", 7));
    REQUIRE(fs.write_atomic(dir / "a/b/c.txt", ""));
    CHECK(fs.read(dir / "a/b/c.txt") == "");
    CHECK(fs.list(dir / "a/b")->size() == 1);
  });
}

TEST_CASE("filesystem: not there is not an error of a look-up", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "file", "x"));
    CHECK(fs.stat(dir / "absent")->has_value() == false);
    CHECK(fs.stat(dir / "file/below")->has_value() == false);
    CHECK(fs.read_if_exists(dir / "absent")->has_value() == false);
    CHECK_FALSE(fs.exists(dir / "absent"));
    CHECK(fs.is_file(dir / "file"));
    CHECK_FALSE(fs.is_directory(dir / "file"));
    CHECK(fs.remove(dir / "absent") == false);
    CHECK(fs.remove_all(dir / "absent") == 0U);
    const auto read = fs.read(dir / "absent");
    REQUIRE_FALSE(read);
    CHECK(read.error() == Error("CW0001", "`" + (dir / "absent").string() + "` does not exist"));
    CHECK(fs.list(dir / "absent").error().id == "CW0001");
    CHECK(fs.canonicalize(dir / "absent").error().id == "CW0001");
  });
}

TEST_CASE("filesystem: a directory is not read as a file", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    const auto read = fs.read(dir);
    REQUIRE_FALSE(read);
    CHECK(read.error().id == "CW0002");
    CHECK(read.error().notes == std::vector<std::string>{"is a directory"});
  });
}

TEST_CASE("filesystem: lists are sorted and typed", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "d/b", ""));
    REQUIRE(fs.write_atomic(dir / "d/B", ""));
    REQUIRE(fs.create_directories(dir / "d/a/deep"));
    REQUIRE(fs.write_atomic(dir / "d.txt", ""));
    CHECK(fs.list(dir / "d") ==
          std::vector<DirectoryEntry>{{"B", FileType::regular}, {"a", FileType::directory}, {"b", FileType::regular}});
  });
}

TEST_CASE("filesystem: making a directory that is there succeeds, over a file it fails", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.create_directories(dir / "x/y"));
    CHECK(fs.create_directories(dir / "x/y"));
    REQUIRE(fs.write_atomic(dir / "file", ""));
    CHECK(fs.create_directories(dir / "file/sub").error().id == "CW0003");
  });
}

TEST_CASE("filesystem: a rename moves a whole tree", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "old/sub/f", "content"));
    REQUIRE(fs.rename(dir / "old", dir / "new"));
    CHECK_FALSE(fs.exists(dir / "old"));
    CHECK(fs.read(dir / "new/sub/f") == "content");
    CHECK(fs.rename(dir / "old", dir / "x").error().id == "CW0003");
  });
}

TEST_CASE("filesystem: removing says how much was there and never follows links", "[base][filesystem]")
{
  Both both;
  both.dir.write("outside/keep", "x");
  both.dir.write("tree/a", "");
  both.dir.write("tree/sub/b", "");
  REQUIRE(::symlink("../outside", (both.dir / "tree/link").c_str()) == 0);
  CHECK(both.real->remove(both.dir / "tree").error().id == "CW0003");
  CHECK(both.real->remove_all(both.dir / "tree") == 5U);
  CHECK(both.dir.read("outside/keep") == "x");

  both.fake.add("/t/a").add("/t/sub/b").add("/t2/c");
  CHECK(both.fake.remove_all("/t") == 4U);
  CHECK(both.fake.exists("/t2/c"));
}

TEST_CASE("filesystem: a link replaces its target and is the same file", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "from", "new"));
    REQUIRE(fs.write_atomic(dir / "to", "old"));
    REQUIRE(fs.link_or_copy(dir / "from", dir / "to"));
    CHECK(fs.read(dir / "to") == "new");
    CHECK((*fs.stat(dir / "to"))->inode == (*fs.stat(dir / "from"))->inode);
    // Once more: rename(2) between two names of one file does nothing and must leave no temporary file.
    REQUIRE(fs.link_or_copy(dir / "from", dir / "to"));
    CHECK(fs.list(dir)->size() == 2);
    CHECK(fs.link_or_copy(dir / "absent", dir / "x").error().id == "CW0001");
  });
}

TEST_CASE("filesystem: a copy is another file with the same content and mode", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "from", std::string(200'000, 'q')));
    REQUIRE(fs.set_mode(dir / "from", 0755));
    REQUIRE(fs.copy(dir / "from", dir / "to"));
    CHECK(fs.read(dir / "to") == fs.read(dir / "from"));
    CHECK((*fs.stat(dir / "to"))->mode == 0755);
    CHECK((*fs.stat(dir / "to"))->inode != (*fs.stat(dir / "from"))->inode);
    CHECK(fs.copy(dir / "absent", dir / "x").error().id == "CW0001");
  });
}

TEST_CASE("filesystem: what a killed process of the same number has left is in nobody's way", "[base][filesystem]")
{
  const test::TempDir dir;
  const auto fs = make_filesystem();
  REQUIRE(fs->write_atomic(dir / "from", "content"));
  for (int i = 0; i < 1000; ++i) {
    dir.write(".cw-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp", "half");
  }
  CHECK(fs->copy(dir / "from", dir / "to"));
  CHECK(fs->write_atomic(dir / "written", "content"));
  CHECK(fs->make_symlink("from", dir / "link"));
}

TEST_CASE("filesystem: times are set to the nanosecond, before 1970 too", "[base][filesystem]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    REQUIRE(fs.write_atomic(dir / "f", ""));
    for (const std::int64_t time : {std::int64_t{1'500'000'000'123'456'789}, std::int64_t{-1}}) {
      REQUIRE(fs.set_mtime_ns(dir / "f", time));
      CHECK((*fs.stat(dir / "f"))->mtime_ns == time);
    }
  });
}

TEST_CASE("filesystem: a write through a symbolic link keeps the link", "[base][filesystem]")
{
  Both both;
  both.dir.write("real.txt", "old");
  REQUIRE(::symlink("real.txt", (both.dir / "link.txt").c_str()) == 0);
  REQUIRE(both.real->write_atomic(both.dir / "link.txt", "new"));
  CHECK(both.dir.read("real.txt") == "new");
  CHECK((*both.real->lstat(both.dir / "link.txt"))->type == FileType::symlink);
  CHECK(both.real->canonicalize(both.dir / "link.txt") == both.dir / "real.txt");

  both.fake.add("/real.txt", "old").add_symlink("/link.txt", "real.txt");
  REQUIRE(both.fake.write_atomic("/link.txt", "new"));
  CHECK(both.fake.read("/real.txt") == "new");
  CHECK((*both.fake.lstat("/link.txt"))->type == FileType::symlink);
}

TEST_CASE("filesystem: files without a size are read to their end", "[base][filesystem]")
{
  const auto fs = make_filesystem();
  const auto status = fs->read("/proc/self/status");
  REQUIRE(status);
  CHECK(status->find("Pid:") != std::string::npos);
}

TEST_CASE("filesystem: what cannot be written says why and leaves nothing", "[base][filesystem]")
{
  Both both;
  both.dir.write("d/x", "");
  if (::geteuid() != 0) {
    REQUIRE(::chmod((both.dir / "d").c_str(), 0555) == 0);
    const auto written = both.real->write_atomic(both.dir / "d/new", "x");
    REQUIRE_FALSE(written);
    CHECK(written.error().id == "CW0003");
    CHECK(written.error().notes == std::vector<std::string>{"permission denied"});
  }
  // A directory cannot be replaced by a file, whoever asks.
  const auto over = both.real->write_atomic(both.dir / "d", "x");
  REQUIRE_FALSE(over);
  CHECK(over.error().blame == Blame::environment);
  CHECK(both.real->list(both.dir.path())->size() == 1);
}

TEST_CASE("filesystem: an exclusive lock excludes, shared locks do not", "[base][filesystem][lock]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    auto first = fs.try_lock(dir / "sub/.lock", LockMode::shared);
    REQUIRE(first);
    REQUIRE(*first);
    auto second = fs.try_lock(dir / "sub/.lock", LockMode::shared);
    CHECK(*second);
    CHECK_FALSE(*fs.try_lock(dir / "sub/.lock", LockMode::exclusive));
    first->reset();
    second->reset();
    CHECK(*fs.try_lock(dir / "sub/.lock", LockMode::exclusive));
  });
}

TEST_CASE("filesystem: who waits for a lock is told once and gets it", "[base][filesystem][lock]")
{
  on_both([](Filesystem& fs, const Path& dir) {
    auto held = fs.lock(dir / ".lock", LockMode::exclusive, {});
    REQUIRE(held);
    int told = 0;
    std::jthread releaser;
    auto got = fs.lock(dir / ".lock", LockMode::exclusive, [&] {
      ++told;
      releaser = std::jthread([&held] { held->reset(); });
    });
    CHECK(got.has_value());
    CHECK(told == 1);
  });
}

TEST_CASE("fake filesystem: a write within the same tick changes the inode alone", "[support][filesystem]")
{
  test::FakeFilesystem fs{{"/a", "1"}};
  const auto before = **fs.stat("/a");
  REQUIRE(fs.write_atomic("/a", "2"));
  const auto same_tick = **fs.stat("/a");
  CHECK(same_tick.mtime_ns == before.mtime_ns);
  CHECK(same_tick.inode != before.inode);
  fs.tick();
  REQUIRE(fs.write_atomic("/a", "3"));
  CHECK((*fs.stat("/a"))->mtime_ns == before.mtime_ns + 1'000'000'000);
}

TEST_CASE("fake filesystem: failures are arranged", "[support][filesystem]")
{
  test::FakeFilesystem fs{{"/ro/a", "1"}, {"/b", "2"}};
  fs.make_read_only("/ro");
  fs.make_unreadable("/b");
  CHECK(fs.write_atomic("/ro/a", "x").error().id == "CW0003");
  CHECK(fs.read("/b").error().id == "CW0002");
  CHECK(fs.files() == std::map<std::string, std::string>{{"/ro/a", "1"}, {"/b", "2"}});
  CHECK(fs.reads() == std::vector<std::string>{"/b"});
}
