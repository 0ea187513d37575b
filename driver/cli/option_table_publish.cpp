// The table of options of verbs that bring packages to others.
#include "option_groups.hpp"

namespace cargo_wasm::cli {

using enum OptionKind;

namespace {

constexpr std::string_view k_of_packages = "Package Selection";
constexpr std::string_view k_of_features = "Feature Selection";
constexpr std::string_view k_of_building = "Compilation Options";
constexpr std::string_view k_of_manifest = "Manifest Options";

/// Which members, and how they are built to see that they can be.
Options of_packages()
{
  return {
      {"package", 'p', values, "SPEC", "Package to work on; a name, name@version or pattern", k_of_packages},
      {"workspace", '\0', flag, "", "All packages of the workspace", k_of_packages},
      {"exclude", '\0', values, "SPEC", "Leave these out of --workspace", k_of_packages},
      {"all", '\0', flag, "", "Same as --workspace (deprecated)", k_of_packages, {}, true},
      {"features", 'F', values, "FEATURES", "Features to activate, separated by spaces or commas", k_of_features},
      {"all-features", '\0', flag, "", "Activate all features", k_of_features},
      {"no-default-features", '\0', flag, "", "Do not activate the `default` feature", k_of_features},
      {"target", '\0', values, "TRIPLE", "Target to build the unpacked archive for, instead of the one that `build` takes", k_of_building},
      {"target-dir", '\0', value, "DIRECTORY", "Directory for everything that is made", k_of_building},
      {"jobs", 'j', value, "N", "Parallel jobs; negative counts from the number of cores, `default` is that number", k_of_building},
      {"keep-going", '\0', flag, "", "Build as much as possible after an error", k_of_building},
      {"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_of_manifest},
      {"locked", '\0', flag, "", "Fail if Cargo.lock would change", k_of_manifest},
      {"offline", '\0', flag, "", "Do not use the network", k_of_manifest},
      {"frozen", '\0', flag, "", "Both --locked and --offline", k_of_manifest},
  };
}

Options of_registry()
{
  return {
      {"registry", '\0', value, "NAME", "The registry, instead of crates.io"},
      {"index", '\0', value, "URL", "The registry by the address of its index"},
  };
}

Options of_yanking()
{
  return {
      {"CRATE", '\0', positionals, "CRATE", "NAME or NAME@VERSION; the crate of this directory unless given"},
      {"version", '\0', value, "VERSION", "The version"},
      {"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_of_manifest},
  };
}

} // namespace

std::vector<VerbSpec> publish_verbs()
{
  return {
      {"package",
       "",
       "Make the archive that a package is published as, and see that it builds",
       join({{{"list", 'l', flag, "", "Print the files that would be packaged"},
              {"no-verify", '\0', flag, "", "Do not build the unpacked archive"},
              {"no-metadata", '\0', flag, "", "Do not tell what the manifest does not say"},
              {"allow-dirty", '\0', flag, "", "Also package changes that are not committed"},
              {"exclude-lockfile", '\0', flag, "", "Leave Cargo.lock out"},
              {"registry", '\0', value, "NAME", "Registry that the packages are for"},
              {"index", '\0', value, "URL", "Index of that registry"}},
             of_packages(),
             general()})},
      {"publish",
       "",
       "Publish packages to a registry or to several, the first of them leading",
       join({{{"registry", '\0', values, "NAMES", "Registries, separated by commas; everything goes to the first one first"},
              {"index", '\0', value, "URL", "A registry by the address of its index"},
              {"quorum", '\0', value, "QUORUM", "How many must have it for success: all, majority, primary, or a number"},
              {"resume", '\0', flag, "", "Go on with what an earlier run could not finish"},
              {"component", '\0', flag, "", "Build the package as a component, and push it to registries of OCI: oci://HOST/PREFIX"},
              {"as", '\0', value, "NS:NAME@VERSION", "With --component: what it is published as"},
              {"dry-run", 'n', flag, "", "Do everything but send"},
              {"no-verify", '\0', flag, "", "Do not build the unpacked archive"},
              {"allow-dirty", '\0', flag, "", "Also publish changes that are not committed"}},
             of_packages(),
             general()})},
      {"login",
       "",
       "Store a token for a registry, as cargo does",
       join({{{"TOKEN", '\0', positionals, "TOKEN", "The token; without it, a line is read"},
              {"ARGS", '\0', trailing, "ARGS", "Arguments for the credential provider, behind `--`"}},
             of_registry(),
             general()})},
      {"logout",
       "",
       "Remove the token of a registry",
       join({{{"ARGS", '\0', trailing, "ARGS", "Arguments for the credential provider, behind `--`"}}, of_registry(), general()})},
      {"owner",
       "",
       "Show or change who may publish a crate",
       join({{{"CRATE", '\0', positionals, "CRATE", "The crate; that of this directory unless given"},
              {"add", 'a', values, "LOGIN", "Let this user in"},
              {"remove", 'r', values, "LOGIN", "Take this user out"},
              {"list", 'l', flag, "", "Show the owners"}},
             of_registry(),
             {{"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_of_manifest}},
             general()})},
      {"yank",
       "",
       "Keep a version from being chosen anew",
       join({of_yanking(), {{"undo", '\0', flag, "", "Take it back"}}, of_registry(), general()})},
      {"unyank", "", "Let a yanked version be chosen again", join({of_yanking(), of_registry(), general()})},
      {"search",
       "",
       "Look for crates in a registry",
       join({{{"QUERY", '\0', positionals, "QUERY", "What to look for"}, {"limit", '\0', value, "N", "How many to show, up to 100"}},
             of_registry(),
             general()})},
      {"info",
       "",
       "Show what a registry knows of a crate",
       join({{{"CRATE", '\0', positionals, "CRATE", "NAME or NAME@VERSION"}}, of_registry(), general()})},
  };
}

} // namespace cargo_wasm::cli
