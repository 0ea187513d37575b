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
              {"auth-required", '\0', flag, "", "Private: reading it needs a token"},
              {"federation", '\0', value, "FILE", "A federation.toml: roles, mirrors, names of its own"},
              {"sign", '\0', values, "FILE", "A further key of the root"}},
             general()})},
      {"registry token",
       "",
       "Make, show and revoke tokens: `registry token create DIR --user NAME`",
       join({{{"ACTION", '\0', positionals, "create|list|revoke|export|import DIR [NUMBER]", "What to do, and the registry's directory"},
              {"user", '\0', value, "NAME", "With create: whose token"},
              {"scope",
               '\0',
               values,
               "SCOPE",
               "With create: what it allows, instead of read, publish and yank",
               "Options",
               {"read", "publish", "yank", "owner"}},
              {"crates", '\0', value, "PATTERN", "With create: changes only crates with such names"},
              {"days", '\0', value, "N", "With create: it ends after so many days"},
              {"file", '\0', value, "FILE", "With import: what `export` of the registry has printed"}},
             general()})},
      {"registry access",
       "",
       "Make a registry private, or open it to everybody: `registry access DIR private`",
       join({{{"DIR", '\0', positionals, "DIR private|open", "The registry's directory, and who may read"}}, general()})},
      {"registry serve",
       "",
       "Serve a registry, or a mirror that takes publications, to cargo and cargo-wasm until Ctrl-C",
       join({{directory,
              {"listen", '\0', value, "ADDRESS:PORT", "Where to listen, instead of a free port of 127.0.0.1"},
              {"port-file", '\0', value, "FILE", "Write the port there once it listens"},
              {"tls-cert", '\0', value, "FILE", "Speak TLS with this certificate; read again when it is renewed"},
              {"tls-key", '\0', value, "FILE", "The certificate's key"},
              {"publications-per-hour", '\0', value, "N", "How many one token may make, instead of 2000; 0: any number"},
              {"no-usage-log", '\0', flag, "", "Do not note which archives are served"},
              {"read-only", '\0', flag, "", "Serve files alone: a mirror, or a copy of a registry"}},
             general()})},
      {"registry seal",
       "",
       "Put the head of a registry's log of uses into its log, now and not at the next hour",
       join({{directory}, general()})},
  };
}

} // namespace cargo_wasm::cli
