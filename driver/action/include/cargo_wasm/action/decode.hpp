// Messages that came from elsewhere, as values: what a cache keeps under an action's digest, and the trees that it names.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/action/action.hpp>

namespace cargo_wasm::action {

/// A result as a server has it. What `encode` would not write is either here or makes the result unusable.
struct DecodedResult
{
  ActionResult result;
  std::optional<Digest> stdout_digest, stderr_digest; ///< of texts that a server did not leave inline
  std::vector<std::string> auxiliary_metadata;        ///< encoded google.protobuf.Any
};

/// nullopt for damaged bytes, a path that is absolute or has `..`, a path that occurs twice, and symbolic links among the outputs, which no
/// action of ours has.
[[nodiscard]] std::optional<DecodedResult> decode_action_result(std::string_view bytes);

/// nullopt for anything but 64 lower-case digits and a size.
[[nodiscard]] std::optional<Digest> decode_digest(std::string_view bytes);
[[nodiscard]] std::string encode(const Digest& digest);

/// A Tree (root and all directories below it): the digests of its files, in its order. nullopt for damaged bytes.
[[nodiscard]] std::optional<std::vector<Digest>> files_of_tree(std::string_view bytes);

} // namespace cargo_wasm::action
