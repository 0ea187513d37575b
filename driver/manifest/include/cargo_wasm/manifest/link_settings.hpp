// What a project wants of the linker, as settings with names and types instead of linker arguments: `link` in `[package.metadata.wasm]`
// and `[workspace.metadata.wasm]`, and `[wasm.link]` of the configuration (docs/guide/link-settings.md).
//
// Every setting knows where it was written, because settings can contradict each other and what the target is.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

struct LinkSetting
{
  /// From the weakest to the strongest. Linker arguments in RUSTFLAGS and `rustflags` come before the command line.
  enum class Origin : std::uint8_t { workspace, package, configuration, command_line };

  std::variant<std::uint64_t, bool, std::vector<std::string>> value; ///< sizes in bytes; switches; names
  Origin origin = Origin::package;
  base::TextSpan where; ///< in a file; line 0 for variables and `--config`
  std::string source;   ///< what is not in a file: "--config", "environment variable `CARGO_WASM_LINK_STACK_SIZE`"

  [[nodiscard]] const std::uint64_t* as_size() const { return std::get_if<std::uint64_t>(&value); }
  [[nodiscard]] const bool* as_switch() const { return std::get_if<bool>(&value); }
  [[nodiscard]] const std::vector<std::string>* as_names() const { return std::get_if<std::vector<std::string>>(&value); }
  bool operator==(const LinkSetting&) const = default;
};

/// By name: `stack-size`, `initial-memory`, `max-memory` (sizes), `import-memory`, `shared-memory`, `export-table` (switches), `exports`.
using LinkSettings = std::map<std::string, LinkSetting, std::less<>>;

/// `error` at the setting's place, or with a note that says where it comes from.
[[nodiscard]] Error at_setting(Error error, const LinkSetting& setting);

/// "package", "workspace", "configuration", "command line".
[[nodiscard]] std::string_view to_string(LinkSetting::Origin origin);

/// "65536", "64 KiB", "1 MiB", "4 GiB" in bytes; why not, as a phrase. Cost: none worth naming.
[[nodiscard]] tl::expected<std::uint64_t, std::string> parse_memory_size(std::string_view text);

/// Setting by setting the strongest of command line, configuration, package and workspace.
/// Errors: CW0168 a value that the setting cannot have, CW0169 an unknown setting; CW0102, CW0185 a value of another type.
/// Cost: nothing where nobody sets anything; else each manifest that does is read once more, for the places in messages.
[[nodiscard]] Result<LinkSettings>
read_link_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root, const Config& config);

} // namespace cargo_wasm::manifest
