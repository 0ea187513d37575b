// The import ledger: what a module imports, who declares it and where, and why it is alive.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

struct LedgerEntry
{
  std::string module, field;
  std::string kind;                    ///< "function", "global", "table", "tag"
  std::string type;                    ///< of functions: "(i32, i32) -> i32"
  std::string package;                 ///< "app v0.1.0"; empty where no crate of the build declares it
  std::string origin;                  ///< who wants it, in words, where no declaration was found
  std::optional<base::TextSpan> where; ///< of the declaration
  std::string how;                     ///< how sure that is (rust::Evidence), e.g. "written"
  std::string root;                    ///< why the first of `path` is alive: "entry", "exported", "kept", "constructor", "retained"
  std::vector<std::string> path;       ///< functions from there to the one that uses the import, demangled
};

struct Ledger
{
  base::Path module;                ///< where users find it
  std::vector<LedgerEntry> imports; ///< sorted by module and field
};

/// Errors: those of reading the link's report.
/// Cost: as explain_failed_link, for imports whose declaration is in a crate of the build.
[[nodiscard]] Result<Ledger> make_ledger(const exec::InspectedAction& link);

/// For people; with `whole_paths` every function on the way to an import.
[[nodiscard]] std::string ledger_text(const Env& env, const Ledger& ledger, bool whole_paths);
/// docs/formats/import-ledger.md; paths are relative to the current directory where they lie below it.
[[nodiscard]] std::string ledger_json(const Env& env, const std::vector<Ledger>& ledgers);

} // namespace cargo_wasm::link
