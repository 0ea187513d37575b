// Modules in pages: which Chromium or Node is used, and how long a server stays.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/browser/chromium.hpp>
#include <cargo_wasm/browser/page_server.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::ops {

namespace {

Result<Path> chromium_here(const Env& env, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const auto configured, config->get_path("wasm.tools.chromium"));
  return browser::find_chromium(env, configured ? std::optional(configured->value) : std::nullopt);
}

Result<Path> node_here(const Env& env)
{
  if (auto node = env.program_on_path("node")) {
    return std::move(*node);
  }
  return fail(Error("CW0981", "there is no Node to run the suite in", Blame::environment)
                  .help("`apt-get install nodejs` brings it; `--host browser` runs the suite in a page"));
}

/// Whoever reads our output may go before the program has ended (`| head`). The signal that tells it would end this process and leave the
/// browser's directory behind: meanwhile it is ignored, and the run is stopped instead.
class ReaderWatch
{
public:
  static constexpr int k_status = 128 + SIGPIPE; ///< as if the signal had done it

  explicit ReaderWatch(std::stop_token outer)
      : m_before(std::signal(SIGPIPE, SIG_IGN)), m_relay(std::move(outer), [this] { m_source.request_stop(); }),
        m_thread([this](const std::stop_token& done) { watch(done); })
  {
  }
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;
  ~ReaderWatch()
  {
    m_thread.request_stop();
    m_thread.join();
    std::signal(SIGPIPE, m_before);
  }
  [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }
  [[nodiscard]] bool is_gone() const { return m_gone; }

private:
  void watch(const std::stop_token& done)
  {
    constexpr int k_pause_ms = 100;
    while (!done.stop_requested()) {
      pollfd out{STDOUT_FILENO, 0, 0};
      if (::poll(&out, 1, k_pause_ms) > 0) {
        if ((out.revents & POLLERR) != 0) {
          m_gone = true;
          m_source.request_stop();
        }
        return;
      }
    }
  }

  void (*m_before)(int);
  std::stop_source m_source;
  std::stop_callback<std::function<void()>> m_relay;
  std::atomic<bool> m_gone = false;
  std::jthread m_thread; ///< last: it uses the others
};

} // namespace

Result<int> module_browse(const Env& env, const GlobalOptions& options, browser::BrowseRequest request)
{
  CW_TRY_ASSIGN(request.chromium, chromium_here(env, options));
  const ReaderWatch reader(request.stop);
  request.stop = reader.token();
  auto status = browser::browse(env, request);
  return reader.is_gone() ? ReaderWatch::k_status : std::move(status);
}

Result<int> module_bindgen_test(const Env& env, const GlobalOptions& options, browser::SuiteRequest request)
{
  CW_TRY_ASSIGN(const std::string host, browser::suite_host(env, request));
  Path program;
  if (host == "node") {
    CW_TRY_ASSIGN(program, node_here(env));
  } else {
    CW_TRY_ASSIGN(program, chromium_here(env, options));
  }
  const ReaderWatch reader(request.stop);
  request.stop = reader.token();
  auto status = browser::run_suite(env, request, program);
  return reader.is_gone() ? ReaderWatch::k_status : std::move(status);
}

Result<> module_serve(const Env& env, const ModuleServeRequest& request)
{
  if (!env.fs.is_directory(request.directory)) {
    return fail(Error("CW0980", fmt::format("there is no directory `{}` to serve", request.directory.native())));
  }
  browser::Site site;
  site.mount(request.directory);
  CW_TRY_ASSIGN(const auto server, browser::PageServer::start(std::move(site), env.fs, request.port));
  env.reporter.result(fmt::format("{}/\n", server->origin()));
  env.reporter.status("Serving", fmt::format("`{}` to this machine, until Ctrl-C", request.directory.native()));
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any told;
  told.wait(lock, request.stop, [] { return false; });
  return {};
}

} // namespace cargo_wasm::ops
