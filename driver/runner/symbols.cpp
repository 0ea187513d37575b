// From frames to functions and lines, and which of them are worth showing.
#include <cargo_wasm/runner/trap.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/rust/demangle.hpp>
#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/debug_inlines.hpp>
#include <cargo_wasm/wasm/debug_lines.hpp>
#include <cargo_wasm/wasm/source_map.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::runner {

namespace {

std::string_view code_bytes(const wasm::Module& module)
{
  const wasm::Section& code = module.section(wasm::PayloadKind::code);
  return code.present ? module.source().file.substr(code.begin, code.end - code.begin) : std::string_view();
}

/// Where bodies of functions begin and end, counted from the code section's content; both rise.
std::vector<std::pair<std::uint64_t, std::uint64_t>> body_ranges(const wasm::Module& module)
{
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  const std::uint64_t code = module.section(wasm::PayloadKind::code).begin;
  auto bodies = module.bodies();
  for (wasm::FunctionBody body; bodies.next(body);) {
    ranges.emplace_back(body.begin() - code, body.end() - code);
  }
  return ranges;
}

/// The module itself; of a component its largest one, which is the program: the others are adapters.
wasm::Source core_of(const wasm::Source& source)
{
  wasm::Source core = source;
  std::size_t largest = 0;
  if (wasm::file_kind(source) == wasm::FileKind::component) {
    // What is found before an error counts all the same.
    (void)wasm::read_component(source, {.on_import = {}, .on_export = {}, .on_nested = [&](const wasm::NestedBinary& nested) {
                                          if (nested.encoding == wasm::Encoding::module && nested.source.bytes.size() > largest) {
                                            largest = nested.source.bytes.size();
                                            core = nested.source;
                                          }
                                        }});
  }
  return core;
}

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings)
{
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view begin) { return text.starts_with(begin); });
}

bool is_panicking(std::string_view function)
{
  return begins_with_any(function,
                         {"core::panicking::", "std::panicking::", "rust_begin_unwind", "__rustc::rust_begin_unwind", "rust_panic"});
}

bool is_aborting(std::string_view function)
{
  return function == "abort" ||
         begins_with_any(function, {"__rustc::", "std::process::abort", "std::sys::", "std::alloc::", "alloc::alloc::"});
}

bool is_start(std::string_view function)
{
  return function.find("__rust_begin_short_backtrace") != std::string_view::npos || function == "_start" || function == "__main_void" ||
         begins_with_any(function, {"std::rt::lang_start"}) || // what is left of it after wasm-opt
         function.find("wasm_bindgen_test::__rt::") != std::string_view::npos;
}

/// "/rustc/HASH/library/core/src/x.rs" is nowhere on this machine.
std::string shown_file(const std::string& file, const base::Path& cwd)
{
  constexpr std::string_view k_std = "/rustc/";
  if (file.starts_with(k_std)) {
    const auto slash = file.find('/', k_std.size());
    return slash == std::string::npos ? file : file.substr(slash + 1);
  }
  return base::shown_path(cwd, base::Path(file).lexically_normal()).string();
}

/// "app[31cf9e5e7308bf23]::parse" as "app::parse": some runtimes demangle by themselves, and leave nothing out.
std::string without_disambiguators(std::string name)
{
  constexpr std::string_view k_hex = "0123456789abcdef";
  constexpr std::size_t k_fewest_digits = 8;
  for (std::size_t begin = name.find('['); begin != std::string::npos; begin = name.find('[', begin)) {
    const std::size_t end = name.find_first_not_of(k_hex, begin + 1);
    if (end != std::string::npos && name[end] == ']' && end - begin > k_fewest_digits) {
      name.erase(begin, end + 1 - begin);
    } else {
      ++begin;
    }
  }
  return name;
}

} // namespace

struct TrapSymbols::Data
{
  struct File
  {
    base::MappedFile content;
    std::optional<wasm::Module> module;
  };
  std::vector<std::unique_ptr<File>> files; ///< the module itself first
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bodies;
  std::uint32_t imported = 0;
  std::uint64_t module_begin = 0; ///< not 0: in a component
  std::uint64_t code_begin = 0;   ///< in the file, as all of them
  std::map<std::uint32_t, std::string> names;
  std::string module_name;
  std::optional<wasm::DebugLines> lines;
  std::optional<wasm::DebugInlines> inlines;
  std::optional<wasm::SourceMap> map; ///< in place of lines, where a step behind the linker made one

