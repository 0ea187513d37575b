#include <algorithm>
#include <fstream>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/forwarding_filesystem.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <support/catch.hpp>
#include <support/fixed_clock.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using cache::Store;

namespace {

struct Shelf
{
  test::TempDir dir;
  std::unique_ptr<base::Filesystem> fs = base::make_filesystem();
  test::FixedClock clock;
  std::unique_ptr<Store> store = Store::open(*fs, clock, dir / "store").value();

  /// An entry that names these blobs, last used now.
  void put(std::string_view name, const std::vector<std::string>& blobs)
  {
    action::ActionResult result;
    for (const std::string& bytes : blobs) {
      REQUIRE(store->put_bytes(bytes, base::digest_of(bytes), false));
      action::OutputFile file;
      file.path = "target/" + bytes.substr(0, 3);
      file.digest = base::digest_of(bytes);
      result.output_files.push_back(std::move(file));
    }
    REQUIRE(store->put_entry(base::digest_of(name), action::encode(result)));
    mark(name);
  }
  void mark(std::string_view name)
  {
    const std::string hex = base::to_hex(base::digest_of(name).hash);
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(clock.now().time_since_epoch()).count();
    REQUIRE(fs->set_mtime_ns(dir / ("store/ac/" + hex.substr(0, 2) + "/" + hex), now));
  }
  bool has(std::string_view name) { return store->entry(base::digest_of(name)).value().has_value(); }
  bool has_blob(std::string_view bytes) { return fs->exists(store->path_of_blob(base::digest_of(bytes), false)); }
};

/// Another process removes a directory when somebody is about to look into it.
class Vanishing final : public base::ForwardingFilesystem
{
public:
  using ForwardingFilesystem::ForwardingFilesystem;
  Result<std::vector<base::DirectoryEntry>> list(const base::Path& path) const override
  {
    if (path.filename().native().size() == 2 && path.parent_path().filename() == "cas") {
      CW_TRY(inner().remove_all(path));
    }
    return inner().list(path);
  }
};

const std::string k_large(10'000, 'l');
const std::string k_other(10'000, 'o');
const std::string k_third(10'000, 't');

} // namespace

TEST_CASE("what was not used for longest goes, with the blobs that nobody else names", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("old", {k_large, k_other});
  shelf.clock.advance(std::chrono::hours(2));
  shelf.put("new", {k_other, k_third});
  const auto report = shelf.store->collect(22'000);
  REQUIRE(report);
  CHECK(report->removed_entries == 1);
  CHECK(report->removed_blobs == 1);
  CHECK(!shelf.has("old"));
  CHECK(!shelf.has_blob(k_large));
  CHECK(shelf.has("new"));
  CHECK(shelf.has_blob(k_other));
  CHECK(report->left.blob_bytes == 20'000);
}

TEST_CASE("looking at an entry makes it young", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  shelf.clock.advance(std::chrono::hours(2));
  shelf.put("b", {k_other});
  shelf.clock.advance(std::chrono::hours(2));
  CHECK(shelf.has("a"));
  REQUIRE(shelf.store->collect(11'000));
  CHECK(shelf.has("a"));
  CHECK(!shelf.has("b"));
}

TEST_CASE("a clock that jumped back makes nobody immortal", "[cache][collect]")
{
  Shelf shelf;
  shelf.clock.advance(std::chrono::hours(24 * 365));
  shelf.put("future", {k_large});
  shelf.clock.advance(-std::chrono::hours(24 * 365));
  CHECK(shelf.has("future")); // which brings its time back to today
  shelf.clock.advance(std::chrono::hours(2));
  shelf.put("today", {k_other});
  REQUIRE(shelf.store->collect(11'000));
  CHECK(!shelf.has("future"));
  CHECK(shelf.has("today"));
}

TEST_CASE("blobs of a maker that was killed before its entry was written are removed", "[cache][collect]")
{
  Shelf shelf;
  REQUIRE(shelf.store->put_bytes(k_large, base::digest_of(k_large), false));
  const auto report = shelf.store->collect(1'000'000);
  REQUIRE(report);
  CHECK(report->removed_blobs == 1);
  CHECK(report->freed_bytes == 10'000);
}

TEST_CASE("a store is collected by itself when it has grown beyond its limit, not before", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  CHECK(shelf.store->collect_if_grown(30'000).value() == std::nullopt);
  shelf.clock.advance(std::chrono::hours(2));
  shelf.put("b", {k_other});
  shelf.clock.advance(std::chrono::hours(2));
  shelf.put("c", {k_third});
  const auto collected = shelf.store->collect_if_grown(25'000);
  REQUIRE((collected && *collected));
  CHECK((*collected)->left.bytes() <= 25'000);
  CHECK(!shelf.has("a"));
  CHECK(shelf.has("c"));
}

TEST_CASE("a collection waits for nobody who is at work: it comes later", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  const auto hold = shelf.store->hold();
  REQUIRE(hold);
  CHECK(shelf.store->collect_if_grown(10).value() == std::nullopt);
  CHECK(shelf.has("a"));
}

TEST_CASE("what killed processes left in the store is counted, and collected", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  const base::Path blob = shelf.store->path_of_blob(base::digest_of(k_large), false);
  const std::vector<base::Path> left = {
      shelf.dir / "store/incoming/0123-7-1", blob.parent_path() / ".cw-7-1.tmp", shelf.dir / "store/ac/ff/.cw-7-2.tmp"};
  for (const base::Path& path : left) {
    REQUIRE(shelf.fs->create_directories(path.parent_path()));
    std::ofstream(path) << "half";
  }
  CHECK(shelf.store->stats()->blobs == 4);
  CHECK(shelf.store->stats()->blob_bytes == 10'012);
  const auto report = shelf.store->collect(1'000'000);
  REQUIRE(report);
  CHECK(report->removed_blobs == 3);
  CHECK(report->freed_bytes == 12);
  CHECK(std::ranges::none_of(left, [&](const base::Path& path) { return shelf.fs->exists(path); }));
  CHECK(shelf.has("a"));
  CHECK(shelf.has_blob(k_large));
}

TEST_CASE("a collection finds nothing in what another process removes meanwhile", "[cache][collect]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  Vanishing fs(*shelf.fs);
  const auto store = Store::open(fs, shelf.clock, shelf.dir / "store").value();
  const auto report = store->collect(1'000'000);
  REQUIRE(report);
  CHECK(report->left.entries == 1);
  CHECK(report->left.blobs == 0);
}

TEST_CASE("verify removes what is damaged, and entries that name what is not there", "[cache][verify]")
{
  Shelf shelf;
  shelf.put("a", {k_large});
  shelf.put("b", {k_other});
  shelf.put("c", {k_third});
  const base::Path blob = shelf.store->path_of_blob(base::digest_of(k_large), false);
  REQUIRE(shelf.fs->set_mode(blob, 0644));
  std::ofstream(blob) << std::string(10'000, 'L');
  REQUIRE(shelf.fs->set_mode(blob, 0444));
  REQUIRE(shelf.fs->set_mtime_ns(blob, cache::k_blob_mtime_ns)); // nothing shows it from outside
  const std::string hex = base::to_hex(base::digest_of("b").hash);
  REQUIRE(shelf.fs->write_atomic(shelf.dir / ("store/ac/" + hex.substr(0, 2) + "/" + hex), "damaged"));
  const auto report = shelf.store->verify();
  REQUIRE(report);
  CHECK(report->damaged_blobs == 1);
  CHECK(report->damaged_entries == 1);
  CHECK(report->incomplete_entries == 1);
  CHECK(!shelf.has("a"));
  CHECK(!shelf.has("b"));
  CHECK(shelf.has("c"));
}
