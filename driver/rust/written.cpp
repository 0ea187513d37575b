#include "written.hpp"

#include "conditional_macros.hpp"
#include "foreign_reader.hpp"

#include <algorithm>
#include <utility>

namespace cargo_wasm::rust {
namespace {

constexpr std::uint32_t k_most_nested_invocations = 16;

/// A file, or the arguments of a macro.
struct WrittenRegion
{
  std::size_t file = 0;
  Span span;
  Place around;
  Holds compiled = Holds::yes;
  std::size_t call = WrittenBlock::k_no_index;
  std::uint32_t depth = 0;
};

Span shifted(Span span, std::uint32_t by)
{
  return {span.begin + by, span.end + by};
}

void shift(std::vector<Attribute>& attributes, std::uint32_t by)
{
  for (Attribute& attribute : attributes) {
    attribute.span = shifted(attribute.span, by);
    attribute.arguments = shifted(attribute.arguments, by);
  }
}

void shift(ForeignBlock& block, std::uint32_t by)
{
  block.span = shifted(block.span, by);
  block.body = shifted(block.body, by);
  shift(block.attributes, by);
  for (LinkAttribute& link : block.links) {
    link.span = shifted(link.span, by);
  }
  for (ForeignItem& item : block.items) {
    item.span = shifted(item.span, by);
    item.name_span = shifted(item.name_span, by);
    shift(item.attributes, by);
  }
}

bool is_landmark(const Item& item)
{
  switch (item.kind) {
  case ItemKind::extern_block:
  case ItemKind::extern_crate:
  case ItemKind::implementation:
  case ItemKind::use:
  case ItemKind::macro_call:
    return false;
  default:
    return item.name != "_";
  }
}

bool is_impl_or_trait(const Item& item)
{
  return item.kind == ItemKind::implementation || item.kind == ItemKind::trait;
}

class Collector
{
public:
  Collector(const SourceMap& sources, Edition edition, const std::vector<spec::Cfg>& cfg, Written& out)
      : m_sources(sources), m_edition(edition), m_cfg(cfg), m_out(out)
  {
  }

  void run()
  {
    for (std::size_t i = 0; i < m_sources.files.size(); ++i) {
      const SourceFile& file = m_sources.files[i];
      const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(file.text.size(), k_none - 1));
      m_out.modules.try_emplace(to_string(file.modules), ModuleStart{i, {0, 0}});
      m_waiting.push_back({i, {0, size}, {file.modules, {}, {}}, file.certainty == Certainty::compiled ? Holds::yes : Holds::unknown});
      while (!m_waiting.empty()) {
        const WrittenRegion region = std::move(m_waiting.back());
        m_waiting.pop_back();
        read(region);
      }
    }
    for (Invocation& invocation : m_out.invocations) {
      invocation.module = to_string(invocation.place.modules);
    }
    for (auto& [module, landmarks] : m_out.landmarks) {
      std::sort(landmarks.begin(), landmarks.end(), [](const Landmark& a, const Landmark& b) {
        return std::pair(a.file, a.begin) < std::pair(b.file, b.begin);
      });
    }
  }

private:
  /// What the items of one body share.
  struct Around
  {
    Place place;
    Holds compiled = Holds::yes;
  };

  const Around& around_of(const WrittenRegion& region, const ItemList& list, const Item& item)
  {
    const auto [it, is_new] = m_around.try_emplace(item.parent);
    if (is_new) {
      Place inner = list.place_of(item);
      it->second.compiled = std::min(region.compiled, holds(inner.conditions, m_cfg));
      it->second.place = region.around;
      const auto append = [](std::vector<std::string>& to, std::vector<std::string>& more) {
        to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
      };
      append(it->second.place.modules, inner.modules);
      append(it->second.place.bodies, inner.bodies);
      append(it->second.place.conditions, inner.conditions);
    }
    return it->second;
  }

