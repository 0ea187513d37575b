// The table of options of verbs that work on a finished module, and of those about hosts.
#include "option_groups.hpp"

#include <cargo_wasm/manifest/bindgen_settings.hpp>

namespace cargo_wasm::cli {

namespace {

using enum OptionKind;

/// One module in, one out.
Options module_files()
{
  return {{"FILE", '\0', positionals, "FILE", "The linked module"}, {"output", 'o', value, "FILE", "Where to write to, by rename"}};
}

OptionSpec time_limit()
{
  return {"timeout", '\0', value, "SECONDS", "End it after this time, and say so"};
}

OptionSpec memory_limit()
{
  return {"max-memory", '\0', value, "SIZE", "The most that linear memory may grow to: 64MiB"};
}

} // namespace

Options join(std::initializer_list<Options> groups)
{
  Options all;
  for (const auto& group : groups) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

Options general()
{
  return {
      {"verbose", 'v', count, "", "Show what is run and what is fresh (-vv: with environment and build-script output)"},
      {"quiet", 'q', flag, "", "Print errors and results only"},
      {"color", '\0', value, "WHEN", "Colour of messages", "Options", {"auto", "always", "never"}},
      {"config", '\0', values, "KEY=VALUE|PATH", "Override a configuration value, or read one more file"},
      {"unstable", 'Z', values, "FLAG", "Unstable flag; accepted for compatibility", "Options", {}, true},
      {"help", 'h', flag, "", "Print help"},
  };
}

std::vector<std::string_view> bindgen_target_names()
{
  return {manifest::bindgen_targets().begin(), manifest::bindgen_targets().end()};
}

std::vector<VerbSpec> host_verbs()
{
  return {
      {"host list",
       "",
       "List the hosts that artifacts can be built for and checked against",
       join({{{"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}}, general()})},
      {"host show",
       "",
       "Print what a host provides, lacks and expects, and where that is known from",
       join({{{"HOST", '\0', positionals, "NAME|FILE", "The host; `chrome@120` for a version of it"},
              {"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}},
             general()})},
  };
}

std::vector<VerbSpec> module_verbs()
{
  return {
      {"module optimize",
       "",
       "Run wasm-opt on a module, with the features that it uses",
       join({module_files(),
             {{"level", 'O', value, "LEVEL", "How much", "Options", {"0", "1", "2", "3", "4", "s", "z", "auto"}},
              {"measure", '\0', value, "WHAT", "Which result of `auto` is the best", "Options", {"size", "gzip", "brotli"}},
              {"tool", '\0', value, "PATH", "This wasm-opt, instead of npm's or the one on PATH"},
              {"drop-debug-info", '\0', flag, "", "Take DWARF out before"},
              {"lower",
               '\0',
               values,
               "FEATURE",
               "Replace this feature by older instructions: sign-ext, bulk-memory-opt, nontrapping-fptoint"},
              {"source-map", '\0', value, "FILE", "Write a map there if this wasm-opt does not carry debug information along"},
              {"source-map-url", '\0', value, "URL", "What the module calls the map"},
              {"timeout", '\0', value, "SECONDS", "Of one run of wasm-opt; then -O1 is tried"},
              {"once", '\0', value, "FILE", "Write there why another run may make something else, when time decided"},
              {"used-level", '\0', value, "FILE", "Write there the level that the result was made with, or `none`"},
              {"arg", '\0', values, "OPTION", "A further option of wasm-opt"}},
             general()})},
      {"module bindgen",
       "",
       "Make JavaScript bindings for a module, with wasm-bindgen",
       join({{{"FILE", '\0', positionals, "FILE", "The module as it was linked"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"},
              time_limit(),
              {"tool", '\0', value, "PATH", "The wasm-bindgen that fits the module"},
              {"bindgen", '\0', value, "TARGET", "For which kind of host", "Options", bindgen_target_names()},
              {"suite",
               '\0',
               value,
               "HOST",
               "It is a suite of wasm-bindgen-test: bindings for this host, if tests run there; `any`: where it says, else by --bindgen",
               "Options",
               {"node", "browser", "any"}},
              {"name", '\0', value, "NAME", "Of the files: NAME.js, NAME_bg.wasm"},
              {"no-typescript", '\0', flag, "", "No TypeScript declarations"},
              {"debug", '\0', flag, "", "Let the JavaScript check more"},
              {"keep-debug", '\0', flag, "", "Keep DWARF"},
              {"arg", '\0', values, "OPTION", "A further option of wasm-bindgen"}},
             general()})},
      {"module assemble",
       "",
       "Put a module in the place of the one among its bindings",
       join({{{"FILE", '\0', positionals, "FILE", "The module that belongs there"},
              {"bindings", '\0', value, "DIR", "What `module bindgen` made"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"}},
             general()})},
      {"module split",
       "",
       "Move a module's debug information to a file of its own",
       join({module_files(),
             {{"debug-file", '\0', value, "FILE", "Where everything is kept"},
              {"debug-url", '\0', value, "URL", "What the module calls that file"}},
             general()})},
      {"module strip",
       "",
       "Take debug information or names out of a module",
       join(
           {module_files(), {{"strip", '\0', value, "WHAT", "What to take out", "Options", {"none", "debuginfo", "symbols"}}}, general()})},
      {"module record",
       "",
       "Put the digest of a build record into a module or component",
       join({module_files(),
             {{"fact", '\0', values, "KEY=VALUE", "What is known of the build; dots in keys make objects"},
              {"fact-file", '\0', values, "KEY=FILE", "The same, its value is what the file holds"},
              {"feature", '\0', values, "NAME", "A feature that was on"},
              {"dependency", '\0', values, "TEXT", "`NAME VERSION SOURCE CHECKSUM` of a locked package"},
              {"tool", '\0', values, "NAME=PATH", "A tool that worked on the module; it is asked for its version"},
              {"store", '\0', value, "DIR", "Keep the record there, too, as DIGEST.json"}},
             general()})},
      {"module check",
       "",
       "Check whether a module or component runs on a host",
       join({{{"FILE", '\0', positionals, "FILE", "The module or component"},
              {"host", '\0', value, "NAME|FILE", "The host: browser, node, wasmtime, embedded …"},
              {"allow", '\0', values, "env::NAME", "A function that the program around the module provides"},
              {"names", '\0', value, "FILE", "The same module before its names were stripped, for messages"},
              {"as", '\0', value, "NAME", "What messages call it"},
              {"output", 'o', value, "FILE", "Copy it there if it fits"},
              {"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}},
             general()})},
      {"module trace",
       "",
       "Print a runtime's report of a trap, read from stdin, as a Rust backtrace with files and lines",
       join({{{"FILE", '\0', positionals, "FILE", "The module that trapped"},
              {"names", '\0', values, "FILE", "The same module before it was stripped"},
              {"full", '\0', flag, "", "With the frames of panicking and of what starts the program"}},
             general()})},
      {"module component",
       "",
       "Wrap a module into a component, with a toolchain's wasm-component-ld",
       join({module_files(),
             {{"component-ld", '\0', value, "PATH", "The wasm-component-ld of the compiler that made the module"},
              {"adapter", '\0', value, "KIND|FILE", "Adapter for WASI 0.1: command, reactor, proxy, none, or a file"},
              {"wit", '\0', value, "DIR|FILE", "WIT that the component is checked against"},
              {"world", '\0', value, "NAME", "The world of it; its only one unless given"},
              {"check-wasi", '\0', flag, "", "Interfaces of WASI have to be in the world, too"},
              time_limit(),
              {"arg", '\0', values, "OPTION", "A further option of wasm-component-ld"}},
             general()})},
      {"module wit",
       "",
       "Print what a component imports and exports, as WIT",
       join({{{"FILE", '\0', positionals, "FILE|DIR", "The component; a module with bindings for WIT; a directory of WIT"}}, general()})},
      {"module compose",
       "",
       "Fill the imports of a component by the exports of others",
       join({{{"FILE", '\0', positionals, "FILE", "The component whose imports are filled"},
              {"plug", '\0', values, "FILE", "A component that exports what it, or another plug, imports"},
              {"output", 'o', value, "FILE", "Where to write to, by rename"},
              time_limit(),
              {"tool", '\0', value, "PATH", "This wac or wasm-tools, instead of the one on PATH or our own"}},
             general()})},
      {"module transpile",
       "",
       "Make JavaScript of a component, with jco",
       join({{{"FILE", '\0', positionals, "FILE", "The component"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"},
              {"name", '\0', value, "NAME", "Of the files: NAME.js"},
              time_limit(),
              {"tool", '\0', value, "PATH", "This jco, instead of the one of node_modules or PATH"},
              {"arg", '\0', values, "OPTION", "A further option of `jco transpile`"}},
             general()})},
      {"module node",
       "",
       "Run a component in Node, as JavaScript that jco makes of it",
       join({{{"FILE", '\0', positionals, "FILE", "The component"},
              {"dir", '\0', values, "HOST[::GUEST]", "A directory that the program may use"},
              {"max-memory", '\0', value, "PAGES", "Of 64 KiB: the most that a memory may grow to"},
              {"names", '\0', values, "FILE", "A module that still has the names and lines, for traps"},
              {"tool", '\0', value, "PATH", "This jco, instead of the one of node_modules or PATH"}},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Arguments for the program"}}})},
  };
}

std::vector<VerbSpec> page_verbs()
{
  return {
      {"module browse",
       "",
       "Run a module in a page of a headless Chromium",
       join({{{"FILE", '\0', positionals, "FILE", "The module"},
              {"bindings", '\0', value, "DIR", "Its JavaScript bindings, made with `--bindgen web`: they are run instead"},
              {"page", '\0', value, "FILE", "Open this page; it ends the run with `cargoWasm.exit(status)`"},
              {"open", '\0', value, "PATH", "Open the page with this address among the bindings, or beside the module"},
              {"stay", '\0', flag, "", "Let bindings run until they call `cargoWasm.exit(status)`"},
              time_limit(),
              memory_limit()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Arguments for the program"}}})},
      {"module bindgen-test",
       "",
       "Run a suite of wasm-bindgen-test in a page or in Node",
       join({{{"FILE", '\0', positionals, "FILE", "The test program as it was linked"},
              {"bindings", '\0', value, "DIR", "Its JavaScript bindings, made with `--bindgen web` for a page, `nodejs` for Node"},
              {"host", '\0', value, "HOST", "Where; unless given, where the suite wants to run", "Options", {"node", "browser"}},
              time_limit(),
              memory_limit()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Filters, `--exact`, `--skip`, `--nocapture`, `--list` …"}}})},
      {"module time-limit",
       "",
       "Run a program, and end it when it takes longer",
       join({{{"timeout", '\0', value, "SECONDS", "The most that it may take"},
              {"shown", '\0', value, "NAME", "What messages call it; its file name unless given"}},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "The program and its arguments"}}})},
      {"module memory-limit",
       "",
       "Run a program on a copy of a module whose memory cannot grow further",
       join({{{"FILE", '\0', positionals, "FILE", "The module, which the program's arguments name by the same path"}, memory_limit()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "The program and its arguments"}}})},
      {"module serve",
       "",
       "Serve a directory to browsers of this machine, with the headers that threads need",
       join({{{"DIR", '\0', positionals, "DIR", "The directory"}, {"port", '\0', value, "N", "Port of 127.0.0.1; a free one unless given"}},
             general()})},
  };
}

} // namespace cargo_wasm::cli
