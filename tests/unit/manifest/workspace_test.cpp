#include <support/catch.hpp>
#include <support/test_env.hpp>

#include <cargo_wasm/manifest/workspace.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string package(const std::string& name, const std::string& rest = "")
{
  return "[package]\nname = \"" + name + "\"\nversion = \"0.1.0\"\nedition = \"2021\"\n" + rest;
}

/// A tree below /w; every directory with a manifest of a package gets `src/lib.rs`.
struct Tree
{
  TestEnv env;
  std::unique_ptr<manifest::Config> config;

  explicit Tree(std::initializer_list<std::pair<std::string, std::string>> manifests, const base::Path& cwd = "/w")
  {
    for (const auto& [directory, text] : manifests) {
      env.fs.add(base::Path(directory) / "Cargo.toml", text);
      if (text.find("[package]") != std::string::npos) {
        env.fs.add(base::Path(directory) / "src/lib.rs");
      }
    }
    env.cwd = cwd;
    env.vars["HOME"] = "/home/u";
  }

  Result<manifest::Workspace> load(const manifest::WorkspaceOptions& options = {})
  {
    const base::Env seams = env.env();
    auto loaded = manifest::Config::load(seams, {});
    REQUIRE(loaded.has_value());
    config = std::move(*loaded);
    return manifest::load_workspace(seams, *config, options);
  }
  manifest::Workspace workspace()
  {
    auto loaded = load();
    if (!loaded) {
      FAIL(base::render(loaded.error(), base::Severity::error, false));
    }
    return std::move(*loaded);
  }
  std::string error(const manifest::WorkspaceOptions& options = {})
  {
    const auto loaded = load(options);
    return loaded ? "no error" : base::render(loaded.error(), base::Severity::error, false);
  }
};

std::string names(const std::vector<PackagePtr>& packages)
{
  std::string all;
  for (const PackagePtr& one : packages) {
    all += (all.empty() ? "" : " ") + one->id().name().str();
  }
  return all;
}

std::string warnings(const manifest::Workspace& workspace)
{
  std::string all;
  for (const Error& warning : workspace.warnings) {
    all += base::render(warning, base::Severity::warning, false);
  }
  return all;
}

} // namespace

TEST_CASE("workspace: a lone package is its own workspace", "[manifest][workspace]")
{
  Tree tree({{"/w", package("p", "[dependencies]\nq = { path = \"q\" }\n")}, {"/w/q", package("q")}}, "/w/src");
  const manifest::Workspace workspace = tree.workspace();
  CHECK(names(workspace.members) == "p"); // path dependencies are members only where there is a [workspace]
  CHECK(workspace.root == "/w");
  CHECK(workspace.target_directory == "/w/target");
  CHECK(workspace.resolver == manifest::ResolverBehavior::v2);
  CHECK(workspace.current_package()->id().name() == "p");
}

TEST_CASE("workspace: members come as listed, each followed by its path dependencies, the root last", "[manifest][workspace]")
{
  // This is the order in which the resolver activates them, so it decides the lock file.
  Tree tree({{"/w", package("root", "[workspace]\nmembers = [\"z\", \"crates/*\"]\n[dependencies]\ne = { path = \"extra\" }\n")},
             {"/w/z", package("z", "[dev-dependencies]\nc = { path = \"../crates/c\" }\n[dependencies]\nd = { path = \"../d\" }\n")},
             {"/w/crates/c", package("c")},
             {"/w/crates/b", package("b")},
             {"/w/d", package("d")},
             {"/w/extra", package("e")}});
  const manifest::Workspace workspace = tree.workspace();
  CHECK(names(workspace.members) == "z d c b root e");
  CHECK(names(workspace.default_members) == "root");
}

TEST_CASE("workspace: a path dependency outside the root is no member", "[manifest][workspace]")
{
  Tree tree({{"/w", package("root", "[workspace]\n[dependencies]\no = { path = \"../other\" }\n")}, {"/other", package("o")}});
  CHECK(names(tree.workspace().members) == "root");
}

TEST_CASE("workspace: exclude takes directories out, unless members lists them", "[manifest][workspace]")
{
  Tree tree({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"x/*\", \"x/in\"]\nexclude = [\"x\"]\n"},
             {"/w/a", package("a")},
             {"/w/x/in", package("in")},
             {"/w/x/out", package("out")}});
  CHECK(names(tree.workspace().members) == "a in");
}

