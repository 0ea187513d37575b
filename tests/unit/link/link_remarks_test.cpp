#include <cargo_wasm/link/link_remarks.hpp>

#include <cargo_wasm/shim/link_report.hpp>

#include <support/catch.hpp>

#include "failed_link.hpp"

using namespace cargo_wasm;
using link::DeadCode;

namespace {

std::string remarks(test::FailedLink& world, const shim::LinkReport& report, DeadCode dead = DeadCode::untold)
{
  world.world.fs.add(test::FailedLink::k_report, to_json(report));
  std::string text;
  for (const exec::Remark& remark : link::remarks_on_link(world.failed(), dead)) {
    text += base::render(remark.text, remark.severity, false);
  }
  return text;
}

exec::InspectedAction with_arguments(test::FailedLink& world, std::vector<std::string> arguments)
{
  exec::InspectedAction link = world.failed();
  link.command_of = [arguments = std::move(arguments)](plan::ActionIndex) {
    base::Command command;
    command.args = arguments;
    return command;
  };
  return link;
}

} // namespace

TEST_CASE("features that one C object brings in are one warning", "[link][remarks]")
{
  test::FailedLink world;
  shim::LinkReport report;
  const std::string object = "/project/target/build/native-sys-2b/out/libfast.a(fast.o)";
  report.features = {{"relaxed-simd", object, true}, {"sign-ext", "/project/target/deps/app.o", false}, {"simd128", object, true}};
  CHECK(remarks(world, report) ==
        "warning[CW0836]: one part of the program needs the wasm features `relaxed-simd`, `simd128`, and no Rust code does\n"
        "   = note: compiled for them: `fast.o` of `libfast.a`, which the build script of `native-sys v2.0.0` made\n"
        "   = note: a host that lacks one of them refuses the whole module\n"
        "   = help: compile that part without: clang's option is `-mno-relaxed-simd`\n"
        "   = help: or let all of the program have it: `-C target-feature=+relaxed-simd`\n");
}

TEST_CASE("the last of the user's words on a feature holds", "[link][remarks]")
{
  test::FailedLink world;
  shim::LinkReport report;
  report.features = {{"bulk-memory", "/x/lib/rustlib/t/lib/libc.a(a.o)", false},
                     {"mutable-globals", "/x/lib/rustlib/t/lib/libc.a(a.o)", false}};
  world.world.fs.add(test::FailedLink::k_report, to_json(report));
  const auto count = [&](std::vector<std::string> arguments) {
    return link::remarks_on_link(with_arguments(world, std::move(arguments)), DeadCode::untold).size();
  };
  CHECK(count({}) == 0);
  CHECK(count({"-Ctarget-cpu=mvp"}) == 1);
  CHECK(count({"-C", "target-cpu=mvp", "-Ctarget-feature=+bulk-memory"}) == 0);
  CHECK(count({"-Ctarget-feature=-bulk-memory"}) == 1);
  CHECK(count({"-Ctarget-feature=-bulk-memory,+simd128", "-Ctarget-feature=+bulk-memory"}) == 0);
}

TEST_CASE("dead code is told of when it is asked for, the toolchain's never", "[link][remarks]")
{
  test::FailedLink world;
  shim::LinkReport report;
  report.dead_symbols = {{"gone", "/project/target/deps/liblogger-1a.rlib(logger.0.rcgu.o)", "never"},
                         {"of_std", "/x/lib/rustlib/t/lib/libc.a(a.o)", "f"}};
  report.signature_conflicts = {
      {"half", "(f64) -> f64", "libfast.a(fast.o)", {{"(f32) -> f32", "/project/target/deps/app.0.rcgu.o", "unused", false}}}};
  CHECK(remarks(world, report).empty());
  CHECK(remarks(world, report, DeadCode::told) ==
        "note: nobody defines `gone`, but nothing that the program comes to uses it\n"
        "   = note: wanted by crate `logger v1.0.0`, in `never`\n"
        "note: `half` is called as `(f32) -> f32`, but it is `(f64) -> f64`; the program does not come to that call\n"
        "   = note: called from crate `app v1.0.0`, in `unused`\n");
}

TEST_CASE("a link without a report has no remarks", "[link][remarks]")
{
  test::FailedLink world;
  CHECK(link::remarks_on_link(world.failed(), DeadCode::told).empty());
}
