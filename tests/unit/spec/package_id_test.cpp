#include <cargo_wasm/spec/package_id.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::spec;

namespace {

PackageId package(std::string_view name, std::string_view version, SourceId source = SourceId::crates_io())
{
  return PackageId(InternedString(name), parse_version(version).value(), source);
}

bool names(std::string_view spec, PackageId id)
{
  return parse_package_id_spec(spec).value().matches(id);
}

} // namespace

TEST_CASE("package ids: a locked one equals the one that was queried", "[spec][id]")
{
  const PackageId locked = package("a", "1.0.0", SourceId::crates_io().with_precise("locked"));
  const PackageId queried = package("a", "1.0.0");
  CHECK(locked == queried);
  CHECK((locked <=> queried) == std::strong_ordering::equal);
  CHECK(std::hash<PackageId>{}(locked) == std::hash<PackageId>{}(queried));
  CHECK(locked.source().precise() == "locked");
  CHECK(queried.source().precise().empty());
  CHECK(package("a", "1.0.0+x") != package("a", "1.0.0"));
  CHECK(package("a", "1.0.0", SourceId::for_path("/a")) != queried);
}

TEST_CASE("package ids: by name bytes, version, source", "[spec][id]")
{
  CHECK(package("B", "1.0.0") < package("a", "1.0.0"));
  CHECK(package("a", "1.9.0") < package("a", "1.10.0"));
  CHECK(package("a", "1.0.0", SourceId::for_path("/z")) < package("a", "1.0.0"));
}

TEST_CASE("package ids: what status lines show", "[spec][id]")
{
  CHECK(package("serde", "1.0.0").display() == "serde v1.0.0");
  CHECK(package("demo", "0.1.0", SourceId::for_path("/dir/demo")).display() == "demo v0.1.0 (/dir/demo)");
}

TEST_CASE("package ids: what JSON shows", "[spec][id]")
{
  CHECK(to_spec_string(package("serde", "1.0.0")) == "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0");
  CHECK(to_spec_string(package("demo", "0.1.0", SourceId::for_path("/dir/demo"))) == "path+file:///dir/demo#0.1.0");
  CHECK(to_spec_string(package("app", "0.1.0", SourceId::for_path("/dir/demo"))) == "path+file:///dir/demo#app@0.1.0");
  const SourceId git = SourceId::for_git("https://a.b/c", {GitReference::Kind::branch, "x/y"}).with_precise("0123");
  CHECK(to_spec_string(package("c", "0.1.0", git)) == "git+https://a.b/c?branch=x%2Fy#0.1.0");
  CHECK(to_spec_string(package("z", "0.1.0", SourceId::for_registry("sparse+https://a.b/i/"))) == "sparse+https://a.b/i/#z@0.1.0");
}

TEST_CASE("package id specs: names, versions and URLs", "[spec][id]")
{
  const PackageId serde = package("serde", "1.2.3");
  CHECK(names("serde", serde));
  CHECK(names("serde@1", serde));
  CHECK(names("serde@1.2", serde));
  CHECK(names("serde:1.2.3", serde));
  CHECK_FALSE(names("serde@1.3", serde));
  CHECK_FALSE(names("serd", serde));
  CHECK(names("https://github.com/rust-lang/crates.io-index#serde@1.2.3", serde));
  CHECK(names("registry+https://github.com/rust-lang/crates.io-index#serde", serde));
  CHECK_FALSE(names("git+https://github.com/rust-lang/crates.io-index#serde", serde));
  CHECK_FALSE(names("https://example.com/index#serde", serde));
  const PackageId demo = package("demo", "0.1.0", SourceId::for_path("/dir/demo"));
  CHECK(names("file:///dir/demo", demo));
  CHECK(names("file:///dir/demo#0.1", demo));
  CHECK(names("path+file:///dir/demo#demo@0.1.0", demo));
  for (const PackageId id : {serde, demo}) {
    CHECK(names(to_spec_string(id), id));
  }
  // A pre-release has to be named; metadata counts only when it is written.
  CHECK_FALSE(names("a@1", package("a", "1.0.0-rc.1")));
  CHECK(names("a@1.0.0-rc.1", package("a", "1.0.0-rc.1")));
  CHECK(names("a@1.0.0", package("a", "1.0.0+x")));
  CHECK_FALSE(names("a@1.0.0+y", package("a", "1.0.0+x")));
}

TEST_CASE("package id specs: what names no package is refused", "[spec][id]")
{
  const auto message = [](std::string_view text) { return parse_package_id_spec(text).error().message; };
  CHECK(message("") == "`` does not name a package: the name is empty");
  CHECK(message("serde@x") == "`serde@x` does not name a package: `x` is not a version");
  CHECK(message("serde@^1") == "`serde@^1` does not name a package: `^1` is not a version");
  CHECK(message("a/b") == "`a/b` does not name a package: it looks like a path; a package is "
                          "named, or given as a `file://` URL");
  CHECK(message("a b") == "`a b` does not name a package: a name consists of letters, digits, `-` and `_`");
  CHECK(message("https://a.b/c?x=y#d") == "`https://a.b/c?x=y#d` does not name a package: a query (`?…`) belongs to `git+` URLs only");
  CHECK(message("https://a.b/c#") == "`https://a.b/c#` does not name a package: nothing follows the `#`");
  CHECK(parse_package_id_spec("serde@x").error().blame == Blame::usage);
}
