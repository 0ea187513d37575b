#include "bitcode_fixture.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;
using bitcode::Linkage;
using bitcode::PassedAs;
using bitcode::SymbolKind;

TEST_CASE("bitcode: a declaration's import module and name are found", "[bitcode]")
{
  const std::string bytes = sample();
  const auto file = test::read(bytes).value();
  REQUIRE(file.modules.size() == 1);
  const bitcode::Module& module = file.modules[0];
  CHECK(module.producer == "LLVM23.1.1-rust-1.99.1-stable");
  CHECK(module.epoch == 0);
  CHECK(module.version == 2);
  CHECK(module.target_triple == "wasm32-unknown-unknown");
  CHECK(module.data_layout == "e-m:e");
  CHECK(module.source_file_name == "a.rs");
  CHECK(module.summary == bitcode::SummaryState::absent);
  REQUIRE(module.symbols.size() == 4);

  const bitcode::Symbol& log = module.symbols[2];
  CHECK(log.name == "log");
  CHECK(log.kind == SymbolKind::function);
  CHECK(log.is_declaration);
  CHECK(log.linkage == Linkage::external);
  CHECK(to_string(module.types, log.type) == "i32 (ptr, i32)");
  CHECK(module.attribute(log, "wasm-import-module") == "host");
  CHECK(module.attribute(log, "wasm-import-name") == "log");
  CHECK(module.attribute(log, "wasm-export-name") == std::nullopt);
  CHECK(module.string_attributes(log) ==
        std::vector<bitcode::StringAttribute>{{"wasm-import-module", "host"}, {"wasm-import-name", "log"}});
  CHECK(module.parameter_attributes(log) == std::vector<bitcode::ParameterAttribute>{{PassedAs::zeroext, 2, std::nullopt}});

  CHECK(module.symbols[0].name == "DATA");
  CHECK(module.symbols[0].kind == SymbolKind::variable);
  CHECK(module.symbols[0].is_declaration);
  CHECK(module.symbols[1].name == "run");
  CHECK_FALSE(module.symbols[1].is_declaration);
  CHECK(module.attribute(module.symbols[1], "wasm-import-module") == std::nullopt);
  CHECK(module.parameter_attributes(module.symbols[3]) ==
        std::vector<bitcode::ParameterAttribute>{{PassedAs::sret, 1, bitcode::TypeId{k_pair}}});
}

TEST_CASE("bitcode: names lie in the bytes that were read", "[bitcode]")
{
  const std::string bytes = sample();
  const auto file = test::read(bytes).value();
  const std::string_view name = file.modules[0].symbols[1].name;
  CHECK(name.data() >= bytes.data());
  CHECK(name.data() + name.size() <= bytes.data() + bytes.size());
}

TEST_CASE("bitcode: texts outlive the move of the file", "[bitcode]")
{
  const std::string bytes = sample();
  auto first = test::read(bytes).value();
  const bitcode::File second = std::move(first);
  CHECK(second.modules[0].target_triple == "wasm32-unknown-unknown");
  CHECK(second.modules[0].attribute(second.modules[0].symbols[2], "wasm-import-module") == "host");
}

TEST_CASE("bitcode: the wrapper of other systems is taken off, and offsets count from the file's start", "[bitcode]")
{
  const std::string inner = sample();
  BitstreamWriter wrapper("\xDE\xC0\x17\x0B");
  wrapper.fixed(0, 32).fixed(24, 32).fixed(inner.size(), 32).fixed(0, 32).fixed(0, 32).raw(inner).raw("trailing");
  const std::string bytes = wrapper.bytes();
  CHECK(bitcode::is_bitcode(std::as_bytes(std::span(bytes))));
  const auto file = test::read(bytes, 1000).value();
  const auto plain = test::read(inner, 1024).value();
  CHECK(file.modules[0].symbols.size() == 4);
  CHECK(file.modules[0].offset == plain.modules[0].offset);
  CHECK(plain.modules[0].offset > 1024);
}

