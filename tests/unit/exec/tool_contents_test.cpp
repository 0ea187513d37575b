// C tools by what they are: the same name is not the same tool.
#include "tool_contents.hpp"

#include <filesystem>

#include "shared_key.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

/// An LLVM in a prefix, as distributions and SDKs lay it out.
struct Tools
{
  test::TempDir dir;
  test::RealEnv real{dir.path()};

  Tools()
  {
    program("llvm/bin/clang", "a driver");
    dir.write("llvm/lib/libLLVM-14.so.1", "code generation");
    dir.write("llvm/lib/libstdc.so", "of somebody else");
    dir.write("llvm/lib/clang/14/include/stddef.h", "typedef int x;");
    dir.write("sdk/share/wasi-sysroot/include/stdio.h", "int puts();");
    program("sdk/bin/clang", "a driver");
    real.vars["PATH"] = (dir / "bin").native() + ":/usr/bin:/bin";
  }

  void program(const std::string& name, const std::string& text)
  {
    dir.write(name, text);
    std::filesystem::permissions(dir / name, std::filesystem::perms::owner_all);
  }

  /// As a new build sees it.
  std::string tool(const std::string& name)
  {
    const base::Env env = real.env();
    const base::Path memo = dir / "memo";
    const auto digest = ToolContents(env, memo).tool(dir / name);
    REQUIRE(digest);
    return *digest;
  }

  std::map<std::string, std::string> of(const std::map<std::string, std::string>& variables)
  {
    const base::Env env = real.env();
    const base::Path memo = dir / "memo";
    const auto found = ToolContents(env, memo).of_build_scripts(variables, dir.path());
    REQUIRE(found);
    return *found;
  }
};

} // namespace

TEST_CASE("tools: which of the variables that build scripts read name a tool")
{
  CHECK(tool_named_by("CC") == NamedTool::program);
  CHECK(tool_named_by("CXX_wasm32-wasip1") == NamedTool::program);
  CHECK(tool_named_by("TARGET_AR") == NamedTool::program);
  CHECK(tool_named_by("CLANG_PATH") == NamedTool::program);
  CHECK(tool_named_by("CFLAGS_wasm32_wasip1") == NamedTool::flags);
  CHECK(tool_named_by("HOST_CXXFLAGS") == NamedTool::flags);
  CHECK(tool_named_by("WASI_SYSROOT") == NamedTool::directory);
  CHECK(tool_named_by("WASI_SDK_PATH") == NamedTool::wasi_sdk);
  CHECK(tool_named_by("LIBCLANG_PATH") == NamedTool::libclang);
  CHECK(tool_named_by("CMAKE_TOOLCHAIN_FILE_wasm32-wasip1") == NamedTool::cmake_file);
  CHECK(tool_named_by("TARGET_PKG_CONFIG_PATH") == NamedTool::descriptions);
  CHECK(tool_named_by("PKG_CONFIG_LIBDIR_wasm32_wasip1") == NamedTool::descriptions);
  for (const char* const name :
       {"CMAKE", "CMAKE_wasm32-wasip1", "HOST_PKG_CONFIG", "PKG_CONFIG_wasm32_wasip1", "CMAKE_C_COMPILER_LAUNCHER"}) {
    INFO(name);
    CHECK(tool_named_by(name) == NamedTool::program);
  }
  for (const char* const name :
       {"CXXSTDLIB", "CC_TOKEN", "CMAKE_AUTH_TOKEN", "CMAKE_GENERATOR", "PKG_CONFIG_ALLOW_CROSS", "OPT_LEVEL", "CCACHE", "PATH"}) {
    INFO(name);
    CHECK(tool_named_by(name) == NamedTool::none);
  }
}

TEST_CASE("tools: a clang is its program, its library and its headers, and nothing else of the directory")
{
  Tools tools;
  const std::string before = tools.tool("llvm/bin/clang");
  CHECK(tools.tool("llvm/bin/clang") == before);
  tools.dir.write("llvm/lib/libstdc.so", "another one of somebody else");
  CHECK(tools.tool("llvm/bin/clang") == before);
  tools.dir.write("llvm/lib/libLLVM-14.so.1", "code generation, mended");
  const std::string mended = tools.tool("llvm/bin/clang");
  CHECK(mended != before);
  tools.dir.write("llvm/lib/clang/14/include/stddef.h", "typedef long x;");
  const std::string with_headers = tools.tool("llvm/bin/clang");
  CHECK(with_headers != mended);
  tools.program("llvm/bin/clang", "another driver");
  CHECK(tools.tool("llvm/bin/clang") != with_headers);
}

