// Where profiles are found and how one is put together from the files that it extends.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/host/profile.hpp>

namespace cargo_wasm::host {

/// Files of the program, and those of the user, which replace them by name.
struct ProfilePlaces
{
  base::Path user_directory; ///< $CARGO_HOME/cargo-wasm/hosts
  base::Path cwd;            ///< that relative paths start from
};

/// The host called `name`: an id, "ID@VERSION", or the path of a file (anything with a `/` or ending in `.toml`).
/// Errors: CW0870 there is no such host; CW0925 a file of it is wrong; those of reading files and TOML.
[[nodiscard]] Result<Profile> find_profile(const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places, std::string_view name);

/// All hosts, sorted by id. Errors: as find_profile.
[[nodiscard]] Result<std::vector<Profile>> all_profiles(const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places);

/// One file by its text. What it extends is looked for beside it, in the user's directory, and among ours.
[[nodiscard]] Result<Profile> parse_profile(
    const base::ReadOnlyFilesystem& fs, const ProfilePlaces& places, const base::Path& file, std::string_view id, std::string text);

} // namespace cargo_wasm::host
