// How an entry's file is written and read, and where things lie: shared by the store and those who clean it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::cache {

constexpr std::string_view k_entry_magic = "CWENTRY1";
constexpr std::size_t k_entry_head_bytes = k_entry_magic.size() + 8;

/// The result with a check before it.
[[nodiscard]] std::string seal_entry(std::string_view encoded_result);
/// nullopt: cut, or with other bytes.
[[nodiscard]] std::optional<std::string_view> open_entry(std::string_view file);

struct StoredFile
{
  base::Path path;
  std::string name; ///< the hash, and ".x" for an executable blob
  base::FileStat stat;
};

/// Calls `visit` for every file of `directory`/xx/; those of other names are passed over.
[[nodiscard]] Result<>
for_each_stored(const base::ReadOnlyFilesystem& fs, const base::Path& directory, const std::function<Result<>(const StoredFile&)>& visit);

} // namespace cargo_wasm::cache
