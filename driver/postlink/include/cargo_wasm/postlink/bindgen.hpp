// wasm-bindgen: the JavaScript around a module whose source says `#[wasm_bindgen]`.
//
// The crate writes what it wants into the module, in a form that has a name of its own: the schema. A program understands one schema, and
// it is not the version that counts: several releases in a row have the same. Crate and program both take it from `wasm-bindgen-shared`, so
// its source says which versions fit (docs/guide/bindings.md).
#pragma once
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/postlink/time_limit.hpp>

namespace cargo_wasm::postlink {

/// "0.2.130". Errors: CW0883 it cannot be started, or is something else. Cost: one start.
[[nodiscard]] Result<std::string> bindgen_version(const base::Env& env, const base::Path& program);

/// `SCHEMA_VERSION` of the source of `wasm-bindgen-shared` (src/lib.rs); nullopt where there is none.
[[nodiscard]] std::optional<std::string> schema_version_in(std::string_view shared_source);

struct BindgenRequest
{
  base::Path input;   ///< as linked, with wasm-bindgen's sections
  base::Path output;  ///< a directory, replaced whole
  base::Path program; ///< wasm-bindgen
  std::string name;   ///< of the files: NAME.js, NAME_bg.wasm
  std::string target; ///< "web" …
  bool typescript = true;
  bool debug = false;             ///< checks of its own in the JavaScript
  bool keeps_debug_info = false;  ///< DWARF stays
  std::vector<std::string> extra; ///< further options
  std::chrono::milliseconds longest{k_tool_time_limit};
  std::stop_token stop = {};
};

/// Errors: CW0612 to CW0615, CW0857 no module; CW0884 the tool failed, or wrote no module. What was there stays then.
[[nodiscard]] Result<> make_bindings(const base::Env& env, const BindgenRequest& request);

/// A directory with the module alone, where nobody would call the bindings. Errors: CW0612 to CW0615, CW0857; those of files.
[[nodiscard]] Result<> make_no_bindings(const base::Env& env, const BindgenRequest& request);

/// The directory of bindings at `output`, with `module` in place of theirs. Errors: CW0884 there are no bindings; those of files.
[[nodiscard]] Result<>
assemble_bindings(const base::Env& env, const base::Path& bindings, const base::Path& module, const base::Path& output);

/// A directory at `output` with everything of `bindings`, and these files beside it (by name, with their contents).
[[nodiscard]] Result<>
pack_bindings(const base::Env& env, const base::Path& bindings, const std::map<std::string, std::string>& more, const base::Path& output);

} // namespace cargo_wasm::postlink
