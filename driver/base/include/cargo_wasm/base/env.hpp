// The seams, handed down from `ops` as one value. Nothing below `ops` reads argv, the environment or the
// clock by itself.
#pragma once
#include <chrono>
#include <memory>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/reporter.hpp>

namespace cargo_wasm::base {

class Clock
{
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;
};

[[nodiscard]] std::unique_ptr<Clock> make_clock();

/// The environment this process was started with. Only `cli/main.cpp` calls it.
[[nodiscard]] EnvMap read_environment();

/// Makes the HTTP client when it is first needed.
class HttpClientFactory
{
public:
  virtual ~HttpClientFactory() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<HttpClient>> make(const HttpOptions& options) = 0;
};

struct Env
{
  Filesystem& fs;
  ProcessRunner& process;
  HttpClientFactory& http;
  Clock& clock;
  Reporter& reporter;
  const EnvMap& vars; ///< the environment this process was started with
  Path cwd;           ///< absolute

  /// A variable's value; nullptr when unset.
  [[nodiscard]] const std::string* var(std::string_view name) const
  {
    const auto found = vars.find(name);
    return found == vars.end() ? nullptr : &found->second;
  }

  /// A program on PATH; nullopt when it is nowhere, or PATH is unset. Cost: one stat a directory.
  [[nodiscard]] std::optional<Path> program_on_path(std::string_view name) const
  {
    const std::string* const path = var("PATH");
    return path == nullptr ? std::nullopt : find_program(fs, name, *path);
  }
};

} // namespace cargo_wasm::base

namespace cargo_wasm {
using base::Env;
using base::EnvMap;
using base::Path;
} // namespace cargo_wasm
