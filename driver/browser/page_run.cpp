#include "page_run.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/browser/page_server.hpp>

#include "chromium_process.hpp"
#include "console_text.hpp"
#include "devtools.hpp"
#include "scripts.hpp"

namespace cargo_wasm::browser {

namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::chrono::seconds k_longest_start{30};  ///< of the browser
constexpr std::chrono::seconds k_shortest_start{10}; ///< where the program is given less
constexpr std::chrono::seconds k_longest_load{60};   ///< of a page that comes from this machine
constexpr std::chrono::seconds k_longest_silence{1}; ///< of a worker, when the page has ended the run
constexpr const char* k_binding = "cargoWasmReport";

std::string page_html()
{
  return fmt::format("<!doctype html>\n<meta charset=\"utf-8\">\n<title>cargo-wasm</title>\n<body>\n"
                     "<script type=\"module\" src=\"{}page.js\"></script>\n",
                     k_scripts_path);
}

std::string seconds_text(std::chrono::milliseconds time)
{
  return fmt::format("{:g} seconds", std::chrono::duration<double>(time).count());
}

class RunningPage
{
public:
  RunningPage(const base::Env& env, const PageRun& run, std::string origin, ChromiumProcess& process)
      : m_env(env), m_run(run), m_origin(std::move(origin)), m_process(process), m_devtools(process.channel()), m_begin(steady_clock::now())
  {
  }

  Result<int> run_to_end()
  {
    if (auto opened = open(); !opened) {
      return fail(with_last_words(std::move(opened.error())));
    }
    while (true) {
      if (m_has_ended && m_workers.empty() && !m_devtools.has_waiting()) {
        if (m_is_settled) {
          return 0;
        }
        CW_TRY(settle());
        continue;
      }
      auto event = m_devtools.next_event(m_loaded ? m_end : std::min(m_end, m_begin + k_longest_load));
      if (!event) {
        return fail(with_last_words(std::move(event.error())));
      }
      if (!*event) {
        return fail(m_loaded ? out_of_time() : never_loaded());
      }
      CW_TRY_ASSIGN(const std::optional<int> status, handle(**event));
      if (status) {
        CW_TRY(print_what_is_left());
        return *status;
      }
    }
  }

private:
  Result<json> call(const char* method, json params = json::object())
  {
    return m_devtools.call(method, std::move(params), steady_clock::now() + k_longest_load);
  }

  Result<> open()
  {
    // On a machine that does much else a browser needs some seconds, whatever the program is given.
    const auto patience = std::clamp<std::chrono::milliseconds>(m_run.longest.value_or(k_longest_start), k_shortest_start, k_longest_start);
    const auto version = m_devtools.call("Browser.getVersion", json::object(), m_begin + patience);
    if (!version) {
      if (m_run.stop.stop_requested()) {
        return fail(version.error());
      }
      const bool has_ended = version.error().id == "CW0972";
      return fail(Error("CW0971",
                        fmt::format("`{}` {}", m_run.chromium.native(), has_ended ? "ended at its start" : "does not answer"),
                        Blame::environment)
                      .help("start it by hand with `--headless --dump-dom about:blank` to see whether it works here"));
    }
    CW_TRY_ASSIGN(const json target, call("Target.createTarget", {{"url", "about:blank"}}));
    CW_TRY_ASSIGN(const json attached, call("Target.attachToTarget", {{"targetId", target.value("targetId", "")}, {"flatten", true}}));
    m_devtools.use_session(attached.value("sessionId", ""));
    for (const char* const domain : {"Page.enable", "Runtime.enable", "Inspector.enable", "Network.enable", "Log.enable"}) {
      CW_TRY(call(domain));
    }
    CW_TRY(call("Target.setAutoAttach", attach_to_workers()));
    CW_TRY(call("Runtime.addBinding", {{"name", k_binding}}));
    std::string script(browser::script("start"));
    constexpr std::string_view k_hole = "CONFIG;";
    script.replace(script.find(k_hole), k_hole.size(), m_run.config.dump(-1, ' ', false, json::error_handler_t::replace) + ";");
    CW_TRY(call("Page.addScriptToEvaluateOnNewDocument", {{"source", script}}));
    m_begin = steady_clock::now();
    m_end = m_run.longest ? m_begin + *m_run.longest : SteadyTime::max();
    CW_TRY_ASSIGN(const json navigated, call("Page.navigate", {{"url", m_origin + m_run.path}}));
    if (const std::string error = navigated.value("errorText", ""); !error.empty()) {
      return fail(not_loaded(error));
    }
    return {};
  }

