// A program with tests or benchmarks in it, as `test` and `bench` start it after the build.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::ops {

/// A suite of wasm-bindgen-test, which JavaScript starts.
struct SuiteOfProgram
{
  Path bindings;             ///< a directory
  Path module;               ///< in it: what JavaScript loads
  bool is_for_pages = false; ///< runs in a page where it does not say itself where
};

struct TestProgram
{
  Path file;           ///< absolute
  std::string package; ///< "app"
  std::string shown;   ///< "unittests src/lib.rs", "tests/it.rs", as cargo names it
  std::string rerun;   ///< "--lib", "-p app --test it": what selects it alone
  std::string triple;
  bool is_native = false; ///< of this machine: it runs by itself
  bool is_component = false;
  bool has_harness = true; ///< libtest's `main`
  Path package_root;
  EnvMap env;                                  ///< what a test program finds besides the caller's variables
  std::optional<manifest::PathAndArgs> runner; ///< `target.TRIPLE.runner`
  std::optional<Path> jco;                     ///< the configured one, for components in Node
  std::string host;                            ///< that its package is built for; empty: none
  std::optional<SuiteOfProgram> suite;         ///< with bindings; nullopt: it is none, or the configuration's runner takes it
};

} // namespace cargo_wasm::ops
