// The sparse index as cargo reads it: one JSON line a version, file paths by name, config.json
// (cargo: sources/registry/index; format in docs/formats/index.md).
#pragma once
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_protocol {

/// Highest `v` of an index line that we understand.
inline constexpr std::uint32_t k_index_schema_max = 2;

struct IndexDependency
{
  std::string name; ///< name in toml
  std::string req;
  std::vector<std::string> features;
  bool optional = false;
  bool default_features = true;
  std::optional<std::string> target;
  std::optional<std::string> kind;     ///< "normal", "dev", "build"
  std::optional<std::string> registry; ///< index URL; nullopt = the same registry
  std::optional<std::string> package;  ///< real name when renamed
  std::optional<bool> is_public;
};

struct IndexEntry
{
  std::string name, version;
  std::vector<IndexDependency> dependencies;
  std::map<std::string, std::vector<std::string>> features, features2;
  std::string checksum;
  bool yanked = false;
  std::optional<std::string> links, rust_version, pubtime;
  std::uint32_t schema = 1; ///< `v`
  /// Ours, in the member `cw`, which cargo passes over: the entries of the registry's log that published this version, and that let its
  /// publisher's key do so.
  std::optional<std::uint64_t> log_entry, key_entry;
  std::optional<std::string> component; ///< "sha256:HEX" of the manifest of the component beside it; also in `cw`
};

/// A fast reader for exactly this shape (unknown members are skipped). Liberal in white space and member order.
/// Errors: CW0410 with the byte offset in the line. Cost: about 1 GB/s, no allocation but the values'.
[[nodiscard]] Result<IndexEntry> parse_index_entry(std::string_view line);

/// Only what a candidate list needs, without reading dependencies: name, version, yanked, rust_version, schema.
struct IndexHead
{
  std::string_view name; ///< into the line
  std::string_view version;
  std::string_view rust_version;
  bool yanked = false;
  std::uint32_t schema = 1;
};
[[nodiscard]] Result<IndexHead> parse_index_head(std::string_view line);
/// The head's texts lie in the line: a temporary would be gone before them.
template <std::same_as<std::string> Temporary> Result<IndexHead> parse_index_head(Temporary&& line) = delete;

/// One JSON line without a newline, members as cargo writes them ("only when needed").
[[nodiscard]] std::string to_json_line(const IndexEntry& entry);

/// The line as the log's statement has hashed it: not yanked, without our own member.
[[nodiscard]] std::string published_line(IndexEntry entry);

/// "1/a", "2/ab", "3/a/abc", "ab/cd/abcd…", in lower case.
[[nodiscard]] std::string index_path(std::string_view crate_name);

struct RegistryConfig
{
  std::string dl;
  std::optional<std::string> api;
  bool auth_required = false;
};
/// config.json. Errors: CW0411.
[[nodiscard]] Result<RegistryConfig> parse_registry_config(std::string_view json);

/// The download URL: `{crate}` `{version}` `{prefix}` `{lowerprefix}` `{sha256-checksum}` replaced, or
/// "/{crate}/{version}/download" appended when there is no marker.
[[nodiscard]] std::string
download_url(const RegistryConfig& config, std::string_view name, std::string_view version, std::string_view checksum);

} // namespace cargo_wasm::registry_protocol
