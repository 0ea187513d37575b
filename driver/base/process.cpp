#include <cargo_wasm/base/process.hpp>

#include <cstring>

#include <fmt/format.h>

namespace cargo_wasm::base {
namespace {

bool is_plain(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_=/,.+:@%").find(c) != std::string_view::npos;
}

std::string shell_word(std::string_view word)
{
  bool plain = !word.empty();
  std::string out = "'";
  for (const char c : word) {
    plain = plain && is_plain(c);
    if (c == '\'') {
      out += R"('\'')";
    } else {
      out += c;
    }
  }
  return plain ? std::string(word) : out + "'";
}

bool is_executable_file(const ReadOnlyFilesystem& fs, const Path& path)
{
  const auto stat = fs.stat(path);
  return stat.has_value() && stat->has_value() && (*stat)->type == FileType::regular && ((*stat)->mode & 0111U) != 0;
}

} // namespace

std::string to_string(const Exit& exit)
{
  if (exit.signal == 0) {
    return fmt::format("exit status: {}", exit.status);
  }
  const char* const name = ::sigabbrev_np(exit.signal);
  return name == nullptr ? fmt::format("signal: {}", exit.signal) : fmt::format("signal: {} (SIG{})", exit.signal, name);
}

void LineSplitter::feed(std::string_view chunk)
{
  while (true) {
    const auto end = chunk.find('\n');
    if (end == std::string_view::npos) {
      m_rest += chunk;
      return;
    }
    if (m_rest.empty()) {
      m_on_line(chunk.substr(0, end));
    } else {
      m_rest += chunk.substr(0, end);
      m_on_line(m_rest);
      m_rest.clear();
    }
    chunk.remove_prefix(end + 1);
  }
}

void LineSplitter::finish()
{
  if (!m_rest.empty()) {
    m_on_line(m_rest);
    m_rest.clear();
  }
}

std::string to_shell_string(const Command& command, const EnvMap& shown_env)
{
  std::string out;
  for (const auto& [name, value] : shown_env) {
    out += fmt::format("{}={} ", name, shell_word(value));
  }
  out += shell_word(command.program.string());
  for (const std::string& arg : command.args) {
    out += ' ';
    out += shell_word(arg);
  }
  return out;
}

std::optional<Path> find_program(const ReadOnlyFilesystem& fs, std::string_view name, std::string_view path_variable)
{
  if (name.empty()) {
    return std::nullopt;
  }
  if (name.find('/') != std::string_view::npos) {
    return is_executable_file(fs, name) ? std::optional<Path>(name) : std::nullopt;
  }
  while (true) {
    const auto end = path_variable.find(':');
    const std::string_view directory = path_variable.substr(0, end);
    Path candidate = Path(directory.empty() ? "." : directory) / name;
    if (is_executable_file(fs, candidate)) {
      return candidate;
    }
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    path_variable.remove_prefix(end + 1);
  }
}

} // namespace cargo_wasm::base
