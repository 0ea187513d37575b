#include <cargo_wasm/rust/locate.hpp>

#include "foreign_reader.hpp"
#include "locate_macro.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace cargo_wasm::rust {
namespace {

/// How alike two items of one name are: more is better. Expansion changes neither.
std::tuple<int, bool, bool, bool>
likeness(const WrittenBlock& written, const ForeignItem& item, const ForeignBlock& block, const ForeignItem& wanted)
{
  return {static_cast<int>(written.compiled),
          item.link_name == wanted.link_name,
          written.block.wasm_import_module() == block.wasm_import_module(),
          item.parameters == wanted.parameters && item.result == wanted.result};
}

} // namespace

struct Locator::State
{
  State(const SourceMap& sources_, std::string_view text, Edition edition, const std::vector<spec::Cfg>& cfg)
      : sources(sources_), expanded(text, {edition}), declared(read_foreign_items(expanded)), written(sources_, edition, cfg),
        macros(sources_, expanded, written)
  {
    for (const WrittenBlock& block : written.blocks) {
      for (const ForeignItem& item : block.block.items) {
        by_name.emplace(item.name, std::pair(&block, &item));
      }
    }
    std::vector<MacroSearch::Request> requests;
    for (const ForeignBlock& block : declared.blocks) {
      for (const ForeignItem& item : block.items) {
        if (auto found = in_a_block(block, item)) {
          locations.emplace(item.name_span.begin, std::move(*found));
        } else {
          requests.push_back({&block, &item});
        }
      }
    }
    const auto found = macros.find(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      locations.emplace(requests[i].item->name_span.begin, found[i] ? *found[i] : nothing(*requests[i].block));
    }
  }

  [[nodiscard]] base::TextSpan shown(std::size_t file, Span span) const
  {
    return to_text_span(sources.files[file].path, sources.files[file].text, span);
  }

  [[nodiscard]] std::optional<Location> in_a_block(const ForeignBlock& block, const ForeignItem& item) const;
  [[nodiscard]] Location nothing(const ForeignBlock& block) const;

  const SourceMap& sources;
  ItemList expanded;
  ForeignItems declared;
  Written written;
  MacroSearch macros;
  std::multimap<std::string_view, std::pair<const WrittenBlock*, const ForeignItem*>> by_name; ///< the written ones
  std::map<std::uint32_t, Location> locations; ///< by the place of the item's name in the expanded text
};

/// Literally there: same name, same module, same bodies around it.
std::optional<Location> Locator::State::in_a_block(const ForeignBlock& block, const ForeignItem& item) const
{
  const WrittenBlock* best = nullptr;
  const ForeignItem* found = nullptr;
  std::vector<base::TextSpan> equals;
  const auto [first, last] = by_name.equal_range(item.name);
  for (auto it = first; it != last; ++it) {
    const auto [candidate, other] = it->second;
    const Place& place = candidate->block.place;
    if (place.modules != block.place.modules || place.bodies != block.place.bodies || other->kind != item.kind) {
      continue;
    }
    if (best != nullptr && likeness(*candidate, *other, block, item) == likeness(*best, *found, block, item)) {
      equals.push_back(shown(candidate->file, other->name_span));
    } else if (best == nullptr || likeness(*candidate, *other, block, item) > likeness(*best, *found, block, item)) {
      best = candidate;
      found = other;
      equals.clear();
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  Location out;
  const bool in_arguments = best->call != WrittenBlock::k_no_index;
  out.evidence = in_arguments ? Evidence::macro_arguments : Evidence::written;
  out.macro = in_arguments ? written.invocations[best->call].shown : "";
  out.file = best->file;
  out.span = found->name_span;
  out.where = shown(best->file, found->name_span);
  out.block = best->block.span;
  out.alternatives = std::move(equals);
  return out;
}

Location Locator::State::nothing(const ForeignBlock& block) const
{
  const ModuleStart start = written.modules.find(macros.written_module(block.place.modules))->second;
  Location out;
  out.file = start.file;
  out.span = start.span;
  out.where = shown(start.file, start.span);
  return out;
}

Locator::Locator(const SourceMap& sources, std::string_view expanded, Edition edition, const std::vector<spec::Cfg>& cfg)
    : m_state(std::make_unique<State>(sources, expanded, edition, cfg))
{
}

Locator::~Locator() = default;
Locator::Locator(Locator&&) noexcept = default;
Locator& Locator::operator=(Locator&&) noexcept = default;

const ForeignItems& Locator::declared() const
{
  return m_state->declared;
}

const Location& Locator::locate(const ForeignItem& item) const
{
  static const Location k_nowhere;
  const auto found = m_state->locations.find(item.name_span.begin);
  return found == m_state->locations.end() ? k_nowhere : found->second;
}

std::string describe(const Location& location)
{
  const auto place = [](const base::TextSpan& span) { return fmt::format("{}:{}:{}", span.file.string(), span.line, span.column); };
  const std::string where = place(location.where);
  std::string out;
  switch (location.evidence) {
  case Evidence::written:
    out = fmt::format("declared at {}", where);
    break;
  case Evidence::macro_arguments:
    out = fmt::format("declared at {}, in the arguments of `{}`", where, location.macro);
    break;
  case Evidence::annotated_item:
  case Evidence::resembling_item:
    out = fmt::format("made by `{}` from {}", location.macro, where);
    break;
  case Evidence::macro_token:
  case Evidence::macro_definition:
  case Evidence::macro_type:
  case Evidence::macro_text:
    out = fmt::format("declared by macro `{}`, called at {}", location.macro, where);
    break;
  case Evidence::neighbours:
    out = fmt::format("declared by macro `{}`, called at {}, to judge by the items around it", location.macro, where);
    break;
  case Evidence::nothing:
    return fmt::format("declared by a macro that was not found, in the module at {}", where);
  }
  if (location.definition) {
    out += fmt::format(" and defined at {}", place(*location.definition));
  }
  for (const base::TextSpan& other : location.alternatives) {
    out += fmt::format(", or at {}", place(other));
  }
  return out;
}

std::string_view to_string(Evidence evidence)
{
  constexpr std::array<std::string_view, 10> k_names{"written",
                                                     "macro-arguments",
                                                     "annotated-item",
                                                     "macro-token",
                                                     "macro-definition",
                                                     "resembling-item",
                                                     "macro-type",
                                                     "macro-text",
                                                     "neighbours",
                                                     "nothing"};
  return k_names[static_cast<std::size_t>(evidence)];
}

} // namespace cargo_wasm::rust
