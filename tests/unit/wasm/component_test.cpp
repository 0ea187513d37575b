#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;
using test::bytes;
using test::section;

namespace {

const base::Path k_path("app.wasm");

std::string extern_name(std::string_view name)
{
  return bytes({0x00}) + sized(name);
}

} // namespace

TEST_CASE("component: what it imports and exports, and what is nested in it", "[wasm][component]")
{
  const std::string inner_module = wasm_module({section(1, vec({func_type({}, {})}))});
  const std::string inner_component =
      wasm_component({section(1, wasm_module({})), section(10, vec({extern_name("inner") + bytes({0x01, 0x00})}))});
  const std::string content = wasm_component(
      {section(10, vec({extern_name("wasi:io/streams@0.2.6") + bytes({0x05, 0x00}), extern_name("f") + bytes({0x01, 0x02})})),
       section(1, inner_module),
       section(4, inner_component),
       section(10, vec({bytes({0x02}) + sized("t") + vec({bytes({0x01}) + sized(".6")}) + bytes({0x03, 0x01})})),
       section(11, vec({extern_name("wasi:cli/run@0.2.0") + bytes({0x05, 0x01, 0x00})}))});
  std::string text;
  const auto result = read_component(
      Source(k_path, content),
      {.on_import =
           [&](const ComponentImport& item) {
             text += fmt::format("import {} {} {}{}; ",
                                 item.name.name,
                                 to_string(item.type.kind),
                                 item.type.index,
                                 item.type.is_resource ? " resource" : "");
           },
       .on_export =
           [&](const ComponentExport& item) { text += fmt::format("export {} {} {}; ", item.name.name, to_string(item.kind), item.index); },
       .on_nested =
           [&](const NestedBinary& item) {
             text += fmt::format(
                 "{} {} {}; ", item.encoding == Encoding::module ? "module" : "component", item.depth, item.source.bytes.size());
             if (item.encoding == Encoding::module) {
               CHECK(Module::read(item.source).has_value());
             }
           }});
  REQUIRE(result.has_value());
  CHECK(text == fmt::format("import wasi:io/streams@0.2.6 instance 0; import f func 2; module 1 {}; component 1 {}; module 2 8; "
                            "import t type 0 resource; export wasi:cli/run@0.2.0 instance 1; ",
                            inner_module.size(),
                            inner_component.size()));
}

TEST_CASE("component: versions are text after the last @", "[wasm][component]")
{
  CHECK(version_of("wasi:cli/run@0.2.6") == "0.2.6");
  CHECK(version_of("wasi:io/poll@0.3.0-rc-2026-01-06") == "0.3.0-rc-2026-01-06");
  CHECK(version_of("run") == "");
}

TEST_CASE("component: a core module is refused, and so is a nested one of the other kind", "[wasm][component]")
{
  const std::string module = wasm_module({});
  CHECK(base::render(read_component(Source(k_path, module), {}).error(), base::Severity::error, false) ==
        "error[CW0616]: expected a component, found a core module\n  --> app.wasm, byte 0x0000 (header)\n");
  const std::string wrong = wasm_component({section(4, wasm_module({}))});
  CHECK(base::render(read_component(Source(k_path, wrong), {}).error(), base::Severity::error, false) ==
        "error[CW0616]: expected the header of a component, found the other one\n  --> app.wasm, byte 0x000a (component section)\n");
}

TEST_CASE("component: nesting is bounded", "[wasm][component]")
{
  const auto nested = [](std::size_t levels) {
    std::string content = wasm_component({});
    for (std::size_t i = 1; i < levels; ++i) {
      content = wasm_component({section(4, content)});
    }
    return content;
  };
  const std::string deep = nested(k_max_nesting);
  CHECK(read_component(Source(k_path, deep), {}).has_value());
  const std::string deeper = nested(k_max_nesting + 2);
  const auto result = read_component(Source(k_path, deeper), {});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "expected at most 1000 components within one another, found `1001`");
}

TEST_CASE("component: the declarations of an instance type, walked as a list and in one pass", "[wasm][component]")
{
  // (instance (type (instance (type u8))) (export "f" (func (type 0))))
  const std::string inner = bytes({0x42}) + vec({bytes({0x01, 0x7d})});
  const std::string content = bytes({0x42}) + vec({bytes({0x01}) + inner, bytes({0x04}) + extern_name("f") + bytes({0x01, 0x00})});
  Cursor cursor(content, content);
  const ComponentType type = ComponentType::read(cursor);
  REQUIRE_FALSE(cursor.failed());
  CHECK(cursor.at_end());
  std::string text;
  for (const InstanceDeclaration& item : type.instance_declarations) {
    if (item.kind == DeclarationKind::export_) {
      text += fmt::format("export {} {}", item.name.name, to_string(item.export_type.kind));
      continue;
    }
    Cursor place = item.content;
    text += fmt::format("instance of {}; ", ComponentType::read(place).instance_declarations.size());
  }
  CHECK(text == "instance of 1; export f func");

  Cursor once(content, content);
  CHECK(ComponentType::read_open(once).declaration_count == 2);
  CHECK(InstanceDeclaration::read_open(once).kind == DeclarationKind::type);
  CHECK(ComponentType::read_open(once).declaration_count == 1);
  CHECK(InstanceDeclaration::read_open(once).kind == DeclarationKind::type);
  CHECK(ComponentType::read_open(once).primitive == PrimitiveType::u8);
  CHECK(InstanceDeclaration::read_open(once).name.name == "f");
  CHECK(once.at_end());
}

TEST_CASE("component: types within types are read to a depth of 100 and refused beyond it", "[wasm][component]")
{
  const auto nested = [](std::size_t levels) {
    std::string type = bytes({0x7f}); // bool
    for (std::size_t i = 0; i < levels; ++i) {
      type = bytes({0x42}) + vec({bytes({0x01}) + type});
    }
    return vec({type});
  };
  const auto failure_of = [](const std::string& content) {
    Cursor cursor(content, content);
    SectionReader<ComponentType> reader(Source(k_path, content), cursor, "component type section");
    for (ComponentType type; reader.next(type);) {
    }
    return reader.failure();
  };
  CHECK_FALSE(failure_of(nested(100)));
  const Failure failure = failure_of(nested(101));
  CHECK(failure.fault == Fault::limit);
  CHECK(failure.found == 101);
}
