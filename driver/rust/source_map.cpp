#include <cargo_wasm/rust/source_map.hpp>

#include "cfg_state.hpp"
#include "conditional_macros.hpp"
#include "items.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace cargo_wasm::rust {
namespace {

using base::Path;

constexpr std::uint32_t k_most_nested_macros = 16;
/// Each costs a reading of the macro's body.
constexpr std::size_t k_most_calls = 10'000;

/// Where `mod a;` is looked for: rustc's `dir_path` and `DirOwnership`.
struct Directory
{
  Path path;
  std::string relative;  ///< in `x.rs`: "x", until an inline module takes it up
  bool is_block = false; ///< in a function's body, where only #[path] works
};

/// A stretch of a file that stands in one module and holds items: a whole file, or a macro's arguments.
struct Region
{
  std::size_t file = 0;
  Span span;
  std::vector<std::string> modules;
  Directory directory;
  Holds compiled = Holds::yes;
  std::uint32_t macro_depth = 0;
};

/// What is known of an item when what stands inside of it comes up.
struct ItemState
{
  Holds compiled = Holds::yes;
  Directory directory;
};

struct NewFile
{
  Path path;
  std::vector<std::string> modules;
  Directory directory;
  Holds compiled = Holds::yes;
};

class Walk
{
public:
  Walk(const base::ReadOnlyFilesystem& files, const SourceMapOptions& options) : m_files(files), m_options(options) {}

  Result<SourceMap> run(const Path& root)
  {
    CW_TRY_ASSIGN(std::string text, m_files.read(root));
    m_bytes = text.size();
    m_read.push_back({root, std::move(text), {}, Certainty::compiled, 0, {}});
    m_waiting.push_back(whole_file(0, {{root.parent_path(), {}}, {}}));
    while (!m_waiting.empty() || take_up_calls()) {
      const Region region = std::move(m_waiting.back());
      m_waiting.pop_back();
      read(region);
    }
    m_map.files.assign(std::make_move_iterator(m_read.begin()), std::make_move_iterator(m_read.end()));
    return std::move(m_map);
  }

private:
  struct Around
  {
    Directory directory;
    std::vector<std::string> modules;
    Holds compiled = Holds::yes;
  };

  /// Of a macro, where an item could stand.
  struct Call
  {
    std::string name;
    Around around;
    std::uint32_t macro_depth = 0;
  };

  [[nodiscard]] Region whole_file(std::size_t file, Around around) const
  {
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(m_read[file].text.size(), k_none - 1));
    return {file, {0, size}, std::move(around.modules), std::move(around.directory), around.compiled, 0};
  }

  void read(const Region& region)
  {
    const std::string_view text = region.span.of(m_read[region.file].text);
    const ItemList list(text, {m_options.edition, region.span.begin == 0 && region.macro_depth == 0});
    const Holds own =
        holds(cfg_predicates(read_attributes(list.tokens, inner_attributes(list.tokens, {0, list.tokens.size()}))), m_options.cfg);
    std::vector<ItemState> states;
    states.reserve(list.items.size());
    m_children.clear();
    for (const Item& item : list.items) {
      states.push_back(item.parent == k_none ? ItemState{std::min(region.compiled, own), region.directory} : states[item.parent]);
      ItemState& state = states.back();
      const auto attributes = list.attributes_of(item);
      state.compiled = std::min(state.compiled, holds(cfg_predicates(attributes), m_options.cfg));
      if (state.compiled == Holds::no) {
        continue;
      }
      if (item.kind == ItemKind::module) {
        module(region, list, item, attributes, state);
      } else if (item.kind == ItemKind::macro_call) {
        macro(region, list, item, state);
      } else if (item.kind == ItemKind::macro_definition) {
        definition(region, list, item);
      } else if (item.kind != ItemKind::use) {
        state.directory.is_block = true;
      }
    }
    std::move(m_children.rbegin(), m_children.rend(), std::back_inserter(m_waiting));
  }

