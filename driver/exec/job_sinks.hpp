// Where the streams of a job's program go: a script's are collected, a compiler's are read line by line.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/text.hpp>

#include "compiler_output.hpp"
#include "events.hpp"

namespace cargo_wasm::exec {

/// Collects a script's streams and shows them as they come with -vv.
class ScriptSink final : public base::OutputSink
{
public:
  ScriptSink(std::string prefix, bool show, plan::ActionIndex action, const std::function<void(Event)>& emit)
      : m_out_lines([=, &emit](std::string_view line) { tell(emit, Event::Kind::stdout_text, action, prefix, line); }),
        m_err_lines([=, &emit](std::string_view line) { tell(emit, Event::Kind::stderr_text, action, prefix, line); }), m_show(show)
  {
  }

  void on_stdout(std::string_view chunk) override
  {
    out += chunk;
    if (m_show) {
      m_out_lines.feed(chunk);
    }
  }
  void on_stderr(std::string_view chunk) override
  {
    err += chunk;
    if (m_show) {
      m_err_lines.feed(chunk);
    }
  }
  void finish()
  {
    m_out_lines.finish();
    m_err_lines.finish();
  }

  std::string out, err;

private:
  static void
  tell(const std::function<void(Event)>& emit, Event::Kind kind, plan::ActionIndex action, const std::string& prefix, std::string_view line)
  {
    emit({kind, action, prefix + std::string(line)});
  }

  base::LineSplitter m_out_lines, m_err_lines;
  bool m_show;
};

class RustcSink final : public base::OutputSink
{
public:
  explicit RustcSink(CompilerOutput& output)
      : m_out([&output](std::string_view line) { output.stdout_line(line); }),
        m_err([&output](std::string_view line) { output.stderr_line(line); })
  {
  }
  void on_stdout(std::string_view chunk) override { m_out.feed(chunk); }
  void on_stderr(std::string_view chunk) override { m_err.feed(chunk); }
  void finish()
  {
    m_out.finish();
    m_err.finish();
  }

private:
  base::LineSplitter m_out, m_err;
};

} // namespace cargo_wasm::exec