  void read(const WrittenRegion& region)
  {
    m_around.clear();
    m_blocks.clear();
    const ItemList list(region.span.of(m_sources.files[region.file].text), {m_edition, region.span.begin == 0 && region.depth == 0});
    for (std::uint32_t i = 0; i < list.items.size(); ++i) {
      const Item& item = list.items[i];
      const Around& around = around_of(region, list, item);
      if (around.compiled == Holds::no) {
        continue;
      }
      const auto attributes = item.attributes.empty() ? std::vector<Attribute>{} : list.attributes_of(item);
      const Holds compiled = std::min(around.compiled, holds(cfg_predicates(attributes), m_cfg));
      if (compiled == Holds::no) {
        continue;
      }
      take(region, list, i, around.place, compiled);
      annotations(region, list, i, attributes, around.place);
    }
  }

  void take(const WrittenRegion& region, const ItemList& list, std::uint32_t index, const Place& place, Holds compiled)
  {
    const Item& item = list.items[index];
    const std::uint32_t base = region.span.begin;
    if (place.bodies.empty() && is_landmark(item) && !is_in_extern_block(list, item)) {
      m_out.landmarks[to_string(place.modules)].push_back({item.kind, std::string(item.name), region.file, base + item.name_span.begin});
    }
    if (item.kind == ItemKind::extern_block) {
      ForeignBlock block = read_foreign_block(list, item, place);
      shift(block, base);
      m_blocks.emplace(index, m_out.blocks.size());
      m_out.blocks.push_back({region.file, std::move(block), compiled, region.call});
    } else if (is_in_extern_block(list, item) && is_foreign_item(item)) {
      foreign_item(list, item, base);
    } else if (item.kind == ItemKind::macro_definition) {
      m_out.definitions.emplace(item.name, MacroDefinition{region.file, shifted(list.tokens.span(list.tokens.inside(item.body)), base)});
    } else if (item.kind == ItemKind::macro_call && !is_builtin_call(item.name)) {
      call(region, list, item, place, compiled);
    } else if (item.kind == ItemKind::module && item.body != k_none) {
      const std::string outer = to_string(place.modules);
      m_out.modules.try_emplace((outer.empty() ? "" : outer + "::") + std::string(item.name),
                                ModuleStart{region.file, shifted(item.name_span, base)});
    }
  }

  [[nodiscard]] static bool is_in_extern_block(const ItemList& list, const Item& item)
  {
    return item.parent != k_none && list.items[item.parent].kind == ItemKind::extern_block;
  }

  void foreign_item(const ItemList& list, const Item& item, std::uint32_t base)
  {
    const auto block = m_blocks.find(item.parent);
    if (block == m_blocks.end()) {
      return;
    }
    ForeignBlock one;
    one.items.push_back(read_foreign_item(list, item));
    shift(one, base);
    m_out.blocks[block->second].block.items.push_back(std::move(one.items.front()));
  }

  void call(const WrittenRegion& region, const ItemList& list, const Item& item, const Place& place, Holds compiled)
  {
    const TokenRange inside = list.tokens.inside(item.body);
    const Span tokens = shifted(list.tokens.span(inside), region.span.begin);
    const std::string path = list.tokens.normalized({item.head, item.body - 1});
    const std::size_t index = m_out.invocations.size();
    m_out.invocations.push_back({Invocation::Kind::call,
                                 path + "!",
                                 std::string(item.name),
                                 region.file,
                                 shifted(item.name_span, region.span.begin),
                                 tokens,
                                 place,
                                 {}});
    if (region.depth == k_most_nested_invocations ||
        tokens.of(m_sources.files[region.file].text).find("extern") == std::string_view::npos) {
      return;
    }
    const auto descend = [&](TokenRange range, Holds taken) {
      m_waiting.push_back(
          {region.file, shifted(list.tokens.span(range), region.span.begin), place, std::min(compiled, taken), index, region.depth + 1});
    };
    if (const auto branches = conditional_branches(list, item, m_cfg)) {
      for (const Branch& branch : *branches) {
        descend(branch.body, branch.taken);
      }
    } else {
      descend(inside, Holds::unknown);
    }
  }

