#include <cargo_wasm/shim/response_file.hpp>

#include "support/catch.hpp"
#include "support/fake_filesystem.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::FakeFilesystem;
using Words = std::vector<std::string>;

TEST_CASE("a response file in GNU quoting is split as a shell would split it", "[shim][response-file]")
{
  CHECK(split_response_file("a  b\n\tc\r\n", Quoting::gnu) == Words{"a", "b", "c"});
  CHECK(split_response_file(R"('a b' "c d" e\ f)", Quoting::gnu) == Words{"a b", "c d", "e f"});
  CHECK(split_response_file(R"('a\b' "a\"b" "a\\b" a\\b)", Quoting::gnu) == Words{R"(a\b)", R"(a"b)", R"(a\b)", R"(a\b)"});
  CHECK(split_response_file(R"(--a="b c"d '')", Quoting::gnu) == Words{"--a=b cd", ""});
  CHECK(split_response_file("'never closed", Quoting::gnu) == Words{"never closed"});
  CHECK(split_response_file("", Quoting::gnu).empty());
}

TEST_CASE("a response file in Windows quoting keeps backslashes that stand before no quote", "[shim][response-file]")
{
  CHECK(split_response_file(R"(C:\a\b.o "C:\with blank\c.o")", Quoting::windows) == Words{R"(C:\a\b.o)", R"(C:\with blank\c.o)"});
  CHECK(split_response_file(R"(a\"b "a\\" "a""b")", Quoting::windows) == Words{R"(a"b)", R"(a\)", R"(a"b)"});
}

TEST_CASE("response files are replaced by what is in them, nested ones too", "[shim][response-file]")
{
  const FakeFilesystem fs{{"/w/args", "one @more three"}, {"/w/more", "two"}};
  CHECK(expand_response_files(fs, "/w", {"-o", "x", "@args", "last"}).value() == Words{"-o", "x", "one", "two", "three", "last"});
  CHECK(expand_response_files(fs, "/w", {"@absent", "@"}).value() == Words{"@absent", "@"});
}

TEST_CASE("--rsp-quoting=windows counts wherever it stands", "[shim][response-file]")
{
  const FakeFilesystem fs{{"/w/args", R"(C:\a\b.o)"}};
  CHECK(expand_response_files(fs, "/w", {"@args"}).value() == Words{"C:ab.o"});
  CHECK(expand_response_files(fs, "/w", {"@args", "--rsp-quoting=windows"}).value().front() == R"(C:\a\b.o)");
  CHECK(expand_response_files(fs, "/w", {"@args", "--rsp-quoting", "windows"}).value().front() == R"(C:\a\b.o)");
}

TEST_CASE("a response file that contains itself is an error and not a hang", "[shim][response-file]")
{
  const FakeFilesystem fs{{"/w/a", "@b"}, {"/w/b", "@sub/../a"}};
  const auto seen = expand_response_files(fs, "/w", {"@a"});
  REQUIRE_FALSE(seen);
  CHECK(base::render(seen.error(), base::Severity::error, false) == "error[CW0800]: response file `/w/a` contains itself\n");
}

TEST_CASE("response files that bring more than a million arguments are refused", "[shim][response-file]")
{
  std::string many;
  for (int i = 0; i < 100'000; ++i) {
    many += "x ";
  }
  const FakeFilesystem fs{{"/w/many", many}};
  const auto seen = expand_response_files(fs, "/w", Words(11, "@many"));
  REQUIRE_FALSE(seen);
  CHECK(base::render(seen.error(), base::Severity::error, false) == "error[CW0800]: response files bring more than 1000000 arguments\n");
}
