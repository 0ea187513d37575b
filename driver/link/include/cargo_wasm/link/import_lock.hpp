// wasm-imports.lock: what the modules of a project may import, for those who commit it (docs/formats/import-lock.md).
//
// It has what an import means to a host, and to whoever reviews a change: module, field, type, and the crate that declares it. It has no
// places in sources, no liveness and no exact versions of interfaces, because these change without anything being wrong.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/link/ledger.hpp>

namespace cargo_wasm::link {

inline constexpr std::string_view k_import_lock_name = "wasm-imports.lock";

struct LockedImport
{
  std::string module; ///< of an interface with a version: "wasi:io/streams@^0.2", a range
  std::string field;  ///< empty: a component's interface as a whole
  std::string type;   ///< "(i32) -> void", "global", "interface"
  std::string crate;  ///< a package's name, or "std"; empty where nobody was found
  auto operator<=>(const LockedImport&) const = default;
};

struct LockedArtifact
{
  LinkedArtifact key; ///< without the version
  std::vector<LockedImport> imports;
};

struct ImportLock
{
  std::vector<LockedArtifact> artifacts; ///< sorted by key

  [[nodiscard]] const LockedArtifact* find(const LinkedArtifact& artifact) const;
};

/// Errors: CW0924 no lock of this version, or a value that does not belong there; those of reading TOML.
[[nodiscard]] Result<ImportLock> parse_import_lock(const base::Path& file, std::string text);
[[nodiscard]] std::string to_text(const ImportLock& lock);

/// Puts what was built in place of what the lock had of the same key; all else stays. Ranges that still fit stay, too.
void update_import_lock(ImportLock& lock, const Ledger& ledger);

/// What differs, each as an error: CW0920 an import appeared, CW0921 one disappeared, CW0922 one changed its type; CW0923 the lock has
/// nothing of this module. Order: by code, then by name.
[[nodiscard]] std::vector<Error>
compare_imports(const Env& env, const plan::ActionGraph& graph, const ImportLock& lock, const Ledger& ledger);

} // namespace cargo_wasm::link
