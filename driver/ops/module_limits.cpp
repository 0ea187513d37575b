// Programs that run within limits: of time, and of memory where their runtime has no option for it. Both are started as children, with
// this program's input and output, and their status is handed on.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/base/temporary_directory.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/wasm/rewrite.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::uint64_t k_page_bytes = 65'536;

base::Command child(const Env& env, const std::vector<std::string>& words)
{
  base::Command command;
  command.program = words.front();
  command.args.assign(words.begin() + 1, words.end());
  command.env = env.vars;
  command.cwd = env.cwd;
  command.inherit_stdio = true;
  return command;
}

int status_of(const base::Exit& exit)
{
  return exit.signal != 0 ? 128 + exit.signal : exit.status;
}

/// Goes with all that is in it.
class CopyDirectory
{
public:
  static Result<CopyDirectory> make(const Env& env)
  {
    CW_TRY_ASSIGN(Path path, base::make_temporary_directory(env, "cargo-wasm-limited-"));
    return CopyDirectory(env, std::move(path));
  }
  CopyDirectory(CopyDirectory&& other) noexcept : m_env(other.m_env), m_path(std::exchange(other.m_path, {})) {}
  CopyDirectory& operator=(CopyDirectory&&) = delete;
  CopyDirectory(const CopyDirectory&) = delete;
  CopyDirectory& operator=(const CopyDirectory&) = delete;
  ~CopyDirectory()
  {
    if (!m_path.empty()) {
      (void)m_env.fs.remove_all(m_path);
    }
  }
  [[nodiscard]] const Path& path() const { return m_path; }

private:
  CopyDirectory(const Env& env, Path path) : m_env(env), m_path(std::move(path)) {}

  const Env& m_env;
  Path m_path;
};

} // namespace

Result<int> module_time_limit(const Env& env, const TimeLimitRequest& request)
{
  base::CapturingSink nothing;
  const base::Deadline deadline(request.longest, request.stop);
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(child(env, request.command), nothing, deadline.token()));
  if (deadline.passed()) {
    return fail(
        Error("CW0940",
              fmt::format("`{}` did not end within {:g} seconds", request.shown, std::chrono::duration<double>(request.longest).count()))
            .note("it was ended")
            .help("`--timeout SECONDS` gives it more time"));
  }
  return status_of(exit);
}

Result<int> module_memory_limit(const Env& env, const MemoryLimitRequest& request)
{
  std::vector<std::string> words = request.command;
  // The first one: those of the program itself stand behind it.
  const auto named =
      std::ranges::find_if(words, [&](const std::string& word) { return (env.cwd / word).lexically_normal() == request.module; });
  if (named == words.end()) {
    return fail(
        Error("CW0782", fmt::format("`{}` is not among the words of the program that is to run it", request.module.native()), Blame::usage)
            .help("`cargo-wasm module memory-limit app.wasm --max-memory 64MiB -- wazero run app.wasm`"));
  }
  CW_TRY_ASSIGN(const auto file, env.fs.map(request.module));
  CW_TRY_ASSIGN(const auto limited,
                wasm::with_memory_maximum(wasm::Source(file.path(), file.bytes()), request.memory_bytes / k_page_bytes));
  if (!limited) {
    return fail(
        Error("CW0943", fmt::format("`{}` begins with more memory than {} bytes", request.module.filename().native(), request.memory_bytes))
            .note("it was not started: its stack and its data are in that memory")
            .help("`--max-memory SIZE` gives it more"));
  }
  CW_TRY_ASSIGN(const CopyDirectory directory, CopyDirectory::make(env));
  const Path copy = directory.path() / request.module.filename();
  CW_TRY(env.fs.write_atomic(copy, *limited));
  *named = copy.native();
  base::CapturingSink nothing;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(child(env, words), nothing, request.stop));
  return status_of(exit);
}

} // namespace cargo_wasm::ops
