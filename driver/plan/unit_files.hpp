// Where a unit's files lie and what they are called (cargo: build_runner/compilation_files.rs).
//
//   target/.cargo-wasm/<triple or host>/<profile>/deps         rustc's output
//                                                 examples     of examples
//                                                 build/NAME-H compiled build scripts and their runs (out/)
//                                                 incremental  rustc's own
//   target/[<triple>/]<profile>/                               what users look for, as cargo puts it there
//
// H is a hash of identity: package, features, profile, mode, target, compiler, and the hashes of the dependencies. Contents and places are
// left out, else every edit would discard the incremental directories and every checkout would have other names.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/unit.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::plan {

/// One file that rustc makes for a unit.
struct UnitOutput
{
  base::Path path;
  std::optional<base::Path> uplifted; ///< where users find it
  toolchain::OutputFile::Flavor flavor = toolchain::OutputFile::Flavor::normal;
};

class UnitFiles
{
public:
  struct Input
  {
    const UnitGraph& graph;
    const manifest::Workspace& workspace;
    const toolchain::TargetData& platforms;
    bool strict_cargo = false;
  };
  explicit UnitFiles(const Input& input);

  /// `-C metadata`: identity without flags.
  [[nodiscard]] const std::string& metadata(UnitIndex unit) const { return m_hashes[unit].metadata; }
  /// Names files: identity with rustflags. Also the hash in directory names.
  [[nodiscard]] const std::string& unit_hash(UnitIndex unit) const { return m_hashes[unit].files; }
  /// False for dylibs, whose name is written into whatever links to them: then rustc gets no `-C extra-filename`.
  [[nodiscard]] bool has_extra_filename(UnitIndex index) const;

  [[nodiscard]] base::Path state_directory() const;                                   ///< target/.cargo-wasm
  [[nodiscard]] base::Path kind_directory(const toolchain::CompileKind& kind) const;  ///< …/<triple or host>/<profile>
  [[nodiscard]] base::Path final_directory(const toolchain::CompileKind& kind) const; ///< target/[<triple>/]<profile>
  [[nodiscard]] base::Path deps_directory(const toolchain::CompileKind& kind) const { return kind_directory(kind) / "deps"; }
  [[nodiscard]] base::Path incremental_directory(const toolchain::CompileKind& kind) const { return kind_directory(kind) / "incremental"; }
  /// rustc's --out-dir.
  [[nodiscard]] base::Path output_directory(UnitIndex index) const;
  [[nodiscard]] base::Path dep_info(UnitIndex index) const;
  /// `build/NAME-H` of a run_custom_build unit; OUT_DIR is `out` in it.
  [[nodiscard]] base::Path script_run_directory(UnitIndex index) const;
  /// Where a program of the package will be uplifted: CARGO_BIN_EXE_NAME.
  [[nodiscard]] base::Path program_path(const manifest::CrateTarget& bin, const toolchain::CompileKind& kind) const;

  /// In cargo's order, `.rmeta` last. Errors: CW0380 the target cannot make any of the crate types.
  [[nodiscard]] Result<std::vector<UnitOutput>> outputs(UnitIndex index) const;

private:
  struct Hashes
  {
    std::string metadata, files;
  };
  void compute(UnitIndex index);
  [[nodiscard]] std::optional<base::Path> uplifted(UnitIndex index, const toolchain::OutputFile& file) const;

  Input m_input;
  std::vector<bool> m_is_root;
  std::vector<Hashes> m_hashes;
};

} // namespace cargo_wasm::plan
