// Profiles that come with cargo-wasm (profiles/build/*.toml): keys of Cargo's profiles, and what happens behind the linker. A project that
// defines a profile of the same name has that, whole: nothing is mixed into what somebody else wrote.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/profile.hpp>

namespace cargo_wasm::plan {

struct BuiltInProfile
{
  std::string title;                ///< one phrase: what it is for
  manifest::BuildProfileToml cargo; ///< `[profile]`
  std::string wasm_opt;             ///< of `[wasm]`; empty: it does not run
  bool provenance = true;           ///< of `[wasm]`: artifacts carry the digest of their build record
};

/// By name. Errors: none that a user could meet, the files are compiled in and tests read them.
[[nodiscard]] Result<std::map<std::string, BuiltInProfile, std::less<>>> built_in_profiles();

/// The project's profiles, and those that come with cargo-wasm where it has none of that name.
[[nodiscard]] Result<std::map<std::string, manifest::BuildProfileToml>>
with_built_in_profiles(std::map<std::string, manifest::BuildProfileToml> tables);

} // namespace cargo_wasm::plan
