#include <support/catch.hpp>

#include "crate_of_object.hpp"
#include "failed_link.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

std::string told(const std::string& file)
{
  const FailedLink link;
  return link::describe(link.graph, link::origin_of(link.graph, FailedLink::k_app, file));
}

} // namespace

TEST_CASE("crate of object: an object of rustc in a crate's library is that crate's", "[link]")
{
  CHECK(told("/project/target/deps/liblogger-1a.rlib(logger-1a.logger.77-cgu.0.rcgu.o)") == "crate `logger v1.0.0`");
}

TEST_CASE("crate of object: an object of rustc outside of libraries is the linked crate's", "[link]")
{
  CHECK(told("/project/target/deps/app.app.77-cgu.0.rcgu.o") == "crate `app v1.0.0`");
  CHECK(told("/tmp/rustc9/app.app.77-cgu.0.rcgu.o.rcgu.o") == "crate `app v1.0.0`");
}

TEST_CASE("crate of object: what a build script bundles is named with its crate", "[link]")
{
  CHECK(told("/project/target/deps/liblogger-1a.rlib(log.o)") ==
        "`log.o` of `liblogger-1a.rlib`, which is no Rust code and came into crate `logger v1.0.0` through its build script");
}

TEST_CASE("crate of object: a library in OUT_DIR is its build script's", "[link]")
{
  CHECK(told("/project/target/build/native-sys-2b/out/libnative.a(a.o)") ==
        "`a.o` of `libnative.a`, which the build script of `native-sys v2.0.0` made");
  CHECK(told("/project/target/build/native-sys-2b/outside/libnative.a(a.o)") == "`a.o` of `libnative.a`");
}

TEST_CASE("crate of object: std and libc come with the toolchain", "[link]")
{
  CHECK(told("/rust/lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a(printf.o)") ==
        "`printf.o` of `libc.a`, which came with the toolchain");
}

TEST_CASE("crate of object: what nobody here made is told by its name", "[link]")
{
  CHECK(told("/usr/lib/libz.a(inflate.o)") == "`inflate.o` of `libz.a`");
  CHECK(told("lonely.o") == "`lonely.o`");
  CHECK(told("") == "``");
}
