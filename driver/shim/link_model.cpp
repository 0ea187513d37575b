#include <cargo_wasm/shim/link_model.hpp>

#include <algorithm>
#include <array>

namespace cargo_wasm::shim {

namespace {

constexpr std::string_view k_constructors = "__wasm_call_ctors", k_destructors = "__wasm_call_dtors";

/// What wasm-ld defines itself when somebody asks for it (lld/wasm/Driver.cpp, createSyntheticSymbols and createOptionalSymbols).
constexpr std::array<std::string_view, 26> k_linker_symbols{"__stack_pointer",
                                                            "__memory_base",
                                                            "__memory_base32",
                                                            "__table_base",
                                                            "__table_base32",
                                                            "__dso_handle",
                                                            "__data_end",
                                                            "__stack_low",
                                                            "__stack_high",
                                                            "__rodata_start",
                                                            "__rodata_end",
                                                            "__global_base",
                                                            "__heap_base",
                                                            "__heap_end",
                                                            "__wasm_first_page_end",
                                                            "__wasm_call_ctors",
                                                            "__wasm_call_dtors",
                                                            "__wasm_init_tls",
                                                            "__tls_base",
                                                            "__tls_size",
                                                            "__tls_align",
                                                            "__wasm_init_memory",
                                                            "__wasm_init_memory_flag",
                                                            "__wasm_apply_data_relocs",
                                                            "__indirect_function_table",
                                                            "__wasm_apply_global_relocs"};

bool is_linker_symbol(std::string_view name)
{
  return std::ranges::find(k_linker_symbols, name) != k_linker_symbols.end() || name.starts_with("__start_") || name.starts_with("__stop_");
}

} // namespace

LinkModel::LinkModel(const LinkerOptions& options) : m_options(options) {}

std::uint32_t LinkModel::intern(std::string_view name)
{
  const auto [entry, is_new] = m_names.emplace(name, static_cast<std::uint32_t>(m_symbols.size()));
  if (is_new) {
    m_symbols.emplace_back().name = name;
    m_symbols.back().is_provided_by_linker = is_linker_symbol(name);
  }
  return entry->second;
}

bool LinkModel::has_live_chunk(std::uint32_t object) const
{
  return std::ranges::any_of(m_live[object], [](const LiveReason& reason) { return reason.kind != LiveReason::Kind::dead; });
}

const ModelSymbol* LinkModel::find(std::string_view name) const
{
  const auto entry = m_names.find(name);
  return entry == m_names.end() ? nullptr : &m_symbols[entry->second];
}

void LinkModel::add_object(LinkObject object)
{
  add_lazy(std::move(object));
  m_explicit.back() = true;
  load(static_cast<std::uint32_t>(m_objects.size() - 1));
}

void LinkModel::add_lazy(LinkObject object)
{
  const auto number = static_cast<std::uint32_t>(m_objects.size());
  m_live.emplace_back(object.chunks.size());
  m_loaded.push_back(false);
  m_explicit.push_back(false);
  m_object_live.push_back(false);
  std::vector<std::uint32_t>& names = m_name_of.emplace_back(object.symbols.size(), k_none);
  m_objects.push_back(std::move(object));
  const LinkObject& added = m_objects.back();
  bool is_wanted = false;
  for (std::size_t i = 0; i < added.symbols.size(); ++i) {
    const ObjectSymbol& symbol = added.symbols[i];
    if (symbol.is_local() || symbol.kind == wasm::SymbolKind::section) {
      continue;
    }
    names[i] = intern(symbol.name);
    if (symbol.is_undefined()) {
      continue;
    }
    ModelSymbol& known = m_symbols[names[i]];
    if (known.definition.is_none() && !known.lazy) {
      known.lazy = number;
      is_wanted = is_wanted || std::ranges::any_of(known.wanted_by, [&](SymbolRef ref) { return !this->symbol(ref).is_weak(); });
    }
  }
  if (is_wanted) {
    load(number);
  }
}

void LinkModel::load(std::uint32_t object)
{
  // A stack of its own: chains of members that want one another are as long as archives are.
  m_to_load.push_back(object);
  while (!m_to_load.empty()) {
    const std::uint32_t next = m_to_load.back();
    m_to_load.pop_back();
    if (!m_loaded[next]) {
      m_loaded[next] = true;
      resolve(next);
    }
  }
}

bool LinkModel::is_discarded(std::uint32_t object, const ObjectSymbol& symbol) const
{
  if (symbol.chunk == k_none) {
    return false;
  }
  const LinkObject& owner = m_objects[object];
  const std::uint32_t comdat = owner.chunks[symbol.chunk].comdat;
  return comdat != k_none && m_comdats.at(owner.comdats[comdat]) != object;
}

void LinkModel::resolve(std::uint32_t object)
{
  for (const std::string_view comdat : m_objects[object].comdats) {
    m_comdats.emplace(comdat, object);
  }
  const std::vector<std::uint32_t>& names = m_name_of[object];
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (names[i] == k_none) {
      continue;
    }
    const ObjectSymbol& symbol = m_objects[object].symbols[i];
    if (symbol.is_undefined() || is_discarded(object, symbol)) {
      want(names[i], {object, i});
    } else {
      define(names[i], {object, i});
    }
  }
}

