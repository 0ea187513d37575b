// What a host offers to a module and expects of it, as data: one TOML file a host (profiles/host, docs/formats/host-profile.md).
//
// One file serves two questions. The import ledger asks who provides an import; there only what a file says itself counts, so that a host
// that extends another is not named beside it. The check asks whether an artifact runs on a host; there everything counts that the file
// says or inherits. What a chain of files does not speak of (no `[features]`, no `[limits]`) is not checked.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/spec/version.hpp>
#include <cargo_wasm/wasm/feature.hpp>
#include <cargo_wasm/wasm/types.hpp>

namespace cargo_wasm::host {

/// "16.4", as hosts count: numbers between dots, a missing one is 0.
struct HostVersion
{
  std::vector<std::uint32_t> numbers; ///< without zeros at the end
  std::string text;
  std::strong_ordering operator<=>(const HostVersion& other) const { return numbers <=> other.numbers; }
  bool operator==(const HostVersion& other) const { return numbers == other.numbers; }
};
[[nodiscard]] std::optional<HostVersion> parse_host_version(std::string_view text);

/// One `[[import]]`: what the host provides.
struct ImportRule
{
  std::vector<std::string> modules;                          ///< globs; a version behind `@` is no part of it
  std::optional<spec::VersionReq> versions;                  ///< of interfaces that have one; nullopt: any
  std::vector<std::string> fields;                           ///< globs
  std::map<std::string, std::string, std::less<>> functions; ///< name → type, "(i32) -> ()"; with no fields either: every field
  std::vector<wasm::ExternalKind> kinds{wasm::ExternalKind::func};
  bool is_inherited = false; ///< from a file that this one extends
};

/// One `[[own-import]]`: what the project's own code on the host's side may provide.
struct OwnImportRule
{
  std::vector<std::string> modules, except; ///< globs
};

enum class Need : std::uint8_t { at_least_one, at_most_one };

/// One `[[export]]`: what the host looks for in a module.
struct ExportRule
{
  std::vector<std::string> names;
  wasm::ExternalKind kind = wasm::ExternalKind::func;
  std::optional<std::string> type; ///< of functions
  Need need = Need::at_least_one;
  std::vector<std::string> when_imports; ///< globs: only of modules that import from one of these; empty: of all
};

struct FeatureSupport
{
  bool is_on = true;
  std::optional<HostVersion> since;
  std::string note; ///< why it is off, or how it is switched on
};

enum class LimitKind : std::uint8_t { module_bytes, memory_pages, table_elements, functions, imports };
[[nodiscard]] std::string_view name_of(LimitKind kind); ///< "memory-pages"
[[nodiscard]] std::optional<LimitKind> limit_named(std::string_view name);

struct Profile
{
  std::string id;    ///< the file's name without extension, with "@VERSION" where another one was asked for
  std::string name;  ///< for people
  std::string asked; ///< what finds it again from everywhere: its id, or the path of its file
  base::Path file;   ///< empty: it comes with the program
  std::vector<std::string> evidence;
  std::optional<HostVersion> version; ///< that it describes; nullopt: the newest
  std::vector<Profile> every;         ///< hosts that must all take the artifact
  bool takes_modules = true, takes_components = true;
  bool has_shared_memory = true;
  std::string shared_memory_note;             ///< why it has none
  std::string shared_memory_host;             ///< the one that is the same with it
  std::map<std::string, std::string> headers; ///< of HTTP, which a server has to send with the page for all this to be so
  std::vector<ImportRule> imports;
  bool has_import_rules = false; ///< none at all: imports are not checked
  std::vector<OwnImportRule> own_imports;
  std::vector<ExportRule> exports;
  std::optional<std::map<wasm::Feature, FeatureSupport>> features; ///< nullopt: not known, and not checked
  std::map<LimitKind, std::uint64_t> limits;
  std::string program_target, library_target; ///< triples that `--host` chooses; empty: as without it
  std::string test_target;                    ///< of programs that libtest runs; empty: as for other programs
  std::vector<std::string> target_features;   ///< that code for those triples is compiled with, as rustc calls them
  bool builds_std = false;                    ///< std is compiled with them, too, since the compiler's own is not
  std::vector<wasm::Feature> lowered;         ///< what wasm-opt replaces in modules for this host
  std::string digest;                         ///< of the texts of all files that it was made of
};

/// The host itself, or those that it stands for.
[[nodiscard]] std::vector<const Profile*> parts_of(const Profile& profile);
/// "Safari 17.5", "wasmtime 50.0", "embedded interpreters".
[[nodiscard]] std::string shown_name(const Profile& profile);

/// The features of one host, parts of features included. All of them where nothing is known.
[[nodiscard]] wasm::FeatureSet features_of(const Profile& profile);
/// Those that each of its parts has.
[[nodiscard]] wasm::FeatureSet common_features(const Profile& profile);
/// The smallest of its parts' limits.
[[nodiscard]] std::optional<std::uint64_t> limit_of(const Profile& profile, LimitKind kind);

/// "wasi:io/streams" and "0.2.6" of "wasi:io/streams@0.2.6"; no version where none can be read.
struct InterfaceName
{
  std::string_view name;
  std::optional<spec::Version> version;
};
[[nodiscard]] InterfaceName split_interface(std::string_view module);

/// Whether a rule is about this import, its kind included.
[[nodiscard]] bool provides(const ImportRule& rule, std::string_view module, std::string_view field, wasm::ExternalKind kind);

/// The type that a function has wherever it is provided: profiles/interface; nullptr where none is known.
[[nodiscard]] const std::string* interface_type(std::string_view module, std::string_view field);

} // namespace cargo_wasm::host
