#include "host_tools.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exec {
namespace {

/// `-C NAME=x`, `-CNAME=x`, `--codegen=NAME=x` → x
std::vector<std::string> codegen_values(const std::vector<std::string>& arguments, std::string_view name)
{
  std::vector<std::string> values;
  for (std::string_view word : arguments) {
    for (const std::string_view option : {"-C", "--codegen="}) {
      word.remove_prefix(word.starts_with(option) ? option.size() : 0);
    }
    if (word.starts_with(name) && word.substr(name.size()).starts_with('=')) {
      values.emplace_back(word.substr(name.size() + 1));
    }
  }
  return values;
}

} // namespace

bool is_for_wasm(const std::vector<std::string>& arguments)
{
  constexpr std::string_view k_option = "--target";
  std::string target;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == k_option && i + 1 < arguments.size()) {
      target = arguments[i + 1];
    } else if (arguments[i].starts_with(std::string(k_option) + "=")) {
      target = arguments[i].substr(k_option.size() + 1);
    }
  }
  return base::Path(target).filename().native().starts_with("wasm");
}

std::optional<base::Path> called_program(const Env& env, const base::Path& cwd, const std::string& name)
{
  const base::Path path = name;
  if (!path.has_parent_path()) {
    return env.program_on_path(name);
  }
  return env.fs.is_file(cwd / path) ? std::optional((cwd / path).lexically_normal()) : std::nullopt;
}

std::vector<base::Path> named_linkers(const Env& env, const base::Path& cwd, const std::vector<std::string>& arguments)
{
  std::vector<std::string> names = codegen_values(arguments, "linker");
  std::vector<std::string> words = codegen_values(arguments, "link-arg");
  for (const std::string& value : codegen_values(arguments, "link-args")) {
    for (const std::string_view word : base::split(value, ' ')) {
      words.emplace_back(word);
    }
  }
  for (const std::string& word : words) {
    constexpr std::string_view k_use = "-fuse-ld=";
    if (word.starts_with(k_use)) {
      const std::string name = word.substr(k_use.size());
      names.push_back(name.find('/') == std::string::npos ? "ld." + name : name);
    }
  }
  std::vector<base::Path> linkers;
  for (const std::string& name : names) {
    if (auto path = called_program(env, cwd, name)) {
      linkers.push_back(std::move(*path));
    }
  }
  return linkers;
}

bool is_for_this_processor(const std::vector<std::string>& arguments)
{
  const std::vector<std::string> processors = codegen_values(arguments, "target-cpu");
  return std::ranges::find(processors, "native") != processors.end();
}

std::string this_processor(const base::ReadOnlyFilesystem& fs)
{
  const auto text = fs.read_if_exists("/proc/cpuinfo");
  // Of the first one, without what changes from moment to moment (`cpu MHz`) or names its place (`core id`).
  constexpr std::string_view k_lasting[] = {"vendor_id",
                                            "cpu family",
                                            "model",
                                            "model name",
                                            "stepping",
                                            "flags", // x86
                                            "CPU implementer",
                                            "CPU architecture",
                                            "CPU variant",
                                            "CPU part",
                                            "CPU revision",
                                            "Features"};
  base::StableHasher hasher;
  bool is_told = false;
  for (const std::string_view line : text && *text ? base::split(**text, '\n') : std::vector<std::string_view>{}) {
    const std::string_view name = base::trim(line.substr(0, line.find(':')));
    if (name.empty() && is_told) {
      break;
    }
    if (std::ranges::find(k_lasting, name) != std::end(k_lasting)) {
      hasher.add(line);
      is_told = true;
    }
  }
  return is_told ? hasher.finish_hex() : std::string();
}

} // namespace cargo_wasm::exec
