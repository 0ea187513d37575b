// The table of options of verbs that read a registry's own files.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> registry_mirror_verbs()
{
  return {
      {"registry sync",
       "",
       "Make a mirror of a registry, or bring it up to date by the registry's log",
       join({{{"DIR", '\0', positionals, "DIR", "The mirror's directory"},
              {"from", '\0', value, "URL", "The registry to follow; kept for later runs"},
              {"url", '\0', value, "URL", "Where the mirror itself will be served; kept for later runs"},
              {"root", '\0', value, "sha256:HASH", "The federation is the one whose document has this hash"},
              {"key", '\0', value, "KEY", "The federation is the one that this root key signs"},
              {"trust-first", '\0', flag, "", "Take the federation that comes at the first run"},
              {"repair", '\0', flag, "", "Compare all files with the log, and fetch those that are missing or damaged"},
              {"every", '\0', value, "SECONDS", "Again and again, until Ctrl-C"}},
             general()})},
      {"registry mirror",
       "",
       "Copy what lock files name of a registry: into a folder to serve, or into one with a log",
       join({{{"to", '\0', value, "DIR", "The mirror's directory, or that of a registry of `registry init`"},
              {"from", '\0', value, "crates.io|URL", "The registry that is copied; kept for later runs"},
              {"lock", '\0', values, "FILE", "The Cargo.lock of a project; once for each"},
              {"url", '\0', value, "URL", "Where the mirror will be served; kept for later runs"}},
             general()})},
      {"registry fsck",
       "",
       "Check all files of a registry, a mirror or a log",
       join({{{"DIR", '\0', positionals, "DIR", "The directory, or its `public`"},
              {"key", '\0', value, "KEY", "By what a log that belongs to no federation is signed"},
              {"json", '\0', flag, "", "Print JSON"}},
             general()})},
      {"registry gc",
       "",
       "Show the files of a registry or mirror that nothing speaks of any more",
       join({{{"DIR", '\0', positionals, "DIR", "The directory, or its `public`"}, {"delete", '\0', flag, "", "Remove them"}}, general()})},
      {"registry audit",
       "",
       "Show from a registry's log who did what and when, every entry verified; or watch its mirrors",
       join({{{"PLACE", '\0', positionals, "DIR|URL [CRATE]", "A registry or mirror, and the crate whose life is asked for"},
              {"root", '\0', value, "sha256:HASH", "The federation is the one whose document has this hash"},
              {"key", '\0', value, "KEY", "The federation is the one that this root key signs"},
              {"json", '\0', flag, "", "Print JSON"},
              {"usage", '\0', flag, "", "Check what the registry has noted of its uses, against the seals in its log"},
              {"monitor", '\0', flag, "", "Compare mirrors; the words are crates whose keys and revocations are watched (none: all)"},
              {"mirror", '\0', values, "DIR|URL", "With --monitor: a mirror, or the registry itself"},
              {"witness", '\0', values, "URL", "With --monitor: a witness of the log, instead of those that the federation names"},
              {"state", '\0', value, "DIR", "With --monitor: where the newest checkpoint and evidence are kept"},
              {"every", '\0', value, "SECONDS", "With --monitor: again and again, until Ctrl-C"}},
             general()})},
      {"registry witness",
       "",
       "Cosign checkpoints of logs that only grow; `registry witness init DIR --name NAME` makes one",
       join({{{"DIR", '\0', positionals, "[init] DIR", "The witness's directory"},
              {"name", '\0', value, "NAME", "With init: what it is called, in the form of an address: witness.example/eu"},
              {"log", '\0', values, "KEY", "The verifier key of a log that is cosigned"},
              {"listen", '\0', value, "ADDRESS:PORT", "Where to listen, instead of a free port of 127.0.0.1"},
              {"port-file", '\0', value, "FILE", "Write the port there once it listens"}},
             general()})},
  };
}

} // namespace cargo_wasm::cli
