// Every seam faked, bundled as the Env that library functions take.
#pragma once
#include <support/buffer_reporter.hpp>
#include <support/fake_filesystem.hpp>
#include <support/fake_http.hpp>
#include <support/fake_process_runner.hpp>
#include <support/fixed_clock.hpp>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::test {

struct TestEnv
{
  TestEnv() = default;
  explicit TestEnv(std::initializer_list<std::pair<std::string, std::string>> files) : fs(files) {}

  FakeFilesystem fs;
  FakeProcessRunner process;
  FakeHttp http;
  FixedClock clock;
  BufferReporter reporter;
  base::EnvMap vars;
  base::Path cwd = "/project";

  /// Refers to the members: valid as long as this object.
  [[nodiscard]] base::Env env();
};

/// As TestEnv on the real file system and with real processes: for tests that run `rustc` or `sh`.
class RealEnv
{
public:
  explicit RealEnv(base::Path working_directory);

  FakeHttp http;
  BufferReporter reporter;
  base::EnvMap vars; ///< starts as this process's environment
  base::Path cwd;
  [[nodiscard]] base::Filesystem& fs() { return *m_fs; }
  [[nodiscard]] base::ProcessRunner& process() { return *m_process; }
  [[nodiscard]] base::Env env();

private:
  std::unique_ptr<base::Filesystem> m_fs;
  std::unique_ptr<base::ProcessRunner> m_process;
  std::unique_ptr<base::Clock> m_clock;
};

} // namespace cargo_wasm::test