  /// The text of a section that names a file beside the module.
  [[nodiscard]] static std::optional<std::string> url_in(const wasm::Module& module, std::string_view section)
  {
    auto content = module.custom(section);
    return content ? std::optional(std::string(content->name("a URL"))) : std::nullopt;
  }

  /// What the module says lies beside it.
  void add_beside(const base::ReadOnlyFilesystem& fs, const base::Path& path)
  {
    if (files.empty()) {
      return;
    }
    if (const auto url = url_in(*files.front()->module, "external_debug_info")) {
      add(fs, path.parent_path() / *url);
    }
    if (const auto url = url_in(*files.front()->module, "sourceMappingURL"); url && !lines) {
      const auto text = fs.read_if_exists(path.parent_path() / *url);
      map = text && *text ? wasm::SourceMap::parse(**text) : std::nullopt;
    }
  }

  void read_names(const wasm::Module& module)
  {
    const auto content = module.custom("name");
    if (!content) {
      return;
    }
    wasm::NameSection section(module.source(), *content);
    for (wasm::NameSubsection part; section.next(part);) {
      if (part.kind == wasm::NameKind::module && module_name.empty()) {
        module_name = std::string(part.module_name);
      }
      for (wasm::Naming naming; part.kind == wasm::NameKind::function && part.names.next(naming);) {
        names.emplace(naming.index, without_disambiguators(rust::demangle(naming.name)));
      }
    }
  }

  void add(const base::ReadOnlyFilesystem& fs, const base::Path& path)
  {
    auto opened = fs.map(path);
    if (!opened) {
      return;
    }
    auto file = std::make_unique<File>();
    file->content = std::move(*opened);
    const wasm::Source source = core_of(wasm::Source(file->content.path(), file->content.bytes()));
    auto module = wasm::Module::read(source);
    if (!module) {
      return;
    }
    const bool is_first = files.empty();
    if (!is_first && code_bytes(*module) != code_bytes(*files.front()->module)) {
      return;
    }
    file->module = std::move(*module);
    if (is_first) {
      module_begin = static_cast<std::uint64_t>(source.bytes.data() - source.file.data());
      code_begin = file->module->section(wasm::PayloadKind::code).begin;
      bodies = body_ranges(*file->module);
      const auto counts = file->module->count_imports();
      imported = counts ? counts->functions : 0;
    }
    if (names.empty()) {
      read_names(*file->module);
    }
    if (!lines && file->module->custom(".debug_line")) {
      lines.emplace(*file->module);
      inlines.emplace(*file->module, *lines);
    }
    files.push_back(std::move(file));
  }

  [[nodiscard]] std::optional<std::uint32_t> function_at(std::uint64_t address) const
  {
    const auto body = std::upper_bound(bodies.begin(), bodies.end(), address, [](std::uint64_t a, const auto& b) { return a < b.second; });
    if (body == bodies.end() || address < body->first) {
      return std::nullopt;
    }
    return imported + static_cast<std::uint32_t>(body - bodies.begin());
  }

  /// The runtime's own name for it: "app.wasm.main" of module "app.wasm" is "main".
  [[nodiscard]] std::string own_name(std::string_view name) const
  {
    if (!module_name.empty() && name.size() > module_name.size() + 1 && name.starts_with(module_name) && name[module_name.size()] == '.') {
      name.remove_prefix(module_name.size() + 1);
    }
    return without_disambiguators(rust::demangle(name));
  }

  /// Where a frame is, from the code section's content. In a component runtimes count from its beginning or from that of the module, and
  /// the frame may be of another module in it: there the name has to agree.
  [[nodiscard]] std::optional<std::uint64_t> address_of(const TrapFrame& frame) const
  {
    if (!frame.offset || frame.counts_from_code) {
      return frame.offset;
    }
    for (const std::uint64_t offset : {*frame.offset, *frame.offset + module_begin}) {
      if (offset < code_begin) {
        continue;
      }
      const auto function = function_at(offset - code_begin);
      const auto name = function ? names.find(*function) : names.end();
      if (module_begin == 0 || frame.name.empty() || (name != names.end() && name->second == own_name(frame.name))) {
        return offset - code_begin;
      }
    }
    return std::nullopt;
  }
};

TrapSymbols::TrapSymbols(const base::ReadOnlyFilesystem& fs, const base::Path& module, const std::vector<base::Path>& siblings)
    : m_data(std::make_unique<Data>())
{
  m_data->add(fs, module);
  m_data->add_beside(fs, module);
  for (const base::Path& sibling : siblings) {
    if (!m_data->files.empty() && (m_data->names.empty() || !has_lines())) {
      m_data->add(fs, sibling);
    }
  }
}

