#include <cargo_wasm/wasm/archive.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::wasm;

namespace {

const base::Path k_path("libfoo.rlib");

std::string header(std::string_view name, std::size_t size)
{
  return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 644, size);
}

std::string member(std::string_view name, std::string_view content)
{
  return header(name, content.size()) + std::string(content) + (content.size() % 2 != 0 ? "\n" : "");
}

struct Listing
{
  std::string text; ///< "NAME=CONTENT@OFFSET …"
  std::string error;
};

Listing list(const std::string& archive)
{
  Listing out;
  ArchiveReader reader(Source(k_path, archive));
  for (ArchiveMember item; reader.next(item);) {
    out.text += fmt::format("{}={}@{} ", item.name, item.source.bytes, item.offset);
  }
  const auto end = reader.finish();
  out.error = end ? "" : base::render(end.error(), base::Severity::error, false);
  return out;
}

const std::string k_start = "!<arch>\n";

} // namespace

TEST_CASE("archive: GNU members, long names and padding; the tables are no members", "[wasm][archive]")
{
  const std::string names = "a-name-that-is-longer-than-sixteen-bytes.o/\nanother/name.o/\n";
  const Listing listing = list(k_start + member("/", "symbols") + member("/SYM64/", "symbols") + member("//", names) +
                               member("lib.rmeta/", "odd") + member("/0", "one") + member("/44", "two"));
  CHECK(listing.error == "");
  CHECK(listing.text == "lib.rmeta=odd@324 a-name-that-is-longer-than-sixteen-bytes.o=one@388 another/name.o=two@452 ");
}

TEST_CASE("archive: BSD names and tables", "[wasm][archive]")
{
  const Listing listing = list(k_start + member("#1/12", std::string("__.SYMDEF\0\0\0xyz", 15)) +
                               member("#1/8", std::string("name.o\0\0content", 15)) + member("short.o", "c"));
  CHECK(listing.error == "");
  CHECK(listing.text == "name.o=content@152 short.o=c@220 ");
}

TEST_CASE("archive: what is damaged is refused where it is", "[wasm][archive]")
{
  CHECK(list("!<thin>\n").error ==
        "error[CW0617]: expected an archive that holds its members, found a thin archive, which names files elsewhere\n"
        "  --> libfoo.rlib, byte 0x0000 (archive)\n");
  CHECK(list("MZ").error ==
        "error[CW0617]: expected `!<arch>` at the start of an archive, found other bytes\n  --> libfoo.rlib, byte 0x0000 (archive)\n");
  CHECK(list(k_start + "rest").error == "error[CW0617]: expected the 60 bytes of a member's header, found the end of the archive\n  --> "
                                        "libfoo.rlib, byte 0x0008 (archive)\n");
  CHECK(list(k_start + header("a/", 5) + "1234").error ==
        "error[CW0617]: expected the size of a member within the archive, found a larger one\n  --> libfoo.rlib, byte 0x0038 (archive)\n");
  std::string bad_end = k_start + member("a/", "1234");
  bad_end[66] = ' ';
  CHECK(list(bad_end).error.starts_with("error[CW0617]: expected a grave accent and a line feed"));
  std::string bad_size = k_start + member("a/", "1234");
  bad_size[56] = '-';
  CHECK(list(bad_size).error.starts_with("error[CW0617]: expected the size of a member in decimal digits"));
  for (const std::string& name : {std::string("/7"), std::string("/99"), std::string("/x")}) {
    CHECK(list(k_start + member("//", "abc/\n") + member(name, "content")).error.starts_with("error[CW0617]"));
  }
  CHECK(list(k_start + member("//", std::string(4096, 'n') + "/\n") + member("/0", "x")).error == "");
  CHECK(list(k_start + member("//", std::string(4097, 'n') + "/\n") + member("/0", "x"))
            .error.starts_with("error[CW0617]: expected a name of at most 4096 bytes"));
  CHECK(list(k_start + member("/0", "no table")).error.starts_with("error[CW0617]: expected the place of a name"));
  CHECK(list(k_start + member("#1/99", "short")).error.starts_with("error[CW0617]: expected the length of a name"));
  // What was read before stays.
  CHECK(list(k_start + member("a/", "12") + "x").text == "a=12@68 ");
}

TEST_CASE("archive: an empty one has no members", "[wasm][archive]")
{
  CHECK(list(k_start).text == "");
  CHECK(list(k_start).error == "");
}
