// One page from its start to its end: opened in a Chromium of its own, listened to, and gone with everything that belongs to it.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/browser/site.hpp>

namespace cargo_wasm::browser {

inline constexpr std::string_view k_scripts_path = "/.cargo-wasm/"; ///< where our own scripts are in a site
inline constexpr int k_trap_status = 134;                           ///< of a program that trapped: 128 + SIGABRT, as wasmtime has it

struct PageRun
{
  base::Path chromium;
  Site site;
  std::string path = "/";                           ///< of the page in the site
  std::string shown_name;                           ///< what messages call it
  nlohmann::json config;                            ///< what `cargoWasm.config` is in the page
  std::optional<std::chrono::milliseconds> longest; ///< from when the page is opened; starting the browser is not in it
  std::optional<std::uint64_t> memory_bytes;        ///< the most that linear memory may grow to
  bool outlives_exceptions = false;                 ///< an uncaught exception is told, and does not end the run
  std::stop_token stop;
};

/// The status that the page reported: 0 to 255, 134 for a trap, 1 after an uncaught exception. What it prints goes to the reporter as it
/// comes. Errors: CW0971 Chromium cannot be started, CW0972 it ended; CW0974 the page does not load, CW0975 it does not end in time,
/// CW0976 what is in it does not start, CW0977 it crashed; CW0978.
[[nodiscard]] Result<int> run_page(const base::Env& env, PageRun run);

/// Our scripts, and a page that starts them.
void add_own_pages(Site& site);

/// Bytes from a text that has one character for each.
[[nodiscard]] std::string bytes_of_text(std::string_view text);
/// The stack of an exception as people read it: files instead of addresses of the server, frames of our own scripts left out.
[[nodiscard]] std::string shown_stack(std::string_view stack, std::string_view origin);

} // namespace cargo_wasm::browser
