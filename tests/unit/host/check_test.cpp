// What is said of an artifact that does not fit: whole texts.
#include <cargo_wasm/host/check.hpp>
#include <cargo_wasm/host/profiles.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

#include "module_draft.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

const base::Path k_file("/p/target/app.wasm");

std::string told(std::string_view host, const std::string& content, const std::string& names = {}, std::vector<std::string> allowed = {})
{
  const TestEnv world{
      {"/project/plain.toml", "name = \"plain\"\nextends = \"wasmtime\"\n[features]\nsimd128 = { on = false, note = \"switched off\" }\n"}};
  const auto profile = host::find_profile(world.fs, {"/nowhere", "/project"}, host);
  REQUIRE(profile.has_value());
  host::CheckRequest request{*profile, wasm::Source(k_file, content), std::move(allowed)};
  const base::Path names_file("/p/linked.wasm");
  if (!names.empty()) {
    request.names = wasm::Source(names_file, names);
  }
  const auto violations = host::check(request);
  REQUIRE(violations.has_value());
  std::string text;
  for (const Error& error : *violations) {
    text += base::render(error, base::Severity::error, false);
  }
  return text;
}

/// A function `run` that calls two imports of `module`; `more` stands behind.
std::string calling(const std::string& module, const std::vector<std::string>& more = {})
{
  std::vector<std::string> sections{section(1, vec({func_type({}, {})})),
                                    section(2, vec({import_func(module, "first", 0), import_func(module, "second", 0)})),
                                    section(3, vec({leb(0)})),
                                    section(7, vec({export_item("run", 0, 2)})),
                                    section(10, vec({body(bytes({0x10, 0x00, 0x10, 0x01}))}))};
  sections.insert(sections.end(), more.begin(), more.end());
  return wasm_module(sections);
}

std::string name_section(std::uint32_t function, std::string_view name)
{
  return custom("name", bytes({0x01}) + sized(vec({leb(function) + sized(name)})));
}

} // namespace

TEST_CASE("host check: a module of which the host provides nothing is told once, with callers and what helps", "[host]")
{
  CHECK(told("wasmtime", calling("app", {name_section(2, "_RNvCs1_3app3run")})) ==
        R"(error[CW0872]: `app.wasm` imports 2 things from `app`, which host `wasmtime` does not provide
  --> /p/target/app.wasm, byte 0x0011 (import section, entry 1 of 2)
   = note: `first`, `second`
   = note: `first` is called by `app::run` of crate `app` (function 2)
   = note: `second` is called by `app::run` of crate `app` (function 2)
   = help: a host of your own that has it is a file with `extends = "wasmtime"` and an `[[import]]`: `--host path/to/host.toml`
)");
}

TEST_CASE("host check: names that were stripped come from the module before, as long as its code is the same", "[host]")
{
  const std::string stripped = calling("app");
  const std::string named = calling("app", {name_section(2, "_RNvCs1_3app3run")});
  CHECK(told("wasmtime", stripped, named).find("`app::run` of crate `app` (function 2)") != std::string::npos);
  CHECK(told("wasmtime", stripped).find("is called by `run` (function 2)") != std::string::npos); // by its export
  const std::string other = module_with_code({0x01});
  CHECK(told("wasmtime", stripped, other).find("is called by `run` (function 2)") != std::string::npos);
}

TEST_CASE("host check: functions of `env` that the project provides are no violation", "[host]")
{
  CHECK(told("wasmtime", calling("env"), {}, {"first", "second"}).empty());
  CHECK(told("wasmtime", calling("env"), {}, {"first"}) ==
        R"(error[CW0872]: `app.wasm` imports the function `env.second`, which host `wasmtime` does not provide
  --> /p/target/app.wasm, byte 0x001d (import section, entry 2 of 2)
   = note: `second` is called by `run` (function 2)
   = help: if the program around the module provides it, say so: `allow = ["env::second"]` in `[package.metadata.wasm.imports]`
   = help: a host of your own that has it is a file with `extends = "wasmtime"` and an `[[import]]`: `--host path/to/host.toml`
)");
  CHECK(told("browser", calling("env")).empty()); // JavaScript gives it
}