  [[nodiscard]] std::optional<std::string> path_attribute(const std::vector<Attribute>& attributes) const
  {
    for (const Attribute& attribute : attributes) {
      if (attribute.path == "path" && attribute.value && holds(attribute.conditions, m_options.cfg) == Holds::yes) {
        return attribute.value;
      }
    }
    return std::nullopt;
  }

  /// Turns `state` into what holds inside of an inline module; reads the file of another one.
  void module(const Region& region, const ItemList& list, const Item& item, const std::vector<Attribute>& attributes, ItemState& state)
  {
    const auto path = path_attribute(attributes);
    Directory& directory = state.directory;
    if (item.body != k_none) {
      if (path) {
        directory.path /= *path;
        directory.is_block = false;
      } else {
        directory.path = directory.path / std::exchange(directory.relative, {}) / std::string(item.name);
      }
      directory.relative.clear();
      return;
    }
    std::vector<std::string> modules = modules_of(region, list, item);
    modules.emplace_back(item.name);
    const std::string name(item.name);
    std::vector<NewFile> tried;
    if (path) {
      const Path file = directory.path / *path;
      tried.push_back({file, modules, {file.parent_path(), {}, false}, state.compiled});
    } else if (!directory.is_block) {
      const Path below = directory.path / directory.relative;
      tried.push_back({below / (name + ".rs"), modules, {below, name, false}, state.compiled});
      tried.push_back({below / name / "mod.rs", modules, {below / name, {}, false}, state.compiled});
    }
    take(region, declaration(region, list, item), std::move(tried));
  }

  void macro(const Region& region, const ItemList& list, const Item& item, const ItemState& state)
  {
    if (item.name == "include") {
      include(region, list, item, state);
      return;
    }
    if (region.macro_depth == k_most_nested_macros) {
      return;
    }
    Around around{state.directory, modules_of(region, list, item), state.compiled};
    if (const auto branches = conditional_branches(list, item, m_options.cfg)) {
      for (const Branch& branch : *branches) {
        Around inner = around;
        inner.compiled = std::min(inner.compiled, branch.taken);
        arguments(region, list.tokens.span(branch.body), std::move(inner));
      }
      return;
    }
    around.compiled = Holds::unknown;
    const Span span = list.tokens.span(list.tokens.inside(item.body));
    if (may_name_files(span.of(list.tokens.source()))) {
      arguments(region, span, around);
    }
    if (item.is_statement) {
      m_calls.push_back({std::string(item.name), std::move(around), region.macro_depth + 1});
    }
  }

  [[nodiscard]] static bool may_name_files(std::string_view text)
  {
    return text.find("mod") != std::string_view::npos || text.find("include") != std::string_view::npos;
  }

  void definition(const Region& region, const ItemList& list, const Item& item)
  {
    const Span span = list.tokens.span(list.tokens.inside(item.body));
    if (may_name_files(span.of(list.tokens.source()))) {
      m_definitions[std::string(item.name)].push_back({region.file, {region.span.begin + span.begin, region.span.begin + span.end}});
    }
  }

  /// A macro of the crate may declare modules, below the directory where it is called. It can be defined in a file that is read later
  /// than the call, so this comes last.
  bool take_up_calls()
  {
    const std::vector<Call> calls = std::exchange(m_calls, {});
    for (const Call& call : calls) {
      const auto found = m_definitions.find(call.name);
      if (found == m_definitions.end() || call.macro_depth > k_most_nested_macros || m_taken_up == k_most_calls) {
        continue;
      }
      for (const auto& [file, span] : found->second) {
        m_waiting.push_back({file, span, call.around.modules, call.around.directory, call.around.compiled, call.macro_depth});
        ++m_taken_up;
      }
    }
    std::reverse(m_waiting.begin(), m_waiting.end());
    return !m_waiting.empty();
  }

  void arguments(const Region& region, Span span, Around around)
  {
    m_children.push_back({region.file,
                          {region.span.begin + span.begin, region.span.begin + span.end},
                          std::move(around.modules),
                          std::move(around.directory),
                          around.compiled,
                          region.macro_depth + 1});
  }

