// Proofs over Merkle trees (RFC 6962 §2.1.1, §2.1.2; checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say): that an entry is in a tree, and that
// a tree begins with another one.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cargo_wasm/registry_tlog/merkle.hpp>

namespace cargo_wasm::registry_tlog {

/// The ranges whose hashes prove that entry `index` is in the tree of `size`, from the leaf's sibling up. `index` < `size`.
[[nodiscard]] std::vector<EntryRange> inclusion_ranges(std::uint64_t index, std::uint64_t size);
/// The ranges whose hashes prove that the tree of `size` begins with that of `old_size`. 0 < `old_size` <= `size`; none when equal.
[[nodiscard]] std::vector<EntryRange> consistency_ranges(std::uint64_t old_size, std::uint64_t size);

/// Whether `proof` leads from `leaf` at `index` to the root of a tree of `size` entries.
[[nodiscard]] bool
proves_inclusion(std::span<const Sha256> proof, std::uint64_t index, const Sha256& leaf, std::uint64_t size, const Sha256& root);
/// Whether `proof` shows that the tree (`size`, `root`) begins with the tree (`old_size`, `old_root`). Any tree begins with the empty one.
[[nodiscard]] bool
proves_consistency(std::span<const Sha256> proof, std::uint64_t old_size, const Sha256& old_root, std::uint64_t size, const Sha256& root);

} // namespace cargo_wasm::registry_tlog
