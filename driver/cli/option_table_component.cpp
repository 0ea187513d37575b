// The table of options of verbs for packages of OCI registries.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

std::vector<VerbSpec> component_verbs()
{
  constexpr std::string_view k_manifest_heading = "Manifest Options";
  const Options network = {{"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_manifest_heading},
                           {"offline", '\0', flag, "", "Do not use the network", k_manifest_heading}};
  const Options reading =
      join({network, {{"strict-federation", '\0', flag, "", "Fail where no key that is known says what it is", k_manifest_heading}}});
  const Options lock = {{"locked", '\0', flag, "", "Fail if wasm-components.lock would change", k_manifest_heading},
                        {"frozen", '\0', flag, "", "Both --locked and --offline", k_manifest_heading}};
  const OptionSpec package{"PACKAGE", '\0', positionals, "NS:NAME[@VERSION]", "The package"};
  const OptionSpec from{"from", '\0', value, "REGISTRY", "`oci://HOST/PREFIX`, or a host that says where its packages are"};
  return {
      {"add",
       "",
       "Add packages of WIT or components to Cargo.toml, and fetch them",
       join({{{"PACKAGE", '\0', positionals, "NS:NAME[@REQ]", "The packages; without a requirement the newest version's"},
              {"component", '\0', flag, "", "They are packages of WIT or components"},
              {"from", '\0', value, "REGISTRY", "Where they are; it is written beside them"}},
             reading,
             lock,
             general()})},
      {"component push",
       "",
       "Push a component, a package of WIT or a module to an OCI registry",
       join({{{"FILE", '\0', positionals, "FILE", "What to push, instead of what a release build has left"},
              {"to", '\0', values, "REGISTRY", "`oci://HOST/PREFIX`, or a host that says where its packages are"},
              {"package", '\0', value, "NS:NAME@VERSION", "What it is published as"},
              {"dry-run", '\0', flag, "", "Look at everything, and send nothing"}},
             network,
             general()})},
      {"component pull",
       "",
       "Fetch a component, a package of WIT or a module from an OCI registry",
       join({{package,
              from,
              {"output", 'o', value, "FILE", "Where to, instead of NAME.wasm"},
              {"key", '\0', value, "KEY", "The publisher's key: what it has not signed is refused"}},
             reading,
             general()})},
      {"component versions", "", "List the versions of a package in an OCI registry", join({{package, from}, reading, general()})},
      {"component fetch", "", "Fetch what the workspace's components depend on, and lock it", join({reading, lock, general()})},
  };
}

} // namespace cargo_wasm::cli
