#include <fmt/format.h>

#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

const manifest::Dependency& dependency_of(const manifest::Manifest& manifest, std::string_view name)
{
  for (const auto& dependency : manifest.summary->dependencies) {
    if (dependency->name_in_toml == name) {
      return *dependency;
    }
  }
  FAIL("no dependency " << name);
  throw 0;
}

} // namespace

TEST_CASE("dependencies: they stand in cargo's order, which decides the resolver's", "[manifest][dependencies]")
{
  const auto manifest =
      ReadOneManifest(
          k_package +
          "[build-dependencies]\nb1 = \"1\"\n[dev-dependencies]\nd1 = \"1\"\n[target.wasm32-wasip1]\ndev-dependencies.d3 = \"1\"\n"
          "build-dependencies.b3 = \"1\"\ndependencies.n3 = \"1\"\n[target.'cfg(unix)'.dependencies]\nn2 = \"1\"\n[dependencies]\nz = "
          "\"1\"\na = \"1\"\n")
          .manifest();
  std::string order;
  for (const auto& dependency : manifest->summary->dependencies) {
    order += dependency->name_in_toml.str() + " ";
  }
  CHECK(order == "a z d1 b1 n2 n3 b3 d3 ");
  CHECK(spec::to_string(*dependency_of(*manifest, "n2").platform) == "cfg(unix)");
  CHECK(dependency_of(*manifest, "d3").kind == manifest::DependencyKind::development);
}

TEST_CASE("dependencies: every key arrives", "[manifest][dependencies]")
{
  const auto manifest =
      ReadOneManifest(k_package + "[dependencies]\nre = { package = \"regex\", version = \"1.2\", features = [\"a\", \"b\"], "
                                  "default-features = false, optional = true }\n"
                                  "local = { path = \"../x/./y\" }\nrepo = { git = \"https://github.com/a/b\", branch = \"main\" }\n")
          .manifest();
  const manifest::Dependency& re = dependency_of(*manifest, "re");
  CHECK(re.package_name == "regex");
  CHECK(re.is_renamed);
  CHECK(spec::to_string(re.req) == "^1.2");
  CHECK(re.features == std::vector<InternedString>{"a", "b"});
  CHECK_FALSE(re.default_features);
  CHECK(re.optional);
  CHECK(re.source.is_crates_io());
  const manifest::Dependency& local = dependency_of(*manifest, "local");
  CHECK(*local.path == "/x/y");
  CHECK(local.source == spec::SourceId::for_path("/x/y"));
  CHECK_FALSE(local.specified_req);
  const manifest::Dependency& repo = dependency_of(*manifest, "repo");
  CHECK(repo.source.git_reference() == spec::GitReference{spec::GitReference::Kind::branch, "main"});
}

TEST_CASE("dependencies: a path inside a package that is not on a path means the same source", "[manifest][dependencies]")
{
  // Workspaces in git repositories name their members by path; those come from the repository too.
  FakeFilesystem fs{{"/g/a/Cargo.toml", k_package + "[dependencies]\nb = { path = \"../b\" }\n"}, {"/g/a/src/lib.rs", ""}};
  manifest::ReadOptions options;
  options.source = spec::SourceId::for_git("https://example.org/r", {});
  const auto manifest = manifest::read_manifest(fs, "/g/a/Cargo.toml", options);
  REQUIRE(manifest.has_value());
  CHECK((*manifest)->summary->dependencies.front()->source == options.source);
  CHECK_FALSE((*manifest)->summary->dependencies.front()->path.has_value());
}

