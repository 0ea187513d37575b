#include <cargo_wasm/spec/source_id.hpp>

#include <algorithm>
#include <support/catch.hpp>
#include <thread>

using namespace cargo_wasm;
using namespace cargo_wasm::spec;

namespace {

GitReference branch(std::string name)
{
  return {GitReference::Kind::branch, std::move(name)};
}

} // namespace

TEST_CASE("sources: URLs that name one repository have one canonical form", "[spec][source]")
{
  CHECK(canonical_url("https://github.com/Foo/Bar.git") == "https://github.com/foo/bar");
  CHECK(canonical_url("git://github.com/foo/bar/") == "https://github.com/foo/bar");
  CHECK(canonical_url("ssh://git@github.com/foo/bar.git") == "https://git@github.com/foo/bar");
  CHECK(canonical_url("https://gitlab.com/Foo/Bar.git") == "https://gitlab.com/Foo/Bar");
  CHECK(canonical_url("https://EXAMPLE.com:443/a/../b") == "https://example.com/b");
  CHECK(canonical_url("https://example.com") == "https://example.com/");
  CHECK(canonical_url("sparse+https://example.com/") == "sparse+https://example.com/");
  // A sparse index is a directory of files, not a repository.
  CHECK(canonical_url("sparse+https://example.com/") == "sparse+https://example.com/");
  CHECK(canonical_url("sparse+https://example.com/index.git/") == "sparse+https://example.com/index.git");
  CHECK(SourceId::for_git("https://github.com/Foo/bar", {}) == SourceId::for_git("git://github.com/foo/bar.git", {}));
  CHECK(SourceId::for_git("https://github.com/foo/bar", {}) != SourceId::for_git("https://github.com/foo/bar", branch("x")));
}

TEST_CASE("sources: paths become file URLs and come back", "[spec][source]")
{
  CHECK(file_url("/a b/ü#1") == "file:///a%20b/%C3%BC%231");
  CHECK(path_of_file_url("file:///a%20b/%C3%BC%231") == base::Path("/a b/ü#1"));
  CHECK(path_of_file_url("https://example.com/a") == std::nullopt);
  CHECK(file_url("/a/./b//c/") == "file:///a/b/c");
  CHECK(file_url("/") == "file:///");
  CHECK(SourceId::for_path("/a b").path() == base::Path("/a b"));
}

TEST_CASE("sources: the lock file's form is read back", "[spec][source]")
{
  for (const std::string text : {"registry+https://github.com/rust-lang/crates.io-index",
                                 "sparse+https://example.com/index/",
                                 "path+file:///dir/demo",
                                 "git+https://github.com/a/b#0123456789012345678901234567890123456789",
                                 "git+https://github.com/a/b?tag=v1.0#abc",
                                 "git+https://github.com/a/b?rev=0123456",
                                 "git+ssh://git@example.com/a.git?branch=x%2Fy#abc"}) {
    CAPTURE(text);
    CHECK(SourceId::parse(text).value().to_lock_string(true) == text);
  }
  // Version 3 of the lock file wrote queries as they are.
  CHECK(SourceId::parse("git+https://a.b/c?branch=x%2Fy#abc").value().to_lock_string(false) == "git+https://a.b/c?branch=x/y#abc");
  CHECK(SourceId::for_git("https://a.b/c", branch("a b+c&d")).to_lock_string(true) == "git+https://a.b/c?branch=a+b%2Bc%26d");
  CHECK(SourceId::parse("git+https://a.b/c?branch=a+b%2Bc%26d").value().git_reference() == branch("a b+c&d"));
}

TEST_CASE("sources: what is none is refused", "[spec][source]")
{
  const auto message = [](std::string_view text) { return SourceId::parse(text).error().message; };
  CHECK(message("https://example.com") == "`https://example.com` is not a package source: it starts with no `registry+`, `sparse+`, "
                                          "`git+` or `path+`");
  CHECK(message("git+nonsense") == "`git+nonsense` is not a package source: no URL follows the `+`");
  CHECK(message("svn+https://a.b/c") == "`svn+https://a.b/c` is not a package source: `svn` is no kind of source");
}

TEST_CASE("sources: the precise part is no part of identity", "[spec][source]")
{
  const SourceId plain = SourceId::for_git("https://a.b/c", {});
  const SourceId pinned = plain.with_precise("0123456789abcdef");
  CHECK(plain == pinned);
  CHECK(std::hash<SourceId>{}(plain) == std::hash<SourceId>{}(pinned));
  CHECK_FALSE(plain.same_precise(pinned));
  CHECK(pinned.precise() == "0123456789abcdef");
  CHECK(pinned.without_precise().precise().empty());
  CHECK(plain.precise().empty());
  CHECK(SourceId::parse("registry+https://github.com/rust-lang/crates.io-index").value() == SourceId::crates_io());
}

TEST_CASE("sources: what people see", "[spec][source]")
{
  CHECK(SourceId::crates_io().display() == "registry `crates-io`");
  CHECK(SourceId::crates_io().with_precise("locked").display() == "registry `crates-io`");
  CHECK(SourceId::for_registry("sparse+https://example.com/i/", "mine").display() == "registry `mine`");
  CHECK(SourceId::for_registry("sparse+https://example.org/i/").display() == "registry `sparse+https://example.org/i/`");
  CHECK(SourceId::for_path("/a b").display() == "/a b");
  CHECK(SourceId::for_directory("/v").display() == "dir /v");
  CHECK(SourceId::for_git("https://a.b/c", branch("x")).with_precise("0123456789abcdef").display() == "https://a.b/c?branch=x#01234567");
}

TEST_CASE("sources: the order of the lock file", "[spec][source]")
{
  const std::vector<SourceId> ascending{SourceId::for_path("/b"),
                                        SourceId::crates_io(),
                                        SourceId::for_registry("sparse+https://example.com/i/"),
                                        SourceId::for_local_registry("/a"),
                                        SourceId::for_directory("/a"),
                                        SourceId::for_git("https://z.z/z", {GitReference::Kind::tag, "v1"}),
                                        SourceId::for_git("https://y.y/y", branch("a")),
                                        SourceId::for_git("https://a.a/a", {GitReference::Kind::rev, "1"}),
                                        SourceId::for_git("https://a.a/a", {}),
                                        SourceId::for_git("https://a.a/b", {})};
  CHECK(std::is_sorted(ascending.begin(), ascending.end(), [](SourceId a, SourceId b) { return a < b; }));
}

TEST_CASE("sources: threads that intern the same source get the same one", "[spec][source]")
{
  std::vector<std::vector<SourceId>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 200; ++i) {
        mine.push_back(SourceId::for_path("/threads/" + std::to_string(i)).with_precise(i % 2 == 0 ? "x" : ""));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(seen[0] == seen[1]);
  CHECK(seen[0] == seen[2]);
  CHECK(seen[0] == seen[3]);
}