  /// The status, when this was the end.
  Result<std::optional<int>> handle(const Event& event)
  {
    const auto& [method, params] = event;
    if (method == "Runtime.bindingCalled" && params.value("name", "") == k_binding) {
      const json message = json::parse(params.value("payload", ""), nullptr, false);
      return message.is_object() ? report(message) : Result<std::optional<int>>(std::nullopt);
    }
    if (method == "Runtime.consoleAPICalled") {
      print(console_line(params), is_for_stderr(params));
    } else if (method == "Runtime.exceptionThrown") {
      return uncaught(params);
    } else if (method == "Inspector.targetCrashed") {
      return fail(Error("CW0977", fmt::format("the page of `{}` crashed", m_run.shown_name))
                      .note("a page has at most 4 GiB of memory, and what the machine has free"));
    } else if (method == "Page.loadEventFired") {
      m_loaded = true;
    } else if (method == "Page.javascriptDialogOpening") {
      CW_TRY(call("Page.handleJavaScriptDialog", {{"accept", true}})); // nobody would close `alert`
    } else if (method == "Network.responseReceived") {
      return answered(params);
    } else if (method == "Log.entryAdded") {
      log(params);
    } else if (method == "Target.attachedToTarget") {
      CW_TRY(attached(params));
    } else if (method == "Target.detachedFromTarget") {
      m_workers.erase(params.value("sessionId", ""));
      m_devtools.forget(params.value("sessionId", ""));
    }
    return std::nullopt;
  }

  /// A worker waits at its start until it is listened to: otherwise a short one would have ended before.
  static json attach_to_workers() { return {{"autoAttach", true}, {"waitForDebuggerOnStart", true}, {"flatten", true}}; }

  Result<> attached(const json& params)
  {
    const std::string session = params.value("sessionId", "");
    if (session == m_devtools.session()) {
      return {}; // the page itself
    }
    if (params.value("targetInfo", json::object()).value("type", "") == "worker") {
      m_workers.insert(session);
    }
    m_is_settled = false;
    m_devtools.listen_to(session);
    CW_TRY(m_devtools.tell(session, "Runtime.enable", json::object()));
    CW_TRY(m_devtools.tell(session, "Target.setAutoAttach", attach_to_workers()));
    return m_devtools.tell(session, "Runtime.runIfWaitingForDebugger", json::object());
  }

  /// What the last worker said to the page is heard there in the turns that follow; it may start more of them.
  Result<> settle()
  {
    const auto turned =
        m_devtools.call("Runtime.evaluate",
                        {{"expression", "new Promise((resolve) => setTimeout(() => setTimeout(resolve, 0), 0))"}, {"awaitPromise", true}},
                        m_end);
    m_is_settled = turned.has_value();
    return turned || m_devtools.has_waiting() ? Result<>() : Result<>(fail(turned.error()));
  }

  /// The page's words and its workers' come by ways of their own: what a worker wrote before the page ended the run may still be under way.
  Result<> print_what_is_left()
  {
    if (m_ends_after_workers && !m_workers.empty()) {
      CW_TRY(m_devtools.hear_out(m_workers, std::min(m_end, steady_clock::now() + k_longest_silence)));
      while (m_devtools.has_waiting()) {
        CW_TRY_ASSIGN(const auto event, m_devtools.next_event(steady_clock::now()));
        if (event && event->method == "Runtime.consoleAPICalled") {
          print(console_line(event->params), is_for_stderr(event->params));
        }
      }
    }
    return {};
  }

