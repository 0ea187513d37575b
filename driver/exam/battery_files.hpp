#pragma once
#include <span>
#include <string_view>

namespace cargo_wasm::exam {

struct BatteryFile
{
  std::string_view name; ///< of the battery the path below profiles/exam: "tables/src/lib.rs"
  std::string_view text;
};

/// Every file of profiles/exam, sorted by path; made by cmake/embed_files.cmake at build time.
[[nodiscard]] std::span<const BatteryFile> battery_files();
/// host.js alone.
[[nodiscard]] std::span<const BatteryFile> host_scripts();

} // namespace cargo_wasm::exam
