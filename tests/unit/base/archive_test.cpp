// Crate archives are an attack surface: each test below is one way to make two readers disagree or to leave the
// directory that the archive belongs in.
#include <cargo_wasm/base/archive.hpp>

#include <support/tar_builder.hpp>

#include <fmt/format.h>

#include <map>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;
using test::pax_record;
using test::TarBuilder;
using test::TarEntry;

namespace {

constexpr std::uint64_t k_limit = 1024 * 1024;

struct Read
{
  std::map<std::string, std::string> files; ///< directories end in '/'
  Result<> result;
};

Read read(const std::string& gzip, std::uint64_t limit = k_limit)
{
  Read out;
  out.result = read_crate_archive("a.crate", gzip, "a-1.0.0", limit, [&](const ArchiveEntry& entry) {
    out.files[entry.path + (entry.is_directory ? "/" : "")] = entry.content;
    return Result<>();
  });
  return out;
}

/// The id and message of the refusal.
std::string refusal(const std::string& gzip, std::uint64_t limit = k_limit)
{
  const Read out = read(gzip, limit);
  if (out.result.has_value()) {
    return "accepted";
  }
  const Error& error = out.result.error();
  CHECK(error.blame == Blame::integrity);
  CHECK(std::holds_alternative<BinarySpan>(error.where));
  return error.id + ": " + error.message + (error.notes.empty() ? "" : " (" + error.notes[0] + ")");
}

std::string refusal(const TarBuilder& builder)
{
  return refusal(builder.gzip());
}

TarEntry entry(std::string name, char type)
{
  TarEntry out;
  out.name = std::move(name);
  out.type = type;
  return out;
}

} // namespace

TEST_CASE("archive: files and directories are handed over in order", "[base][archive]")
{
  std::vector<std::string> order;
  const auto gzip = TarBuilder()
                        .directory("a-1.0.0/")
                        .file("a-1.0.0/Cargo.toml", "[package]")
                        .directory("a-1.0.0/src/")
                        .file("a-1.0.0/src/lib.rs", std::string(5000, 'x'))
                        .file("a-1.0.0/empty")
                        .gzip();
  const auto result = read_crate_archive("a.crate", gzip, "a-1.0.0", k_limit, [&](const ArchiveEntry& e) {
    order.push_back(fmt::format("{}{} {} {:o} {}", e.path, e.is_directory ? "/" : "", e.content.size(), e.mode, e.mtime_s));
    return Result<>();
  });
  CHECK(result);
  CHECK(order == std::vector<std::string>{"a-1.0.0/ 0 644 512",
                                          "a-1.0.0/Cargo.toml 9 644 512",
                                          "a-1.0.0/src/ 0 644 512",
                                          "a-1.0.0/src/lib.rs 5000 644 512",
                                          "a-1.0.0/empty 0 644 512"});
}

TEST_CASE("archive: long names are read in all three notations", "[base][archive]")
{
  const std::string deep = "a-1.0.0/" + std::string(120, 'd') + "/" + std::string(150, 'f');
  SECTION("GNU")
  {
    CHECK(read(TarBuilder().long_name(deep).file(deep.substr(0, 100), "1").gzip()).files.at(deep) == "1");
  }
  SECTION("pax")
  {
    CHECK(read(TarBuilder().pax(pax_record("path", deep)).file("short", "1").gzip()).files.at(deep) == "1");
  }
  SECTION("ustar prefix")
  {
    TarEntry e = entry(std::string(90, 'f'), '0');
    e.prefix = "a-1.0.0/" + std::string(120, 'd');
    CHECK(read(TarBuilder().add(e).gzip()).files.contains(e.prefix + "/" + e.name));
  }
  SECTION("the prefix field of a GNU header is something else")
  {
    TarEntry e = entry("a-1.0.0/f", '0');
    e.magic = std::string("ustar  \0", 8);
    e.prefix = "1234567";
    CHECK(read(TarBuilder().add(e).gzip()).files.contains("a-1.0.0/f"));
  }
}

TEST_CASE("archive: a long name serves one entry only", "[base][archive]")
{
  const auto out = read(TarBuilder().pax(pax_record("path", "a-1.0.0/one")).file("x").file("a-1.0.0/two").gzip());
  CHECK(out.result);
  CHECK(out.files.size() == 2);
  CHECK(out.files.contains("a-1.0.0/two"));
}

