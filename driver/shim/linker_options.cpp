#include <cargo_wasm/shim/linker_options.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace cargo_wasm::shim {

namespace {

/// Where an option's value stands.
enum class Shape : std::uint8_t {
  flag,               ///< no value
  joined,             ///< `--name=VALUE` only
  joined_or_separate, ///< `--name=VALUE` or `--name VALUE`
};

using Apply = void (*)(LinkerOptions&, std::string_view value);

struct LongOption
{
  std::string_view name;
  Shape shape;
  Apply apply; ///< nullptr: read past, not interpreted
};

std::optional<std::uint64_t> number(std::string_view text)
{
  std::uint64_t value = 0;
  const int radix = text.starts_with("0x") || text.starts_with("0X") ? 16 : 10;
  if (radix == 16) {
    text.remove_prefix(2);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

void set_unresolved(LinkerOptions& options, std::string_view value)
{
  if (value == "ignore-all") {
    options.unresolved = Unresolved::ignore;
  } else if (value == "import-dynamic") {
    options.unresolved = Unresolved::import_dynamic;
  } else if (value == "report-all") {
    options.unresolved = Unresolved::error;
  }
}

void set_entry(LinkerOptions& options, std::string_view value)
{
  options.entry = std::string(value);
  options.no_entry = false;
}

void set_z(LinkerOptions& options, std::string_view value)
{
  if (value.starts_with("stack-size=")) {
    options.stack_size_bytes = number(value.substr(sizeof("stack-size=") - 1));
  }
}

// clang-format off
constexpr std::array k_long_options{
  LongOption{"allow-undefined", Shape::flag, [](LinkerOptions& o, std::string_view) { o.import_undefined = true; o.unresolved = Unresolved::ignore; }},
  LongOption{"allow-undefined-file", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.allow_undefined_files.emplace_back(v); }},
  LongOption{"entry", Shape::joined_or_separate, set_entry},
  LongOption{"error-limit", Shape::joined_or_separate, nullptr},
  LongOption{"error-unresolved-symbols", Shape::flag, [](LinkerOptions& o, std::string_view) { o.unresolved = Unresolved::error; }},
  LongOption{"export", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.exports.emplace_back(v); }},
  LongOption{"export-all", Shape::flag, [](LinkerOptions& o, std::string_view) { o.export_all = true; }},
  LongOption{"export-dynamic", Shape::flag, [](LinkerOptions& o, std::string_view) { o.export_dynamic = true; }},
  LongOption{"export-if-defined", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.exports_if_defined.emplace_back(v); }},
  LongOption{"export-memory", Shape::flag, [](LinkerOptions& o, std::string_view) { o.export_memory = true; }},
  LongOption{"export-table", Shape::flag, [](LinkerOptions& o, std::string_view) { o.export_table = true; }},
  LongOption{"fatal-warnings", Shape::flag, [](LinkerOptions& o, std::string_view) { o.fatal_warnings = true; }},
  LongOption{"flavor", Shape::joined_or_separate, nullptr},
  LongOption{"gc-sections", Shape::flag, [](LinkerOptions& o, std::string_view) { o.gc_sections = true; }},
  LongOption{"growable-table", Shape::flag, [](LinkerOptions& o, std::string_view) { o.growable_table = true; }},
  LongOption{"import-memory", Shape::flag, [](LinkerOptions& o, std::string_view) { o.import_memory = true; }},
  LongOption{"import-table", Shape::flag, [](LinkerOptions& o, std::string_view) { o.import_table = true; }},
  LongOption{"import-undefined", Shape::flag, [](LinkerOptions& o, std::string_view) { o.import_undefined = true; }},
  LongOption{"initial-memory", Shape::joined, [](LinkerOptions& o, std::string_view v) { o.initial_memory_bytes = number(v); }},
  LongOption{"keep-section", Shape::joined_or_separate, nullptr},
  LongOption{"library-path", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.search_paths.emplace_back(v); }},
  LongOption{"Map", Shape::joined_or_separate, nullptr},
  LongOption{"max-memory", Shape::joined, [](LinkerOptions& o, std::string_view v) { o.max_memory_bytes = number(v); }},
  LongOption{"mllvm", Shape::joined_or_separate, nullptr},
  LongOption{"no-entry", Shape::flag, [](LinkerOptions& o, std::string_view) { o.no_entry = true; o.entry.reset(); }},
  LongOption{"no-export-dynamic", Shape::flag, [](LinkerOptions& o, std::string_view) { o.export_dynamic = false; }},
  LongOption{"no-fatal-warnings", Shape::flag, [](LinkerOptions& o, std::string_view) { o.fatal_warnings = false; }},
  LongOption{"no-gc-sections", Shape::flag, [](LinkerOptions& o, std::string_view) { o.gc_sections = false; }},
  LongOption{"no-pie", Shape::flag, [](LinkerOptions& o, std::string_view) { o.pie = false; }},
  LongOption{"pie", Shape::flag, [](LinkerOptions& o, std::string_view) { o.pie = true; }},
  LongOption{"relocatable", Shape::flag, [](LinkerOptions& o, std::string_view) { o.relocatable = true; }},
  LongOption{"reproduce", Shape::joined_or_separate, nullptr},
  LongOption{"rsp-quoting", Shape::joined_or_separate, nullptr},
  LongOption{"shared", Shape::flag, [](LinkerOptions& o, std::string_view) { o.shared = true; }},
  LongOption{"shared-memory", Shape::flag, [](LinkerOptions& o, std::string_view) { o.shared_memory = true; }},
  LongOption{"soname", Shape::joined_or_separate, nullptr},
  LongOption{"strip-all", Shape::flag, [](LinkerOptions& o, std::string_view) { o.strip = Strip::all; }},
  LongOption{"strip-debug", Shape::flag, [](LinkerOptions& o, std::string_view) { o.strip = std::max(o.strip, Strip::debug); }},
  LongOption{"thinlto-cache-policy", Shape::joined_or_separate, nullptr},
  LongOption{"threads", Shape::joined_or_separate, nullptr},
  LongOption{"trace-symbol", Shape::joined_or_separate, nullptr},
  LongOption{"undefined", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.forced_undefined.emplace_back(v); }},
  LongOption{"unresolved-symbols", Shape::joined_or_separate, set_unresolved},
  LongOption{"warn-unresolved-symbols", Shape::flag, [](LinkerOptions& o, std::string_view) { o.unresolved = Unresolved::warn; }},
  LongOption{"wrap", Shape::joined_or_separate, [](LinkerOptions& o, std::string_view v) { o.wrapped.emplace_back(v); }},
};
// clang-format on

