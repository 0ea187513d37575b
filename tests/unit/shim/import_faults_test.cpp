#include <cargo_wasm/shim/import_faults.hpp>

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

LinkModel model_of(const Object& app, const std::vector<Object>& members)
{
  LinkModel model(k_options());
  model.add_object(app);
  for (const Object& member : members) {
    model.add_lazy(member);
  }
  model.finish();
  return model;
}

} // namespace

TEST_CASE("two archives with a libc are found when both give something to the program", "[shim][audit]")
{
  const Object app = Object("app.o").undefined("puts").undefined("free").function("run", {"puts", "free"});
  const Object bundled = Object("/x/libold.rlib(puts.o)").function("puts", {"__stdio_write"}).function("__stdio_write");
  const Object toolchains = Object("/sysroot/libc.a(free.o)").function("free");
  CHECK(find_two_libcs(model_of(app, {bundled, toolchains})) ==
        std::vector<AuditFinding>{{AuditFinding::Kind::two_libcs, "/sysroot/libc.a", "/x/libold.rlib"}});
  CHECK(find_two_libcs(model_of(app, {toolchains})).empty());
  const Object unused = Object("app.o").undefined("puts").undefined("free").function("run", {"free"}).function("unused", {"puts"});
  CHECK(find_two_libcs(model_of(unused, {bundled, toolchains})).empty());
}

TEST_CASE("an import of two types is found, one that two objects declare alike is not", "[shim][audit]")
{
  const auto import = [](const char* field, const char* type) {
    LinkedImport made;
    made.module = "host";
    made.field = field;
    made.type = type;
    return made;
  };
  CHECK(find_imports_of_two_types({import("draw", "(i32) -> i32"), import("draw", "(i64) -> i64"), import("print", "(i32) -> i32")}) ==
        std::vector<AuditFinding>{{AuditFinding::Kind::import_types, "host.draw", "(i32) -> i32 and (i64) -> i64"}});
  CHECK(find_imports_of_two_types({import("draw", "(i32) -> i32"), import("draw", "(i32) -> i32")}).empty());
}
