#pragma once
#include <functional>

#include <cargo_wasm/host/profile.hpp>
#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::host {

/// The file as a profile. `find` gives the hosts that it names in `extends` and `every`; what it returns as an error is shown as it is,
/// but for CW0870, which gets the place. Errors: CW0925.
[[nodiscard]] Result<Profile>
read_profile(const manifest::TomlDocument& document, std::string_view id, const std::function<Result<Profile>(std::string_view)>& find);

/// The functions of a file of profiles/interface. Errors: CW0925.
[[nodiscard]] Result<std::map<std::string, std::string, std::less<>>> read_interface(const manifest::TomlDocument& document);

} // namespace cargo_wasm::host
