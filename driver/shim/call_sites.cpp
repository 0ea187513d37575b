#include <cargo_wasm/shim/call_sites.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include <cargo_wasm/wasm/debug_lines.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::shim {

namespace {

/// A function's body as relocations and line tables count: from the first byte of the code section's content.
struct Body
{
  std::uint64_t begin = 0, end = 0;
  std::uint32_t chunk = 0;
};

/// Bodies in their order; chunks of functions are numbered in that order, before those of data.
std::vector<Body> bodies_of(const wasm::Module& module, std::uint64_t code_begin)
{
  std::vector<Body> bodies;
  auto reader = module.bodies();
  for (wasm::FunctionBody body; reader.next(body);) {
    bodies.push_back({body.begin() - code_begin, body.end() - code_begin, static_cast<std::uint32_t>(bodies.size())});
  }
  return bodies;
}

class ObjectSites
{
public:
  ObjectSites(const LinkScan& scan, std::uint32_t object) : m_scan(scan), m_object(object) {}

  /// Every live call of one of these symbols of the object.
  [[nodiscard]] std::vector<CallSite> find(const std::map<std::uint32_t, std::string>& symbols) const
  {
    std::vector<CallSite> sites;
    const wasm::Source& source = m_scan.source(m_object);
    const auto module = wasm::Module::read(source);
    if (!module) {
      return sites;
    }
    const wasm::DebugLines lines(*module);
    if (lines.rows().empty()) {
      return sites;
    }
    const std::vector<Body> bodies = bodies_of(*module, module->section(wasm::PayloadKind::code).begin);
    module->for_each_section([&](std::uint32_t, const wasm::Payload& section) {
      if (section.kind != wasm::PayloadKind::custom || section.name != "reloc.CODE") {
        return;
      }
      wasm::RelocationSection relocations = wasm::RelocationSection::read(source, section.content);
      for (wasm::Relocation entry; relocations.entries.next(entry);) {
        const auto symbol = symbols.find(entry.index);
        if (entry.type == wasm::RelocationType::function_index_leb && symbol != symbols.end()) {
          add(symbol->second, entry.offset, bodies, lines, sites);
        }
      }
    });
    return sites;
  }

private:
  void add(const std::string& symbol,
           std::uint64_t offset,
           const std::vector<Body>& bodies,
           const wasm::DebugLines& lines,
           std::vector<CallSite>& sites) const
  {
    const auto behind = std::ranges::upper_bound(bodies, offset, {}, &Body::begin);
    if (behind == bodies.begin()) {
      return;
    }
    const auto body = std::prev(behind);
    if (offset >= body->end) {
      return;
    }
    const ChunkRef chunk{m_object, body->chunk};
    const auto place = lines.find(offset);
    if (!place || !m_scan.model().is_live(chunk)) {
      return;
    }
    sites.push_back({.symbol = symbol,
                     .object = m_scan.model().objects()[m_object].name,
                     .function = std::string(m_scan.model().name_of(chunk)),
                     .file = place->file,
                     .line = place->line,
                     .column = place->column});
  }

  const LinkScan& m_scan;
  std::uint32_t m_object;
};

} // namespace

std::vector<CallSite> find_call_sites(const LinkScan& scan, const std::set<std::string>& symbols, std::size_t most)
{
  std::map<std::uint32_t, std::map<std::uint32_t, std::string>> wanted; // by object: which of its symbols
  for (const std::string& name : symbols) {
    if (const ModelSymbol* const symbol = scan.model().find(name)) {
      for (const SymbolRef& ref : symbol->wanted_by) {
        wanted[ref.object].emplace(ref.symbol, name);
      }
    }
  }
  std::vector<CallSite> all;
  for (const auto& [object, names] : wanted) {
    for (CallSite& site : ObjectSites(scan, object).find(names)) {
      all.push_back(std::move(site));
    }
  }
  // Which object a call ended up in depends on codegen units and link-time optimization; where it was written does not.
  const auto line = [](const CallSite& site) { return std::tie(site.symbol, site.file, site.line); };
  std::ranges::stable_sort(
      all, [&](const CallSite& a, const CallSite& b) { return line(a) != line(b) ? line(a) < line(b) : a.column < b.column; });
  std::vector<CallSite> result;
  std::size_t told = 0;
  for (CallSite& site : all) {
    const bool is_new_symbol = result.empty() || result.back().symbol != site.symbol;
    told = is_new_symbol ? 0 : told;
    if (told < most && (is_new_symbol || line(result.back()) != line(site))) {
      ++told;
      result.push_back(std::move(site));
    }
  }
  return result;
}

} // namespace cargo_wasm::shim
