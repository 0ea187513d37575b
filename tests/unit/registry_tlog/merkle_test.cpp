#include "memory_log.hpp"

#include <cargo_wasm/registry_tlog/proof.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {
namespace {

class PlainReader : public NodeReader
{
public:
  explicit PlainReader(const PlainTree& tree) : m_tree(tree) {}
  Result<std::vector<Sha256>> read(std::span<const Node> nodes) override
  {
    ++calls;
    std::vector<Sha256> hashes;
    for (const Node& node : nodes) {
      hashes.push_back(m_tree.hash(node.index << node.level, (node.index + 1) << node.level));
    }
    return hashes;
  }
  int calls = 0;

private:
  const PlainTree& m_tree;
};

constexpr std::uint64_t k_sizes = 70;

} // namespace

TEST_CASE("merkle: leaves and nodes are hashed as RFC 6962 says, so that one cannot stand for the other", "[registry]")
{
  CHECK(base::to_hex(empty_root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(base::to_hex(leaf_hash("")) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  CHECK(leaf_hash("a") == base::sha256(std::string("\0a", 2)));
  CHECK(node_hash(leaf_hash("a"), leaf_hash("b")) != leaf_hash("ab"));
}

TEST_CASE("merkle: roots of trees of every size are those of the recursive definition, read in one call", "[registry]")
{
  const PlainTree tree(k_sizes);
  for (std::uint64_t size = 0; size <= k_sizes; ++size) {
    PlainReader reader(tree);
    CHECK(tree_root(size, reader).value() == tree.hash(0, size));
    CHECK(reader.calls == 1);
  }
}

TEST_CASE("proof: inclusion of every entry in every tree is that of RFC 6962, and holds for no other entry, index, size or root",
          "[registry]")
{
  const PlainTree tree(k_sizes);
  PlainReader reader(tree);
  for (std::uint64_t size = 1; size <= k_sizes; ++size) {
    const Sha256 root = tree.hash(0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::vector<Sha256> proof = range_hashes(inclusion_ranges(index, size), reader).value();
      REQUIRE(proof == tree.path(index, 0, size));
      const Sha256 leaf = tree.hash(index, index + 1);
      REQUIRE(proves_inclusion(proof, index, leaf, size, root));
      REQUIRE_FALSE(proves_inclusion(proof, index, leaf_hash("other"), size, root));
      REQUIRE_FALSE(proves_inclusion(proof, index, leaf, size, leaf_hash("other")));
      REQUIRE_FALSE(proves_inclusion(proof, size, leaf, size, root));
      if (size > 1) {
        REQUIRE_FALSE(proves_inclusion(proof, index ^ 1U, leaf, size, root));
        REQUIRE_FALSE(proves_inclusion(std::span(proof).subspan(1), index, leaf, size, root));
      }
      std::vector<Sha256> longer = proof;
      longer.push_back(leaf);
      REQUIRE_FALSE(proves_inclusion(longer, index, leaf, size, root));
    }
  }
}

TEST_CASE("proof: consistency of every two trees is that of RFC 6962, and holds for no other tree", "[registry]")
{
  const PlainTree tree(k_sizes);
  PlainReader reader(tree);
  for (std::uint64_t size = 1; size <= k_sizes; ++size) {
    const Sha256 root = tree.hash(0, size);
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Sha256 old_root = tree.hash(0, old_size);
      const std::vector<Sha256> proof = range_hashes(consistency_ranges(old_size, size), reader).value();
      REQUIRE(proof == tree.subproof(old_size, 0, size, true));
      REQUIRE(proves_consistency(proof, old_size, old_root, size, root));
      REQUIRE_FALSE(proves_consistency(proof, old_size, leaf_hash("other"), size, root));
      REQUIRE_FALSE(proves_consistency(proof, old_size, old_root, size, leaf_hash("other")));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        std::vector<Sha256> changed = proof;
        changed[i].bytes[7] ^= 1U;
        REQUIRE_FALSE(proves_consistency(changed, old_size, old_root, size, root));
        changed = proof;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        REQUIRE_FALSE(proves_consistency(changed, old_size, old_root, size, root));
      }
    }
  }
}

TEST_CASE("proof: every tree begins with the empty one, none shrinks, and a proof of nothing is empty", "[registry]")
{
  const PlainTree tree(3);
  const Sha256 root = tree.hash(0, 3);
  CHECK(proves_consistency({}, 0, empty_root(), 3, root));
  CHECK(proves_consistency({}, 0, empty_root(), 0, empty_root()));
  CHECK_FALSE(proves_consistency({}, 0, empty_root(), 0, root));
  CHECK_FALSE(proves_consistency({}, 0, root, 3, root));
  CHECK_FALSE(proves_consistency(std::vector{root}, 0, empty_root(), 3, root));
  CHECK_FALSE(proves_consistency({}, 3, root, 2, tree.hash(0, 2)));
  CHECK_FALSE(proves_consistency({}, 3, root, 3, tree.hash(0, 2)));
}

TEST_CASE("proof: sizes up to 2^63-1 are computed with, not counted through", "[registry]")
{
  constexpr std::uint64_t k_huge = (std::uint64_t{1} << 63U) - 1;
  CHECK(inclusion_ranges(0, k_huge).size() == 63);
  CHECK(inclusion_ranges(k_huge - 1, k_huge).size() == 62);
  CHECK(consistency_ranges(1, k_huge).size() == 63);
  CHECK_FALSE(proves_inclusion({}, 5, leaf_hash("x"), k_huge, leaf_hash("x")));
}

} // namespace cargo_wasm::registry_tlog
