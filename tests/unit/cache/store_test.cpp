#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/forwarding_filesystem.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <support/catch.hpp>
#include <support/fixed_clock.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using cache::Placing;
using cache::Store;

namespace {

struct World
{
  test::TempDir dir;
  std::unique_ptr<base::Filesystem> fs = base::make_filesystem();
  test::FixedClock clock;

  std::unique_ptr<Store> open()
  {
    auto store = Store::open(*fs, clock, dir / "store");
    REQUIRE(store);
    return std::move(*store);
  }
  base::FileStat stat(const base::Path& path) const
  {
    const auto found = fs->stat(path);
    REQUIRE((found && *found));
    return **found;
  }
};

/// As a user finds it to whom nothing in the store belongs.
class SomebodyElses final : public base::ForwardingFilesystem
{
public:
  using ForwardingFilesystem::ForwardingFilesystem;
  Result<bool> remove(const base::Path& path) override { return fail(refused(path)); }
  Result<> set_mode(const base::Path& path, std::uint32_t /*mode*/) override { return fail(refused(path)); }
  Result<> set_mtime_ns(const base::Path& path, std::int64_t /*mtime_ns*/) override { return fail(refused(path)); }

private:
  static Error refused(const base::Path& path) { return {"CW0003", "cannot write `" + path.string() + "`", Blame::environment}; }
};

base::Digest key(std::string_view text)
{
  return base::digest_of(text);
}

std::string rendered(const Error& error)
{
  return base::render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("an entry is what was put in, and a damaged one is none", "[cache][store]")
{
  World world;
  const auto store = world.open();
  CHECK(store->entry(key("a")).value() == std::nullopt);
  REQUIRE(store->put_entry(key("a"), "result"));
  CHECK(store->entry(key("a")).value() == "result");
  REQUIRE(store->put_entry(key("a"), "another"));
  CHECK(store->entry(key("a")).value() == "another");

  const std::string hex = base::to_hex(key("a").hash);
  const base::Path file = world.dir / ("store/ac/" + hex.substr(0, 2) + "/" + hex);
  std::string bytes = world.fs->read(file).value();
  bytes.back() = 'X';
  REQUIRE(world.fs->write_atomic(file, bytes));
  CHECK(store->entry(key("a")).value() == std::nullopt);
  CHECK(!world.fs->exists(file));

  REQUIRE(store->put_entry(key("a"), "result"));
  REQUIRE(world.fs->write_atomic(file, "CWENTRY1"));
  CHECK(store->entry(key("a")).value() == std::nullopt);
}

TEST_CASE("a linked file is the store's own: one inode, read-only, with the store's time", "[cache][store]")
{
  World world;
  const auto store = world.open();
  world.dir.write("one/lib.rlib", "bytes");
  const base::Digest digest = key("bytes");
  REQUIRE(store->put_file(world.dir / "one/lib.rlib", digest, false, Placing::link));
  const auto kept = world.stat(world.dir / "one/lib.rlib");
  CHECK(kept.mtime_ns == cache::k_blob_mtime_ns);
  CHECK((kept.mode & 0777U) == 0444U);
  REQUIRE(world.fs->create_directories(world.dir / "two"));
  CHECK(store->restore(digest, false, world.dir / "two/lib.rlib", Placing::link).value());
  CHECK(world.stat(world.dir / "two/lib.rlib").inode == kept.inode);

  // The same bytes, compiled once more elsewhere: one file on disk afterwards.
  world.dir.write("three/lib.rlib", "bytes");
  REQUIRE(store->put_file(world.dir / "three/lib.rlib", digest, false, Placing::link));
  CHECK(world.stat(world.dir / "three/lib.rlib").inode == kept.inode);
}

TEST_CASE("a copy may be written by its user, and the store keeps its own", "[cache][store]")
{
  World world;
  const auto store = world.open();
  world.dir.write("app.wasm", "module");
  REQUIRE(store->put_file(world.dir / "app.wasm", key("module"), true, Placing::copy));
  CHECK(store->restore(key("module"), true, world.dir / "again.wasm", Placing::copy).value());
  const auto copy = world.stat(world.dir / "again.wasm");
  CHECK((copy.mode & 0777U) == 0755U);
  std::ofstream(world.dir / "again.wasm") << "stripped";
  CHECK(store->restore(key("module"), true, world.dir / "third.wasm", Placing::copy).value());
  CHECK(world.dir.read("third.wasm") == "module");
}

TEST_CASE("a blob that somebody wrote into is hashed, found out and removed", "[cache][store]")
{
  World world;
  const auto store = world.open();
  REQUIRE(store->put_bytes("bytes", key("bytes"), false));
  const base::Path blob = store->path_of_blob(key("bytes"), false);
  REQUIRE(world.fs->set_mode(blob, 0644));
  std::ofstream(blob) << "bytez";
  CHECK(!store->restore(key("bytes"), false, world.dir / "out", Placing::copy).value());
  CHECK(!world.fs->exists(blob));
  CHECK(!world.fs->exists(world.dir / "out"));

  REQUIRE(store->put_bytes("bytes", key("bytes"), false));
  REQUIRE(world.fs->set_mode(blob, 0644));
  std::ofstream(blob) << "byt"; // cut
  CHECK(!store->contains(key("bytes"), false).value());

  // One whose bytes are right is mended: its maker was killed before it had its time.
  REQUIRE(store->put_bytes("bytes", key("bytes"), false));
  REQUIRE(world.fs->set_mode(blob, 0644));
  REQUIRE(world.fs->set_mtime_ns(blob, 5));
  CHECK(store->contains(key("bytes"), false).value());
  CHECK(world.stat(blob).mtime_ns == cache::k_blob_mtime_ns);
}

TEST_CASE("what another user left unfinished or damaged is used or passed over, and ends nothing", "[cache][store]")
{
  World world;
  SomebodyElses fs(*world.fs);
  {
    const auto owner = world.open();
    for (const std::string bytes : {"unsealed", "damaged_"}) {
      REQUIRE(owner->put_bytes(bytes, key(bytes), false));
      REQUIRE(world.fs->set_mode(owner->path_of_blob(key(bytes), false), 0644));
    }
    std::ofstream(owner->path_of_blob(key("damaged_"), false)) << "DAMAGED_";
    REQUIRE(owner->put_entry(key("a"), "result"));
    const std::string hex = base::to_hex(key("a").hash);
    world.dir.write("store/ac/" + hex.substr(0, 2) + "/" + hex, "damaged");
  }
  const auto store = Store::open(fs, world.clock, world.dir / "store");
  REQUIRE(store);
  CHECK((*store)->contains(key("unsealed"), false).value());
  CHECK((*store)->restore(key("unsealed"), false, world.dir / "out", Placing::link).value());
  CHECK(world.dir.read("out") == "unsealed");
  CHECK(!(*store)->contains(key("damaged_"), false).value());
  CHECK(!(*store)->restore(key("damaged_"), false, world.dir / "out", Placing::link).value());
  CHECK((*store)->entry(key("a")).value() == std::nullopt);
}

TEST_CASE("a blob that is not there is no error", "[cache][store]")
{
  World world;
  const auto store = world.open();
  CHECK(!store->restore(key("nothing"), false, world.dir / "out", Placing::link).value());
}

TEST_CASE("a store of another version is left alone", "[cache][store]")
{
  World world;
  world.dir.write("store/format", "cargo-wasm store 2\n");
  const auto store = Store::open(*world.fs, world.clock, world.dir / "store");
  REQUIRE(!store);
  CHECK(rendered(store.error()) == "error[CW1240]: the store of results `" + (world.dir / "store").string() +
                                       "` was made by another version\n"
                                       "   = note: its file `format` says `cargo-wasm store 2`\n"
                                       "   = help: this version goes on without it; `CARGO_WASM_CACHE_DIR` names another place\n"
                                       "   = help: or remove the directory: everything in it can be made again\n");
  CHECK(world.dir.read("store/format") == "cargo-wasm store 2\n");
}

TEST_CASE("a place where nothing can be written is told with what helps", "[cache][store]")
{
  World world;
  world.dir.write("file", "");
  const auto store = Store::open(*world.fs, world.clock, world.dir / "file/store");
  REQUIRE(!store);
  CHECK(store.error().id == "CW1239");
  CHECK(store.error().blame == Blame::environment);
  CHECK(store.error().helps == std::vector<std::string>{"`CARGO_WASM_CACHE_DIR` names another place; `--no-cache` builds without one"});
}

TEST_CASE("the secret is made once, for its owner alone", "[cache][store]")
{
  World world;
  const std::string secret = world.open()->secret().value();
  CHECK(secret.size() == 32);
  CHECK(world.open()->secret().value() == secret);
  CHECK((world.stat(world.dir / "store/secret").mode & 0777U) == 0600U);
}

TEST_CASE("who cannot read the secret of the store's owner has another one, never none", "[cache][store]")
{
  World world;
  (void)world.open();
  std::filesystem::create_symlink("secret", world.dir / "store/secret"); // cannot be read by anybody, root included
  const auto secret = world.open()->secret();
  REQUIRE(secret);
  CHECK(secret->size() == 32);
  CHECK(world.open()->secret().value() == *secret);
  CHECK(world.stat(world.dir / fmt::format("store/secret-{}", ::geteuid())).size_bytes == 32);
}

TEST_CASE("two that put the same file in at once both succeed", "[cache][store]")
{
  World world;
  const auto store = world.open();
  const std::string bytes(1 << 20, 'x');
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string name = "out" + std::to_string(i);
      world.dir.write(name, bytes);
      for (int round = 0; round < 20; ++round) {
        failed += store->put_file(world.dir / name, key(bytes), false, Placing::link).has_value() ? 0 : 1;
        failed += store->restore(key(bytes), false, world.dir / (name + ".r"), Placing::link).has_value() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(failed == 0);
  CHECK(store->contains(key(bytes), false).value());
}
