// The files of one crate, found from its root file the way rustc finds them, without running it.
//
//   mod a;                      a.rs, else a/mod.rs, beside the file or below the directory that its place names
//   #[path = "x.rs"] mod a;     relative to the directory of the modules around it
//   mod a { mod b; }            a/b.rs; inside of c.rs: c/a/b.rs
//   include!("x.rs")            relative to the file; concat!, env! with a given environment
//   cfg, cfg_attr, cfg_if!, cfg_select!  as the given facts decide
//
// What stands in the arguments of other macros, or in the bodies of the crate's own, may or may not be compiled: such files are taken where
// they exist, and marked as possible.
// What cannot be followed is listed, never passed over in silence. Rules: rustc's `rustc_expand::module`; the suite rust_source compares
// the result with rustc's own list of the files that it read.
#pragma once
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/rust/lexer.hpp>
#include <cargo_wasm/spec/cfg.hpp>

#include <map>
#include <string>
#include <vector>

namespace cargo_wasm::rust {

struct SourceMapOptions
{
  Edition edition = Edition::e2021;
  std::vector<spec::Cfg> cfg;                     ///< sorted: what rustc prints for the target, features, `--cfg`
  std::map<std::string, std::string> environment; ///< for env!: `OUT_DIR`, `CARGO_MANIFEST_DIR`
  std::size_t most_files = 20'000;
  std::uint64_t most_bytes = std::uint64_t{1} << 30U; ///< of all files together
};

enum class Certainty : std::uint8_t {
  compiled, ///< as far as `cfg` decides
  possible, ///< in a macro's arguments, or under a predicate that is not understood
};

struct SourceFile
{
  base::Path path;
  std::string text;
  std::vector<std::string> modules; ///< which module its text is, from the crate's root: {} for the root file
  Certainty certainty = Certainty::compiled;
  std::size_t parent = 0; ///< index of the file that declares it; 0 for the root
  Span declaration;       ///< in that file: the `mod a;` or the `include!(…)`; empty for the root
};

/// A declaration whose file was not read.
struct UnreadFile
{
  enum class Reason : std::uint8_t {
    missing,      ///< none of the paths is a file
    circular,     ///< the file is being read already
    unknown_path, ///< `include!` of something that is no constant text, or an environment variable that is not given
    limit,        ///< more files or bytes than allowed
    unreadable,
  } reason = Reason::missing;
  std::vector<base::Path> tried;
  std::size_t file = 0; ///< index of the declaring file
  Span declaration;
};

struct SourceMap
{
  std::vector<SourceFile> files;  ///< the root first, each before what it declares; a macro's last
  std::vector<UnreadFile> unread; ///< of declarations that are compiled; `possible` ones without a file are left out
};

/// Errors: CW0001 the root file is not there, CW0002 it cannot be read.
/// Cost: each file is read once for each module that it is; linear in their sizes.
[[nodiscard]] Result<SourceMap>
read_source_map(const base::ReadOnlyFilesystem& files, const base::Path& root, const SourceMapOptions& options);

} // namespace cargo_wasm::rust
