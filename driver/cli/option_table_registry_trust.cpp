// The table of options of verbs for a registry's keys, signatures, federation and revocations.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> registry_trust_verbs()
{
  const OptionSpec directory{"DIR", '\0', positionals, "DIR", "The registry's directory"};
  const OptionSpec sign{"sign", '\0', values, "FILE", "A further key that signs"};
  const OptionSpec crate{"crate", '\0', value, "NAME@VERSION", "This version"};
  const OptionSpec archive{"archive", '\0', value, "HASH", "The archive with this SHA-256, in whatever version"};
  const OptionSpec key{"key", '\0', value, "KEY", "What this verifier key signed"};
  const OptionSpec owner{"owner", '\0', value, "USER", "What this user's keys signed, and what his tokens published"};
  return {
      {"registry keys",
       "",
       "Make a key that signs publications: `registry keys generate --name NAME`",
       join({{{"ACTION", '\0', positionals, "generate|list", "What to do"},
              {"name", '\0', value, "NAME", "What it is called in signatures"},
              {"file", '\0', value, "FILE", "Where it is kept, instead of cargo's home"},
              {"passphrase", '\0', flag, "", "Seal it by a passphrase"}},
             general()})},
      {"registry key",
       "",
       "Let publishers' keys in: `registry key add DIR --user NAME --key KEY`",
       join({{{"ACTION",
               '\0',
               positionals,
               "add|list|drop DIR | grant|ungrant CRATE",
               "What to do, and the registry's directory or a crate"},
              {"user", '\0', value, "NAME", "Whose key"},
              {"key", '\0', value, "KEY", "A verifier key, as `registry keys generate` prints it"},
              {"registry", '\0', value, "NAME", "The crate's registry, as in cargo's configuration"},
              {"sign", '\0', value, "FILE", "A key that the crate has, instead of cargo's home's"}},
             general()})},
      {"registry owner",
       "",
       "Change who owns a crate of one's own registry: `registry owner add DIR --crate NAME --user NAME`",
       join({{{"ACTION", '\0', positionals, "add|remove|list DIR", "What to do, and the registry's directory"},
              {"crate", '\0', value, "NAME", "The crate"},
              {"user", '\0', value, "NAME", "Who owns it then, or no more"}},
             general()})},
      {"registry credential", "", "Give cargo tokens and signatures: what `credential-provider` starts", general()},
      {"registry federation",
       "",
       "Print the federation's document, or sign its next version",
       join({{directory, {"file", '\0', value, "FILE", "A federation.toml that says what it shall be"}, sign}, general()})},
      {"registry rotate",
       "",
       "Change the keys of a role, with overlap",
       join({{directory,
              {"role", '\0', value, "ROLE", "Whose keys", "Options", {"root", "log", "revokers"}},
              sign,
              {"retire", '\0', flag, "", "Put keys out that are in no role any more, instead"}},
             general()})},
      {"registry revoke",
       "",
       "Say that a version, an archive, a key or all of a user must not be used",
       join({{directory,
              crate,
              archive,
              key,
              owner,
              {"reason", '\0', value, "REASON", "Why", "Options", {"malware", "key-compromise", "vulnerability", "legal", "mistake"}},
              {"effect", '\0', value, "EFFECT", "What clients do, instead of refusing it", "Options", {"block", "warn"}},
              {"advisory", '\0', value, "URL", "Where more is said of it"},
              {"since", '\0', value, "ENTRY", "What the key or the user did before this entry of the log stays good"},
              sign},
             general()})},
      {"registry unrevoke", "", "Take a revocation back", join({{directory, crate, archive, key, owner, sign}, general()})},
      {"registry heartbeat", "", "Sign a fresh snapshot of a registry that nobody changes", join({{directory}, general()})},
  };
}

} // namespace cargo_wasm::cli