TEST_CASE("workspace: default members are the listed ones at the root, the package itself elsewhere", "[manifest][workspace]")
{
  const std::string root = "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n";
  Tree all({{"/w", root}, {"/w/a", package("a")}, {"/w/b", package("b")}});
  CHECK(names(all.workspace().default_members) == "a b");
  Tree some({{"/w", root + "default-members = [\"b\"]\n"}, {"/w/a", package("a")}, {"/w/b", package("b")}});
  CHECK(names(some.workspace().default_members) == "b");
  Tree inside({{"/w", root + "default-members = [\"b\"]\n"}, {"/w/a", package("a")}, {"/w/b", package("b")}}, "/w/a");
  CHECK(names(inside.workspace().default_members) == "a");
}

TEST_CASE("workspace: `package.workspace` points at a root that need not be above", "[manifest][workspace]")
{
  Tree tree({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"../side\"]\n"}, {"/side", package("side", "workspace = \"../w\"\n")}},
            "/side");
  const manifest::Workspace workspace = tree.workspace();
  CHECK(workspace.root == "/w");
  CHECK(names(workspace.members) == "side");
}

TEST_CASE("workspace: members inherit fields, dependencies and lints", "[manifest][workspace][inheritance]")
{
  Tree tree({{"/w",
              "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n[workspace.package]\nversion = \"2.0.0\"\nedition = "
              "\"2021\"\nlicense-file = \"LICENSE\"\nrust-version = \"1.70\"\n"
              "[workspace.dependencies]\nx = { version = \"1\", features = [\"f\"], default-features = false }\nlocal = { path = "
              "\"lib/local\" }\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"},
             {"/w/a",
              "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\nlicense-file.workspace = true\nrust-version = "
              "{ workspace = true }\n"
              "[dependencies]\nx = { workspace = true, features = [\"g\"], optional = true }\nlocal.workspace = true\n[lints]\nworkspace = "
              "true\n"},
             {"/w/lib/local", package("local")}},
            "/w/a");
  tree.env.fs.add("/w/a/src/lib.rs");
  const manifest::Workspace workspace = tree.workspace();
  const manifest::Manifest& a = *workspace.members.front()->manifest;
  CHECK(spec::to_string(a.summary->id.version()) == "2.0.0");
  CHECK(a.info.license_file == "../LICENSE");
  CHECK(a.info.rust_version_text == "1.70");
  const manifest::Dependency& local = *a.summary->dependencies[0];
  CHECK(*local.path == "/w/lib/local");
  const manifest::Dependency& x = *a.summary->dependencies[1];
  CHECK(x.features == std::vector<InternedString>{"f", "g"});
  CHECK(x.optional);
  CHECK_FALSE(x.default_features);
  CHECK(a.lints.rustc_flags == std::vector<std::string>{"--forbid=unsafe_code"});
}