  /// What a page says of itself, and any page may say anything.
  Result<std::optional<int>> report(const json& message)
  {
    const auto text_at = [&](const char* key) {
      const auto found = message.find(key);
      return found != message.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (const auto out = message.find("out"); out != message.end()) {
      // Text is of suites, with stacks in it; bytes are what a program wrote, and stay as they are.
      print(message.contains("text") ? shown_stack(text_at("text"), m_origin) : bytes_of_text(text_at("bytes")), *out == 2);
      return std::nullopt;
    }
    if (message.contains("loaded")) {
      m_loaded = true;
    }
    if (message.contains("ended")) {
      m_has_ended = true;
    }
    if (message.contains("trap")) {
      print(shown_stack(text_at("trap"), m_origin) + "\n", true);
      return k_trap_status;
    }
    if (message.contains("failed")) {
      return fail(
          Error("CW0976", fmt::format("`{}` does not start in a page", m_run.shown_name)).note(shown_stack(text_at("failed"), m_origin)));
    }
    m_ends_after_workers = message.contains("workers");
    if (const auto end = message.find("end"); end != message.end() && end->is_number_integer()) {
      return static_cast<int>(end->get<std::int64_t>() & 0xff);
    }
    return std::nullopt;
  }

  Result<std::optional<int>> uncaught(const json& params)
  {
    const json details = params.value("exceptionDetails", json::object());
    const json exception = details.value("exception", json::object());
    std::string text = exception.value("description", "");
    if (text.empty()) {
      text = details.value("text", "an exception") + (exception.contains("value") ? " " + exception["value"].dump() : "");
    }
    print(shown_stack(text, m_origin) + "\n", true);
    if (m_run.outlives_exceptions) {
      return std::nullopt;
    }
    return exception.value("className", "") == "RuntimeError" ? k_trap_status : 1;
  }

  Result<std::optional<int>> answered(const json& params)
  {
    const json response = params.value("response", json::object());
    const int status = response.value("status", 200);
    if (params.value("type", "") == "Document" && response.value("url", "") == m_origin + m_run.path && status >= 400) {
      return fail(not_loaded(fmt::format("the answer is HTTP {}", status)));
    }
    return std::nullopt;
  }

  /// What stands in the browser's console without that the page wrote it: files that are missing, for instance.
  void log(const json& params) const
  {
    const json entry = params.value("entry", json::object());
    const std::string url = entry.value("url", "");
    const bool is_heard = entry.value("source", "") == "worker"; // in the worker itself
    if (entry.value("level", "") == "error" && !is_heard && !url.ends_with("/favicon.ico")) {
      print(fmt::format("{} ({})\n", entry.value("text", ""), shown_stack(url, m_origin)), true);
    }
  }

  void print(std::string_view text, bool is_error) const
  {
    if (is_error) {
      m_env.reporter.passthrough(text);
    } else {
      m_env.reporter.result(text);
    }
  }

  [[nodiscard]] Error not_loaded(std::string why) const
  {
    return Error("CW0974", fmt::format("the page `{}` did not load", m_run.path)).note(std::move(why));
  }

  [[nodiscard]] Error never_loaded() const
  {
    const auto longest = m_run.longest ? std::min<std::chrono::milliseconds>(*m_run.longest, k_longest_load) : k_longest_load;
    return not_loaded(fmt::format("after {} it was not at the end of its scripts", seconds_text(longest)))
        .help("a script of the page that does not end, or a file that it waits for, holds it up");
  }

  [[nodiscard]] Error out_of_time() const
  {
    return Error("CW0975", fmt::format("`{}` did not end within {}", m_run.shown_name, seconds_text(*m_run.longest)))
        .note("the browser was ended, and with it the page")
        .help("`--timeout SECONDS` gives it more time");
  }

  [[nodiscard]] Error with_last_words(Error error) const
  {
    if ((error.id == "CW0971" || error.id == "CW0972") && !m_run.stop.stop_requested()) {
      bool has_no_sandbox = false;
      for (std::string& line : m_process.last_words()) {
        has_no_sandbox |= line.find("No usable sandbox") != std::string::npos;
        error.notes.push_back("it said: " + std::move(line));
      }
      if (has_no_sandbox) {
        error.helps.insert(error.helps.begin(), "`apt-get install chromium-sandbox` brings the sandbox that it misses");
      }
    }
    return error;
  }

  const base::Env& m_env;
  const PageRun& m_run;
  std::string m_origin;
  ChromiumProcess& m_process;
  Devtools m_devtools;
  SteadyTime m_begin; ///< of the browser, then of the page
  SteadyTime m_end = SteadyTime::max();
  bool m_loaded = false;
  bool m_has_ended = false;          ///< `main` has
  bool m_ends_after_workers = false; ///< the page ended the run by itself, with workers whose console is heard
  bool m_is_settled = false;         ///< the page has had its turns since the last worker ended
  std::set<std::string> m_workers;   ///< that live: their sessions
};

} // namespace

std::string_view script(std::string_view name)
{
  return std::ranges::find(scripts(), name, &Script::name)->text;
}

void add_own_pages(Site& site)
{
  site.add("/index.html", page_html());
  for (const Script& own : scripts()) {
    site.add(fmt::format("{}{}.js", k_scripts_path, own.name), std::string(own.text));
  }
}

std::string bytes_of_text(std::string_view text)
{
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80 || i + 1 == text.size()) {
      bytes += text[i];
    } else { // U+0080 to U+00FF: two bytes
      bytes += static_cast<char>(((first & 0x03U) << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3fU));
    }
  }
  return bytes;
}

std::string shown_stack(std::string_view stack, std::string_view origin)
{
  const std::string address = std::string(origin) + "/";
  const std::string own = std::string(origin) + std::string(k_scripts_path);
  std::string shown;
  for (const std::string_view line : base::split(stack, '\n')) {
    if (line.find(own) != std::string_view::npos) {
      continue;
    }
    if (!shown.empty()) {
      shown += '\n';
    }
    std::size_t begin = 0;
    for (std::size_t at; (at = line.find(address, begin)) != std::string_view::npos; begin = at + address.size()) {
      shown += line.substr(begin, at - begin);
    }
    shown += line.substr(begin);
  }
  return shown;
}

Result<int> run_page(const base::Env& env, PageRun run)
{
  CW_TRY_ASSIGN(const auto server, PageServer::start(std::move(run.site), env.fs));
  CW_TRY_ASSIGN(const auto process, ChromiumProcess::start(env, run.chromium, run.memory_bytes, run.stop));
  return RunningPage(env, run, server->origin(), *process).run_to_end();
}

} // namespace cargo_wasm::browser
