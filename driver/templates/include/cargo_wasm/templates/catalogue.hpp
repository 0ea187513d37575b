// The templates of `cargo-wasm new`: one folder of templates/ each, found by its `template.toml`. All other files of the folder are
// what a new package consists of; in their text and in their paths names are left open.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::templates {

struct File
{
  std::string path; ///< relative: "src/main.rs"
  std::string text;
  /// A script, which begins with the path of its interpreter; `#![…]` is Rust.
  [[nodiscard]] bool is_executable() const { return text.starts_with("#!/"); }
};

struct Template
{
  std::string id;    ///< the folder's name: "bin"
  std::string title; ///< one phrase: "a program for WASI"
  std::string host;  ///< where its program runs: "wasmtime or Node"
  std::string run;   ///< what shows something: "cargo-wasm run"
  bool is_workspace = false;
  std::vector<File> files; ///< names left open
};

/// What is filled in: `{{name}}`, `{{crate_name}}` (the same with `_` for `-`) and `{{edition}}`.
struct Names
{
  std::string name;
  std::string edition;
};

/// All of them, sorted by id. Cost: the first call reads what is in the program, about a millisecond.
[[nodiscard]] const std::vector<Template>& all();

/// nullptr: there is none of this name.
[[nodiscard]] const Template* find(std::string_view id);

/// The files of a template with the names filled in.
[[nodiscard]] std::vector<File> filled(const Template& chosen, const Names& names);

/// The text of a `Cargo.toml` with one more entry in `workspace.members`; empty where it has no such list with an entry already, or the
/// list cannot be extended by text.
[[nodiscard]] std::string with_member(std::string_view manifest, std::string_view member);

} // namespace cargo_wasm::templates
