#include "compiler_output.hpp"

#include <nlohmann/json.hpp>

#include <cargo_wasm/exec/compiler_message.hpp>

#include "json_messages.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_remembered_bytes = 256 * 1024;

}

void CompilerOutput::remember(std::string_view text)
{
  if (plain_text.size() < k_remembered_bytes) {
    plain_text += strip_escapes(text);
    plain_text += '\n';
  }
}

void CompilerOutput::stdout_line(std::string_view line)
{
  m_emit({Event::Kind::stdout_text, m_action, std::string(line)});
}

void CompilerOutput::stderr_line(std::string_view said)
{
  const std::string mapped = m_paths.mapped_back(said);
  const std::string_view line = mapped.empty() ? said : std::string_view(mapped);
  const CompilerMessage message = parse_compiler_line(line);
  switch (message.kind) {
  case CompilerMessage::Kind::artifact:
    early_output(message.artifact);
    return;
  case CompilerMessage::Kind::other:
    return;
  case CompilerMessage::Kind::summary:
    break;
  case CompilerMessage::Kind::future_incompat:
    m_emit({Event::Kind::future_incompat, m_action, message.rendered});
    break;
  case CompilerMessage::Kind::text:
    remember(line);
    m_emit({Event::Kind::stderr_text, m_action, std::string(line)});
    break;
  case CompilerMessage::Kind::diagnostic:
    diagnostic(line, message);
    break;
  }
  cached += said;
  cached += '\n';
}

void CompilerOutput::diagnostic(std::string_view line, const CompilerMessage& message)
{
  remember(message.rendered);
  if (!m_show) {
    return;
  }
  if (message.level == "error") {
    ++errors;
  } else if (message.level == "warning") {
    ++warnings;
  }
  Event event{Event::Kind::diagnostic, m_action, message.rendered, message.level};
  event.has_code = message.has_code;
  event.machine_applicable = message.machine_applicable;
  if (m_format.kind == MessageFormat::Kind::json && !m_format.render_diagnostics) {
    const std::string raw = m_format.ansi ? std::string(line) : without_rendered_escapes(line);
    m_emit({Event::Kind::stdout_text, m_action, compiler_message_json(m_template, raw)});
    return;
  }
  m_emit(std::move(event));
}

void CompilerOutput::early_output(const std::string& path)
{
  for (std::uint32_t i = 0; i < m_template.outputs.size(); ++i) {
    const plan::TemplateOutput& output = m_template.outputs[i];
    if (output.early && (output.path == path || base::Path(path).filename() == output.path.filename())) {
      Event event{Event::Kind::early_output, m_action};
      event.output = i;
      m_emit(std::move(event));
      return;
    }
  }
}

} // namespace cargo_wasm::exec
