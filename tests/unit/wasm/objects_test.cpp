// Custom sections of objects and modules.
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/linking.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include <support/catch.hpp>
#include <support/wasm_builder.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using namespace cargo_wasm::wasm;
using test::bytes;

namespace {

const base::Path k_path("lib.o");

std::string object()
{
  const std::string symbols = vec({bytes({0x00, 0x10, 0x00}),                  // undefined function, named by its import
                                   bytes({0x00, 0x50, 0x01}) + sized("close"), // undefined, its own name
                                   bytes({0x00, 0x04, 0x02}) + sized("main"),  // defined, hidden
                                   bytes({0x01, 0x00}) + sized("TABLE") + bytes({0x00, 0x08, 0x10}), // data: segment 0, offset 8, 16 bytes
                                   bytes({0x01, 0x11}) + sized("weak"),                              // undefined weak data
                                   bytes({0x03, 0x02, 0x04})});                                      // section 4
  const std::string linking = leb(2) + bytes({0x08}) + sized(symbols) +                              //
                              bytes({0x05}) + sized(vec({sized(".rodata.x") + bytes({0x04, 0x01})})) + bytes({0x06}) +
                              sized(vec({bytes({0x64, 0x02})})) + bytes({0x07}) +
                              sized(vec({sized("group") + bytes({0x00}) + vec({bytes({0x01, 0x02})})}));
  return wasm_module({custom("linking", linking),
                      custom("reloc.CODE", leb(3) + vec({bytes({0x00, 0x05, 0x01}), bytes({0x03, 0x0a, 0x03, 0x7c})})),
                      custom("target_features", vec({"+" + sized("bulk-memory"), "-" + sized("atomics")})),
                      custom("producers", vec({sized("processed-by") + vec({sized("rustc") + sized("1.99.1")})}))});
}

} // namespace

TEST_CASE("linking: symbols, segments, init functions and comdats", "[wasm][linking]")
{
  const std::string content = object();
  const Source source(k_path, content);
  CHECK(file_kind(source) == FileKind::object);
  const auto module = Module::read(source);
  REQUIRE(module.has_value());
  LinkingSection section(source, *module->custom("linking"));
  std::vector<Symbol> symbols;
  std::string others;
  for (LinkingSubsection part; section.next(part);) {
    for (Symbol symbol; part.symbols.next(symbol);) {
      symbols.push_back(symbol);
    }
    for (SegmentInfo item; part.segments.next(item);) {
      others += std::string(item.name) + " 2^" + std::to_string(item.alignment_log2) + "; ";
    }
    for (InitFunction item; part.init_functions.next(item);) {
      others += std::to_string(item.priority) + " " + std::to_string(item.symbol) + "; ";
    }
    for (Comdat item; part.comdats.next(item);) {
      others += std::string(item.name) + " " + std::to_string(item.members.begin()->index);
    }
  }
  REQUIRE(section.finish().has_value());
  CHECK(others == ".rodata.x 2^4; 100 2; group 2");
  REQUIRE(symbols.size() == 6);
  CHECK(symbols[0].is_undefined());
  CHECK_FALSE(symbols[0].name.has_value());
  CHECK(symbols[1].name == "close");
  CHECK(symbols[2].name == "main");
  CHECK_FALSE(symbols[2].is_undefined());
  CHECK(symbols[3].data_offset == 8);
  CHECK(symbols[3].data_bytes == 16);
  CHECK(symbols[4].is_weak());
  CHECK(symbols[5].kind == SymbolKind::section);
  CHECK(symbols[5].index == 4);
}

TEST_CASE("linking: relocations", "[wasm][linking]")
{
  const std::string content = object();
  const Source source(k_path, content);
  auto section = RelocationSection::read(source, *Module::read(source)->custom("reloc.CODE"));
  CHECK(section.section == 3);
  std::vector<Relocation> all;
  for (Relocation item; section.entries.next(item);) {
    all.push_back(item);
  }
  REQUIRE(all.size() == 2);
  CHECK(all[0].type == RelocationType::function_index_leb);
  CHECK(patched_bytes(all[0].type) == 5);
  CHECK(all[1].type == RelocationType::memory_addr_leb);
  CHECK(all[1].addend == -4);
}