TEST_CASE("bitcode: what is no bitcode is not taken for some", "[bitcode]")
{
  const auto looks = [](std::string_view text) { return bitcode::is_bitcode(std::as_bytes(std::span(text))); };
  CHECK_FALSE(looks(""));
  CHECK_FALSE(looks("BC\xC0"));
  CHECK_FALSE(looks(std::string_view("\0asm\1\0\0\0", 8)));
  CHECK(looks("BC\xC0\xDE"));
}

TEST_CASE("bitcode: modules in a row share the string table behind them", "[bitcode]")
{
  BitstreamWriter out;
  add_identification(out, "LLVM18.1.0");
  add_module(out);
  add_identification(out, "LLVM19.1.0");
  add_module(out);
  add_strings(out, k_sample_strings);
  // A table serves what has none before it: the third module must not get the first table, nor the others the second.
  add_module(out);
  add_strings(out, "LOGRUNdataLAST");
  const std::string bytes = out.bytes();
  const auto file = test::read(bytes).value();
  REQUIRE(file.modules.size() == 3);
  CHECK(file.modules[0].producer == "LLVM18.1.0");
  CHECK(file.modules[1].producer == "LLVM19.1.0");
  CHECK(file.modules[2].producer == "");
  CHECK(file.modules[0].symbols[2].name == "log");
  CHECK(file.modules[1].symbols[2].name == "log");
  CHECK(file.modules[2].symbols[2].name == "LOG");
}

TEST_CASE("bitcode: older modules name their symbols in a symbol table", "[bitcode]")
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {1});
  add_types(out);
  out.record(8, {k_i32_of_ptr_i32, 0, 0, 3, 0, 0, 0, 0});
  out.record(8, {k_void_of_ptr, 0, 1, 0, 0, 0, 0, 0});
  const auto with_names = [](BitstreamWriter writer, bool names) {
    if (names) {
      writer.enter(block::k_names).text(1, "puts", {1}).text(3, "main", {0, 77}).leave();
    }
    writer.leave();
    return writer.bytes();
  };
  const std::string named = with_names(out, true);
  const auto file = test::read(named).value();
  CHECK(file.modules[0].has_names);
  CHECK(file.modules[0].symbols[0].name == "main");
  CHECK(file.modules[0].symbols[0].linkage == Linkage::internal);
  CHECK(file.modules[0].symbols[1].name == "puts");

  const std::string nameless = with_names(out, false);
  const auto unknown = test::read(nameless).value();
  CHECK_FALSE(unknown.modules[0].has_names);
  CHECK(unknown.modules[0].symbols[1].name == "");
}

TEST_CASE("bitcode: symbols of typed pointers have the type that is pointed to", "[bitcode]")
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {1});
  // i8, i8*, i32, i32 (i8*), i32 (i8*)*, i32*
  out.enter(block::k_types, 4);
  out.record(1, {6}).record(7, {8}).record(8, {0, 0}).record(7, {32}).record(21, {0, 2, 1}).record(8, {3, 0}).record(8, {2, 0});
  out.leave();
  out.record(7, {5, 1, 1, 0, 0, 0}); // a constant, with an initializer
  out.record(7, {2, 2, 0, 0, 0, 0}); // its type is said outright
  out.record(8, {4, 0, 1, 0, 0, 0, 0, 0});
  out.record(9, {5, 0, 0}); // an old alias of symbol 0
  out.leave();
  const std::string bytes = out.bytes();
  const auto file = test::read(bytes).value();
  const bitcode::Module& module = file.modules[0];
  REQUIRE(module.symbols.size() == 4);
  CHECK(to_string(module.types, module.symbols[0].type) == "i32");
  CHECK_FALSE(module.symbols[0].is_declaration);
  CHECK(to_string(module.types, module.symbols[1].type) == "i32");
  CHECK(module.symbols[1].is_declaration);
  CHECK(to_string(module.types, module.symbols[2].type) == "i32 (i8*)");
  CHECK(module.symbols[3].kind == SymbolKind::alias);
  CHECK(module.symbols[3].aliasee == 0);
}