TEST_CASE("host check: an import of another type shows both", "[host]")
{
  ModuleDraft draft;
  draft.imports.push_back({"wasi_snapshot_preview1", "fd_seek", "(i32 i32 i32 i32) -> (i32)"});
  draft.exports.push_back({"memory", "memory"});
  CHECK(told("wasmtime", draft.build()) ==
        R"(error[CW0873]: `app.wasm` imports `wasi_snapshot_preview1.fd_seek` with another type than host `wasmtime` has it
  --> /p/target/app.wasm, byte 0x0016 (import section, entry 1 of 1)
   = note: imported as `(i32 i32 i32 i32) -> (i32)`
   = note: wasmtime has `(i32 i64 i32 i32) -> (i32)`
   = help: correct the declaration: `cargo-wasm imports` shows the crate and the line of it
)");
}

TEST_CASE("host check: a feature is told with the instruction, and with who of several hosts lacks it", "[host]")
{
  CHECK(told("browser", *module_using(wasm::Feature::tail_call)) ==
        R"(error[CW0874]: `app.wasm` uses `tail-call`, which host `browser` lacks
  --> /p/target/app.wasm, byte 0x0022 (`return_call` in function 0, which has no name)
   = note: Safari has it from version 18.2 on, and 17.5 is meant
   = help: leave it out of `-C target-feature=+tail-call` and of what C code is compiled with
)");
  CHECK(told("plain.toml", *module_using(wasm::Feature::simd128)).find("   = note: plain: switched off\n") != std::string::npos);
}

TEST_CASE("host check: the module inside a component is looked at, and the component's interfaces with their versions", "[host]")
{
  const std::string nested = wasm_component({section(1, *module_using(wasm::Feature::simd128))});
  CHECK(told("plain.toml", nested).starts_with("error[CW0874]: `app.wasm` uses `simd128`, which host `plain` lacks"));
  // An instance type, and an import of it.
  const auto importing = [](std::string_view name) {
    return wasm_component({section(7, vec({bytes({0x42, 0x00})})), section(10, vec({bytes({0x00}) + sized(name) + bytes({0x05, 0x00})}))});
  };
  CHECK(told("wasmtime", importing("wasi:io/streams@0.2.6")).empty());
  CHECK(told("wasmtime", importing("wasi:io/streams@0.2.99")).find("   = note: it has this interface in other versions\n") !=
        std::string::npos);
  CHECK(told("wasmtime", importing("my:own/thing@1.0.0"))
            .starts_with("error[CW0872]: `app.wasm` imports the interface `my:own/thing@1.0.0`, which host `wasmtime` does not provide\n"));
}

TEST_CASE("host check: a module that was to be wrapped is no module for a host of components", "[host]")
{
  const std::string text = told("wasmtime", calling("wasi:io/streams@0.2.6"));
  CHECK(
      text.starts_with("error[CW0872]: `app.wasm` imports 2 things from `wasi:io/streams@0.2.6`, which host `wasmtime` does not provide"));
  CHECK(text.find("`cargo-wasm module component` wraps it") != std::string::npos);
}

TEST_CASE("host check: exports and limits are told with what was expected", "[host]")
{
  CHECK(told("fastly", ModuleDraft{}.build()) == R"(error[CW0875]: `app.wasm` exports no function `_start`
   = note: host `fastly` expects this of modules
   = help: build a program (`src/main.rs`) instead of a library
)");
  ModuleDraft large;
  large.memory_pages = 4096;
  CHECK(told("cloudflare", large.build()) == R"(error[CW0876]: `app.wasm` starts with memory pages: 4096, and host `cloudflare` allows 2048
   = note: the limit is `memory-pages` of the host
   = help: less static data or a smaller stack needs less: `stack-size` in `[package.metadata.wasm.link]`
)");
}

TEST_CASE("host check: what is no module is the reader's error", "[host]")
{
  const TestEnv world;
  const host::Profile profile = host::find_profile(world.fs, {"/nowhere", "/project"}, "node").value();
  const std::string content = "no module";
  const auto checked = host::check({profile, wasm::Source(k_file, content)});
  REQUIRE(!checked.has_value());
  CHECK(checked.error().id == "CW0616");
}

TEST_CASE("host check: memory that threads share is told with why there is none, and the host that has it", "[host]")
{
  ModuleDraft draft;
  draft.is_memory_shared = true;
  CHECK(told("browser", draft.build()) ==
        R"(error[CW0877]: `app.wasm` has a memory that threads share, and host `browser` has none
   = note: browsers share memory only in pages that two headers isolate from others
   = help: `--host browser-threads` is with threads
   = help: build without threads: no `+atomics`, no target with `-threads` in its name
)");
  CHECK(told("browser-threads", draft.build()).empty());
}