/// Names that stand for another one with a fixed meaning, in one letter.
struct ShortOption
{
  char letter;
  bool has_value;
  Apply apply;
};

constexpr std::array k_short_options{
    ShortOption{'e', true, set_entry},
    ShortOption{'m', true, nullptr},
    ShortOption{'o', true, [](LinkerOptions& o, std::string_view v) { o.output = v; }},
    ShortOption{'u', true, [](LinkerOptions& o, std::string_view v) { o.forced_undefined.emplace_back(v); }},
    ShortOption{'y', true, nullptr},
    ShortOption{'z', true, set_z},
    ShortOption{'L', true, [](LinkerOptions& o, std::string_view v) { o.search_paths.emplace_back(v); }},
    ShortOption{'O', true, nullptr},
    ShortOption{'E', false, [](LinkerOptions& o, std::string_view) { o.export_dynamic = true; }},
    ShortOption{'r', false, [](LinkerOptions& o, std::string_view) { o.relocatable = true; }},
    ShortOption{'s', false, [](LinkerOptions& o, std::string_view) { o.strip = Strip::all; }},
    ShortOption{'S', false, [](LinkerOptions& o, std::string_view) { o.strip = std::max(o.strip, Strip::debug); }},
};

class OptionReader
{
public:
  explicit OptionReader(const std::vector<std::string>& arguments) : m_arguments(arguments) {}

