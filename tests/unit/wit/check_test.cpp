#include <cargo_wasm/wit/check.hpp>
#include <cargo_wasm/wit/decode.hpp>
#include <cargo_wasm/wit/package_reader.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wit;

namespace {

using Texts = std::vector<std::string>;

WorldOf world(const std::string& text, const std::string& io = "package wasi:io@0.2.6;\ninterface poll { resource pollable; }\n")
{
  const FakeFilesystem fs{{"/wit/a.wit", text}, {"/wit/deps/io.wit", io}};
  auto read = read_packages(fs, "/wit");
  INFO((read ? std::string() : base::render(read.error(), base::Severity::error, false)));
  REQUIRE(read.has_value());
  const Index index = find_world(*read, "").value();
  return {std::move(read->model), index};
}

std::string calculator(const std::string& body)
{
  return "package my:app@0.1.0;\ninterface math {\n" + body + "}\nworld app { export math; }\n";
}

} // namespace

TEST_CASE("a component fits a world when it imports less and exports more", "[wit]")
{
  const WorldOf wanted = world("package my:app;\nworld app { import a: func(); import b: func(x: u8) -> u8; export run: func(); }\n");
  CHECK(differences(
            world("package c:d;\nworld app { import b: func(x: u8) -> u8; export run: func(); export more: func(); }\n"), wanted, true)
            .empty());
  CHECK(differences(world("package c:d;\nworld app { import c: func(); }\n"), wanted, true) ==
        Texts{"it imports `c`, which the world does not", "it does not export `run`"});
  CHECK(differences(world("package c:d;\nworld app { import b: func(x: u8) -> u16; export run: func(); }\n"), wanted, true) ==
        Texts{"`b` is `func(x: u8) -> u16` in the component, `func(x: u8) -> u8` in the world"});
}

TEST_CASE("types are compared as they are built, through aliases and names of other interfaces", "[wit]")
{
  const WorldOf wanted = world(calculator("enum op { add, sub }\n eval: func(op: op, x: u32) -> result<u32, string>;\n"));
  const auto against = [&](const std::string& body) { return differences(world(calculator(body)), wanted, true); };
  CHECK(against("enum inner { add, sub }\n type op = inner;\n type number = u32;\n eval: func(op: op, x: number) -> result<u32, string>;\n")
            .empty());
  CHECK(against("enum op { add, mul }\n eval: func(op: op, x: u32) -> result<u32, string>;\n") ==
        Texts{"`my:app/math@0.1.0#eval` is `func(op: op, x: u32) -> result<u32, string>` in both, with types of the same names that are "
              "not the same"});
  CHECK(against("enum op { add, sub }\n eval: func(op: op, y: u32) -> result<u32, string>;\n") ==
        Texts{"`my:app/math@0.1.0#eval` is `func(op: op, y: u32) -> result<u32, string>` in the component, `func(op: op, x: u32) -> "
              "result<u32, string>` in the world"});
  CHECK(against("enum op { add, sub }\n") == Texts{"it does not export `my:app/math@0.1.0#eval`"});
}

TEST_CASE("interfaces of another version fit within the compatible range", "[wit]")
{
  const WorldOf wanted = world("package my:app;\nworld app { import wasi:io/poll@0.2.6; }\n");
  const auto made = [&](const std::string& version) {
    return world("package c:d;\nworld app { import wasi:io/poll@" + version + "; }\n",
                 "package wasi:io@" + version + ";\ninterface poll { resource pollable; }\n");
  };
  CHECK(differences(made("0.2.12"), wanted, true).empty());
  CHECK(differences(made("0.3.0"), wanted, true) ==
        Texts{"it imports `wasi:io/poll@0.3.0`, which the world does not; there is `wasi:io/poll@0.2.6`"});
  CHECK(differences(made("0.3.0"), wanted, false).empty()); // the standard library's own
}

TEST_CASE("interfaces' names are taken apart, versions with or without", "[wit]")
{
  CHECK(split_interface_name("wasi:io/poll@0.2.6")->package == PackageName{"wasi", "io", "0.2.6"});
  CHECK(split_interface_name("wasi:io/poll")->name == "poll");
  CHECK(!split_interface_name("run"));
  CHECK(split_function_name("[method]pollable.block").kind == FunctionKind::method);
  CHECK(split_function_name("[static]a.b").resource == "a");
  CHECK(split_function_name("[constructor]a").name == "constructor");
  CHECK(versions_fit("0.2.0", "0.2.12"));
  CHECK(!versions_fit("0.2.0", "0.3.0"));
  CHECK(!versions_fit("0.2.0", ""));
}

TEST_CASE("what is no component is told", "[wit]")
{
  const base::Path path = "/a.wasm";
  const std::string text = "hello";
  CHECK(base::render(decode_world(wasm::Source(path, text)).error(), base::Severity::error, false) ==
        "error[CW0956]: `/a.wasm` is neither a component nor a module\n   = help: give it a `.wasm` file\n");
  const std::string module("\0asm\1\0\0\0", 8);
  CHECK(decode_world(wasm::Source(path, module)).error().id == "CW0956");
  const std::string component("\0asm\x0d\0\1\0", 8);
  const auto empty = decode_world(wasm::Source(path, component));
  REQUIRE(empty.has_value());
  CHECK(empty->model.worlds[empty->world].imports.empty());
}
