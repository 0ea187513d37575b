// The table of options of verbs that use registries with a federation.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> federation_verbs()
{
  return {
      {"registry add",
       "",
       "Make a registry known: its keys, its mirrors and what its log has said so far",
       join({{{"URL", '\0', positionals, "URL", "Where the registry or any of its mirrors is"},
              {"key", '\0', value, "KEY", "It is the right one if this key signs its document or its log"},
              {"root", '\0', value, "sha256:HEX", "It is the right one if its document has this hash"},
              {"trust-on-first-use", '\0', flag, "", "Believe what comes, now and from now on"}},
             general()})},
      {"registry remove", "", "Forget a registry", join({{{"NAME", '\0', positionals, "NAME", "Which one"}}, general()})},
      {"registry status",
       "",
       "Show registries that are known, and what each of their mirrors does",
       join({{{"NAME", '\0', positionals, "NAME", "Only this one"}, {"json", '\0', flag, "", "Print JSON (docs/guide/federation.md)"}},
             general()})},
      {"registry downloads",
       "",
       "Show what was downloaded from known registries, and check these records",
       join({{{"json", '\0', flag, "", "Print the records as they are kept (docs/formats/download-log.md)"}}, general()})},
      {"registry proxy",
       "",
       "Serve a registry, verified, to plain cargo on this machine until Ctrl-C",
       join({{{"NAME", '\0', positionals, "NAME", "Which one"},
              {"listen", '\0', value, "ADDRESS:PORT", "Where to listen, instead of a free port of 127.0.0.1"},
              {"port-file", '\0', value, "FILE", "Write the port there once it listens"}},
             general()})},
  };
}

} // namespace cargo_wasm::cli
