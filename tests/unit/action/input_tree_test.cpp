#include <cargo_wasm/action/action.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::action;

TEST_CASE("input tree: paths become nested directories with the digest of their encoding", "[action][tree]")
{
  InputTree tree;
  tree.add_file("src/main.rs", base::digest_of("fn main() {}\n"));
  tree.add_file("build.sh", base::digest_of("#!/bin/sh\n"), true);
  tree.add_file("src/lib.rs", base::digest_of("pub fn f() {}\n"));
  tree.add_directory("src-gen", base::digest_of(""));
  std::map<base::Digest, std::string> blobs;
  const base::Digest root = tree.root_digest(&blobs);
  // The same tree as in encode_test.cpp, where protobuf's runtime gave the digest.
  CHECK(base::to_hex(root.hash) == "b51fe2f5f1613a6cd4223bcdcd704a9882549fd9a3546881be1d68099b8651d8");
  CHECK(root.size_bytes == 241);
  CHECK(blobs.size() == 2);
  CHECK(base::digest_of(blobs.at(root)) == root);
}

TEST_CASE("input tree: a name that sorts between a directory and its files does not split the directory", "[action][tree]")
{
  // '-' and '.' sort before '/', so "a-b" and "a.c" come before "a/x" but belong elsewhere.
  InputTree one;
  for (const char* path : {"a/x", "a-b", "a/y", "a.c", "a0"}) {
    one.add_file(path, base::digest_of(path));
  }
  InputTree child;
  child.add_file("x", base::digest_of("a/x"));
  child.add_file("y", base::digest_of("a/y"));
  InputTree two;
  two.add_directory("a", child.root_digest());
  for (const char* path : {"a0", "a.c", "a-b"}) {
    two.add_file(path, base::digest_of(path));
  }
  CHECK(one.root_digest() == two.root_digest());
}

TEST_CASE("input tree: the digest depends on the executable bit, the content and the name", "[action][tree]")
{
  const auto digest = [](const char* path, const char* content, bool executable) {
    InputTree tree;
    tree.add_file(path, base::digest_of(content), executable);
    return tree.root_digest();
  };
  const auto reference = digest("a", "1", false);
  CHECK(digest("a", "1", false) == reference);
  CHECK(digest("a", "1", true) != reference);
  CHECK(digest("a", "2", false) != reference);
  CHECK(digest("b", "1", false) != reference);
  CHECK(digest("b/a", "1", false) != reference);
}
