// The table of options of verbs that run a registry.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> registry_verbs()
{
  const OptionSpec directory{"DIR", '\0', positionals, "DIR", "The registry's directory"};
  return {
      {"registry init",
       "",
       "Make an empty registry",
       join({{directory,
              {"name", '\0', value, "NAME", "What it is called"},
              {"url", '\0', value, "URL", "Where clients will reach it, for ever; without it, where it is served first"},
              {"federation", '\0', value, "FILE", "A federation.toml: roles, mirrors, names of its own"},
              {"sign", '\0', values, "FILE", "A further key of the root"}},
             general()})},
      {"registry token",
       "",
       "Make a token that lets a user publish: `registry token create DIR --user NAME`",
       join({{{"ACTION", '\0', positionals, "create DIR", "What to do, and the registry's directory"},
              {"user", '\0', value, "NAME", "Whose token"},
              {"scope",
               '\0',
               values,
               "SCOPE",
               "What it allows, instead of publish and yank",
               "Options",
               {"read", "publish", "yank", "owner"}},
              {"crates", '\0', value, "PATTERN", "Only crates with such names"},
              {"days", '\0', value, "N", "It ends after so many days"}},
             general()})},
      {"registry serve",
       "",
       "Serve a registry, or a mirror that takes publications, to cargo and cargo-wasm until Ctrl-C",
       join({{directory,
              {"listen", '\0', value, "ADDRESS:PORT", "Where to listen, instead of a free port of 127.0.0.1"},
              {"port-file", '\0', value, "FILE", "Write the port there once it listens"},
              {"read-only", '\0', flag, "", "Serve files alone: a mirror, or a copy of a registry"}},
             general()})},
  };
}

} // namespace cargo_wasm::cli
