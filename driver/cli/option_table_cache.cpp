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
      {"cache keygen",
       "",
       "Make the key that signs results which are sent to caches on other machines",
       join({{{"name", '\0', value, "NAME", "Who signs; it stands in every signature"},
              {"output", 'o', value, "FILE", "Where to, instead of $CARGO_HOME/cargo-wasm/cache-key"}},
             general()})},
      {"cache push",
       "",
       "Send what builds could not send in time to caches on other machines",
       join({{{"wait", '\0', flag, "", "As long as it takes, which is always so: for scripts that want to say it"}}, general()})},
      {"cache verify", "", "Hash everything in the store, and remove what is damaged", general()},
  };
}

} // namespace cargo_wasm::cli
