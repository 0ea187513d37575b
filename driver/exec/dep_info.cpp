#include <algorithm>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/dep_info.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_variable_prefix = "# env-dep:";

/// rustc escapes '\\', newline and carriage return in names and values of variables.
std::string unescaped(std::string_view text)
{
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 'n' ? '\n' : text[i] == 'r' ? '\r' : text[i];
  }
  return out;
}

/// Splits at spaces; "a\ b" is one file.
std::optional<std::vector<std::string>> split_files(std::string_view text)
{
  std::vector<std::string> files;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ' ') {
      word += ' ';
      ++i;
    } else if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') {
      if (!word.empty()) {
        files.push_back(std::move(word));
        word.clear();
      }
    } else {
      word += text[i];
    }
  }
  if (word.ends_with('\\')) {
    return std::nullopt;
  }
  if (!word.empty()) {
    files.push_back(std::move(word));
  }
  return files;
}

} // namespace

std::optional<DepInfo> parse_dep_info(std::string_view text)
{
  DepInfo info;
  bool has_rule = false;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(k_variable_prefix)) {
      const std::string_view variable = line.substr(k_variable_prefix.size());
      const std::size_t equals = variable.find('=');
      if (equals == std::string_view::npos) {
        info.variables.emplace_back(unescaped(variable), std::nullopt);
      } else {
        info.variables.emplace_back(unescaped(variable.substr(0, equals)), unescaped(variable.substr(equals + 1)));
      }
      continue;
    }
    if (has_rule || line.starts_with('#')) {
      continue;
    }
    std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos && line.ends_with(':')) {
      colon = line.size() - 1;
    }
    if (colon == std::string_view::npos) {
      continue;
    }
    auto files = split_files(line.substr(colon + 1));
    if (!files) {
      return std::nullopt;
    }
    info.files = std::move(*files);
    has_rule = true;
  }
  return has_rule ? std::optional(std::move(info)) : std::nullopt;
}

void take_out_variable(std::string& text, std::string_view name)
{
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const std::size_t name_ends = std::min(line.find('='), line.find('\n'));
    if (line.starts_with(k_variable_prefix) && unescaped(line.substr(0, name_ends)).substr(k_variable_prefix.size()) == name) {
      text.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

std::string write_dep_info(std::string_view target, const std::vector<std::string>& files)
{
  std::string out;
  const auto append = [&](std::string_view name) {
    for (const char c : name) {
      if (c == ' ') {
        out += '\\';
      }
      out += c;
    }
  };
  append(target);
  out += ':';
  for (const std::string& file : files) {
    out += ' ';
    append(file);
  }
  return out += '\n';
}

} // namespace cargo_wasm::exec