TEST_CASE("workspace: default-features of an inherited dependency follow the edition", "[manifest][workspace][inheritance]")
{
  const auto takes_defaults = [](const std::string& in_root, const std::string& edition, const std::string& in_member) {
    Tree tree(
        {{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n[workspace.dependencies]\nx = { version = \"1\"" + in_root + " }\n"},
         {"/w/a", "[package]\nname = \"a\"\nedition = \"" + edition + "\"\n[dependencies]\nx = { workspace = true" + in_member + " }\n"}},
        "/w/a");
    return tree.workspace().members.front()->manifest->summary->dependencies.front()->default_features;
  };
  const std::string off = ", default-features = false";
  const std::string on = ", default-features = true";
  CHECK(takes_defaults(off, "2021", on));
  CHECK_FALSE(takes_defaults(off, "2021", ""));
  CHECK(takes_defaults("", "2021", off)); // ignored, with a warning
  CHECK_FALSE(takes_defaults("", "2024", off));
  CHECK_FALSE(takes_defaults(on, "2024", off));
}

TEST_CASE("workspace: what cannot be inherited is shown where it is asked for", "[manifest][workspace][inheritance]")
{
  Tree missing(
      {{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n"}, {"/w/a", "[package]\nname = \"a\"\nversion.workspace = true\n"}});
  missing.env.fs.add("/w/a/src/lib.rs");
  CHECK(missing.error() == R"(error[CW0111]: `workspace.package.version` is not defined
  --> /w/a/Cargo.toml:3:1
   |
 3 | version.workspace = true
   | ^^^^^^^ inherited here
   = note: the workspace root is `/w/Cargo.toml`
)");
  Tree alone({{"/w", "[package]\nname = \"a\"\nversion.workspace = true\n"}});
  CHECK(alone.error() == R"(error[CW0150]: no workspace was found to inherit from
  --> /w/Cargo.toml:3:1
   |
 3 | version.workspace = true
   | ^^^^^^^
   = note: no `Cargo.toml` with `[workspace]` in any directory above `/w`
)");
  Tree both(
      {{"/w", package("a", "[workspace.lints.rust]\nunused = \"warn\"\n[workspace]\n[lints]\nworkspace = true\nrust.x = \"warn\"\n")}});
  CHECK(both.error().starts_with("error[CW0111]: `lints.workspace = true` cannot stand beside other lints\n"));
}

TEST_CASE("workspace: a project that is not there is said plainly", "[manifest][workspace]")
{
  Tree none({}, "/w/deep");
  none.env.fs.add("/w/cargo.toml");
  CHECK(none.error() == R"(error[CW0151]: no `Cargo.toml` in `/w/deep` or any directory above it
   = help: rename `/w/cargo.toml` to `Cargo.toml`
)");
  Tree tree({{"/w", package("p")}});
  manifest::WorkspaceOptions options;
  options.manifest_path = "nowhere/Cargo.toml";
  CHECK(tree.error(options) == "error[CW0152]: `--manifest-path nowhere/Cargo.toml` does not exist\n");
  options.manifest_path = "/w";
  CHECK(tree.error(options) == "error[CW0152]: `--manifest-path /w` is a directory\n   = help: write `--manifest-path /w/Cargo.toml`\n");
  options.manifest_path = "src/lib.rs";
  CHECK(tree.error(options) == "error[CW0152]: `--manifest-path src/lib.rs` is not a `Cargo.toml`\n");
}

TEST_CASE("workspace: a package inside one that does not list it is told both ways out", "[manifest][workspace]")
{
  Tree tree({{"/w", "[workspace]\nresolver = \"2\"\nmembers = []\n"}, {"/w/new", package("new")}}, "/w/new");
  CHECK(tree.error() == R"(error[CW0154]: `/w/new/Cargo.toml` lies in a workspace that does not list it
   = note: the workspace is `/w/Cargo.toml`
   = help: add `new` to `workspace.members`
   = help: or keep it out: add it to `workspace.exclude`, or give it an empty `[workspace]` table
)");
}

TEST_CASE("workspace: what does not fit together is refused", "[manifest][workspace]")
{
  Tree twins({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n"}, {"/w/a", package("same")}, {"/w/b", package("same")}});
  CHECK(twins.error() == R"(error[CW0155]: two packages of the workspace are named `same`
   = note: one is `/w/a/Cargo.toml`
   = note: the other is `/w/b/Cargo.toml`
)");
  Tree nested({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n"}, {"/w/a", package("a", "[workspace]\n")}});
  CHECK(nested.error() == R"(error[CW0156]: the workspace has more than one root
   = note: `/w/a/Cargo.toml` has a `[workspace]` table
   = note: `/w/Cargo.toml` has a `[workspace]` table
   = help: remove `[workspace]` from all but one, or list the others in `workspace.exclude`
)");
  Tree outside({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"../side\"]\n"}, {"/side", package("side")}});
  CHECK(outside.error() == R"(error[CW0157]: `/side/Cargo.toml` is listed as a member but does not belong to this workspace
   = note: the workspace is `/w/Cargo.toml`
   = note: the package does not lie below the workspace's directory
   = help: write `workspace = "../w"` in its `[package]`
)");
  Tree cycle({{"/a", package("a", "workspace = \"../b\"\n")}, {"/b", package("b", "workspace = \"../a\"\n")}}, "/a");
  CHECK(cycle.error() == R"(error[CW0153]: `/b/Cargo.toml` is taken for a workspace root but has no `[workspace]`
   = note: `/a/Cargo.toml` belongs to it
)");
  Tree gone({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n"}, {"/w/a", package("a")}});
  CHECK(gone.error() == R"(error[CW0165]: no `Cargo.toml` in `/w/b`, a member of the workspace
  --> /w/Cargo.toml:3:17
   |
 3 | members = ["a", "b"]
   |                 ^^^
)");
  Tree lost({{"/w", package("p", "[workspace]\n[dependencies]\nq = { path = \"q\" }\n")}});
  CHECK(lost.error() == R"(error[CW0165]: no `Cargo.toml` in `/w/q`, the path of dependency `q`
  --> /w/Cargo.toml:7:1
   |
 7 | q = { path = "q" }
   | ^
)");
  Tree stray({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\ndefault-members = [\"b\"]\n"},
              {"/w/a", package("a")},
              {"/w/b", package("b")}});
  CHECK(stray.error() == R"(error[CW0158]: `/w/b` is in `default-members` but is not a member
  --> /w/Cargo.toml:4:20
   |
 4 | default-members = ["b"]
   |                    ^^^
   = help: add it to `workspace.members`
)");
  Tree pattern({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a**\"]\n"}});
  CHECK(pattern.error() == R"(error[CW0159]: `a**` is not a pattern for members: `**` must stand alone between slashes
  --> /w/Cargo.toml:3:12
   |
 3 | members = ["a**"]
   |            ^^^^^
)");
}

TEST_CASE("workspace: only the root's profiles, patches and resolver count, and the others are named", "[manifest][workspace]")
{
  Tree tree({{"/w", "[workspace]\nmembers = [\"a\"]\n"}, {"/w/a", package("a", "resolver = \"2\"\n[profile.dev]\nopt-level = 1\n")}});
  const manifest::Workspace workspace = tree.workspace();
  CHECK(workspace.resolver == manifest::ResolverBehavior::v1);
  CHECK(workspace.profiles.empty());
  CHECK(warnings(workspace) == R"(warning[CW0160]: `profile` of member `a` is ignored
  --> /w/a/Cargo.toml:6:2
   |
 6 | [profile.dev]
   |  ^^^^^^^
   = help: move it to the workspace root `/w/Cargo.toml`
warning[CW0160]: `resolver` of member `a` is ignored
  --> /w/a/Cargo.toml:5:1
   |
 5 | resolver = "2"
   | ^^^^^^^^
   = help: move it to the workspace root `/w/Cargo.toml`
warning[CW0161]: the workspace has no `resolver` and gets `1`, though a member has edition 2021
  --> /w/Cargo.toml:1:2
   |
 1 | [workspace]
   |  ^^^^^^^^^
   = help: write `resolver = "2"` in `[workspace]` for the resolver of edition 2021, or `resolver = "1"` to keep the old one
)");
}

TEST_CASE("workspace: the configuration's profiles and patches are laid over the manifest's", "[manifest][workspace]")
{
  Tree tree(
      {{"/w",
        package("p", "[profile.dev]\nopt-level = 1\npanic = \"abort\"\n[patch.crates-io]\na = { path = \"a\" }\nb = { path = \"b\" }\n")}});
  tree.env.fs.add("/w/.cargo/config.toml", "[profile.dev]\nopt-level = 2\n[patch.crates-io]\nb = { path = \"fork\" }\n");
  const manifest::Workspace workspace = tree.workspace();
  CHECK(workspace.profiles.at("dev").opt_level == "2");
  CHECK(workspace.profiles.at("dev").panic == "abort");
  REQUIRE(workspace.patches.size() == 1);
  REQUIRE(workspace.patches.front().dependencies.size() == 2);
  CHECK(*workspace.patches.front().dependencies[0]->path == "/w/fork");
  CHECK(*workspace.patches.front().dependencies[1]->path == "/w/a");
}

TEST_CASE("workspace: each manifest is read once", "[manifest][workspace]")
{
  Tree tree({{"/w", "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n[workspace.package]\nversion = \"1.0.0\"\n"},
             {"/w/a", "[package]\nname = \"a\"\nedition = \"2021\"\nversion.workspace = true\n"},
             {"/w/b", "[package]\nname = \"b\"\nedition = \"2021\"\nversion.workspace = true\n[dependencies]\na = { path = \"../a\" }\n"}});
  static_cast<void>(tree.workspace());
  std::map<std::string, int> counts;
  for (const std::string& path : tree.env.fs.reads()) {
    if (path.ends_with("Cargo.toml")) {
      ++counts[path];
    }
  }
  CHECK(counts == std::map<std::string, int>{{"/w/Cargo.toml", 1}, {"/w/a/Cargo.toml", 1}, {"/w/b/Cargo.toml", 1}});
}
