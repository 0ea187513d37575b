// Known defects of compilers and of what belongs to them, as data: profiles/toolchain-defects/*.toml (docs/formats/toolchain-defects.md).
//
// An entry says which versions are affected, under which conditions, and what is safe: refuse, warn, or set something that is unset. The
// conditions are a closed list, so that an entry can be read by a person and never surprises; code has no special cases beside them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::toolchain {

/// "wasm-bindgen <0.2.89": a package of the build in one of these versions.
struct DefectPackage
{
  std::string name;
  spec::VersionReq versions;
  bool operator==(const DefectPackage&) const = default;
};

struct Defect
{
  enum class Action : std::uint8_t {
    refuse,
    warn,
    set,
    check_imports, ///< before the link every crate's declared imports are compared; refused where two could become one
  };

  std::string id;                    ///< the file's name: what `--ignore-defect` takes
  std::string title;                 ///< one phrase: what is wrong
  std::string effect;                ///< what a person would see of it
  std::vector<std::string> helps;    ///< what is safe
  std::vector<std::string> evidence; ///< "rust-lang/rust#148347"
  Action action = Action::warn;

  std::vector<spec::VersionReq> rustc; ///< any of these; a nightly counts as the release it becomes
  std::vector<std::string> targets;    ///< any of these triples; `*` stands for anything
  std::vector<DefectPackage> packages; ///< any of these is part of the build; none: whatever it consists of
  std::vector<std::string> panic;      ///< any of these strategies
  std::vector<std::string> features;   ///< all of these target features are on
  std::vector<std::string> link_args;  ///< one of the user's arguments for the linker begins with one of these
  std::vector<std::string> codegen;    ///< one of the user's `-C` options begins with one of these

  std::vector<std::string> set_link_args; ///< of `set`: what the linker gets, unless the user gave an argument of the same name
};

/// What a build is, as far as conditions ask for it.
struct DefectFacts
{
  spec::Version rustc;
  std::string triple;
  std::vector<std::pair<std::string, spec::Version>> packages;
  std::string panic; ///< "unwind" or "abort"
  std::vector<std::string> features;
  std::vector<std::string> link_args;
  std::vector<std::string> codegen; ///< `-C` options of the user, without `-C`
};

[[nodiscard]] bool applies(const Defect& defect, const DefectFacts& facts);

/// Whether an entry is about this compiler in particular: it names versions, this one is among them, and one of the triples is affected.
/// Conditions of the build (`when`) are left aside.
[[nodiscard]] bool touches(const Defect& defect, const spec::Version& rustc, std::span<const std::string> triples);
/// Whether it takes more than the compiler and the target for the defect to show.
[[nodiscard]] bool has_conditions(const Defect& defect);

/// Errors: CW0900 an unknown key, a value of another type, a version requirement that cannot be read; with its place.
[[nodiscard]] Result<Defect> parse_defect(const base::Path& file, std::string_view id, std::string text);

/// The entries that came with the program, and those in `user_directory`/*.toml, which replace entries of the same id.
/// Errors: those of parse_defect, of the user's files.
[[nodiscard]] Result<std::vector<Defect>> load_defects(const base::ReadOnlyFilesystem& fs, const base::Path& user_directory);

} // namespace cargo_wasm::toolchain