  void include(const Region& region, const ItemList& list, const Item& item, const ItemState& state)
  {
    const Span place = declaration(region, list, item);
    const auto text = constant_text(list.tokens, list.tokens.inside(item.body), m_options.environment);
    if (!text) {
      if (state.compiled == Holds::yes) {
        m_map.unread.push_back({UnreadFile::Reason::unknown_path, {}, region.file, place});
      }
      return;
    }
    const Path path = m_read[region.file].path.parent_path() / *text;
    take(region, place, {{path, modules_of(region, list, item), {path.parent_path(), {}, false}, state.compiled}});
  }

  /// Reads the first of the files that is there.
  void take(const Region& region, Span place, std::vector<NewFile> tried)
  {
    UnreadFile problem{UnreadFile::Reason::missing, {}, region.file, place};
    for (NewFile& file : tried) {
      problem.tried.push_back(file.path);
      if (!m_files.is_file(file.path)) {
        continue;
      }
      problem.reason = load(region, place, file);
      if (problem.reason == UnreadFile::Reason::missing) {
        return;
      }
      break;
    }
    const bool matters = problem.reason != UnreadFile::Reason::missing || tried.empty() || tried.front().compiled == Holds::yes;
    if (matters) {
      m_map.unread.push_back(std::move(problem));
    }
  }

  /// `missing` stands for success.
  UnreadFile::Reason load(const Region& region, Span place, NewFile& file)
  {
    if (is_being_read(region.file, file.path)) {
      return UnreadFile::Reason::circular;
    }
    const auto stat = m_files.stat(file.path);
    const std::uint64_t size = stat && *stat ? (*stat)->size_bytes : 0;
    if (m_read.size() == m_options.most_files || size > m_options.most_bytes - m_bytes) {
      return UnreadFile::Reason::limit;
    }
    auto text = m_files.read(file.path);
    if (!text) {
      return UnreadFile::Reason::unreadable;
    }
    m_bytes += std::min<std::uint64_t>(text->size(), m_options.most_bytes - m_bytes);
    const Certainty certainty = file.compiled == Holds::yes ? Certainty::compiled : Certainty::possible;
    m_read.push_back({std::move(file.path), std::move(*text), file.modules, certainty, region.file, place});
    m_children.push_back(whole_file(m_read.size() - 1, {std::move(file.directory), std::move(file.modules), file.compiled}));
    return UnreadFile::Reason::missing;
  }

  [[nodiscard]] bool is_being_read(std::size_t file, const Path& path) const
  {
    const Path wanted = path.lexically_normal();
    while (m_read[file].path.lexically_normal() != wanted) {
      if (file == 0) {
        return false;
      }
      file = m_read[file].parent;
    }
    return true;
  }

  [[nodiscard]] static std::vector<std::string> modules_of(const Region& region, const ItemList& list, const Item& item)
  {
    std::vector<std::string> out = region.modules;
    const auto inner = list.modules_of(item);
    out.insert(out.end(), inner.begin(), inner.end());
    return out;
  }

  [[nodiscard]] static Span declaration(const Region& region, const ItemList& list, const Item& item)
  {
    const Span span = list.tokens.span({item.first, item.end});
    return {region.span.begin + span.begin, region.span.begin + span.end};
  }

  const base::ReadOnlyFilesystem& m_files;
  const SourceMapOptions& m_options;
  SourceMap m_map;
  std::deque<SourceFile> m_read;  ///< a deque, because its texts are looked at while it grows
  std::vector<Region> m_waiting;  ///< the next one last
  std::vector<Region> m_children; ///< of the region being read, in its order
  std::vector<Call> m_calls;      ///< not yet taken up
  std::map<std::string, std::vector<std::pair<std::size_t, Span>>> m_definitions; ///< macro_rules that may declare modules: file, body
  std::uint64_t m_bytes = 0;
  std::size_t m_taken_up = 0;
};

} // namespace

Result<SourceMap> read_source_map(const base::ReadOnlyFilesystem& files, const base::Path& root, const SourceMapOptions& options)
{
  return Walk(files, options).run(root);
}

} // namespace cargo_wasm::rust