  LinkerOptions read()
  {
    while (m_at < m_arguments.size()) {
      m_place = static_cast<std::uint32_t>(m_at);
      const std::string& argument = m_arguments[m_at++];
      if (argument.size() < 2 || argument.front() != '-') {
        add_input(argument, false);
      } else if (!read_library(argument) && !read_input_mode(argument) && !read_long(argument)) {
        read_short(argument);
      }
    }
    return std::move(m_options);
  }

private:
  void add_input(std::string_view name, bool is_library)
  {
    m_options.inputs.push_back({.name = std::string(name),
                                .is_library = is_library,
                                .whole_archive = m_whole_archive,
                                .lazy = m_inside_lib && !is_library,
                                .argument = m_place});
  }

  std::string_view next_value() { return m_at < m_arguments.size() ? std::string_view(m_arguments[m_at++]) : std::string_view(); }

  bool read_library(std::string_view argument)
  {
    for (const std::string_view name : {"--library=", "-library="}) {
      if (argument.starts_with(name)) {
        add_input(argument.substr(name.size()), true);
        return true;
      }
    }
    if (argument == "--library" || argument == "-library" || argument == "-l") {
      add_input(next_value(), true);
      return true;
    }
    if (argument.starts_with("-l") && !argument.starts_with("-lto")) {
      add_input(argument.substr(2), true);
      return true;
    }
    return false;
  }

  /// Options that say how the inputs after them are taken.
  bool read_input_mode(std::string_view argument)
  {
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    if (argument == "whole-archive" || argument == "no-whole-archive") {
      m_whole_archive = argument == "whole-archive";
    } else if (argument == "start-lib" || argument == "end-lib") {
      m_inside_lib = argument == "start-lib";
    } else {
      return false;
    }
    return true;
  }

  bool read_long(std::string_view argument)
  {
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const auto* const option = std::ranges::find(k_long_options, name, &LongOption::name);
    if (option == k_long_options.end()) {
      return read_memory_name(argument);
    }
    if (option->shape == Shape::flag && equals != std::string_view::npos) {
      return read_memory_name(argument);
    }
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (option->shape == Shape::joined_or_separate) {
      value = next_value();
    }
    if (name == "allow-undefined") {
      m_options.allow_undefined_arguments.push_back(m_place);
    }
    if (option->apply != nullptr) {
      option->apply(m_options, value);
    }
    return true;
  }

  /// `--import-memory=MODULE,NAME` and `--export-memory=NAME`, which also exist as flags.
  bool read_memory_name(std::string_view argument)
  {
    if (argument.starts_with("import-memory=")) {
      m_options.import_memory = true;
    } else if (argument.starts_with("export-memory=")) {
      m_options.export_memory = true;
    } else {
      return false;
    }
    return true;
  }

  void read_short(std::string_view argument)
  {
    if (argument.starts_with("--")) {
      return;
    }
    const auto* const option = std::ranges::find(k_short_options, argument[1], &ShortOption::letter);
    if (option == k_short_options.end() || (!option->has_value && argument.size() > 2)) {
      return;
    }
    std::string_view value;
    if (option->has_value) {
      value = argument.size() > 2 ? argument.substr(2) : next_value();
    }
    if (option->apply != nullptr) {
      option->apply(m_options, value);
    }
  }

  const std::vector<std::string>& m_arguments;
  std::size_t m_at = 0;
  std::uint32_t m_place = 0;
  bool m_whole_archive = false;
  bool m_inside_lib = false;
  LinkerOptions m_options;
};

} // namespace

std::optional<std::string> LinkerOptions::entry_symbol() const
{
  if (entry) {
    return entry;
  }
  return no_entry || relocatable || shared ? std::nullopt : std::optional<std::string>("_start");
}

LinkerOptions read_linker_options(const std::vector<std::string>& arguments)
{
  return OptionReader(arguments).read();
}

std::optional<base::Path>
find_library(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const std::vector<std::string>& search_paths, std::string_view name)
{
  const std::string file = name.starts_with(':') ? std::string(name.substr(1)) : "lib" + std::string(name) + ".a";
  for (const std::string& directory : search_paths) {
    base::Path path = (cwd / directory / file).lexically_normal();
    if (fs.is_file(path)) {
      return path;
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::shim
