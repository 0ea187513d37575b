#include <cargo_wasm/shim/link_remarks.hpp>

#include "object_builder.hpp"
#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::Object;

namespace {

const LinkerOptions& k_options()
{
  static const LinkerOptions options = read_linker_options({"--no-entry", "--export=run"});
  return options;
}

LinkObject of_rustc(LinkObject object)
{
  object.has_producers_rustc = true;
  return object;
}

LinkObject with_features(LinkObject object, const std::vector<std::string_view>& features)
{
  for (const std::string_view feature : features) {
    object.features.push_back({feature.front(), feature.substr(1)});
  }
  return object;
}

LinkModel model_of(const std::vector<LinkObject>& objects)
{
  LinkModel model(k_options());
  for (const LinkObject& object : objects) {
    model.add_object(object);
  }
  model.finish();
  return model;
}

} // namespace

TEST_CASE("a feature of C alone is foreign, one that Rust or the toolchain has too is not", "[shim][remarks]")
{
  const LinkObject app = of_rustc(with_features(Object("app.o").function("run", {"lanes", "puts", "calm"}), {"+sign-ext", "-atomics"}));
  const LinkObject c = with_features(Object("libc_code.a(lanes.o)").function("lanes"), {"+simd128", "+sign-ext", "+bulk-memory"});
  const LinkObject libc = with_features(Object("/x/lib/rustlib/t/lib/libc.a(puts.o)").function("puts"), {"+bulk-memory"});
  CHECK(features_of(model_of({c, app, libc})) == std::vector<LinkedFeature>{{"bulk-memory", "/x/lib/rustlib/t/lib/libc.a(puts.o)", false},
                                                                            {"sign-ext", "app.o", false},
                                                                            {"simd128", "libc_code.a(lanes.o)", true}});
}

TEST_CASE("features of objects that give nothing to the program are not told", "[shim][remarks]")
{
  const LinkObject app = of_rustc(Object("app.o").function("run"));
  const LinkObject unused = with_features(Object("lanes.o").function("lanes"), {"+simd128"});
  CHECK(features_of(model_of({app, unused})).empty());
}

TEST_CASE("a dead symbol is told with its user; declared, weak, allowed, provided and live ones are not", "[shim][remarks]")
{
  const LinkObject app = Object("app.o")
                             .undefined("alive")
                             .undefined("gone")
                             .undefined("listed")
                             .undefined("perhaps", "() -> void", wasm::k_symbol_weak)
                             .imports("host", "log", "log")
                             .function("run", {"alive"})
                             .function("never", {"gone", "listed", "perhaps", "log", "__stack_pointer"});
  CHECK(find_dead_symbols(model_of({app}), {"listed"}) == std::vector<DeadSymbol>{{"gone", "app.o", "never"}});
}
