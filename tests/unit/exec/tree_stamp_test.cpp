// What lies in a package whether or not anything lists it: seen when it changes, and no trouble when it may not be read.
#include "tree_stamp.hpp"

#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

using Names = std::vector<std::string>;

struct Tree
{
  test::FakeFilesystem fs;

  Tree()
  {
    fs.add("/w/a", "1");
    fs.add("/w/sub/b", "2");
    fs.add("/w/sub/.hidden", "3");
  }

  std::string stamp()
  {
    const auto stamp = tree_stamp(fs, "/w", "/w/target");
    REQUIRE(stamp);
    return *stamp;
  }

  Names visited(LinkedDirectories links, std::size_t at_most = 100)
  {
    Names names;
    REQUIRE(for_each_file(fs, "/w", "/w/target", links, [&](const std::string& path, const base::FileStat&) {
      names.push_back(path);
      return names.size() < at_most;
    }));
    std::ranges::sort(names);
    return names;
  }
};

} // namespace

TEST_CASE("a tree has another stamp when a file in it came, went or was written", "[exec]")
{
  Tree tree;
  const std::string before = tree.stamp();
  CHECK(tree.stamp() == before);
  tree.fs.add("/w/sub/new", "");
  const std::string with_new = tree.stamp();
  CHECK(with_new != before);
  tree.fs.add("/w/sub/.hidden", "longer");
  CHECK(tree.stamp() != with_new);
  tree.fs.add("/w/target/debug/x", "");
  tree.fs.add("/w/.git/index", "");
  tree.fs.add("/w/other/CACHEDIR.TAG", "");
  CHECK(tree.visited(LinkedDirectories::left_out) == Names{"/w/a", "/w/sub/.hidden", "/w/sub/b", "/w/sub/new"});
}

TEST_CASE("a directory in the tree that may not be listed is one of its files", "[exec]")
{
  Tree tree;
  tree.fs.add("/w/data/base", "");
  tree.fs.make_unreadable("/w/data");
  CHECK(tree.visited(LinkedDirectories::followed) == Names{"/w/a", "/w/data", "/w/sub/.hidden", "/w/sub/b"});
  CHECK(tree.stamp() == tree.stamp());
}

TEST_CASE("links to directories outside are files of the tree, and only followed where that is asked for", "[exec]")
{
  Tree tree;
  tree.fs.add("/elsewhere/c", "");
  tree.fs.add_symlink("/w/linked", "/elsewhere");
  CHECK(tree.visited(LinkedDirectories::left_out) == Names{"/w/a", "/w/linked", "/w/sub/.hidden", "/w/sub/b"});
  CHECK(tree.visited(LinkedDirectories::followed) == Names{"/w/a", "/w/linked", "/w/linked/c", "/w/sub/.hidden", "/w/sub/b"});
  const std::string before = tree.stamp();
  tree.fs.add("/elsewhere/d", "");
  CHECK(tree.stamp() == before);
}

TEST_CASE("who has seen enough of a tree is shown no more", "[exec]")
{
  CHECK(Tree().visited(LinkedDirectories::followed, 2).size() == 2);
}
