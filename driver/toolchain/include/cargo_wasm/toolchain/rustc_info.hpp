// What a compiler says about itself and about a target: version, host, cfg facts, file names per crate type.
// Asked of the tool once and kept in a small file, so that a later build starts no process for it.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/spec/cfg.hpp>
#include <cargo_wasm/spec/version.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>
#include <cargo_wasm/toolchain/wasm_linker.hpp>

namespace cargo_wasm::toolchain {

struct ToolchainChoice;

struct RustcInfo
{
  Path program;                          ///< absolute where it could be resolved
  std::optional<Path> wrapper;           ///< RUSTC_WRAPPER: `wrapper [workspace_wrapper] rustc args…`
  std::optional<Path> workspace_wrapper; ///< RUSTC_WORKSPACE_WRAPPER: for workspace members only
  spec::Version version;                 ///< 1.99.1, 1.101.0-nightly
  std::string host;                      ///< host triple
  std::string commit_hash;               ///< 40 digits; empty when the compiler does not know it
  std::string llvm_version;              ///< "23.1.1"; may be empty
  std::string verbose_version;           ///< all of `rustc -vV`
  Path sysroot;
  std::string identity; ///< 16 hex digits over path, size and mtime of rustc and its driver library, and the wrappers

  [[nodiscard]] bool is_nightly() const { return version.pre.find("nightly") != std::string::npos || version.pre == "dev"; }
};

/// How a file of one crate type is named: prefix + crate name (+ "-" + hash) + suffix.
struct FilePattern
{
  std::string prefix, suffix;
  bool operator==(const FilePattern&) const = default;
};

/// One file that rustc writes for a crate type besides the obvious one.
struct OutputFile
{
  enum class Flavor : std::uint8_t { normal, linkable, auxiliary, rmeta, debug_info } flavor = Flavor::normal;
  std::optional<manifest::CrateType> crate_type; ///< nullopt for .rmeta
  FilePattern pattern;
  bool replace_hyphens = false; ///< the copy for the user has '_' for '-', too (all but programs)
  bool operator==(const OutputFile&) const = default;
};

struct TargetInfo
{
  std::string triple;
  std::vector<spec::Cfg> cfgs; ///< sorted, without `proc_macro`; with the flags below in force
  std::map<manifest::CrateType, FilePattern>
      file_patterns;                                ///< missing = the target cannot make that crate type; `lib` is found under `rlib`
  std::vector<std::string> split_debuginfo;         ///< kinds the target supports ("off", "packed")
  std::vector<std::string> rustflags, rustdocflags; ///< of units of this kind; the fixed point, see `probe_target`
  Path libdir;                                      ///< sysroot/lib/rustlib/TRIPLE/lib
  std::optional<WasmLinker> wasm_linker;            ///< of wasm targets, where one was found

  [[nodiscard]] const FilePattern* pattern(manifest::CrateType type) const; ///< nullptr = unsupported
  [[nodiscard]] bool supports(manifest::CrateType type) const { return pattern(type) != nullptr; }
  [[nodiscard]] bool supports_split_debuginfo(std::string_view kind) const;
  /// The values of one cfg key: `cfg_values("target_os")` → {"wasi"}.
  [[nodiscard]] std::vector<std::string> cfg_values(std::string_view key) const;
};

/// All files of one crate type in cargo's order (import libraries, .wasm beside .js, .dwp …); empty when unsupported.
[[nodiscard]] std::vector<OutputFile> output_files(const TargetInfo& info, manifest::CrateType type);

/// The compiler and every platform a build touches.
struct TargetData
{
  RustcInfo rustc;
  std::vector<CompileKind> requested_kinds;
  TargetInfo host;
  std::map<InternedString, TargetInfo> targets; ///< also holds the host's triple when {host} was requested
  std::vector<std::string> warnings;            ///< e.g. flags and cfgs that depend on one another

