#include "cargo_hash.hpp"

#include <cargo_wasm/source/source_map.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::source;
using spec::SourceId;

// The expected digits are cargo's own (the test `test_stable_hash` of workspace/source_id.rs, and what cargo 1.99.1 names its
// directories): with any other, downloads would not be shared.
TEST_CASE("a source hashes to the digits that cargo puts into directory names", "[source][hash]")
{
  CHECK(source_hash(SourceId::crates_io()) == "25cdd57fae9f0462");
  CHECK(source_hash(SourceId::for_registry("https://my-crates.io")) == "b2d65deb64f05373");
  CHECK(source_hash(SourceId::for_registry("https://your-crates.io", "alt")) == "755952de063f5dc4");
  CHECK(source_hash(SourceId::for_registry("sparse+https://my-crates.io")) == "327cfdbd92dd81e1");
  CHECK(source_hash(SourceId::for_registry("sparse+https://your-crates.io", "alt")) == "64a713b6a6fb7055");
  CHECK(source_hash(SourceId::for_local_registry("/tmp/ws/crate")) == "58d73c154f81d09f");
  CHECK(source_hash(SourceId::for_path("/tmp/ws/crate")) == "64bace89c92b101f");
  CHECK(source_hash(SourceId::for_directory("/tmp/ws/crate")) == "505191d1f3920955");
}

TEST_CASE("crates.io's directory is that of its sparse index", "[source][hash]")
{
  CHECK(registry_directory_name(SourceId::crates_io()) == std::string("index.") + "crates.io-1949cf8c6b5b557f");
}

TEST_CASE("one repository has one directory, however its URL is spelled and whatever is followed", "[source][hash]")
{
  const auto plain = SourceId::for_git("https://github.com/a/Demo", {});
  const auto other = SourceId::for_git("git://github.com/a/demo.git", {spec::GitReference::Kind::branch, "x"});
  CHECK(git_directory_name(plain).starts_with("demo-"));
  CHECK(git_directory_name(plain) == git_directory_name(other));
  CHECK(git_directory_name(plain) != git_directory_name(SourceId::for_git("https://github.com/b/demo", {})));
}

TEST_CASE("messages show a URL without user, password and query", "[source][url]")
{
  CHECK(url_without_secrets("https://me:secret@r.example:8080/index/?token=1#x") == "https://r.example:8080/index/");
  CHECK(url_host("https://me:secret@r.example:8080/index/") == "r.example");
  CHECK(url_host("http://[::1]:80/") == "[::1]");
  CHECK(url_host("file:///tmp/x").empty());
}
