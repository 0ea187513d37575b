#include <cargo_wasm/registry_server/static_files.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

struct Folder
{
  Folder() : real(directory.path()) {}
  void write(const std::string& path, std::string_view text) { REQUIRE(real.fs().write_atomic(directory / path, text)); }

  test::TempDir directory;
  test::RealEnv real;
};

FileAnswer get(StaticFiles& files, std::string_view target, FileQuestion question = {})
{
  question.method = question.method.empty() ? "GET" : question.method;
  question.target = target;
  return files.answer(question);
}

std::string etag_of(const FileAnswer& answer)
{
  const std::size_t begin = answer.head->find("ETag: ");
  return begin == std::string::npos ? "" : answer.head->substr(begin + 6, answer.head->find('\r', begin) - begin - 6);
}

std::string whole_body(const FileAnswer& answer)
{
  if (!answer.file) {
    return std::string(answer.body());
  }
  std::string text(answer.length, '\0');
  text.resize(answer.file->read(text.data(), text.size(), answer.offset));
  return text;
}

} // namespace

TEST_CASE("static files: a file is answered with its tag, which is of its bytes", "[registry]")
{
  Folder folder;
  folder.write("ac/me/acme-one", "{}\n");
  StaticFiles files(folder.real.fs(), folder.directory.path());
  const FileAnswer answer = get(files, "/ac/me/acme-one?x");
  CHECK(*answer.head == "HTTP/1.1 200 OK\r\n"
                        "X-Content-Type-Options: nosniff\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "ETag: \"ca3d163bab055381827226140568f3be\"\r\n"
                        "Accept-Ranges: bytes\r\n"
                        "Cache-Control: no-cache\r\n"
                        "Content-Length: 3\r\n");
  CHECK(whole_body(answer) == "{}\n");
  CHECK(get(files, "/ac/me/acme-one", {.if_none_match = etag_of(answer)}).status == 304);
  CHECK(get(files, "/ac/me/acme-one", {.if_none_match = "\"x\", W/" + etag_of(answer)}).status == 304);
  CHECK(get(files, "/ac/me/acme-one", {.if_none_match = "*"}).status == 304);
  CHECK(get(files, "/ac/me/acme-one", {.if_none_match = "\"x\""}).status == 200);
}

TEST_CASE("static files: a file that was replaced is seen by the next request, also when its length and time are the same", "[registry]")
{
  Folder folder;
  folder.write("checkpoint", "one");
  StaticFiles files(folder.real.fs(), folder.directory.path());
  CHECK(whole_body(get(files, "/checkpoint")) == "one");
  const std::int64_t time = folder.real.fs().stat(folder.directory / "checkpoint").value()->mtime_ns;
  folder.write("checkpoint", "two");
  REQUIRE(folder.real.fs().set_mtime_ns(folder.directory / "checkpoint", time));
  CHECK(whole_body(get(files, "/checkpoint")) == "two");
  REQUIRE(folder.real.fs().remove(folder.directory / "checkpoint"));
  CHECK(get(files, "/checkpoint").status == 404);
}

TEST_CASE("static files: nothing outside, nothing hidden, nothing but reading", "[registry]")
{
  Folder folder;
  folder.write("public/a", "a");
  folder.write("public/.hidden", "b");
  folder.write("private/key", "secret");
  folder.write("public/.well-known/x", "x");
  StaticFiles files(folder.real.fs(), folder.directory / "public");
  for (const char* target :
       {"/", "", "/../private/key", "/.hidden", "//a", "/a/", "/a/b", "/./a", "/a\\", "/.well-known", "/%2e%2e/private/key"}) {
    CAPTURE(target);
    CHECK(get(files, target).status == 404);
  }
  CHECK(get(files, "/a").status == 200);
  CHECK(get(files, "/.well-known/x").status == 200);
  const FileAnswer refused = get(files, "/a", {.method = "PUT"});
  CHECK(refused.status == 405);
  CHECK(refused.head->find("Allow: GET, HEAD\r\n") != std::string::npos);
  const FileAnswer head = get(files, "/a", {.method = "HEAD"});
  CHECK((head.head->find("Content-Length: 1\r\n") != std::string::npos && head.length == 0));
}

TEST_CASE("static files: ranges of small and of large files", "[registry]")
{
  Folder folder;
  const std::string name = "crates/84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882.crate"; // of 0123456789
  folder.write(name, "0123456789");
  for (const std::uint64_t small : {std::uint64_t{0}, std::uint64_t{100}}) {
    StaticFiles files(folder.real.fs(), folder.directory.path(), {.small_bytes = small});
    const auto range = [&](std::string_view text, std::string_view if_range = {}) {
      return get(files, "/" + name, {.range = text, .if_range = if_range});
    };
    const FileAnswer whole = get(files, "/" + name);
    CHECK((whole_body(whole) == "0123456789" && (whole.file != nullptr) == (small == 0)));
    CHECK(etag_of(whole) == "\"84d89877f0d4041efb6bf91a16f0248f\"");
    CHECK(whole_body(range("bytes=2-4")) == "234");
    CHECK(range("bytes=2-4").head->find("Content-Range: bytes 2-4/10\r\n") != std::string::npos);
    CHECK(whole_body(range("bytes=8-")) == "89");
    CHECK(whole_body(range("bytes=-3")) == "789");
    CHECK(whole_body(range("bytes=5-18446744073709551615")) == "56789");
    CHECK(range("bytes=0-0", etag_of(whole)).status == 206);
    for (const char* ignored : {"bytes=4-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "bytes=1"}) {
      CAPTURE(ignored);
      CHECK((range(ignored).status == 200 && whole_body(range(ignored)) == "0123456789"));
    }
    CHECK(range("bytes=0-0", "\"other\"").status == 200);
    CHECK(range("bytes=10-").status == 416);
    CHECK(range("bytes=-0").head->find("Content-Range: bytes */10\r\n") != std::string::npos);
  }
}

TEST_CASE("static files: what is kept has a limit, and the newest stay", "[registry]")
{
  Folder folder;
  constexpr std::uint64_t k_limit = 20000;
  StaticFiles files(folder.real.fs(), folder.directory.path(), {.memory_bytes = k_limit, .small_bytes = 4096});
  for (int i = 0; i < 50; ++i) {
    folder.write(std::to_string(i), std::string(4000, 'x'));
    CHECK(whole_body(get(files, "/" + std::to_string(i))).size() == 4000);
    CHECK(files.memory_bytes() <= k_limit);
  }
  CHECK(files.memory_bytes() > k_limit / 2);
}

} // namespace cargo_wasm::registry_server
