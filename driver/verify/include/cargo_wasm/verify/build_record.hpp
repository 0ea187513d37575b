// The record of a whole build: what was asked for, with what it was made, and every action with the digests of what it left
// (docs/formats/build-record.md). Two builds of the same inputs have records that differ in nothing that `compare` looks at.
//
// Names of files are place names (exec/place_names.hpp), and no digest is over text that names the checkout, the target directory or
// $CARGO_HOME: a record from another directory, user or machine can be compared with one from here.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::verify {

/// A section of a module, a member of an archive, a file of a directory: so that a difference can be placed without the other's bytes.
struct FilePart
{
  std::string name; ///< "code section", "custom section `name`", "app.1abc.o", "bindings.rs"
  base::Digest digest;
  bool operator==(const FilePart&) const = default;
};

struct OutputOfAction
{
  std::string name;    ///< place name; "stdout" of a build script's run, which is no file
  base::Digest digest; ///< of a directory: its tree
  std::vector<FilePart> parts;
  bool operator==(const OutputOfAction&) const = default;
};

struct ActionOfBuild
{
  std::string identity;             ///< the same in every checkout: docs/formats/action.md
  std::string kind;                 ///< "rustc", "build-script", "step"
  std::string unit;                 ///< "serde_json v1.0.145 (build script)"
  base::Digest command;             ///< arguments, variables and output paths, without the toolchain
  base::Digest inputs;              ///< the tree of sources and of other actions' outputs
  std::vector<std::uint32_t> after; ///< actions whose outputs it reads, by position; all of them come earlier
  std::vector<OutputOfAction> outputs;
  std::string differs; ///< what `verify` found when it ran before: the result is not the same twice; empty: nothing is known
  bool operator==(const ActionOfBuild&) const = default;
};

struct ToolOfBuild
{
  std::string name; ///< "wasm-opt"
  base::Digest digest;
  bool operator==(const ToolOfBuild&) const = default;
};

struct ArtifactOfBuild
{
  std::string path; ///< below the target directory
  base::Digest digest;
  bool operator==(const ArtifactOfBuild&) const = default;
};

struct BuildRecord
{
  std::string driver;                          ///< "cargo-wasm 0.1.0"
  std::vector<std::string> arguments;          ///< of `cargo-wasm build`, without those that only choose where and how fast
  std::string directory;                       ///< where it was started, below the workspace root; "" there
  std::vector<std::string> outside;            ///< packages of the project beside the workspace, from its root: "../shared"
  std::map<std::string, std::string> settings; ///< what was fixed: "TZ", "umask" …
  std::string toolchain;                       ///< rustup's name; empty: not rustup's
  std::string rustc_version, rustc_commit, rustc_llvm, rustc_host;
  base::Digest toolchain_contents; ///< of compiler and standard libraries
  base::Digest lock;               ///< of Cargo.lock
  std::uint32_t jobs = 0;
  std::vector<ToolOfBuild> tools; ///< behind the linker
  std::vector<ActionOfBuild> actions;
  std::vector<ArtifactOfBuild> artifacts;
  bool operator==(const BuildRecord&) const = default;
};

/// Canonical: keys sorted, no blanks, no line end.
[[nodiscard]] std::string to_json(const BuildRecord& record);
/// Errors: CW1175 not such a record, or one of a later version.
[[nodiscard]] Result<BuildRecord> parse_build_record(std::string_view text, const base::Path& file);

} // namespace cargo_wasm::verify
