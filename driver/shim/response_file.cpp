#include <cargo_wasm/shim/response_file.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::shim {

namespace {

constexpr std::size_t k_most_arguments = 1'000'000;
constexpr std::size_t k_deepest_nesting = 64;

bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// One argument in GNU quoting from `at` on, which stands at its first character.
std::string gnu_argument(std::string_view text, std::size_t& at)
{
  std::string argument;
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0' && is_blank(c)) {
      break;
    }
    if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
      argument += text[++at];
    } else if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else {
      argument += c;
    }
  }
  return argument;
}

/// A run of backslashes before a quote counts in pairs, elsewhere each stands for itself.
std::string windows_argument(std::string_view text, std::size_t& at)
{
  std::string argument;
  bool quoted = false;
  while (at < text.size() && (quoted || !is_blank(text[at]))) {
    std::size_t backslashes = 0;
    while (at < text.size() && text[at] == '\\') {
      ++backslashes;
      ++at;
    }
    if (at < text.size() && text[at] == '"') {
      argument.append(backslashes / 2, '\\');
      if (backslashes % 2 == 1) {
        argument += '"';
      } else if (quoted && at + 1 < text.size() && text[at + 1] == '"') {
        argument += '"';
        ++at;
      } else {
        quoted = !quoted;
      }
      ++at;
    } else {
      argument.append(backslashes, '\\');
      if (at < text.size() && (quoted || !is_blank(text[at]))) {
        argument += text[at++];
      }
    }
  }
  return argument;
}

Quoting quoting_of(const std::vector<std::string>& arguments)
{
  Quoting quoting = Quoting::gnu;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view word = arguments[i];
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    if (word.starts_with("rsp-quoting=")) {
      quoting = word.ends_with("=windows") ? Quoting::windows : Quoting::gnu;
    } else if (word == "rsp-quoting" && i + 1 < arguments.size()) {
      quoting = arguments[i + 1] == "windows" ? Quoting::windows : Quoting::gnu;
    }
  }
  return quoting;
}

class Expansion
{
public:
  Expansion(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, Quoting quoting) : m_fs(fs), m_cwd(cwd), m_quoting(quoting) {}

  Result<> add(const std::vector<std::string>& arguments)
  {
    for (const std::string& argument : arguments) {
      if (argument.size() > 1 && argument.front() == '@') {
        CW_TRY(add_file(argument));
      } else if (m_expanded.size() < k_most_arguments) {
        m_expanded.push_back(argument);
      } else {
        return fail(Error("CW0800", fmt::format("response files bring more than {} arguments", k_most_arguments)));
      }
    }
    return {};
  }

  std::vector<std::string> take() { return std::move(m_expanded); }

private:
  Result<> add_file(const std::string& argument)
  {
    const base::Path path = (m_cwd / argument.substr(1)).lexically_normal();
    if (std::ranges::find(m_open, path) != m_open.end()) {
      return fail(Error("CW0800", fmt::format("response file `{}` contains itself", path.string())));
    }
    if (m_open.size() == k_deepest_nesting) {
      return fail(Error("CW0800", fmt::format("response files are nested more than {} deep, at `{}`", k_deepest_nesting, path.string())));
    }
    CW_TRY_ASSIGN(const auto text, m_fs.read_if_exists(path));
    if (!text) {
      m_expanded.push_back(argument);
      return {};
    }
    m_open.push_back(path);
    CW_TRY(add(split_response_file(*text, m_quoting)));
    m_open.pop_back();
    return {};
  }

  const base::ReadOnlyFilesystem& m_fs;
  const base::Path& m_cwd;
  Quoting m_quoting;
  std::vector<base::Path> m_open;
  std::vector<std::string> m_expanded;
};

} // namespace

std::vector<std::string> split_response_file(std::string_view text, Quoting quoting)
{
  std::vector<std::string> arguments;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) {
      ++at;
    }
    if (at == text.size()) {
      return arguments;
    }
    arguments.push_back(quoting == Quoting::gnu ? gnu_argument(text, at) : windows_argument(text, at));
  }
}

Result<std::vector<std::string>>
expand_response_files(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const std::vector<std::string>& arguments)
{
  Expansion expansion(fs, cwd, quoting_of(arguments));
  CW_TRY(expansion.add(arguments));
  return expansion.take();
}

} // namespace cargo_wasm::shim
