#include <cargo_wasm/browser/chromium.hpp>

#include <array>

#include <fmt/format.h>

namespace cargo_wasm::browser {

namespace {

constexpr std::array k_names = {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"};

Error no_chromium(std::string message)
{
  return Error("CW0970", std::move(message), Blame::environment)
      .help("`apt-get install chromium` brings it; `[wasm.tools] chromium = \"PATH\"` or the variable CHROME names another");
}

Result<base::Path> named(const base::Env& env, const base::Path& program, std::string_view by)
{
  if (const auto found = base::find_program(env.fs, program.native(), env.var("PATH") == nullptr ? "" : *env.var("PATH"))) {
    return *found;
  }
  return fail(no_chromium(fmt::format("`{}`, which {} names, is no program", program.native(), by)));
}

} // namespace

Result<base::Path> find_chromium(const base::Env& env, const std::optional<base::Path>& configured)
{
  if (configured) {
    return named(env, *configured, "`wasm.tools.chromium`");
  }
  if (const std::string* const variable = env.var("CHROME"); variable != nullptr && !variable->empty()) {
    return named(env, *variable, "the variable CHROME");
  }
  for (const char* const name : k_names) {
    if (auto found = env.program_on_path(name)) {
      return std::move(*found);
    }
  }
  return fail(no_chromium("there is no Chromium to open a page with"));
}

std::string memory_flag(std::uint64_t bytes)
{
  constexpr std::uint64_t k_page_bytes = 65536;
  return fmt::format("--wasm-max-mem-pages={}", std::max<std::uint64_t>(1, bytes / k_page_bytes));
}

std::vector<std::string> chromium_arguments(const base::Path& profile, bool is_root, std::optional<std::uint64_t> memory_bytes)
{
  std::vector<std::string> arguments = {
      "--headless=new",
      "--remote-debugging-pipe",
      "--user-data-dir=" + profile.native(),
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-gpu",
      "--disable-dev-shm-usage", // containers have little of it
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-default-apps",
      "--disable-extensions",
      "--disable-sync",
      "--disable-breakpad",
      "--disable-crash-reporter",
      "--metrics-recording-only",
      "--mute-audio",
      "--password-store=basic",
      // Timers of a page that nobody sees are slowed down otherwise.
      "--disable-background-timer-throttling",
      "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
      "--disable-features=Translate,MediaRouter,OptimizationHints",
  };
  if (is_root) {
    arguments.emplace_back("--no-sandbox");
  }
  if (memory_bytes) {
    arguments.push_back("--js-flags=" + memory_flag(*memory_bytes));
  }
  arguments.emplace_back("about:blank");
  return arguments;
}

} // namespace cargo_wasm::browser