TrapSymbols::~TrapSymbols() = default;
TrapSymbols::TrapSymbols(TrapSymbols&&) noexcept = default;
TrapSymbols& TrapSymbols::operator=(TrapSymbols&&) noexcept = default;

bool TrapSymbols::has_lines() const
{
  return (m_data->lines && !m_data->lines->rows().empty()) || (m_data->map && m_data->map->size() != 0);
}

std::vector<SourceFrame> TrapSymbols::resolve(const TrapFrame& frame) const
{
  SourceFrame shown;
  const std::optional<std::uint64_t> address = m_data->address_of(frame);
  std::optional<std::uint32_t> function = m_data->module_begin == 0 ? frame.function : std::nullopt;
  if (!function && address) {
    function = m_data->function_at(*address);
  }
  const auto name = function ? m_data->names.find(*function) : m_data->names.end();
  if (name != m_data->names.end()) {
    shown.function = name->second;
  } else if (!frame.name.empty()) {
    shown.function = m_data->own_name(frame.name);
  } else {
    shown.function = function ? fmt::format("function {}", *function) : std::string("unknown");
  }
  if (address && !m_data->lines && m_data->map) {
    if (const auto place = m_data->map->find(*address + m_data->code_begin - m_data->module_begin)) {
      shown.file = place->file;
      shown.line = place->line;
      shown.column = place->column;
    }
  }
  if (!address || !m_data->lines) {
    return {shown};
  }
  // Each call tells where its caller stood: from the function inwards, and shown the other way round.
  std::vector<SourceFrame> frames;
  for (const wasm::InlinedCall& call : m_data->inlines->calls_at(*address)) {
    shown.file = call.called_at.file;
    shown.line = call.called_at.line;
    shown.column = call.called_at.column;
    frames.insert(frames.begin(), std::move(shown));
    shown = {};
    shown.function = call.callee.empty() ? std::string("an inlined function") : rust::demangle(call.callee);
  }
  if (const auto place = m_data->lines->find(*address)) {
    shown.file = place->file;
    shown.line = place->line;
    shown.column = place->column;
  }
  frames.insert(frames.begin(), std::move(shown));
  return frames;
}

std::vector<SourceFrame> concerning(std::vector<SourceFrame> frames, bool full)
{
  if (full) {
    return frames;
  }
  const auto start = std::find_if(frames.begin(), frames.end(), [](const SourceFrame& frame) { return is_start(frame.function); });
  frames.erase(start, frames.end());
  // Inlined functions have no more than their last name where debug information is lines only.
  while (!frames.empty() && (frames.back().function.find("core::ops::function::FnOnce") != std::string::npos ||
                             frames.back().function.starts_with("call_once<"))) {
    frames.pop_back();
  }
  const auto last_panic =
      std::find_if(frames.rbegin(), frames.rend(), [](const SourceFrame& frame) { return is_panicking(frame.function); });
  if (last_panic != frames.rend()) {
    frames.erase(frames.begin(), last_panic.base());
    return frames;
  }
  // An abort without a panic: a failed allocation.
  const auto own = std::find_if(frames.begin(), frames.end(), [](const SourceFrame& frame) { return !is_aborting(frame.function); });
  if (own != frames.end()) {
    frames.erase(frames.begin(), own);
  }
  return frames;
}

std::string backtrace_text(const Trap& trap, const TrapSymbols& symbols, const BacktraceStyle& style)
{
  std::vector<SourceFrame> frames;
  for (const TrapFrame& frame : trap.frames) {
    std::vector<SourceFrame> resolved = symbols.resolve(frame);
    std::move(resolved.begin(), resolved.end(), std::back_inserter(frames));
  }
  frames = concerning(std::move(frames), style.full);
  if (frames.empty()) {
    return {};
  }
  std::string text = "stack backtrace:\n";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const SourceFrame& frame = frames[i];
    text += fmt::format("{:>4}: {}", i, frame.function);
    if (frame.line != 0) {
      text += fmt::format(" at {}:{}", shown_file(frame.file, style.cwd), frame.line);
      text += frame.column == 0 ? std::string() : fmt::format(":{}", frame.column);
    }
    text += '\n';
  }
  if (!symbols.has_lines()) {
    text += "note: no lines are known: the module was built without debug information, or a step behind the linker took it out\n";
  }
  return text;
}

} // namespace cargo_wasm::runner