void LinkModel::define(std::uint32_t name, SymbolRef ref)
{
  ModelSymbol& known = m_symbols[name];
  if (known.definition.is_none() || (symbol(known.definition).is_weak() && !symbol(ref).is_weak())) {
    known.definition = ref;
  }
}

void LinkModel::want(std::uint32_t name, SymbolRef ref)
{
  ModelSymbol& known = m_symbols[name];
  known.wanted_by.push_back(ref);
  if (known.definition.is_none() && known.lazy && !m_loaded[*known.lazy] && !symbol(ref).is_weak()) {
    m_to_load.push_back(*known.lazy);
  }
}

void LinkModel::extract(std::string_view name)
{
  const auto entry = m_names.find(name);
  if (entry == m_names.end()) {
    return;
  }
  const ModelSymbol& known = m_symbols[entry->second];
  if (known.definition.is_none() && known.lazy) {
    load(*known.lazy);
  }
}

void LinkModel::finish()
{
  for (const std::string& name : m_options.forced_undefined) {
    extract(name);
  }
  for (const std::string& name : m_options.exports) {
    extract(name);
  }
  if (const auto entry = m_options.entry_symbol()) {
    extract(*entry);
  }
  if (wraps_exports()) {
    extract(k_destructors);
  }
  mark_roots();
  follow();
}

/// A module in which nobody calls the constructors is a command: the linker puts a function around each export that calls constructors
/// before and libc's destructors after it (lld/wasm/Driver.cpp, WebAssembly's BasicModuleABI.md).
bool LinkModel::wraps_exports() const
{
  const auto entry = m_names.find(k_constructors);
  const bool is_called = entry != m_names.end() && !m_symbols[entry->second].wanted_by.empty();
  return !is_called && !m_options.relocatable && !m_options.shared && !m_options.pie && m_options.entry_symbol() != k_constructors &&
         std::ranges::find(m_options.exports, k_constructors) == m_options.exports.end();
}

void LinkModel::mark_roots()
{
  if (!m_options.gc_sections) {
    for (std::uint32_t object = 0; object < m_objects.size(); ++object) {
      for (std::uint32_t chunk = 0; m_loaded[object] && chunk < m_objects[object].chunks.size(); ++chunk) {
        mark_chunk({object, chunk}, {LiveReason::Kind::kept, {}});
      }
    }
  }
  const auto mark = [&](std::string_view name, LiveReason::Kind kind) {
    if (const auto entry = m_names.find(name); entry != m_names.end()) {
      mark_name(entry->second, {kind, {}});
    }
  };
  if (const auto entry = m_options.entry_symbol()) {
    mark(*entry, LiveReason::Kind::entry);
  }
  for (const std::vector<std::string>* const names : {&m_options.exports, &m_options.exports_if_defined}) {
    for (const std::string& name : *names) {
      mark(name, LiveReason::Kind::exported);
    }
  }
  for (const std::string& name : m_options.forced_undefined) {
    mark(name, LiveReason::Kind::kept);
  }
  if (wraps_exports()) {
    mark(k_destructors, LiveReason::Kind::kept);
  }
  for (std::uint32_t object = 0; object < m_objects.size(); ++object) {
    if (!m_loaded[object]) {
      continue;
    }
    if (m_explicit[object]) {
      mark_object_of(object);
    }
    const LinkObject& owner = m_objects[object];
    for (std::uint32_t i = 0; i < owner.symbols.size(); ++i) {
      const ObjectSymbol& symbol = owner.symbols[i];
      const bool is_hidden = (symbol.flags & wasm::k_symbol_hidden) != 0;
      if ((symbol.flags & wasm::k_symbol_no_strip) != 0) {
        mark_symbol({object, i}, {LiveReason::Kind::kept, {}});
      } else if (!symbol.is_undefined() && !symbol.is_local() &&
                 (m_options.export_all || (symbol.flags & wasm::k_symbol_exported) != 0 || (m_options.export_dynamic && !is_hidden))) {
        mark_symbol({object, i}, {LiveReason::Kind::exported, {}});
      }
    }
  }
}

