// The link, without linking: which archive members come in, what every name resolves to, what stays alive and why.
//
// It follows wasm-ld's rules, so that its answers are the linker's, and keeps what the linker throws away: who wanted a symbol, through
// which path from an export it is alive, which declarations disagree, and what is dead and therefore harmless.
//
//   inputs      in the order of the command line; an archive's members wait (lazy) until a name that they define is wanted
//   names       a definition wins over an import, a strong one over a weak one, else the first; of COMDAT groups the first
//   roots       the entry, exports, symbols flagged "no strip", constructors of live objects, retained segments
//   liveness    over relocations from the roots (lld/wasm/MarkLive.cpp)
//
// What it leaves out: --wrap, -r, --shared, and merging of strings, none of which changes who is alive.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/shim/link_object.hpp>
#include <cargo_wasm/shim/linker_options.hpp>

namespace cargo_wasm::shim {

/// A symbol of one object of the link.
struct SymbolRef
{
  std::uint32_t object = k_none;
  std::uint32_t symbol = k_none;
  [[nodiscard]] bool is_none() const noexcept { return object == k_none; }
  auto operator<=>(const SymbolRef&) const = default;
};

/// A function or segment of one object.
struct ChunkRef
{
  std::uint32_t object = k_none;
  std::uint32_t chunk = k_none;
  auto operator<=>(const ChunkRef&) const = default;
};

/// What one name means in the whole link.
struct ModelSymbol
{
  std::string_view name;
  SymbolRef definition;               ///< none: nobody that takes part defines it
  std::vector<SymbolRef> wanted_by;   ///< every undefined symbol of that name, in the order of the objects
  std::optional<std::uint32_t> lazy;  ///< a member that defines it and is not (yet) part of the link
  bool is_provided_by_linker = false; ///< `__stack_pointer` and its kin
  bool is_live = false;
};

/// Why something is alive.
struct LiveReason
{
  enum class Kind : std::uint8_t { dead, entry, exported, kept, constructor, retained, referenced } kind = Kind::dead;
  ChunkRef from; ///< of `referenced`: who refers to it
};

class LinkModel
{
public:
  explicit LinkModel(const LinkerOptions& options);

  /// Adds an object as linkers do with one that is named on the command line: it takes part.
  void add_object(LinkObject object);
  /// Adds a member of an archive, or an object between --start-lib and --end-lib: it takes part when it is wanted.
  void add_lazy(LinkObject object);
  /// Everything was added: extracts for entry and exports, and decides what is alive.
  void finish();

  [[nodiscard]] const std::vector<LinkObject>& objects() const noexcept { return m_objects; }
  [[nodiscard]] bool takes_part(std::uint32_t object) const { return m_loaded[object]; }
  [[nodiscard]] bool is_live(ChunkRef chunk) const { return m_live[chunk.object][chunk.chunk].kind != LiveReason::Kind::dead; }
  /// Whether an object gives anything to the program. Cost: linear in its chunks.
  [[nodiscard]] bool has_live_chunk(std::uint32_t object) const;
  [[nodiscard]] const LiveReason& reason(ChunkRef chunk) const { return m_live[chunk.object][chunk.chunk]; }
  [[nodiscard]] const std::vector<ModelSymbol>& symbols() const noexcept { return m_symbols; }
  [[nodiscard]] const ModelSymbol* find(std::string_view name) const;
  [[nodiscard]] const ObjectSymbol& symbol(SymbolRef ref) const { return m_objects[ref.object].symbols[ref.symbol]; }

  /// The live chunks of an object that refer to one of its symbols.
  [[nodiscard]] std::vector<ChunkRef> live_users(SymbolRef symbol) const;
  /// The live chunks that refer to a name, in the order of the link.
  [[nodiscard]] std::vector<ChunkRef> live_users(const ModelSymbol& symbol) const;
  /// From a live chunk back to what keeps it: the chunk itself first, a root last.
  [[nodiscard]] std::vector<ChunkRef> path_to_root(ChunkRef chunk) const;
  /// The name of a chunk: its first symbol's; empty for a segment without one.
  [[nodiscard]] std::string_view name_of(ChunkRef chunk) const;

private:
  std::uint32_t intern(std::string_view name);
  void load(std::uint32_t object);
  void resolve(std::uint32_t object);
  void define(std::uint32_t name, SymbolRef ref);
  void want(std::uint32_t name, SymbolRef ref);
  void extract(std::string_view name);
  void mark_name(std::uint32_t name, const LiveReason& why);
  void mark_symbol(SymbolRef ref, const LiveReason& why);
  void mark_chunk(ChunkRef chunk, const LiveReason& why);
  void mark_object_of(std::uint32_t object);
  [[nodiscard]] bool wraps_exports() const;
  void mark_roots();
  void follow();
  [[nodiscard]] bool is_discarded(std::uint32_t object, const ObjectSymbol& symbol) const;

  const LinkerOptions& m_options;
  std::vector<LinkObject> m_objects;
  std::vector<bool> m_loaded;
  std::vector<bool> m_explicit; ///< named on the command line by itself: its constructors run whoever refers to it
  std::vector<bool> m_object_live;
  std::vector<std::vector<LiveReason>> m_live; ///< by object and chunk
  std::vector<ModelSymbol> m_symbols;
  std::unordered_map<std::string_view, std::uint32_t> m_names;
  std::vector<std::vector<std::uint32_t>> m_name_of;             ///< by object and symbol: index into m_symbols, k_none for local ones
  std::unordered_map<std::string_view, std::uint32_t> m_comdats; ///< which object's group is kept
  std::vector<std::uint32_t> m_to_load;
  std::vector<ChunkRef> m_queue;
};

} // namespace cargo_wasm::shim
