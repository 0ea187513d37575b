// Cargo.lock as written: v1–v4 read, v3/v4 (and older ones kept) written byte for byte like cargo
// (resolver/encode.rs, ops/lockfile.rs; grammar in docs/formats/lockfile.md).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/spec/package_id.hpp>

namespace cargo_wasm::manifest {

/// A dependency string: "name", "name 1.0.0", "name 1.0.0 (source)".
struct LockedDependency
{
  std::string name;
  std::optional<std::string> version, source;
  bool operator==(const LockedDependency&) const = default;
};

struct LockedPackage
{
  std::string name, version;
  std::optional<std::string> source, checksum;
  std::vector<LockedDependency> dependencies;
  std::optional<LockedDependency> replace;
  Position position;
};

struct Lockfile
{
  std::uint32_t version = 4; ///< 1 when the file has no `version` key and v1 metadata, else 2..4
  std::vector<LockedPackage> packages;
  std::vector<LockedPackage> unused_patches;
  std::vector<std::pair<std::string, std::string>> metadata; ///< other than v1 checksums
  std::string leading_comments;                              ///< other comment lines at the top, preserved
};

/// Errors: CW0230–CW0239 with line and column; a newer version than 4 is CW0231.
[[nodiscard]] Result<Lockfile> parse_lockfile(const base::Path& file, std::string text);
/// Exactly cargo's bytes; packages and dependencies must already be in cargo's order.
[[nodiscard]] std::string to_string(const Lockfile& lock);

} // namespace cargo_wasm::manifest