TEST_CASE("tools: the same tool in another place is the same")
{
  Tools tools;
  std::filesystem::copy(tools.dir / "llvm", tools.dir / "elsewhere", std::filesystem::copy_options::recursive);
  CHECK(tools.tool("elsewhere/bin/clang") == tools.tool("llvm/bin/clang"));
}

TEST_CASE("tools: a script is asked what it calls, since its text does not say so")
{
  Tools tools;
  tools.program("bin/cc-of-us", "#!/bin/sh\ncat \"$(dirname \"$0\")/version\"\n");
  tools.dir.write("bin/version", "clang 14\n");
  const std::string before = tools.tool("bin/cc-of-us");
  tools.dir.write("bin/version", "clang 19\n");
  CHECK(tools.tool("bin/cc-of-us") != before);
}

TEST_CASE("tools: a build script's are those that variables name, with launchers, flags and SDKs")
{
  Tools tools;
  const std::string clang = (tools.dir / "llvm/bin/clang").native();
  const auto named = tools.of({{"CC_wasm32-wasip1", clang + " --target=wasm32"}, {"GREETING", clang}, {"CFLAGS", "-O2"}});
  CHECK(named.at("CC_wasm32-wasip1") == tools.tool("llvm/bin/clang"));
  CHECK_FALSE(named.contains("GREETING"));
  CHECK_FALSE(named.contains("CFLAGS"));
  tools.program("bin/ccache", "a launcher");
  CHECK(tools.of({{"CC", "ccache " + clang}}).at("CC") != tools.of({{"CC", clang}}).at("CC"));

  const std::map<std::string, std::string> sdk = {{"WASI_SDK_PATH", (tools.dir / "sdk").native()}};
  const std::map<std::string, std::string> flags = {{"CFLAGS", "-O2 --sysroot=" + (tools.dir / "sdk/share/wasi-sysroot").native()}};
  const auto sdk_before = tools.of(sdk).at("WASI_SDK_PATH"), flags_before = tools.of(flags).at("CFLAGS");
  tools.dir.write("sdk/share/wasi-sysroot/include/stdio.h", "int puts(char*);");
  CHECK(tools.of(sdk).at("WASI_SDK_PATH") != sdk_before);
  CHECK(tools.of(flags).at("CFLAGS") != flags_before);
}

TEST_CASE("tools: a compiler by a relative path is meant from where the script runs")
{
  Tools tools;
  CHECK(tools.of({{"CC", "./llvm/bin/clang -O2"}}).at("CC") == tools.tool("llvm/bin/clang"));
  CHECK_FALSE(tools.of({{"CC", "./clang"}}).contains("CC"));
}

TEST_CASE("tools: a file for CMake counts by what it says and by the programs that it names, descriptions of libraries by their text")
{
  Tools tools;
  const std::string clang = (tools.dir / "llvm/bin/clang").native();
  const std::string name = "CMAKE_TOOLCHAIN_FILE_wasm32-wasip1";
  tools.dir.write("wasi.cmake", "set(CMAKE_C_COMPILER \"" + clang + "\")\nset(CMAKE_SYSROOT /no/such/place)\n");
  for (const std::string& value : {(tools.dir / "wasi.cmake").native(), std::string("wasi.cmake"), std::string("./wasi.cmake")}) {
    INFO(value);
    tools.program("llvm/bin/clang", "a driver");
    const auto digest = [&] { return tools.of({{name, value}}).at(name); };
    const std::string before = digest();
    CHECK(digest() == before);
    tools.program("llvm/bin/clang", "another driver");
    CHECK(digest() != before);
  }
  const std::string before = tools.of({{name, "wasi.cmake"}}).at(name);
  tools.dir.write("wasi.cmake", "set(CMAKE_C_COMPILER \"" + clang + "\")\nset(CMAKE_SYSROOT /no/other/place)\n");
  CHECK(tools.of({{name, "wasi.cmake"}}).at(name) != before);
  CHECK_FALSE(tools.of({{name, "no.cmake"}}).contains(name));
}

