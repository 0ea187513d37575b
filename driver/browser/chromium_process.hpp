// One Chromium, led through descriptors 3 and 4, in a process group of its own. With the object go the group, whatever of it was left
// behind, and the directory with its profile. When this process is killed itself, the browser sees its descriptors closed and ends.
#pragma once
#include <memory>
#include <stop_token>

#include <cargo_wasm/base/env.hpp>

#include "devtools.hpp"

namespace cargo_wasm::browser {

class ChromiumProcess
{
public:
  /// Errors: CW0971 it cannot be started; CW0003 no directory for its profile.
  static Result<std::unique_ptr<ChromiumProcess>>
  start(const base::Env& env, const base::Path& program, std::optional<std::uint64_t> memory_bytes, std::stop_token stop);
  virtual ~ChromiumProcess() = default;
  ChromiumProcess() = default;
  ChromiumProcess(const ChromiumProcess&) = delete;
  ChromiumProcess& operator=(const ChromiumProcess&) = delete;
  [[nodiscard]] virtual Channel& channel() = 0;
  /// What it said on its standard error, the last lines.
  [[nodiscard]] virtual std::vector<std::string> last_words() const = 0;
};

} // namespace cargo_wasm::browser