void LinkModel::mark_name(std::uint32_t name, const LiveReason& why)
{
  ModelSymbol& symbol = m_symbols[name];
  symbol.is_live = true;
  if (!symbol.definition.is_none()) {
    mark_object_of(symbol.definition.object);
    const std::uint32_t chunk = this->symbol(symbol.definition).chunk;
    if (chunk != k_none) {
      mark_chunk({symbol.definition.object, chunk}, why);
    }
  }
}

void LinkModel::mark_symbol(SymbolRef ref, const LiveReason& why)
{
  const std::uint32_t name = m_name_of[ref.object][ref.symbol];
  if (name != k_none) {
    return mark_name(name, why);
  }
  mark_object_of(ref.object);
  if (const std::uint32_t chunk = symbol(ref).chunk; chunk != k_none) {
    mark_chunk({ref.object, chunk}, why);
  }
}

/// The first live symbol of an object brings the object's constructors and retained segments with it.
void LinkModel::mark_object_of(std::uint32_t object)
{
  if (m_object_live[object]) {
    return;
  }
  m_object_live[object] = true;
  for (const std::uint32_t symbol : m_objects[object].init_functions) {
    mark_symbol({object, symbol}, {LiveReason::Kind::constructor, {}});
  }
  for (std::uint32_t chunk = 0; chunk < m_objects[object].chunks.size(); ++chunk) {
    if (m_objects[object].chunks[chunk].is_retained) {
      mark_chunk({object, chunk}, {LiveReason::Kind::retained, {}});
    }
  }
}

void LinkModel::mark_chunk(ChunkRef chunk, const LiveReason& why)
{
  LiveReason& known = m_live[chunk.object][chunk.chunk];
  if (known.kind == LiveReason::Kind::dead) {
    known = why;
    m_queue.push_back(chunk);
  }
}

void LinkModel::follow()
{
  // First come first served: the path that is kept for a reason is one of the shortest.
  for (std::size_t next = 0; next < m_queue.size(); ++next) {
    const ChunkRef from = m_queue[next];
    const LinkObject& object = m_objects[from.object];
    for (const Reference& reference : object.references_of(object.chunks[from.chunk])) {
      mark_symbol({from.object, reference.symbol}, {LiveReason::Kind::referenced, from});
    }
  }
}

std::vector<ChunkRef> LinkModel::live_users(SymbolRef symbol) const
{
  std::vector<ChunkRef> users;
  const LinkObject& object = m_objects[symbol.object];
  for (std::uint32_t chunk = 0; chunk < object.chunks.size(); ++chunk) {
    const auto references = object.references_of(object.chunks[chunk]);
    const bool refers = std::ranges::any_of(references, [&](const Reference& reference) { return reference.symbol == symbol.symbol; });
    if (refers && is_live({symbol.object, chunk})) {
      users.push_back({symbol.object, chunk});
    }
  }
  return users;
}

std::vector<ChunkRef> LinkModel::live_users(const ModelSymbol& symbol) const
{
  std::vector<ChunkRef> users;
  for (const SymbolRef& ref : symbol.wanted_by) {
    const std::vector<ChunkRef> more = live_users(ref);
    users.insert(users.end(), more.begin(), more.end());
  }
  return users;
}

std::vector<ChunkRef> LinkModel::path_to_root(ChunkRef chunk) const
{
  std::vector<ChunkRef> path{chunk};
  while (reason(path.back()).kind == LiveReason::Kind::referenced) {
    path.push_back(reason(path.back()).from);
  }
  return path;
}

std::string_view LinkModel::name_of(ChunkRef chunk) const
{
  for (const ObjectSymbol& symbol : m_objects[chunk.object].symbols) {
    if (symbol.chunk == chunk.chunk && !symbol.name.empty()) {
      return symbol.name;
    }
  }
  return {};
}

} // namespace cargo_wasm::shim