TEST_CASE("dependencies: combinations that mean nothing are refused", "[manifest][dependencies]")
{
  CHECK(error_of("[dependencies]\nx = {}\n") == R"(error[CW0112]: dependency `x` says neither version, path nor git repository
  --> /p/Cargo.toml:6:1
   |
 6 | x = {}
   | ^
   = help: write `x = "1.0"`, or `x.workspace = true` for a dependency of the workspace
)");
  CHECK(error_of("[dependencies]\nx = { git = \"https://e.org/x\", path = \"x\" }\n")
            .starts_with("error[CW0113]: dependency `x` has more than one of `git` and `path`\n"));
  CHECK(error_of("[dependencies]\nx = { git = \"https://e.org/x\", tag = \"1\", rev = \"2\" }\n")
            .starts_with("error[CW0113]: dependency `x` has more than one of `branch`, `tag` and `rev`\n"));
  CHECK(error_of("[dependencies]\nx = { version = \"1\", tag = \"1\" }\n")
            .starts_with("error[CW0113]: `tag` of dependency `x` needs `git`\n"));
  CHECK(error_of("[dependencies]\nx = { git = \"git@github.com:a/b\" }\n") ==
        R"(error[CW0113]: `git@github.com:a/b` is not a URL, in `git` of dependency `x`
  --> /p/Cargo.toml:6:1
   |
 6 | x = { git = "git@github.com:a/b" }
   | ^
   = help: write `ssh://git@github.com/a/b`
)");
  CHECK(error_of("[dependencies]\nx = { version = \"1\", features = [\"a/b\"] }\n") ==
        R"(error[CW0114]: feature `a/b` of dependency `x` may not contain a slash
  --> /p/Cargo.toml:6:1
   |
 6 | x = { version = "1", features = ["a/b"] }
   | ^
   = help: a feature of a dependency's dependency has to be re-exported by a feature of the dependency
)");
  CHECK(error_of("[dependencies]\nx = \"1\"\n[target.'cfg(unix)'.dependencies]\nx = { git = \"https://e.org/x\" }\n") ==
        R"(error[CW0115]: dependency `x` comes from different sources in different tables
  --> /p/Cargo.toml:8:1
   |
 8 | x = { git = "https://e.org/x" }
   | ^ https://e.org/x here
   = note: elsewhere it is registry `crates-io`
   = help: one key means one source on every target; rename one of them with `package = "…"`
)");
  CHECK(error_of("[dependencies]\nx = true\n") == R"(error[CW0102]: `x` must be a version or a table, not a boolean
  --> /p/Cargo.toml:6:5
   |
 6 | x = true
   |     ^^^^
   = help: write `x = "1.0"` or `x = { version = "1.0" }`
   = help: for a dependency of the workspace write `x.workspace = true`
)");
  CHECK(error_of("[dependencies]\n1x = \"1\"\n") == R"(error[CW0104]: `1x` is not a valid package name: it starts with a digit
  --> /p/Cargo.toml:6:1
   |
 6 | 1x = "1"
   | ^^
)");
  CHECK(error_of("[dependencies]\nx = { version = \"1\", artifact = \"bin\" }\n")
            .starts_with("error[CW0106]: `artifact` of dependency `x` is unstable and needs a nightly cargo\n"));
  CHECK(error_of("[dependencies]\nx = { version = \"1\", lib = true }\n")
            .starts_with("error[CW0113]: `lib` of dependency `x` needs `artifact`\n"));
  CHECK(error_of("[dependencies]\nx = \"one\"\n").starts_with("error[CW0261]: "));
  CHECK(error_of("[target.'cfg(unix'.dependencies]\nx = \"1\"\n").starts_with("error[CW0264]: "));
  CHECK(error_of("[replace]\n\"x:1.0.0\" = { path = \"x\" }\n[patch.crates-io]\nx = { path = \"x\" }\n")
            .starts_with("error[CW0147]: a manifest cannot have both `[replace]` and `[patch]`\n"));
  CHECK(error_of("[patch.crates]\nx = { path = \"x\" }\n") == R"(error[CW0146]: `[patch.crates]` names neither a registry nor a URL
  --> /p/Cargo.toml:5:8
   |
 5 | [patch.crates]
   |        ^^^^^^
   = help: write `[patch.crates-io]`
)");
}

TEST_CASE("dependencies: old spellings work until edition 2024", "[manifest][dependencies]")
{
  CHECK(warnings_of("[dev_dependencies]\nx = { version = \"1\", default_features = false }\n") ==
        R"(warning[CW0131]: `dev_dependencies` is an old spelling that ends with edition 2024, in package `p`
  --> /p/Cargo.toml:5:2
   |
 5 | [dev_dependencies]
   |  ^^^^^^^^^^^^^^^^
   = help: write `dev-dependencies`
warning[CW0131]: `default_features` is an old spelling that ends with edition 2024, in dependency `x`
  --> /p/Cargo.toml:6:22
   |
 6 | x = { version = "1", default_features = false }
   |                      ^^^^^^^^^^^^^^^^
   = help: write `default-features`
)");
  CHECK(ReadOneManifest("[package]\nname = \"p\"\nedition = \"2024\"\n[build_dependencies]\nx = \"1\"\n").error() ==
        R"(error[CW0108]: `build_dependencies` is not a key from edition 2024 on, in package `p`
  --> /p/Cargo.toml:4:2
   |
 4 | [build_dependencies]
   |  ^^^^^^^^^^^^^^^^^^
   = help: write `build-dependencies`
)");
}

TEST_CASE("dependencies: patches and replacements are dependencies of their own", "[manifest][dependencies]")
{
  const auto manifest =
      ReadOneManifest(k_package +
                      "[patch.crates-io]\nserde = { path = \"fork\" }\n[patch.\"https://e.org/r\"]\na = { git = \"https://e.org/f\" }\n")
          .manifest();
  REQUIRE(manifest->patches.size() == 2);
  CHECK(manifest->patches[0].source_key == "crates-io");
  CHECK(*manifest->patches[0].dependencies.front()->path == "/p/fork");
  CHECK(manifest->patches[1].source_key == "https://e.org/r");
  const auto replacing = ReadOneManifest(k_package + "[replace]\n\"serde:1.0.3\" = { path = \"fork\" }\n").manifest();
  REQUIRE(replacing->replacements.size() == 1);
  CHECK(spec::to_string(replacing->replacements.front().second->req) == "=1.0.3");
}
