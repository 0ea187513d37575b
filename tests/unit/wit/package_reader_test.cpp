#include <cargo_wasm/wit/package_reader.hpp>
#include <cargo_wasm/wit/print.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

#include <fmt/format.h>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wit;

namespace {

std::string printed(const FakeFilesystem& fs, const std::string& place = "/wit")
{
  const auto read = read_packages(fs, place);
  return read ? print(read->model, read->package) : base::render(read.error(), base::Severity::error, false);
}

std::string error_of(std::string text)
{
  return printed(FakeFilesystem{{"/wit/world.wit", std::move(text)}});
}

} // namespace

TEST_CASE("a package is printed as it was written, in the order in which its parts need one another", "[wit]")
{
  const FakeFilesystem fs{{"/wit/world.wit", R"(package my:app@0.1.0;

/// What the app does.
world app {
  import types;
  export run: func(args: list<string>) -> result<_, error-code>;
  use types.{error-code};
}

interface types {
  /* a comment /* in a comment */ */
  resource file {
    constructor(path: string);
    read: func(length: u32) -> result<list<u8>, error-code>;
    open: static func(path: string) -> option<file>;
  }
  enum error-code { not-found, %result, }
  record pair { first: tuple<u8, s64>, second: borrow-me }
  type borrow-me = list<char, 4>;
  flags rights { read, write }
  variant either { left(u32), none }
  close: func(what: borrow<file>);
  pairs: async func() -> stream<pair>;
}
)"}};
  CHECK(printed(fs) == R"(package my:app@0.1.0;

interface types {
  resource file {
    constructor(path: string);
    read: func(length: u32) -> result<list<u8>, error-code>;
    open: static func(path: string) -> option<file>;
  }

  enum error-code {
    not-found,
    %result,
  }

  type borrow-me = list<char, 4>;

  record pair {
    first: tuple<u8, s64>,
    second: borrow-me,
  }

  flags rights {
    read,
    write,
  }

  variant either {
    left(u32),
    none,
  }

  close: func(what: borrow<file>);

  pairs: async func() -> stream<pair>;
}

world app {
  import types;
  use types.{error-code};

  export run: func(args: list<string>) -> result<_, error-code>;
}
)");
}

// Interfaces whose types are used are imported, too: a component that has the first always has the second.
TEST_CASE("packages of deps/ are found by name and version, and worlds are completed by what their interfaces use", "[wit]")
{
  const FakeFilesystem fs{
      {"/wit/world.wit", "package my:app;\nworld app { import wasi:io/streams@0.2.6; include wasi:cli/base with { log as tell }; }\n"},
      {"/wit/deps/io/poll.wit", "package wasi:io@0.2.6;\ninterface poll { resource pollable; }\n"},
      {"/wit/deps/io/streams.wit", "use poll as p;\ninterface streams { use p.{pollable as handle}; wait: func(on: borrow<handle>); }\n"},
      {"/wit/deps/cli.wit", "package wasi:cli;\nworld base { import log: func(); export start: func(); }\n"}};
  CHECK(printed(fs) == R"(package my:app;

world app {
  import wasi:io/poll@0.2.6;
  import wasi:io/streams@0.2.6;
  import tell: func();

  export start: func();
}
package wasi:cli {
  world base {
    import log: func();

    export start: func();
  }
}


package wasi:io@0.2.6 {
  interface poll {
    resource pollable;
  }
  interface streams {
    use poll.{pollable as handle};

    wait: func(on: borrow<handle>);
  }
}
)");
}

TEST_CASE("what is wrong with WIT is told at its place", "[wit]")
{
  CHECK(error_of("package my:app;\ninterface a {\n  run: fnc();\n}\n") == R"(error[CW0952]: expected `func`, found `fnc`
  --> /wit/world.wit:3:8
   |
 3 |   run: fnc();
   |        ^^^
)");
  CHECK(error_of("package my:app;\ninterface a {\n  run: func(x: strin) -> strng;\n  type string2 = string;\n}\n") ==
        R"(error[CW0952]: there is no type `strin` here
  --> /wit/world.wit:3:16
   |
 3 |   run: func(x: strin) -> strng;
   |                ^^^^^
   = help: types of other interfaces are taken with `use interface.{type};`
)");
  CHECK(error_of("package my:app;\nworld app {\n  import wasi:io/poll@0.2.6;\n}\n") ==
        R"(error[CW0952]: the package `wasi:io@0.2.6` is not here
  --> /wit/world.wit:3:10
   |
 3 |   import wasi:io/poll@0.2.6;
   |          ^^^^^^^^^^^^^^^^^^
   = help: put its WIT into a directory of `deps/`
)");
  CHECK(error_of("package my:app;\ninterface a { record r { next: option<r> } }\n") ==
        R"(error[CW0952]: the type `r` contains itself, or has no end
  --> /wit/world.wit:2:22
   |
 2 | interface a { record r { next: option<r> } }
   |                      ^
   = note: values of components are copied whole: a type has at most 500 levels and 100000 parts
)");
  CHECK(error_of("package my:app;\ninterface a { use b.{t}; }\ninterface b { use a.{t}; }\n") ==
        R"(error[CW0952]: the interface `a` uses itself, or has no end
  --> /wit/world.wit:3:19
   |
 3 | interface b { use a.{t}; }
   |                   ^
)");
  CHECK(error_of("package my:app;\ninterface a { f: func() -> borrow<u8>; }\n").starts_with("error[CW0952]: `borrow` takes a resource\n"));
  CHECK(error_of("package my:app;\n/* no end\n").starts_with("error[CW0952]: a comment has no end\n"));
  CHECK(error_of("interface a {}\n") == R"(error[CW0952]: `/wit/world.wit` does not say which package it is
   = help: begin one of its files with `package my:name;`
)");
}

TEST_CASE("a directory without WIT is told, and so is a world that is not there", "[wit]")
{
  FakeFilesystem fs{{"/wit/world.wit", "package my:app@1.0.0;\nworld one {}\nworld two {}\n"}};
  fs.add_directory("/empty");
  CHECK(printed(fs, "/empty") == R"(error[CW0953]: `/empty` has no WIT
   = help: files `*.wit` with the package's worlds and interfaces, packages they use in `deps/`
)");
  const auto read = read_packages(fs, "/wit");
  REQUIRE(read.has_value());
  CHECK(find_world(*read, "two").value() == 1);
  CHECK(find_world(*read, "my:app/one").value() == 0);
  CHECK(find_world(*read, "my:app/one@1.0.0").value() == 0);
  CHECK(base::render(find_world(*read, "three").error(), base::Severity::error, false) ==
        "error[CW0953]: there is no world `three` in the package `my:app@1.0.0`\n   = help: it has `my:app/one`, `my:app/two`\n");
  CHECK(base::render(find_world(*read, "").error(), base::Severity::error, false) ==
        "error[CW0953]: the package `my:app@1.0.0` has 2 worlds, and none is chosen\n   = help: it has `my:app/one`, `my:app/two`\n");
}

// Doubling a type ten times a line makes what no memory holds when it is written out.
TEST_CASE("types that grow without end are refused, not followed", "[wit]")
{
  std::string text = "package my:app;\ninterface a {\n  type t0 = u8;\n";
  for (int i = 1; i < 60; ++i) {
    text += fmt::format("  type t{} = tuple<t{}, t{}>;\n", i, i - 1, i - 1);
  }
  CHECK(error_of(text + "}\n").starts_with("error[CW0952]: the type `t1"));
}
