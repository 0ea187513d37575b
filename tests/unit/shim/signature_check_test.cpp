#include <cargo_wasm/shim/signature_check.hpp>

#include "object_builder.hpp"
#include "support/catch.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::Object;

namespace {

constexpr const char* k_wrong = "(i32) -> i32";
constexpr const char* k_right = "(i64) -> i64";

/// `run` is exported; `add` of libadd.a is k_right.
SignatureConflict conflict_of(const Object& app)
{
  const LinkerOptions options = read_linker_options({"--no-entry", "--export=run"});
  LinkModel model(options);
  model.add_object(app);
  model.add_lazy(Object("libadd.a(add.o)").function("add").type("add", k_right));
  model.finish();
  return check_signatures(model, "add");
}

} // namespace

TEST_CASE("a live call with another type than the definition's is a live conflict, with its caller", "[shim][signature]")
{
  const SignatureConflict conflict = conflict_of(Object("app.o").undefined("add", k_wrong).function("run", {"add"}));
  CHECK(conflict.is_live());
  CHECK(conflict == SignatureConflict{"add", k_right, "libadd.a(add.o)", {{k_wrong, "app.o", "run", true}}});
}

TEST_CASE("a call that nothing reaches is a conflict that is not live", "[shim][signature]")
{
  const SignatureConflict conflict = conflict_of(Object("app.o").undefined("add", k_wrong).function("run").function("unused", {"add"}));
  CHECK_FALSE(conflict.is_live());
  CHECK(conflict.uses == std::vector<SignatureUse>{{k_wrong, "app.o", "unused", false}});
}

TEST_CASE("equal types, undefined functions and names nobody knows are no conflict", "[shim][signature]")
{
  CHECK(conflict_of(Object("app.o").undefined("add", k_right).function("run", {"add"})).uses.empty());
  CHECK(conflict_of(Object("app.o").function("run", {"other"})).uses.empty());
  const LinkerOptions options = read_linker_options({"--no-entry", "--export=run"});
  LinkModel model(options);
  model.finish();
  CHECK(check_signatures(model, "add").uses.empty());
}

TEST_CASE("where both sides were merged, the function in the call's place tells of the conflict", "[shim][signature]")
{
  const LinkerOptions options = read_linker_options({"--no-entry", "--export=run"});
  test::TestEnv world;
  const auto conflicts = [&](const Object& app) {
    LinkModel model(options);
    model.add_object(app);
    model.finish();
    return check_merged_signatures(world.fs, model, {});
  };
  const auto merged = [](const char* trap, const char* caller) {
    Object app("app.o");
    app.function("add", {}).type("add", k_right).function(trap, {}, wasm::k_symbol_local).type(trap, k_wrong);
    app.function(caller, {trap});
    return std::string_view(caller) == "run" ? app : app.function("run");
  };
  const SignatureConflict live{"add", k_right, "app.o", {{k_wrong, "app.o", "run", true}}};
  CHECK(conflicts(merged(".Ladd_bitcast_invalid", "run")) == std::vector{live});
  CHECK(conflicts(merged(".Ladd_bitcast_invalid.3", "run")) == std::vector{live});
  CHECK(conflicts(merged(".Ladd_bitcast", "run")) == std::vector{live});
  CHECK_FALSE(conflicts(merged(".Ladd_bitcast_invalid", "unused")).front().is_live());
  CHECK(conflicts(merged("add_bitcast", "run")).empty());
  CHECK(conflicts(merged(".Ladd_bitcast_of_mine", "run")).empty());
}
