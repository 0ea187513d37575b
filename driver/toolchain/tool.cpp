#include <cargo_wasm/toolchain/tool.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::toolchain {
namespace {

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

std::string first_line(const std::string& text)
{
  const std::string_view trimmed = base::trim(text);
  return std::string(base::trim(trimmed.substr(0, trimmed.find('\n'))));
}

/// The question as the cache knows it: another file at the path is another question.
std::string question_for(const Env& env, const base::Command& command)
{
  const auto stat = env.fs.stat(command.program);
  const auto known = stat && *stat ? fmt::format("{} {}", (*stat)->size_bytes, (*stat)->mtime_ns) : std::string("absent");
  base::Command bare = command;
  bare.env.clear();
  return fmt::format("{} [{}]", base::to_shell_string(bare), known);
}

} // namespace

std::optional<std::string> ask_tool(const Env& env, const Path& program, std::vector<std::string> args, RustcCache* cache)
{
  base::Command command;
  command.program = program;
  command.args = std::move(args);
  command.env = env.vars;
  command.cwd = env.cwd;
  const std::string question = cache == nullptr ? std::string() : question_for(env, command);
  if (const auto* known = cache == nullptr ? nullptr : cache->find(question)) {
    return first_line(known->out);
  }
  base::CapturingSink sink;
  const auto exit = env.process.run(command, sink);
  if (!exit || !exit->success()) {
    return std::nullopt;
  }
  const std::string line = first_line(base::trim(sink.out).empty() ? sink.err : sink.out);
  if (cache != nullptr) {
    cache->add(question, {0, line, {}});
  }
  return line;
}

std::optional<std::string> linker_version(const Env& env, const Path& program, RustcCache& cache)
{
  std::vector<std::string> args = {"--version"};
  if (program.filename().string().starts_with("rust-lld")) {
    args.insert(args.begin(), {"-flavor", "wasm"}); // it is every linker in one, and asks which
  }
  auto line = ask_tool(env, program, std::move(args), &cache);
  if (line) {
    line = std::string(base::trim(line->substr(0, line->find(" ("))));
  }
  return line;
}

std::string version_in(std::string_view line)
{
  for (std::string_view word : base::split(line, ' ')) {
    if (word.starts_with('v')) {
      word.remove_prefix(1);
    }
    if (word.empty() || !is_digit(word.front())) {
      continue;
    }
    std::size_t size = 0;
    while (size < word.size() && (is_digit(word[size]) || word[size] == '.')) {
      ++size;
    }
    while (word[size - 1] == '.') {
      --size;
    }
    return std::string(word.substr(0, size));
  }
  return {};
}

} // namespace cargo_wasm::toolchain
