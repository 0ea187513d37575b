// Which Chromium a page is opened with, and how it is started: without a window, with a profile of its own that is thrown away, and led
// through two descriptors. There is no port and no driver program whose version would have to fit.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::browser {

/// The program, in this order: the one that the configuration names, `$CHROME`, and on PATH `chromium`, `chromium-browser`,
/// `google-chrome`, `google-chrome-stable`, `chrome`. Errors: CW0970 there is none, or what is named is none.
[[nodiscard]] Result<base::Path> find_chromium(const base::Env& env, const std::optional<base::Path>& configured);

/// V8's option that limits linear memory, of Node and, within another, of Chromium.
[[nodiscard]] std::string memory_flag(std::uint64_t bytes);

/// The arguments for a page that nobody looks at. `is_root`: the browser refuses to start as root with its sandbox. `memory_bytes`: the
/// most that a module's linear memory may grow to.
[[nodiscard]] std::vector<std::string>
chromium_arguments(const base::Path& profile, bool is_root, std::optional<std::uint64_t> memory_bytes = {});

} // namespace cargo_wasm::browser
