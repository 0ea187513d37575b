#include "memory_log.hpp"

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {

TEST_CASE("log: whatever the steps it grew in, its root is that of the recursive definition", "[registry]")
{
  const PlainTree tree(600);
  for (const std::uint64_t step : {1U, 3U, 255U, 256U, 257U, 600U}) {
    MemoryLog log;
    for (const std::uint64_t size : {1U, 2U, 7U, 255U, 256U, 257U, 511U, 512U, 513U, 600U}) {
      log.grow_to(size, step);
      REQUIRE(log.writer.root() == tree.hash(0, log.writer.size()));
    }
  }
  CHECK(LogWriter().root() == empty_root());
}

TEST_CASE("log: appending gives exactly the tiles and bundles that are new, full ones before partial ones", "[registry]")
{
  MemoryLog log;
  log.grow_to(255, 255);
  const std::vector<std::string> two{"entry 255", "entry 256"};
  const std::vector<LogFile> files = log.writer.append(two).value();
  std::vector<std::string> paths;
  for (const LogFile& file : files) {
    paths.push_back(file.path);
  }
  CHECK(paths == std::vector<std::string>{"tile/entries/000", "tile/0/000", "tile/entries/001.p/1", "tile/0/001.p/1", "tile/1/000.p/1"});
  CHECK(files[1].bytes.size() == 8192);
  CHECK(log.writer.append({}).value().empty());
}

TEST_CASE("log: one that was read back goes on as if it had never been left", "[registry]")
{
  for (const std::uint64_t size : {0U, 1U, 200U, 256U, 65536U, 65793U}) {
    MemoryLog log;
    log.grow_to(size, 4096);
    TileReader reader(log.checkpoint(), log);
    LogWriter resumed = LogWriter::resume(reader).value();
    CHECK(resumed.size() == size);
    CHECK(resumed.root() == log.writer.root());
    const std::vector<std::string> more(300, "more");
    CHECK(resumed.append(more).value() == log.writer.append(more).value());
    CHECK(resumed.root() == log.writer.root());
  }
}

TEST_CASE("log: an entry that a bundle cannot hold is refused before anything is appended", "[registry]")
{
  LogWriter writer;
  const std::vector<std::string> entries{"fits", std::string(k_max_entry_bytes + 1, 'x')};
  const Result<std::vector<LogFile>> files = writer.append(entries);
  REQUIRE_FALSE(files);
  CHECK(render(files.error(), base::Severity::error, false) ==
        "error[CW1009]: an entry of a log has at most 65535 bytes, this one has 65536\n");
  CHECK(writer.size() == 0);
}

} // namespace cargo_wasm::registry_tlog
