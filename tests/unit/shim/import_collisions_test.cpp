#include <cargo_wasm/shim/import_collisions.hpp>

#include "object_builder.hpp"
#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::Object;

namespace {

std::string block(const std::string& module, const std::string& field)
{
  return "#[link(wasm_import_module = \"" + module + "\")] extern \"C\" { fn " + field + "(); }\n";
}

/// Collisions beside a libc that defines `close`.
std::vector<ImportCollision> collisions(const std::vector<ExpandedSource>& sources)
{
  const LinkerOptions options = read_linker_options({"--no-entry", "--export=run"});
  LinkModel model(options);
  model.add_lazy(Object("/rust/lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a(close.o)").function("close"));
  model.finish();
  return find_import_collisions(sources, model);
}

} // namespace

TEST_CASE("fields that occur in one module only, and that nobody else knows, do not collide", "[shim][imports]")
{
  CHECK(collisions({{"/a.rs", block("m", "f") + block("n", "g")}, {"/b.rs", block("m", "f")}}).empty());
  CHECK(collisions({{"/a.rs", "extern \"C\" { fn close(); }"}}).empty());
}

TEST_CASE("one field from two modules collides, also across crates, each declaration told once", "[shim][imports]")
{
  CHECK(collisions({{"/a.rs", block("m", "f") + block("m", "f")}, {"/b.rs", block("n", "f")}}) ==
        std::vector<ImportCollision>{{"f", {{"m", "/a.rs"}, {"n", "/b.rs"}}, ""}});
}

TEST_CASE("a field that libc defines collides with it", "[shim][imports]")
{
  const auto found = collisions({{"/a.rs", block("m", "close")}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].native == "/rust/lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a(close.o)");
}

TEST_CASE("the name that the linker sees counts, not the one in Rust", "[shim][imports]")
{
  const auto found =
      collisions({{"/a.rs", "#[link(wasm_import_module = \"m\")] extern \"C\" { #[link_name = \"close\"] fn shut(); fn close_all(); }"}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].field == "close");
}