TEST_CASE("archive: what pax says about owners and times is ignored", "[base][archive]")
{
  CHECK(read(TarBuilder()
                 .pax(pax_record("comment", "made by git"), 'g')
                 .pax(pax_record("mtime", "1.5") + pax_record("uname", "joe") + pax_record("size", "3") + pax_record("SCHILY.dev", "7"))
                 .file("a-1.0.0/f", "abc")
                 .gzip())
            .files.at("a-1.0.0/f") == "abc");
}

TEST_CASE("archive: an archive may end without its zero blocks, or with many", "[base][archive]")
{
  CHECK(read(TarBuilder().file("a-1.0.0/f").gzip(false)).result);
  CHECK(read(TarBuilder().file("a-1.0.0/f").raw(std::string(300'000, '\0')).gzip()).result);
  CHECK(read(TarBuilder().file("a-1.0.0/f").gzip() + std::string(512, '\0')).result);
  CHECK(read(TarBuilder().gzip()).result);
}

TEST_CASE("archive: absolute paths and `..` are refused", "[base][archive][hostile]")
{
  CHECK(refusal(TarBuilder().file("/etc/passwd")) == "CW0053: the archive has an unsafe path `/etc/passwd` (it is absolute)");
  CHECK(refusal(TarBuilder().file("a-1.0.0/../b-1.0.0/lib.rs")) ==
        "CW0053: the archive has an unsafe path `a-1.0.0/../b-1.0.0/lib.rs` (it contains `..`)");
  CHECK(refusal(TarBuilder().file("a-1.0.0/..")).starts_with("CW0053"));
  CHECK(refusal(TarBuilder().pax(pax_record("path", "/abs")).file("a-1.0.0/f")).starts_with("CW0053"));
  CHECK(refusal(TarBuilder().long_name("a-1.0.0/../x").file("a-1.0.0/f")).starts_with("CW0053"));
  CHECK(refusal(TarBuilder().file("")).starts_with("CW0053"));
}

TEST_CASE("archive: a file whose name ends in a slash is refused", "[base][archive][hostile]")
{
  // Some readers take it for a directory.
  CHECK(refusal(TarBuilder().file("a-1.0.0/dir/", "content")) ==
        "CW0053: the archive has an unsafe path `a-1.0.0/dir/` (a file's name ends in `/`)");
}

TEST_CASE("archive: what is not below the package's directory is refused", "[base][archive][hostile]")
{
  CHECK(refusal(TarBuilder().file("b-1.0.0/lib.rs")) == "CW0054: `b-1.0.0/lib.rs` in the archive is not below `a-1.0.0`");
  CHECK(refusal(TarBuilder().file("a-1.0.0x/lib.rs")).starts_with("CW0054"));
  CHECK(refusal(TarBuilder().file("./a-1.0.0/lib.rs")).starts_with("CW0054"));
  CHECK(refusal(TarBuilder().file("a-1.0.0")).starts_with("CW0054"));
}

TEST_CASE("archive: links and devices are refused by name", "[base][archive][hostile]")
{
  TarEntry link = entry("a-1.0.0/link", '2');
  link.link = "../../../etc/passwd";
  CHECK(refusal(TarBuilder().add(link)) ==
        "CW0052: `a-1.0.0/link` is neither a file nor a directory (its type in the archive is `symbolic link`)");
  for (const char type : {'1', '3', '4', '6', '7', 'S', 'K', 'M', 'D', 'V', 'A'}) {
    CHECK(refusal(TarBuilder().add(entry("a-1.0.0/x", type))).starts_with("CW0052"));
  }
}

TEST_CASE("archive: a path may stand there once", "[base][archive][hostile]")
{
  CHECK(refusal(TarBuilder().file("a-1.0.0/f", "1").file("a-1.0.0/f", "2")) == "CW0055: `a-1.0.0/f` is in the archive twice");
  CHECK(refusal(TarBuilder().file("a-1.0.0/f").file("a-1.0.0/./f")).starts_with("CW0055"));
  CHECK(refusal(TarBuilder().file("a-1.0.0/d/f").file("a-1.0.0/d")).starts_with("CW0055"));
  CHECK(refusal(TarBuilder().file("a-1.0.0/d").file("a-1.0.0/d/f")) ==
        "CW0055: `a-1.0.0/d` is in the archive as a file and as a directory");
  CHECK(refusal(TarBuilder().directory("a-1.0.0/d/").directory("a-1.0.0/d")).starts_with("CW0055"));
  // A directory's own entry may come after what is in it.
  CHECK(read(TarBuilder().file("a-1.0.0/d/f").directory("a-1.0.0/d/").gzip()).result);
}

TEST_CASE("archive: where rules are portable, paths that differ in capitals alone and files of other users are refused",
          "[base][archive][hostile]")
{
  const auto portable = [](const TarBuilder& builder) {
    const auto result = read_crate_archive(
        "a.crate", builder.gzip(), "a-1.0.0", k_limit, [](const ArchiveEntry&) { return Result<>(); }, ArchiveRules::portable);
    return result ? std::string("accepted") : result.error().id + ": " + result.error().message;
  };
  const TarBuilder files = TarBuilder().file("a-1.0.0/src/lib.rs").file("a-1.0.0/src/Lib.rs");
  CHECK(portable(files) == "CW1171: `a-1.0.0/src/lib.rs` and `a-1.0.0/src/Lib.rs` in the archive are one path on many systems");
  CHECK(refusal(files) == "accepted");
  CHECK(portable(TarBuilder().file("a-1.0.0/src/a.rs").file("a-1.0.0/Src/b.rs")) ==
        "CW1171: `a-1.0.0/src` and `a-1.0.0/Src` in the archive are one path on many systems");
  CHECK(portable(TarBuilder().file("a-1.0.0/src/a.rs").file("a-1.0.0/src/b.rs").directory("a-1.0.0/src/")) == "accepted");
  for (const char* const mode : {"0004755", "0002755"}) {
    TarEntry run = entry("a-1.0.0/run", '0');
    run.mode = mode;
    CHECK(portable(TarBuilder().add(run)) == "CW1171: `a-1.0.0/run` in the archive is to run as another user");
    CHECK(refusal(TarBuilder().add(run)) == "accepted");
  }
}

TEST_CASE("archive: two sizes for one entry are refused", "[base][archive][hostile]")
{
  // CVE-2025-62518: readers that believe the one or the other see different archives.
  TarBuilder inner;
  inner.file("a-1.0.0/hidden", "evil");
  CHECK(refusal(TarBuilder().pax(pax_record("size", "1024")).file("a-1.0.0/f").raw(inner.tar(false))) ==
        "CW0056: the archive gives two sizes for `a-1.0.0/f` (0 and 1024 bytes)");
  CHECK(refusal(TarBuilder().pax(pax_record("size", "1") + pax_record("size", "1")).file("a-1.0.0/f", "x")).starts_with("CW0056"));
  TarEntry directory = entry("a-1.0.0/d/", '5');
  directory.content = "hidden in a directory";
  CHECK(refusal(TarBuilder().add(directory)) == "CW0056: `a-1.0.0/d/` is a directory with content");
}

TEST_CASE("archive: an entry described twice is refused", "[base][archive][hostile]")
{
  const std::string record = pax_record("path", "a-1.0.0/f");
  CHECK(refusal(TarBuilder().pax(record).pax(record).file("x")) == "CW0056: an entry of the archive is described twice");
  CHECK(refusal(TarBuilder().long_name("a-1.0.0/g").pax(record).file("x")).starts_with("CW0056"));
  CHECK(refusal(TarBuilder().pax(record + record).file("x")).starts_with("CW0056"));
  CHECK(refusal(TarBuilder().pax(record)) == "CW0056: the archive ends where an entry was announced");
}

TEST_CASE("archive: pax records that could change an entry are refused", "[base][archive][hostile]")
{
  CHECK(refusal(TarBuilder().pax(pax_record("path", "a-1.0.0/x"), 'g').file("a-1.0.0/f")) ==
        "CW0056: a global header of the archive changes its entries");
  for (const std::string key : {"linkpath", "GNU.sparse.name", "GNU.sparse.realsize", "unheard-of"}) {
    CHECK(refusal(TarBuilder().pax(pax_record(key, "a-1.0.0/x")).file("a-1.0.0/f")).starts_with("CW0056"));
  }
}

TEST_CASE("archive: malformed pax records are refused", "[base][archive][hostile]")
{
  for (const std::string& records : {std::string("garbage"),
                                     std::string("5 a=b"),
                                     std::string("999 a=b\n"),
                                     std::string("0 a=b\n"),
                                     std::string("-6 a=b\n"),
                                     std::string("6 ab\n\n"),
                                     std::string("18446744073709551617 a=b\n"),
                                     pax_record("path", std::string("a-1.0.0/x\0y", 11)),
                                     pax_record("size", "1x"),
                                     pax_record("size", "-1")}) {
    CHECK(refusal(TarBuilder().pax(records).file("a-1.0.0/f")).starts_with("CW0056"));
  }
}

TEST_CASE("archive: bad headers are refused with their place", "[base][archive][hostile]")
{
  TarEntry bad = entry("a-1.0.0/f", '0');
  bad.checksum_error = 1;
  const auto out = read(TarBuilder().file("a-1.0.0/ok").add(bad).gzip());
  REQUIRE_FALSE(out.result);
  CHECK(render(out.result.error(), Severity::error, false) == "error[CW0051]: an entry of the archive has a bad header\n"
                                                              "  --> a.crate, byte 0x0200 (of the unpacked archive)\n"
                                                              "   = note: its checksum does not hold\n");
  TarEntry size = entry("a-1.0.0/f", '0');
  size.size = "0000000009";
  CHECK(refusal(TarBuilder().add(size)) == "CW0051: an entry of the archive has a bad header (its size is not a number)");
  CHECK(refusal(TarBuilder().raw(std::string(512, 'x'))).starts_with("CW0051"));
}

TEST_CASE("archive: data after the end is refused", "[base][archive][hostile]")
{
  const TarBuilder good = TarBuilder().file("a-1.0.0/f");
  CHECK(refusal(test::gzip_of(good.tar() + std::string(512, '\0') + "x")) == "CW0057: the archive has data after its end");
  CHECK(refusal(test::gzip_of(good.tar() + TarBuilder().file("a-1.0.0/second").tar())).starts_with("CW0057"));
  CHECK(refusal(good.gzip() + "x") == "CW0057: the file goes on after its gzip data");
  // A second gzip member: some readers join them, some stop.
  CHECK(refusal(good.gzip(false) + TarBuilder().file("a-1.0.0/second").gzip()).starts_with("CW0057"));
}

TEST_CASE("archive: a body that was cut off is refused wherever the cut is", "[base][archive][hostile]")
{
  const std::string whole = TarBuilder().file("a-1.0.0/f", std::string(3000, 'q')).gzip();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK(refusal(whole.substr(0, length)).starts_with("CW0050"));
  }
  const std::string tar = TarBuilder().file("a-1.0.0/f", std::string(3000, 'q')).tar(false);
  CHECK(refusal(test::gzip_of(tar.substr(0, 2000))) == "CW0051: the archive ends within an entry");
  CHECK(refusal(test::gzip_of(tar.substr(0, 200))).starts_with("CW0051"));
}

TEST_CASE("archive: a flipped bit is refused", "[base][archive][hostile]")
{
  std::string gzip = TarBuilder().file("a-1.0.0/f", "some content that matters").gzip();
  gzip[gzip.size() - 6] = static_cast<char>(gzip[gzip.size() - 6] ^ 1); // the CRC
  CHECK(refusal(gzip) == "CW0050: the file is not intact gzip data");
  CHECK(refusal("<html>blocked</html>") == "CW0050: the file is not intact gzip data");
}

TEST_CASE("archive: a bomb is refused before it is unpacked", "[base][archive][hostile]")
{
  SECTION("by what arrives")
  {
    const auto bomb = TarBuilder().file("a-1.0.0/f", std::string(3 * k_limit, '\0')).gzip();
    CHECK(bomb.size() < 10'000);
    CHECK(refusal(bomb) == "CW0058: the archive unpacks to more than 1.0 MiB"
                           " (archives that grow beyond all proportion are refused)");
  }
  SECTION("by what it announces")
  {
    TarEntry huge = entry("a-1.0.0/f", '0');
    huge.size = "77777777777"; // 8 GiB
    CHECK(refusal(TarBuilder().add(huge)).starts_with("CW0058"));
    huge.size = "\x80" + std::string(3, '\0') + "\x7f\xff\xff\xff\xff\xff\xff\xff";
    CHECK(refusal(TarBuilder().add(huge)).starts_with("CW0058"));
    huge.size = "\xff" + std::string(11, '\xff'); // negative
    CHECK(refusal(TarBuilder().add(huge)).starts_with("CW0051"));
  }
  SECTION("by its many entries")
  {
    TarBuilder many;
    for (int n = 0; n <= 65'536; ++n) {
      many.file(fmt::format("a-1.0.0/{}", n));
    }
    CHECK(refusal(many.gzip(), 64 * k_limit) == "CW0058: the archive has more than 65536 entries"
                                                " (archives that grow beyond all proportion are refused)");
  }
  SECTION("by zeros after the end")
  {
    CHECK(refusal(TarBuilder().raw(std::string(3 * k_limit, '\0')).gzip()).starts_with("CW0058"));
  }
  SECTION("the limit is cargo's")
  {
    CHECK(crate_unpack_limit_bytes(1000) == 536'870'912);
    CHECK(crate_unpack_limit_bytes(100'000'000) == 2'000'000'000);
  }
}

TEST_CASE("archive: a size in base 256 is read", "[base][archive]")
{
  TarEntry e = entry("a-1.0.0/f", '0');
  e.content = "abc";
  e.size = "\x80" + std::string(10, '\0') + "\x03";
  CHECK(read(TarBuilder().add(e).gzip()).files.at("a-1.0.0/f") == "abc");
}

TEST_CASE("archive: the first error of a receiver ends the walk", "[base][archive]")
{
  int calls = 0;
  const auto gzip = TarBuilder().file("a-1.0.0/f").file("a-1.0.0/g").gzip();
  const auto result = read_crate_archive("a", gzip, "a-1.0.0", k_limit, [&](const ArchiveEntry&) -> Result<> {
    ++calls;
    return fail(Error("CW0003", "full"));
  });
  CHECK(result.error().id == "CW0003");
  CHECK(calls == 1);
}

TEST_CASE("unpack: a crate becomes the tree that cargo makes of it", "[base][archive][unpack]")
{
  const test::TempDir dir;
  TarEntry tool = entry("a-1.0.0/tool.sh", '0');
  tool.mode = "0104755"; // set-uid is dropped
  TarEntry old = entry("a-1.0.0/old", '0');
  old.mtime = "00000000000";
  dir.write("a.crate",
            TarBuilder()
                .file("a-1.0.0/Cargo.toml", "[package]")
                .file("a-1.0.0/src/deep/lib.rs", "fn main() {}")
                .file("a-1.0.0/.cargo-ok", "fake")
                .file("a-1.0.0/sub/.cargo-ok", "fake")
                .directory("a-1.0.0/empty/")
                .add(tool)
                .add(old)
                .gzip());
  const auto fs = make_filesystem();
  REQUIRE(unpack_crate(*fs, dir / "a.crate", "a-1.0.0", dir / "src"));
  CHECK(dir.read("src/a-1.0.0/src/deep/lib.rs") == "fn main() {}");
  CHECK_FALSE(fs->exists(dir / "src/a-1.0.0/.cargo-ok"));
  CHECK_FALSE(fs->exists(dir / "src/a-1.0.0/sub/.cargo-ok"));
  CHECK(fs->is_directory(dir / "src/a-1.0.0/empty"));
  CHECK(((*fs->stat(dir / "src/a-1.0.0/tool.sh"))->mode & 07100U) == 0100);
  CHECK((*fs->stat(dir / "src/a-1.0.0/src/deep/lib.rs"))->mtime_ns == 512'000'000'000);
  CHECK((*fs->stat(dir / "src/a-1.0.0/Cargo.toml"))->mtime_ns == 1'153'704'088'000'000'000);
  CHECK((*fs->stat(dir / "src/a-1.0.0/old"))->mtime_ns == 1'000'000'000);

  const auto again = unpack_crate(*fs, dir / "a.crate", "a-1.0.0", dir / "src");
  REQUIRE_FALSE(again);
  CHECK(again.error().id == "CW0059");
}

TEST_CASE("unpack: nothing stays of a crate that is refused half way", "[base][archive][unpack]")
{
  test::FakeFilesystem fs;
  fs.add("/cache/a.crate", TarBuilder().file("a-1.0.0/good").file("a-1.0.0/../evil").gzip());
  fs.add("/src/b-1.0.0/lib.rs");
  const auto result = unpack_crate(fs, "/cache/a.crate", "a-1.0.0", "/src");
  REQUIRE_FALSE(result);
  CHECK(result.error().id == "CW0053");
  CHECK(fs.list("/src")->size() == 1);
}