TEST_CASE("linking: another version and an unknown symbol are refused", "[wasm][linking]")
{
  const auto error_of = [](const std::string& linking) {
    const std::string content = wasm_module({custom("linking", linking)});
    const Source source(k_path, content);
    LinkingSection section(source, *Module::read(source)->custom("linking"));
    for (LinkingSubsection part; section.next(part);) {
      for (Symbol symbol; part.symbols.next(symbol);) {
      }
      if (const auto end = part.symbols.finish(); !end) {
        return base::render(end.error(), base::Severity::error, false);
      }
    }
    return base::render(section.finish().error(), base::Severity::error, false);
  };
  CHECK(error_of(leb(1)) ==
        "error[CW0614]: expected version 2 of the linking section, found `1`\n  --> lib.o, byte 0x0012 (linking section)\n");
  CHECK(error_of(leb(2) + bytes({0x08}) + sized(vec({bytes({0x09, 0x00, 0x00})}))) ==
        "error[CW0614]: expected the kind of a symbol, found the byte `0x09`\n"
        "  --> lib.o, byte 0x0016 (linking section, symbols, entry 1 of 1)\n");
}

TEST_CASE("custom: features and producers", "[wasm][custom]")
{
  const std::string content = object();
  const Source source(k_path, content);
  const auto module = Module::read(source);
  std::string text;
  SectionReader<TargetFeature> features(source, *module->custom("target_features"), "target_features section");
  for (TargetFeature feature; features.next(feature);) {
    text += feature.prefix + std::string(feature.name) + " ";
  }
  SectionReader<ProducersField> fields(source, *module->custom("producers"), "producers section");
  for (ProducersField field; fields.next(field);) {
    SectionReader<Producer> values(source, field.values, "producers section");
    for (Producer value; values.next(value);) {
      text += std::string(field.name) + " " + std::string(value.name) + " " + std::string(value.version);
    }
  }
  CHECK(text == "+bulk-memory -atomics processed-by rustc 1.99.1");

  const std::string bad = wasm_module({custom("target_features", vec({"*" + sized("simd128")}))});
  SectionReader<TargetFeature> refused(
      Source(k_path, bad), *Module::read(Source(k_path, bad))->custom("target_features"), "target_features section");
  TargetFeature feature;
  CHECK_FALSE(refused.next(feature));
  CHECK(refused.failure().offset == bad.size() - 9);
}

TEST_CASE("custom: a damaged name section leaves the module readable", "[wasm][custom]")
{
  const std::string good = bytes({0x00}) + sized(sized("app")) + bytes({0x01}) + sized(vec({leb(0) + sized("f"), leb(2) + sized("g")})) +
                           bytes({0x02}) + sized(vec({leb(2) + vec({leb(0) + sized("x")})}));
  const auto names_of = [](const std::string& content) {
    const std::string file = wasm_module({custom("name", content)});
    const Source source(k_path, file);
    const auto module = Module::read(source);
    REQUIRE(module.has_value());
    NameSection section(source, *module->custom("name"));
    std::string text;
    for (NameSubsection part; section.next(part);) {
      text += std::string(part.module_name) + "|";
      for (Naming naming; part.names.next(naming);) {
        text += std::to_string(naming.index) + "=" + std::string(naming.name) + " ";
      }
      std::uint32_t index = 0;
      for (NameMap names; part.indirect.next(index, names);) {
        for (Naming naming; names.next(naming);) {
          text += std::to_string(index) + "." + std::to_string(naming.index) + "=" + std::string(naming.name);
        }
      }
      if (const auto end = part.names.finish(); !end) {
        text += end.error().message;
      }
    }
    const auto end = section.finish();
    return text + (end ? "" : end.error().message);
  };
  CHECK(names_of(good) == "app||0=f 2=g |2.0=x");
  CHECK(names_of(bytes({0x01}) + sized(vec({leb(2) + sized("g"), leb(0) + sized("f")}))) ==
        "|2=g expected names by rising index, found `0`");
  CHECK(names_of(bytes({0x02}) + sized(vec({})) + bytes({0x01}) + sized(vec({}))) == "|expected subsections by rising number, found `1`");
}

TEST_CASE("file kind: by content, never by name", "[wasm][file_kind]")
{
  const auto kind = [](const std::string& content) { return file_kind(Source(k_path, content)); };
  CHECK(kind(wasm_module({})) == FileKind::module);
  CHECK(kind(wasm_module({custom("reloc.CODE", ""), custom("linking", leb(2))})) == FileKind::object);
  CHECK(kind(wasm_module({bytes({0x63, 0xff})})) == FileKind::module); // damaged behind the header
  CHECK(kind(wasm_component({})) == FileKind::component);
  CHECK(kind("!<arch>\nrest") == FileKind::archive);
  CHECK(kind("!<thin>\nrest") == FileKind::thin_archive);
  CHECK(kind("BC\xc0\xde and so on") == FileKind::bitcode);
  CHECK(kind("\xde\xc0\x17\x0b and so on") == FileKind::bitcode);
  CHECK(kind("#STUB\nhost_log:\n") == FileKind::stub_library);
  CHECK(kind("") == FileKind::unknown);
  CHECK(kind("\x7f"
             "ELF") == FileKind::unknown);
}
