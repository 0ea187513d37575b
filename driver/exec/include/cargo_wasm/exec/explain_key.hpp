// Why the store has, or has not, a result for a unit: everything that its key is made of.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::exec {

/// One part of a key: two keys differ when a part does.
struct KeyPart
{
  std::string kind;  ///< "argument", "variable", "file", "dependency", "platform", "looked at: variable", "looked at: file"
  std::string name;  ///< of an argument all of it, with the word behind it that belongs to it: "-C opt-level=3"
  std::string value; ///< a digest where it is a file's; empty for arguments
  bool operator==(const KeyPart&) const = default;
};

enum class KeyState : std::uint8_t {
  absent,       ///< the store has nothing that fits
  for_checkout, ///< it has a result that only this checkout may take
  for_user,     ///< one that whoever has the same $HOME, $CARGO_HOME and toolchain's place may take
  for_anyone,
};

struct ExplainedKey
{
  plan::ActionIndex action = 0;
  base::Digest first;
  std::optional<base::Digest> second; ///< of the result that the store has
  KeyState state = KeyState::absent;
  std::string private_because; ///< why nobody else may take it: incremental, or what contains which path; empty: no reason is known
  std::vector<KeyPart> parts;  ///< in the order of the encoding
};

/// Keys of the actions for which `wanted` says true, in the graph's order. What they depend on must be fresh: digests of dependencies are
/// part of a key. Takes the lock of the target directory as a build does. Errors: CW1244 a dependency is not built, or not in this state.
[[nodiscard]] Result<std::vector<ExplainedKey>> explain_keys(const Env& env,
                                                             const plan::ActionGraph& graph,
                                                             const CacheUse& use,
                                                             const std::function<bool(const plan::ActionTemplate&)>& wanted);

} // namespace cargo_wasm::exec