TEST_CASE("bitcode: linkage, visibility, thread-locals and aliases", "[bitcode]")
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  add_types(out);
  const auto variable = [](std::uint64_t linkage, std::uint64_t visibility, std::uint64_t tls) {
    return Values{0, 0, k_i32, 2, 1, linkage, 0, 0, visibility, tls};
  };
  for (std::uint64_t linkage = 0; linkage <= 20; ++linkage) {
    out.record(7, variable(linkage, 1, linkage == 2 ? 1 : 0));
  }
  out.record(14, {0, 0, k_i32, 0, 4, 0, 2, 0, 1});
  out.record(18, {0, 0, k_void_of_ptr, 0, 400, 0});
  out.leave();
  const std::string bytes = out.bytes();
  const auto file = test::read(bytes).value();
  const auto& symbols = file.modules[0].symbols;
  REQUIRE(symbols.size() == 23);
  const std::vector<Linkage> expected = {Linkage::external,
                                         Linkage::weak_any,
                                         Linkage::appending,
                                         Linkage::internal,
                                         Linkage::linkonce_any,
                                         Linkage::external,
                                         Linkage::external,
                                         Linkage::extern_weak,
                                         Linkage::common,
                                         Linkage::private_,
                                         Linkage::weak_odr,
                                         Linkage::linkonce_odr,
                                         Linkage::available_externally,
                                         Linkage::private_,
                                         Linkage::private_,
                                         Linkage::external,
                                         Linkage::weak_any,
                                         Linkage::weak_odr,
                                         Linkage::linkonce_any,
                                         Linkage::linkonce_odr,
                                         Linkage::external};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("linkage " << i);
    CHECK(symbols[i].linkage == expected[i]);
    const bool is_local = expected[i] == Linkage::internal || expected[i] == Linkage::private_;
    CHECK(symbols[i].visibility == (is_local ? bitcode::Visibility::default_ : bitcode::Visibility::hidden));
    CHECK(symbols[i].is_thread_local == (i == 2));
  }
  CHECK(symbols[21].kind == SymbolKind::alias);
  CHECK(symbols[21].aliasee == 4);
  CHECK(symbols[21].visibility == bitcode::Visibility::protected_);
  CHECK(symbols[21].is_thread_local);
  CHECK(symbols[22].kind == SymbolKind::ifunc);
  // Beyond the symbols lie constants: an expression, not one symbol.
  CHECK(symbols[22].aliasee == bitcode::k_none);
}

TEST_CASE("bitcode: attributes that are not known are passed over by their form", "[bitcode]")
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2});
  add_types(out);
  const Values words = {900, 128, (std::uint64_t{1} << 32) | 2, 1, 2, 3};
  out.enter(block::k_groups);
  out.record(3,
             joined({{1, k_function_place},
                     {0, 900},        // a flag
                     {1, 900, 12345}, // with an integer
                     {3},             // a text alone
                     zero_terminated("no-prototype"),
                     {5, 900},        // a type that is not set
                     {6, 900, k_i64}, // a type
                     {7, 900, 32, 1, 9},
                     {7},
                     words, // bounds of two and of one word
                     {8, 900, 2, 64, 1, 2, 3, 4},
                     {4},
                     zero_terminated("wasm-import-module"),
                     zero_terminated("env")}));
  out.leave();
  out.enter(block::k_lists).record(2, {1}).leave();
  out.record(8, function(0, 3, k_void_of_ptr, true, 1)).leave();
  add_strings(out, "log");
  const std::string bytes = out.bytes();
  const auto file = test::read(bytes).value();
  const bitcode::Module& module = file.modules[0];
  CHECK(module.string_attributes(module.symbols[0]) ==
        std::vector<bitcode::StringAttribute>{{"no-prototype", ""}, {"wasm-import-module", "env"}});
}

TEST_CASE("bitcode: assembly of a module is put together", "[bitcode]")
{
  BitstreamWriter out;
  out.enter(block::k_module).record(1, {2}).text(4, ".globl a\n").text(4, ".globl b\n").leave();
  const std::string bytes = out.bytes();
  CHECK(test::read(bytes).value().modules[0].assembly == ".globl a\n.globl b\n");
}