  [[nodiscard]] const TargetInfo& info(const CompileKind& kind) const; ///< the kind must have been requested
  [[nodiscard]] std::string_view triple(const CompileKind& kind) const { return kind.triple_or(rustc.host); }
  [[nodiscard]] bool platform_matches(const spec::Platform& platform, const CompileKind& kind) const;
};

/// Where answers of rustc are kept: a project's own, and those that depend on the compiler alone, for all projects of a user.
/// `CARGO_CACHE_RUSTC_INFO=0` turns both off.
struct RustcCachePlaces
{
  Path of_project; ///< target/.cargo-wasm/rustc-info.json; empty = keep nothing
  Path of_user;    ///< directory of IDENTITY.json, $XDG_CACHE_HOME/cargo-wasm/toolchains; empty = none
};

/// Answers of rustc by what was asked, for one compiler identity. A damaged file, or one of another compiler, counts as empty.
class RustcCache
{
public:
  RustcCache() = default; ///< remembers nothing on disk
  static RustcCache load(const base::ReadOnlyFilesystem& fs, const Path& file, std::string_view identity);
  /// The user's answers are looked at only where the project's own do not have one, and only for a compiler in its sysroot without a
  /// wrapper: a proxy or a wrapper may answer otherwise elsewhere.
  static RustcCache load(const Env& env, const ToolchainChoice& choice, const RustcCachePlaces& places);
  /// Writes the files when something was added. Failing to write is no error: the next build asks again.
  void save(base::Filesystem& fs) const;

  struct Answer
  {
    int status = 0;
    std::string out, err;
  };
  [[nodiscard]] const Answer* find(const std::string& question) const;
  /// `find`, and else among the user's answers.
  [[nodiscard]] const Answer* find_anywhere(const base::ReadOnlyFilesystem& fs, const std::string& question);
  void add(std::string question, Answer answer);
  /// `add`, for all projects.
  void add_for_all(const std::string& question, const Answer& answer);

private:
  using Answers = std::map<std::string, Answer>;
  Path m_file, m_users_file;
  std::string m_identity;
  Answers m_answers, m_for_all;   ///< m_for_all: new ones
  std::optional<Answers> m_users; ///< once they were read
  bool m_dirty = false;
};

/// 16 hex digits that change when the compiler does. Cost: a few stat calls.
[[nodiscard]] std::string rustc_identity(const Env& env, const ToolchainChoice& choice);

/// `rustc -vV` and `rustc --print=sysroot`. Errors: CW0504 cannot run, CW0505 output that is not a compiler's.
[[nodiscard]] Result<RustcInfo>
probe_rustc(const Env& env, const manifest::Config& config, const ToolchainChoice& choice, RustcCache& cache);

/// Flags that come before the user's own, by triple: what the host of a build asks of code for it.
using FlagsOfTriple = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Asks for cfgs, file names and split-debuginfo of one kind. Flags may switch cfgs that select flags, so it asks at most
/// twice and warns when that did not settle. Errors: CW0506 rustc rejects the target or the flags (its words follow).
[[nodiscard]] Result<TargetInfo> probe_target(const Env& env,
                                              const manifest::Config& config,
                                              const RustcInfo& rustc,
                                              const CompileKind& kind,
                                              std::span<const CompileKind> requested_kinds,
                                              RustcCache& cache,
                                              std::vector<std::string>& warnings,
                                              const std::vector<std::string>& first_flags = {});

/// The whole of it for a build. Cost: no process at all when everything is cached.
[[nodiscard]] Result<TargetData> probe_target_data(const Env& env,
                                                   const manifest::Config& config,
                                                   const ToolchainChoice& choice,
                                                   std::span<const std::string> requested_triples,
                                                   const RustcCachePlaces& places,
                                                   const FlagsOfTriple& first_flags = {});

/// Files that make the compiler for these kinds, absolute and sorted: bin/rustc, lib/*.so*, the host's std and linkers,
/// each triple's std. rustdoc, cargo, sources and manifests are no part of it.
[[nodiscard]] Result<std::vector<Path>>
toolchain_files(const base::ReadOnlyFilesystem& fs, const RustcInfo& info, std::span<const std::string> triples);

/// What compilers of a version can do; where the answer can be asked of the tool cheaply it is asked instead.
[[nodiscard]] bool supports_remap_path_scope(const spec::Version& rustc); ///< `--remap-path-scope`: 1.95
[[nodiscard]] bool passes_allow_undefined(const spec::Version& rustc);    ///< `--allow-undefined` at every wasm link: before 1.96
[[nodiscard]] bool supports_check_cfg(const spec::Version& rustc);        ///< `--check-cfg`: 1.80
[[nodiscard]] bool has_wasip1_target_name(const spec::Version& rustc);    ///< wasm32-wasip1 instead of wasm32-wasi: 1.78
[[nodiscard]] bool has_wasip2_target(const spec::Version& rustc);         ///< tier 2: 1.82

} // namespace cargo_wasm::toolchain