TEST_CASE("tools: nothing that a file for CMake names is started, be it a script")
{
  Tools tools;
  const base::Path trace = tools.dir / "trace";
  tools.program("bin/generate", "#!/bin/sh\ntouch " + trace.native() + "\n");
  const std::string script = (tools.dir / "bin/generate").native();
  tools.dir.write("made.cmake", "# made by " + script + "\nset(CMAKE_C_COMPILER " + script + ")\n");
  const auto digest = [&] { return tools.of({{"CMAKE_TOOLCHAIN_FILE", "made.cmake"}}).at("CMAKE_TOOLCHAIN_FILE"); };
  const std::string before = digest();
  tools.program("bin/generate", "#!/bin/sh\ntouch " + trace.native() + " again\n");
  CHECK(digest() != before);
  CHECK_FALSE(std::filesystem::exists(trace));
}

TEST_CASE("tools: a file for CMake leads to the SDK that it lies in")
{
  Tools tools;
  tools.dir.write("sdk/share/cmake/wasi-sdk.cmake", "set(CMAKE_C_COMPILER ${WASI_SDK_PREFIX}/bin/clang)\n");
  const std::string file = (tools.dir / "sdk/share/cmake/wasi-sdk.cmake").native();
  const auto digest = [&] { return tools.of({{"CMAKE_TOOLCHAIN_FILE", file}}).at("CMAKE_TOOLCHAIN_FILE"); };
  const std::string before = digest();
  tools.program("sdk/bin/clang", "another driver");
  const std::string second = digest();
  CHECK(second != before);
  tools.dir.write("sdk/share/wasi-sysroot/include/stdio.h", "int puts(char*);");
  CHECK(digest() != second);
}

TEST_CASE("tools: descriptions of libraries count in each directory that is searched, and nothing else of it")
{
  Tools tools;
  tools.dir.write("one/lib/pkgconfig/z.pc", "Libs: -lz\n");
  tools.dir.write("two/generators/y.pc", "Libs: -ly\n");
  const std::string places =
      (tools.dir / "one/lib/pkgconfig").native() + "::" + (tools.dir / "two/generators/").native() + ":/no/such/place";
  const auto digest = [&] { return tools.of({{"PKG_CONFIG_PATH", places}}).at("PKG_CONFIG_PATH"); };
  const std::string before = digest();
  tools.dir.write("two/generators/notes.txt", "");
  CHECK(digest() == before);
  tools.dir.write("two/generators/y.pc", "Libs: -ly2\n");
  CHECK(digest() != before);
  CHECK_FALSE(tools.of({{"PKG_CONFIG_PATH", "/no/such/place"}}).contains("PKG_CONFIG_PATH"));
}

TEST_CASE("tools: of a directory counts what lies behind links, also when size and time of a file stay")
{
  Tools tools;
  namespace fs = std::filesystem;
  for (const std::string each : {"of", "of2"}) {
    tools.dir.write(each + "/v1/h.h", "int one;");
    tools.dir.write(each + "/v2/h.h", "int two;");
    tools.dir.write(each + "/root/real/x", "");
    fs::create_directory_symlink("../v1", tools.dir / (each + "/root/include"));
    fs::create_directory_symlink("../v1", tools.dir / (each + "/root/again"));
    fs::create_directory_symlink("real", tools.dir / (each + "/root/near"));
    fs::create_directory_symlink("..", tools.dir / (each + "/root/real/up"));
    fs::create_symlink("nowhere", tools.dir / (each + "/root/broken"));
  }
  const auto digest_of = [&](const std::string& root) {
    return tools.of({{"WASI_SYSROOT", (tools.dir / root).native()}}).at("WASI_SYSROOT");
  };
  const auto digest = [&] { return digest_of("of/root"); };
  const auto relink = [&](const std::string& link, const std::string& target) {
    fs::remove(tools.dir / link);
    fs::create_directory_symlink(target, tools.dir / link);
  };
  const std::string before = digest();
  CHECK(digest_of("of2/root") == before);
  for (const char* const link : {"of/root/include", "of/root/again"}) {
    relink(link, "../v2");
  }
  const std::string second = digest();
  CHECK(second != before);
  relink("of/root/near", "..");
  CHECK(digest() != second);
  relink("of/root/near", "real");
  CHECK(digest() == second);
  const base::Path header = tools.dir / "of/v2/h.h";
  const auto time = fs::last_write_time(header);
  tools.dir.write("of/v2/h.new", "int six;");
  fs::rename(tools.dir / "of/v2/h.new", header);
  fs::last_write_time(header, time);
  CHECK(digest() != second);
}

TEST_CASE("tools: what crates for C look for on PATH counts without a variable")
{
  Tools tools;
  tools.program("bin/clang", "one");
  const std::string before = tools.of({}).at("clang");
  tools.program("bin/clang", "two and more");
  CHECK(tools.of({}).at("clang") != before);
}
