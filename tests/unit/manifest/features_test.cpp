#include "reading.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string map_of(const std::string& rest)
{
  std::string all;
  const auto read = ReadOneManifest(k_package + rest).manifest();
  for (const auto& [name, values] : read->summary->features) {
    all += name.str() + "=";
    for (const manifest::FeatureValue& value : values) {
      all += manifest::to_string(value) + ",";
    }
    all += ";";
  }
  return all;
}

const std::string k_optional = "[dependencies]\nx = { version = \"1\", optional = true }\ny = \"1\"\n";

} // namespace

TEST_CASE("features: the four forms of a value are told apart", "[manifest][features]")
{
  using Kind = manifest::FeatureValue::Kind;
  CHECK(manifest::parse_feature_value("f") == manifest::FeatureValue{Kind::feature, "f", {}, false});
  CHECK(manifest::parse_feature_value("dep:x") == manifest::FeatureValue{Kind::dependency, {}, "x", false});
  CHECK(manifest::parse_feature_value("x/f") == manifest::FeatureValue{Kind::dependency_feature, "f", "x", false});
  CHECK(manifest::parse_feature_value("x?/f") == manifest::FeatureValue{Kind::dependency_feature, "f", "x", true});
  for (const char* text : {"f", "dep:x", "x/f", "x?/f"}) {
    CHECK(manifest::to_string(manifest::parse_feature_value(text)) == text);
  }
}

TEST_CASE("features: an optional dependency is a feature unless `dep:` names it", "[manifest][features]")
{
  CHECK(map_of(k_optional) == "x=dep:x,;");
  CHECK(map_of(k_optional + "[features]\nf = [\"dep:x\"]\n") == "f=dep:x,;");
  CHECK(map_of(k_optional + "[features]\nx = [\"dep:x\", \"y/z\"]\n") == "x=dep:x,y/z,;");
  CHECK(map_of(k_optional + "[features]\nf = [\"x?/g\"]\n") == "f=x?/g,;x=dep:x,;");
}

TEST_CASE("features: a value that means nothing is shown with its place", "[manifest][features]")
{
  CHECK(error_of("[features]\ndefault = [\"sdt\"]\nstd = []\n") ==
        R"(error[CW0120]: feature `default` includes `sdt`, which is neither a dependency nor another feature
  --> /p/Cargo.toml:6:12
   |
 6 | default = ["sdt"]
   |            ^^^^^
   = help: a feature with a similar name exists: `std`
)");
  CHECK(error_of(k_optional + "[features]\nf = [\"y\"]\n") == R"(error[CW0121]: feature `f` includes `y`, but dependency `y` is not optional
  --> /p/Cargo.toml:9:6
   |
 9 | f = ["y"]
   |      ^^^
   = help: add `optional = true` to the dependency `y`, or remove the value
)");
  CHECK(error_of(k_optional + "[features]\nf = [\"x\"]\ng = [\"dep:x\"]\n") ==
        R"(error[CW0121]: feature `f` includes `x`, but the optional dependency `x` has no feature of its name
  --> /p/Cargo.toml:9:6
   |
 9 | f = ["x"]
   |      ^^^
   = note: a feature mentions it with `dep:`, which removes the implicit feature
   = help: write `dep:x`
)");
  CHECK(error_of("[features]\nf = [\"dep:z\"]\n") == R"(error[CW0122]: feature `f` includes `dep:z`, but `z` is not a dependency
  --> /p/Cargo.toml:6:6
   |
 6 | f = ["dep:z"]
   |      ^^^^^^^
)");
  CHECK(error_of(k_optional + "[features]\nf = [\"dep:x/g\"]\n") ==
        R"(error[CW0123]: feature `f` includes `dep:x/g`, which has both `dep:` and a slash
  --> /p/Cargo.toml:9:6
   |
 9 | f = ["dep:x/g"]
   |      ^^^^^^^^^
   = help: write `x/g`
   = help: to keep `x` from becoming a feature, write two values: `dep:x`, `x/g`
)");
  CHECK(error_of(k_optional + "[features]\nf = [\"x/a/b\"]\n")
            .starts_with("error[CW0123]: feature `f` includes `x/a/b`, which has more than one slash\n"));
  CHECK(error_of("[features]\nf = [\"z/g\"]\n").starts_with("error[CW0124]: feature `f` includes `z/g`, but `z` is not a dependency\n"));
  CHECK(error_of(k_optional + "[features]\nf = [\"y?/g\"]\n") ==
        R"(error[CW0125]: feature `f` includes `y?/g`, but dependency `y` is not optional
  --> /p/Cargo.toml:9:6
   |
 9 | f = ["y?/g"]
   |      ^^^^^^
   = help: remove the `?`: `y/g`
)");
  CHECK(error_of(k_optional + "[features]\nx = []\n") == R"(error[CW0126]: no feature enables the optional dependency `x`
  --> /p/Cargo.toml:6:1
   |
 6 | x = { version = "1", optional = true }
   | ^
   = help: put `dep:x` into a feature, or rename the feature `x` that hides it
)");
  CHECK(error_of("[dev-dependencies]\nx = { version = \"1\", optional = true }\n") ==
        R"(error[CW0127]: dev-dependency `x` cannot be optional
  --> /p/Cargo.toml:6:1
   |
 6 | x = { version = "1", optional = true }
   | ^
   = help: remove `optional`: dev-dependencies are only built for tests, examples and benchmarks
)");
  CHECK(error_of("[features]\n\"a b\" = []\n") ==
        R"(error[CW0104]: `a b` is not a valid feature name: it contains ` `; letters, digits, `-`, `_`, `+` and `.` are allowed
  --> /p/Cargo.toml:6:1
   |
 6 | "a b" = []
   | ^^^^^
)");
  CHECK(error_of("[features]\nf = \"g\"\n") == R"(error[CW0102]: `features.f` must be an array of strings, not a string
  --> /p/Cargo.toml:6:5
   |
 6 | f = "g"
   |     ^^^
   = help: write `f = []` for a feature that enables nothing else
)");
}

TEST_CASE("features: a feature called default-features is pointed out", "[manifest][features]")
{
  CHECK(warnings_of("[features]\ndefault-features = []\n") ==
        R"(warning[CW0135]: a feature named `default-features` is not enabled by default
  --> /p/Cargo.toml:6:1
   |
 6 | default-features = []
   | ^^^^^^^^^^^^^^^^
   = help: name it `default`
)");
}
