// The table of options of `cache …`.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> cache_verbs()
{
  return {
      {"cache stats", "", "Show how large the store of results is", join({{{"json", '\0', flag, "", "As JSON"}}, general()})},
      {"cache gc",
       "",
       "Remove from the store what was not used for longest",
       join({{{"max-size", '\0', value, "SIZE", "Until it is not larger than this: `5 GiB`"}}, general()})},
      {"cache verify", "", "Hash everything in the store, and remove what is damaged", general()},
  };
}

} // namespace cargo_wasm::cli
