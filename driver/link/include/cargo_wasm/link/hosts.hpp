// Which hosts provide an import: profiles/hosts, as data, and the user's own files (docs/formats/hosts.md). A host is named only where a
// file says so, with its evidence; what no file knows has an unknown host.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/link/ledger.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::link {

/// One `[[import]]` of a host's file.
struct ProvidedImports
{
  std::vector<std::string> modules;         ///< globs; a version behind `@` is no part of it
  std::optional<spec::VersionReq> versions; ///< of interfaces that have one; nullopt: any
  std::vector<std::string> fields;          ///< globs; empty: every one
};

struct Host
{
  std::string id;   ///< the file's name
  std::string name; ///< for people
  std::vector<std::string> evidence;
  std::vector<ProvidedImports> imports;
};

/// Errors: CW0925 a key or value that a host does not have; those of reading TOML.
[[nodiscard]] Result<Host> parse_host(const base::Path& file, std::string_view id, std::string text);

/// Ours, and those of `user_directory`, which replace ours of the same name; sorted by id.
[[nodiscard]] Result<std::vector<Host>> load_hosts(const base::ReadOnlyFilesystem& fs, const base::Path& user_directory);

/// Names of hosts that provide the import, in the order of `hosts`; `the host of this project` for what the project lists.
[[nodiscard]] std::vector<std::string> hosts_of(const std::vector<Host>& hosts, const LedgerEntry& entry);

/// "wasi:io/streams" and "0.2.6" of "wasi:io/streams@0.2.6"; no version where none can be read.
struct InterfaceName
{
  std::string_view name;
  std::optional<spec::Version> version;
};
[[nodiscard]] InterfaceName split_interface(std::string_view module);

} // namespace cargo_wasm::link