  /// Attribute macros and derives on an item; what stands in an impl or an extern block belongs to the macro on that.
  void annotations(
      const WrittenRegion& region, const ItemList& list, std::uint32_t index, const std::vector<Attribute>& attributes, const Place& place)
  {
    const Item& item = list.items[index];
    if (item.parent != k_none && (is_in_extern_block(list, item) || is_impl_or_trait(list.items[item.parent]))) {
      return;
    }
    for (const Attribute& attribute : attributes) {
      if (attribute.is_inner || holds(attribute.conditions, m_cfg) == Holds::no) {
        continue;
      }
      if (attribute.path == "derive") {
        derives(region, list, index, attribute, place);
      } else if (!is_builtin_attribute(attribute.path)) {
        annotate(region,
                 list,
                 index,
                 {Invocation::Kind::attribute, "#[" + attribute.path + "]", attribute.path, region.file, attribute.span, {}, place, {}});
      }
    }
  }

  void derives(const WrittenRegion& region, const ItemList& list, std::uint32_t index, const Attribute& attribute, const Place& place)
  {
    const TokenRange inside{list.tokens.at_or_behind(attribute.arguments.begin), list.tokens.at_or_behind(attribute.arguments.end)};
    for (const TokenRange part : split_at_commas(list.tokens, inside)) {
      const std::string_view name = list.tokens.name(part.end - 1);
      if (!is_builtin_derive(name)) {
        const std::string path = list.tokens.normalized(part);
        annotate(
            region, list, index, {Invocation::Kind::derive, "#[derive(" + path + ")]", path, region.file, attribute.span, {}, place, {}});
      }
    }
  }

  void annotate(const WrittenRegion& region, const ItemList& list, std::uint32_t index, Invocation invocation)
  {
    const std::uint32_t base = region.span.begin;
    const auto whole = [&](const Item& item) { return shifted(list.tokens.span({item.attributes.first, item.end}), base); };
    const Item& item = list.items[index];
    invocation.name_span = shifted(invocation.name_span, base);
    invocation.tokens = whole(item);
    const std::size_t made = m_out.invocations.size();
    m_out.invocations.push_back(std::move(invocation));
    if (!item.name.empty()) {
      m_out.annotated.push_back({made, std::string(item.name), shifted(item.name_span, base), whole(item), std::nullopt});
    }
    const bool is_block = item.kind == ItemKind::extern_block;
    if (!is_block && !is_impl_or_trait(item)) {
      return;
    }
    const auto block = is_block ? std::optional(shifted(list.tokens.span({item.first, item.end}), base)) : std::nullopt;
    for (std::uint32_t i = index + 1; i < list.items.size() && list.items[i].first < item.end; ++i) {
      const Item& inner = list.items[i];
      if (inner.parent != index || inner.kind == ItemKind::macro_call) {
        continue;
      }
      if (holds(cfg_predicates(list.attributes_of(inner)), m_cfg) != Holds::no) {
        m_out.annotated.push_back({made, std::string(inner.name), shifted(inner.name_span, base), whole(inner), block});
      }
    }
  }

  const SourceMap& m_sources;
  Edition m_edition;
  const std::vector<spec::Cfg>& m_cfg;
  Written& m_out;
  std::vector<WrittenRegion> m_waiting;
  std::map<std::uint32_t, Around> m_around;      ///< of the region being read, by parent
  std::map<std::uint32_t, std::size_t> m_blocks; ///< of the region being read: item → Written::blocks
};

} // namespace

Written::Written(const SourceMap& sources, Edition edition, const std::vector<spec::Cfg>& cfg)
{
  Collector(sources, edition, cfg, *this).run();
}

} // namespace cargo_wasm::rust
