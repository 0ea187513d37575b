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

namespace {

std::string bytes_of(std::string_view hex)
{
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// `wasm-tools component wit --wasm` of a package `acme:calc@1.2.3` that uses a type of `acme:io@0.3.0`; stripped.
constexpr const char* k_calc_package =
    "0061736d0d000100078f01014105014201040008706f6c6c61626c65030103001561636d653a696f2f73747265616d7340302e332e3005000203000008706f6c"
    "6c61626c650142070203020101040008706f6c6c61626c6503000001400201617901627900790400036164640102016801014001017003010004000477616974"
    "010404001361636d653a63616c632f6f707340312e322e3305020b090100036f707303000007da01014102014105014204040008706f6c6c61626c6503010168"
    "000140010473656c660101000400165b6d6574686f645d706f6c6c61626c652e626c6f636b010203001561636d653a696f2f73747265616d7340302e332e3005"
    "000203000008706f6c6c61626c650142070203020101040008706f6c6c61626c6503000001400201617901627900790400036164640102016801014001017003"
    "010004000477616974010404001361636d653a63616c632f6f707340312e322e33050204001a61636d653a63616c632f63616c63756c61746f7240312e322e33"
    "04000b1001000a63616c63756c61746f72030200";

// A component that exports a function in an instance.
constexpr const char* k_component =
    "0061736d0d00010001290061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b020401000000070b0140020161"
    "79016279007906090100000100036164640806010000000000050a010101000361646401000b1a01001461636d653a61646465722f6f707340302e312e300500"
    "00";

} // namespace

TEST_CASE("a package in the form of a component is the text that it stands for, with what it uses of others", "[wit]")
{
  FakeFilesystem fs;
  fs.add("/calc.wasm", bytes_of(k_calc_package));
  CHECK(printed(fs, "/calc.wasm") == R"(package acme:calc@1.2.3;

interface ops {
  use acme:io/streams@0.3.0.{pollable};

  add: func(a: u32, b: u32) -> u32;

  wait: func(p: borrow<pollable>);
}

world calculator {
  import acme:io/streams@0.3.0;

  export ops;
}
package acme:io@0.3.0 {
  interface streams {
    resource pollable {
      block: func();
    }
  }
}
)");
}

TEST_CASE("a package in the form of a component is used from deps/, and the project's own copy of what it uses counts", "[wit]")
{
  FakeFilesystem fs{{"/wit/world.wit", "package my:app;\nworld app { import acme:calc/ops@1.2.3; }\n"}};
  fs.add("/wit/deps/acme-calc-1.2.3.wasm", bytes_of(k_calc_package));
  CHECK(printed(fs).starts_with("package my:app;\n\nworld app {\n  import acme:io/streams@0.3.0;\n  import acme:calc/ops@1.2.3;\n}\n"));
  fs.add("/wit/deps/io.wit", "package acme:io@0.3.0;\ninterface streams { resource pollable { block: func(); ready: func() -> bool; } }\n");
  CHECK(printed(fs).find("ready: func() -> bool;") != std::string::npos);
  CHECK(read_packages(fs, "/wit").value().files ==
        std::vector<base::Path>{"/wit/deps/acme-calc-1.2.3.wasm", "/wit/deps/io.wit", "/wit/world.wit"});
}

TEST_CASE("a component that does something is no package of WIT, and neither are other bytes", "[wit]")
{
  FakeFilesystem fs{{"/wit/world.wit", "package my:app;\nworld app { }\n"}};
  fs.add("/wit/deps/x.wasm", bytes_of(k_component));
  CHECK(printed(fs) == "error[CW0953]: `/wit/deps/x.wasm` has no WIT\n"
                       "   = note: it is a component that does something, not a package of WIT\n"
                       "   = help: `cargo-wasm module wit FILE` shows what it imports and exports\n");
  fs.add("/wit/deps/x.wasm", "text");
  CHECK(printed(fs) == "error[CW0956]: `/wit/deps/x.wasm` is neither a component nor a module\n   = help: give it a `.wasm` file\n");
}
