#include <cargo_wasm/shim/linker_options.hpp>

#include "support/catch.hpp"
#include "support/fake_filesystem.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::shim;
using test::FakeFilesystem;
using Words = std::vector<std::string>;

TEST_CASE("rustc's command line for a cdylib is read whole", "[shim][options]")
{
  const LinkerOptions options = read_linker_options({"-flavor",
                                                     "wasm",
                                                     "--export",
                                                     "run",
                                                     "--export=__heap_base",
                                                     "-z",
                                                     "stack-size=1048576",
                                                     "--stack-first",
                                                     "--allow-undefined",
                                                     "--no-demangle",
                                                     "--no-entry",
                                                     "h.o",
                                                     "/s/libstd.rlib",
                                                     "-L",
                                                     "/s/self-contained",
                                                     "-l",
                                                     "c",
                                                     "-o",
                                                     "h.wasm",
                                                     "--gc-sections",
                                                     "--no-entry",
                                                     "-O0",
                                                     "--strip-debug"});
  CHECK(options.inputs == std::vector<LinkerInput>{{.name = "h.o", .argument = 11},
                                                   {.name = "/s/libstd.rlib", .argument = 12},
                                                   {.name = "c", .is_library = true, .argument = 15}});
  CHECK(options.search_paths == Words{"/s/self-contained"});
  CHECK(options.exports == Words{"run", "__heap_base"});
  CHECK(options.stack_size_bytes == 1048576);
  CHECK(options.allow_undefined_arguments == std::vector<std::uint32_t>{8});
  CHECK(options.import_undefined);
  CHECK(options.unresolved == Unresolved::ignore);
  CHECK(options.output == "h.wasm");
  CHECK(options.strip == Strip::debug);
  CHECK(options.gc_sections);
  CHECK_FALSE(options.entry_symbol());
}

TEST_CASE("of several options about the entry the last one counts", "[shim][options]")
{
  CHECK(read_linker_options({}).entry_symbol() == "_start");
  CHECK(read_linker_options({"--no-entry", "--entry", "_initialize"}).entry_symbol() == "_initialize");
  CHECK_FALSE(read_linker_options({"-e", "main", "--no-entry"}).entry_symbol());
  CHECK(read_linker_options({"--entry=main"}).entry_symbol() == "main");
  CHECK_FALSE(read_linker_options({"--shared"}).entry_symbol());
}

TEST_CASE("options with a value take it joined or from the next argument, with one dash or two", "[shim][options]")
{
  CHECK(read_linker_options({"-export", "a", "--export-if-defined=b", "-u", "c", "-ud", "--undefined=e"}).forced_undefined ==
        Words{"c", "d", "e"});
  CHECK(read_linker_options({"--max-memory=0x10000"}).max_memory_bytes == 65536);
  CHECK(read_linker_options({"-zstack-size=64", "-Lx", "--library-path=y"}).search_paths == Words{"x", "y"});
  CHECK(read_linker_options({"--allow-undefined-file=f", "-allow-undefined-file", "g"}).allow_undefined_files == Words{"f", "g"});
  CHECK(read_linker_options({"--import-memory=env,memory"}).import_memory);
}

TEST_CASE("the value of an option is not taken for an input", "[shim][options]")
{
  for (const char* const option :
       {"-o", "--Map", "-Map", "--soname", "--keep-section", "-mllvm", "--error-limit", "--threads", "-m", "-y", "--wrap"}) {
    CAPTURE(option);
    CHECK(read_linker_options({option, "value", "x.o"}).inputs == std::vector<LinkerInput>{{.name = "x.o", .argument = 2}});
  }
}

TEST_CASE("how an input is taken depends on the options before it", "[shim][options]")
{
  const LinkerOptions options = read_linker_options(
      {"--whole-archive", "a.a", "--no-whole-archive", "b.a", "--start-lib", "c.o", "--end-lib", "d.o", "--library=e", "-lf"});
  CHECK(options.inputs == std::vector<LinkerInput>{{.name = "a.a", .whole_archive = true, .argument = 1},
                                                   {.name = "b.a", .argument = 3},
                                                   {.name = "c.o", .lazy = true, .argument = 5},
                                                   {.name = "d.o", .argument = 7},
                                                   {.name = "e", .is_library = true, .argument = 8},
                                                   {.name = "f", .is_library = true, .argument = 9}});
}

TEST_CASE("an option that is not known is read past", "[shim][options]")
{
  CHECK(read_linker_options({"--lto-O3", "--thinlto-jobs=2", "--no-such-thing", "-lto-x", "x.o"}).inputs.size() == 1);
}

TEST_CASE("a library is found in the first search path that has it", "[shim][options]")
{
  const FakeFilesystem fs{{"/w/b/libc.a", ""}, {"/w/c/libc.a", ""}, {"/w/c/exact.a", ""}};
  CHECK(find_library(fs, "/w", {"a", "b", "c"}, "c") == base::Path("/w/b/libc.a"));
  CHECK(find_library(fs, "/w", {"b", "c"}, ":exact.a") == base::Path("/w/c/exact.a"));
  CHECK_FALSE(find_library(fs, "/w", {"a", "b"}, "m"));
}
