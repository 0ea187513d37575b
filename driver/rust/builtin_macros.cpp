#include "written.hpp"

#include <algorithm>
#include <array>

namespace cargo_wasm::rust {
namespace {

constexpr auto k_attributes = std::to_array<std::string_view>({"allow",
                                                               "automatically_derived",
                                                               "cfg",
                                                               "cfg_attr",
                                                               "cfg_eval",
                                                               "cold",
                                                               "collapse_debuginfo",
                                                               "coverage",
                                                               "crate_name",
                                                               "crate_type",
                                                               "debugger_visualizer",
                                                               "deny",
                                                               "deprecated",
                                                               "derive",
                                                               "doc",
                                                               "expect",
                                                               "export_name",
                                                               "feature",
                                                               "ffi_const",
                                                               "ffi_pure",
                                                               "forbid",
                                                               "fundamental",
                                                               "global_allocator",
                                                               "ignore",
                                                               "inline",
                                                               "instruction_set",
                                                               "link",
                                                               "link_args",
                                                               "link_name",
                                                               "link_ordinal",
                                                               "link_section",
                                                               "linkage",
                                                               "macro_export",
                                                               "macro_use",
                                                               "marker",
                                                               "must_use",
                                                               "naked",
                                                               "needs_allocator",
                                                               "needs_panic_runtime",
                                                               "no_builtins",
                                                               "no_core",
                                                               "no_implicit_prelude",
                                                               "no_link",
                                                               "no_main",
                                                               "no_mangle",
                                                               "no_sanitize",
                                                               "no_std",
                                                               "non_exhaustive",
                                                               "optimize",
                                                               "panic_handler",
                                                               "panic_runtime",
                                                               "path",
                                                               "pointee",
                                                               "prelude_import",
                                                               "proc_macro",
                                                               "proc_macro_attribute",
                                                               "proc_macro_derive",
                                                               "profiler_runtime",
                                                               "recursion_limit",
                                                               "register_tool",
                                                               "repr",
                                                               "sanitize",
                                                               "should_panic",
                                                               "stable",
                                                               "start",
                                                               "target_feature",
                                                               "test",
                                                               "test_runner",
                                                               "thread_local",
                                                               "track_caller",
                                                               "type_length_limit",
                                                               "unstable",
                                                               "used",
                                                               "warn",
                                                               "windows_subsystem"});

constexpr auto k_derives =
    std::to_array<std::string_view>({"Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd", "ConstParamTy"});

constexpr auto k_calls = std::to_array<std::string_view>(
    {"addr_of",       "addr_of_mut", "assert",       "assert_eq",       "assert_ne",       "cfg",         "column", "compile_error",
     "concat",        "dbg",         "debug_assert", "debug_assert_eq", "debug_assert_ne", "env",         "eprint", "eprintln",
     "file",          "format",      "format_args",  "include",         "include_bytes",   "include_str", "line",   "matches",
     "module_path",   "option_env",  "panic",        "print",           "println",         "stringify",   "todo",   "try",
     "unimplemented", "unreachable", "vec",          "write",           "writeln"});

template <std::size_t N> bool contains(const std::array<std::string_view, N>& names, std::string_view name)
{
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

bool is_builtin_attribute(std::string_view path)
{
  for (const std::string_view tool : {"rustfmt::", "clippy::", "diagnostic::", "rustc_", "miri::", "rust_analyzer::"}) {
    if (path.starts_with(tool)) {
      return true;
    }
  }
  return contains(k_attributes, path);
}

bool is_builtin_derive(std::string_view name)
{
  return contains(k_derives, name);
}

bool is_builtin_call(std::string_view name)
{
  return contains(k_calls, name);
}

} // namespace cargo_wasm::rust
