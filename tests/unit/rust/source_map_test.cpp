#include <cargo_wasm/rust/source_map.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::rust;
using cargo_wasm::test::FakeFilesystem;

namespace {

SourceMapOptions options()
{
  SourceMapOptions out;
  out.cfg = {{"feature", "x"}, {"target_os", "wasi"}, {"unix", std::nullopt}};
  out.environment = {{"OUT_DIR", "/out"}};
  return out;
}

/// `path=module`, `?` before what is only possible, then what was not read.
std::string files(const FakeFilesystem& fs, const SourceMapOptions& with = options())
{
  const auto map = read_source_map(fs, "/c/src/lib.rs", with);
  REQUIRE(map);
  std::string out;
  for (const SourceFile& file : map->files) {
    std::string modules;
    for (const std::string& module : file.modules) {
      modules += (modules.empty() ? "" : "::") + module;
    }
    out += (out.empty() ? "" : " ") + std::string(file.certainty == Certainty::possible ? "?" : "") +
           file.path.lexically_relative("/c/src").string() + "=" + modules;
  }
  for (const UnreadFile& unread : map->unread) {
    out += " -" + std::to_string(static_cast<int>(unread.reason)) + ":" + std::string(unread.declaration.of(map->files[unread.file].text));
  }
  return out;
}

} // namespace

TEST_CASE("source map: where the file of a module is looked for", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs", "mod a; mod b; mod r#in; mod inline { mod c; }"},
               {"/c/src/a.rs", "mod d; mod inline { mod e; }"},
               {"/c/src/a/d.rs", ""},
               {"/c/src/a/inline/e.rs", ""},
               {"/c/src/b/mod.rs", "mod f;"},
               {"/c/src/b/f.rs", ""},
               {"/c/src/in.rs", ""},
               {"/c/src/inline/c.rs", ""}}) ==
        "lib.rs= a.rs=a b/mod.rs=b in.rs=in inline/c.rs=inline::c a/d.rs=a::d a/inline/e.rs=a::inline::e b/f.rs=b::f");
}

TEST_CASE("source map: the rules of #[path]", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs",
                "#[path = \"x/y.rs\"] mod a; #[path = \"dir\"] mod b { #[path = \"z.rs\"] mod c; mod d; } fn f() { #[path = \"g.rs\"] mod "
                "g; }"},
               {"/c/src/x/y.rs", "mod beside;"},
               {"/c/src/x/beside.rs", ""},
               {"/c/src/dir/z.rs", ""},
               {"/c/src/dir/d.rs", ""},
               {"/c/src/g.rs", ""}}) == "lib.rs= x/y.rs=a dir/z.rs=b::c dir/d.rs=b::d g.rs=g x/beside.rs=a::beside");
  // In a file that is no mod.rs: beside it, but below its name for the modules inside of it.
  CHECK(files({{"/c/src/lib.rs", "mod a;"},
               {"/c/src/a.rs", "#[path = \"x.rs\"] mod b; mod inline { #[path = \"y.rs\"] mod c; }"},
               {"/c/src/x.rs", ""},
               {"/c/src/a/inline/y.rs", ""}}) == "lib.rs= a.rs=a x.rs=a::b a/inline/y.rs=a::inline::c");
  CHECK(files({{"/c/src/lib.rs", "#[cfg_attr(windows, path = \"w.rs\")] #[cfg_attr(unix, path = \"u.rs\")] mod os;"},
               {"/c/src/u.rs", ""}}) == "lib.rs= u.rs=os");
}

