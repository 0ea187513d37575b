// The import ledger: what a module imports, who declares it and where, and why it is alive.
//
// It is kept beside the link's report, without a path of this machine in it (docs/formats/import-ledger.md), so that two checkouts have the
// same bytes there. A second file has the key it was made under: the inputs of the link and of everything below it. While these are the
// same, nothing is asked of rustc again, and another checkout finds it in the user's cache.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

/// A place in a source file by names that mean the same on every machine.
struct LedgerPlace
{
  std::string package;                ///< "app@0.1.0"
  std::string file;                   ///< below its directory; "$OUT_DIR/…", "$WORKSPACE/…", "$CARGO_HOME/…" for what lies elsewhere
  std::uint32_t line = 0, column = 0; ///< from 1; columns are bytes
  bool operator==(const LedgerPlace&) const = default;
};

/// The name that stands for the libraries that come with the toolchain: std, core, wasi-libc.
inline constexpr std::string_view k_toolchain_crate = "std";

struct LedgerEntry
{
  std::string module, field;
  std::string kind;                 ///< "function", "global", "table", "tag"
  std::string type;                 ///< of functions: "(i32, i32) -> i32"
  std::string package, version;     ///< of the crate that declares it; "std" and nothing; empty where nobody was found
  std::vector<std::string> also;    ///< other crates of the build that declare the same, "app v0.1.0"
  std::string origin;               ///< the object that wants it, in words
  std::optional<LedgerPlace> where; ///< of the declaration
  std::string how;                  ///< how sure that is (rust::Evidence), e.g. "written"
  bool is_allowed = false;          ///< the project lists it: its host provides it
  std::string root;                 ///< why the first of `path` is alive: "entry", "exported", "kept", "constructor", "retained"
  std::vector<std::string> path;    ///< the shortest way from there to a function that uses the import, demangled
  bool operator==(const LedgerEntry&) const = default;
};

/// What was linked, by names that do not change with the machine: the key of docs/formats/import-lock.md.
struct LinkedArtifact
{
  std::string package, version;
  std::string name, kind; ///< "app", "bin"
  std::string target;     ///< triple
  std::vector<std::string> features;
  bool operator==(const LinkedArtifact&) const = default;
};

struct Ledger
{
  base::Path module; ///< where users find it; no part of what is kept
  LinkedArtifact artifact;
  std::vector<std::string> interfaces; ///< of a component: what it imports, sorted; its `imports` are those of the module within
  bool is_component = false;
  std::vector<LedgerEntry> imports; ///< sorted by module and field
};

/// The ledger of a link that succeeded, as it was kept, or made and kept. Tells of crates that could not be read (CW0821), and keeps
/// nothing then. Errors: those of reading the link's report and the module. Cost: two small files while the link and its sources are what
/// they were; else as explain_failed_link, for imports that a crate declares.
/// @param shared  the directory of ledgers that all checkouts have in common
[[nodiscard]] Result<Ledger> ledger_of(const exec::InspectedAction& link, const base::Path& shared);

/// The file of a place in this checkout; nullopt where the package takes no part in the build.
[[nodiscard]] std::optional<base::TextSpan> span_of(const Env& env, const plan::ActionGraph& graph, const LedgerPlace& place);

/// "app v0.1.0", "std"; empty where nobody was found.
[[nodiscard]] std::string shown_crate(const LedgerEntry& entry);
/// The type of functions, else the kind.
[[nodiscard]] const std::string& shown_type(const LedgerEntry& entry);

/// What is kept. Paths, times and this machine have no part in it.
[[nodiscard]] std::string ledger_file_text(const Ledger& ledger);
/// nullopt: damaged, or of another version.
[[nodiscard]] std::optional<Ledger> parse_ledger_file(std::string_view text);

} // namespace cargo_wasm::link