TEST_CASE("source map: cfg decides what is read", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs",
                "#[cfg(windows)] mod a; #[cfg(all(unix, feature = \"x\",))] mod b; #[cfg(not(any(unix),))] mod c; #[cfg(windows)] mod d { "
                "mod e; }"
                "#[cfg(version(\"1.99\"))] mod f;"},
               {"/c/src/b.rs", "#![cfg(windows)] mod never;"},
               {"/c/src/f.rs", ""}}) == "lib.rs= b.rs=b ?f.rs=f");
  CHECK(files({{"/c/src/lib.rs",
                "cfg_if::cfg_if! { if #[cfg(windows)] { mod a; } else if #[cfg(target_os = \"wasi\")] { mod b; } else { mod c; } }"
                "cfg_select! { windows => { mod d; } _ => { mod e; } }"},
               {"/c/src/a.rs", ""},
               {"/c/src/b.rs", ""},
               {"/c/src/c.rs", ""},
               {"/c/src/d.rs", ""},
               {"/c/src/e.rs", ""}}) == "lib.rs= b.rs=b e.rs=e");
}

TEST_CASE("source map: include! reads a file into the module", "[rust][source-map]")
{
  CHECK(
      files({{"/c/src/lib.rs",
              "mod m { include!(\"parts/one.rs\"); } include!(concat!(env!(\"OUT_DIR\"), \"/\", \"two.rs\")); include!(env!(\"NOWHERE\"));"
              "static T: [u8; 1] = include!(\"table.in\");"},
             {"/c/src/parts/one.rs", "mod below;"},
             {"/c/src/parts/below.rs", ""},
             {"/c/src/table.in", "[1]"},
             {"/out/two.rs", ""}}) ==
      "lib.rs= parts/one.rs=m ../../out/two.rs= table.in= parts/below.rs=m::below -2:include!(env!(\"NOWHERE\"))");
}

TEST_CASE("source map: modules in a macro are possible, if there is a file", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs", "some::group! { mod a; mod missing; } quote! { mod b; }"}, {"/c/src/a.rs", ""}}) == "lib.rs= ?a.rs=a");
  // The definition stands in another file, which is read after the call.
  CHECK(files({{"/c/src/lib.rs", "#[macro_use] mod defs; mod sub { all!(); }"},
               {"/c/src/defs.rs", "macro_rules! all { () => { pub mod inner; } }"},
               {"/c/src/sub/inner.rs", ""}}) == "lib.rs= defs.rs=defs ?sub/inner.rs=sub::inner");
}

TEST_CASE("source map: what cannot be followed is said", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs", "mod gone;"}}) == "lib.rs= -0:mod gone;");
  CHECK(files({{"/c/src/lib.rs", "#[path = \"lib.rs\"] mod me;"}}) == "lib.rs= -1:mod me;");
  CHECK(files({{"/c/src/lib.rs", "include!(\"a.rs\");"}, {"/c/src/a.rs", "include!(\"../src/lib.rs\");"}}) ==
        "lib.rs= a.rs= -1:include!(\"../src/lib.rs\")");
  SourceMapOptions few = options();
  few.most_files = 2;
  CHECK(files({{"/c/src/lib.rs", "mod a; mod b;"}, {"/c/src/a.rs", ""}, {"/c/src/b.rs", ""}}, few) == "lib.rs= a.rs=a -3:mod b;");
  few = options();
  few.most_bytes = 12;
  CHECK(files({{"/c/src/lib.rs", "mod a;"}, {"/c/src/a.rs", "// seven"}}, few) == "lib.rs= -3:mod a;");
  FakeFilesystem unreadable{{"/c/src/lib.rs", "mod a;"}, {"/c/src/a.rs", ""}};
  unreadable.make_unreadable("/c/src/a.rs");
  CHECK(files(unreadable) == "lib.rs= -4:mod a;");
  CHECK(read_source_map(FakeFilesystem{}, "/c/src/lib.rs", options()).error().id == "CW0001");
}

TEST_CASE("source map: macros that call themselves end", "[rust][source-map]")
{
  CHECK(files({{"/c/src/lib.rs", "macro_rules! m { () => { mod x; m!(); m!(); } } m!();"}, {"/c/src/x.rs", ""}}).substr(0, 18) ==
        "lib.rs= ?x.rs=x ?x");
}
