#include "type_definitions.hpp"

#include "signature_tokens.hpp"

#include <cargo_wasm/base/text.hpp>

#include <algorithm>
#include <array>

namespace cargo_wasm::rust {
namespace {

constexpr int k_most_steps = 32;

constexpr auto k_integers = std::to_array<std::string_view>({"i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize"});

std::string joined(std::string_view module, std::string_view name)
{
  return module.empty() ? std::string(name) : std::string(module) + "::" + std::string(name);
}

/// What a glob import of another crate is taken to mean: of libc and core::ffi the names are known, of no other crate.
bool is_c_name(std::string_view word)
{
  return word.starts_with("c_") || word.ends_with("_t");
}

std::string_view parent_of(std::string_view module)
{
  const std::size_t last = module.rfind("::");
  return last == std::string_view::npos ? std::string_view{} : module.substr(0, last);
}

/// Reads `use` declarations: each group is a task of its own.
class UseTree
{
public:
  UseTree(const TokenTree& tokens, ModuleNames& out) : m_tokens(tokens), m_out(out) {}

  void read(TokenRange range)
  {
    m_waiting.push_back({range, ""});
    while (!m_waiting.empty()) {
      const Task task = std::move(m_waiting.back());
      m_waiting.pop_back();
      one(task.range, task.prefix);
    }
  }

private:
  struct Task
  {
    TokenRange range;
    std::string prefix;
  };

  void one(TokenRange range, std::string path)
  {
    for (std::uint32_t i = range.first; i < range.end; ++i) {
      if (m_tokens.is(i, '*')) {
        m_out.globs.push_back(path);
        return;
      }
      if (m_tokens.is(i, '{')) {
        for (const TokenRange part : split_at_commas(m_tokens, m_tokens.inside(i))) {
          m_waiting.push_back({part, path});
        }
        return;
      }
      if (m_tokens.is_word(i, "as") && i + 1 < range.end) {
        m_out.imports[std::string(m_tokens.name(i + 1))] = path;
        return;
      }
      if (m_tokens.is_name(i) && !(m_tokens.is_word(i, "self") && !path.empty())) {
        path = joined(path, m_tokens.name(i));
      }
    }
    const std::size_t last = path.rfind("::");
    m_out.imports[last == std::string::npos ? path : path.substr(last + 2)] = path;
  }

  const TokenTree& m_tokens;
  ModuleNames& m_out;
  std::vector<Task> m_waiting;
};

/// `repr(…)`'s arguments that matter.
struct Repr
{
  bool is_transparent = false;
  std::optional<std::string> integer;
};

Repr read_repr(const ItemList& list, const Item& item)
{
  Repr out;
  for (const Attribute& attribute : list.attributes_of(item)) {
    if (attribute.path != "repr") {
      continue;
    }
    for (const std::string_view integer : k_integers) {
      if (attribute.text == "repr(" + std::string(integer) + ")" || attribute.text == "repr(C, " + std::string(integer) + ")") {
        out.integer = integer;
      }
    }
    out.is_transparent = out.is_transparent || attribute.text == "repr(transparent)";
  }
  return out;
}

/// The type of the only field.
std::optional<std::string> only_field(const TokenTree& tokens, const Item& item)
{
  const std::uint32_t open = tokens.at_or_behind(item.name_span.end);
  if (!tokens.is(open, '(') && !tokens.is(open, '{')) {
    return std::nullopt;
  }
  const auto fields = split_at_commas(tokens, tokens.inside(open));
  if (fields.size() != 1) {
    return std::nullopt;
  }
  std::uint32_t i = fields.front().first;
  while (tokens.is(i, '#') || tokens.is_word(i, "pub")) {
    const std::uint32_t next = i + 1;
    i = tokens.is(next, '[') || tokens.is(next, '(') ? tokens.after(next) : next;
  }
  if (tokens.is(open, '{')) {
    return tokens.normalized(type_behind_name(tokens, i, fields.front().end));
  }
  return tokens.normalized({i, fields.front().end});
}

TypeDefinition define(const ItemList& list, const Item& item)
{
  const TokenTree& tokens = list.tokens;
  const std::uint32_t behind = tokens.at_or_behind(item.name_span.end);
  if (tokens.is(behind, '<')) {
    return {};
  }
  if (item.kind == ItemKind::type_alias && tokens.is(behind, '=')) {
    const std::uint32_t end = tokens.is(item.end - 1, ';') ? item.end - 1 : item.end;
    return {tokens.normalized({behind + 1, end})};
  }
  const Repr repr = read_repr(list, item);
  if (item.kind == ItemKind::enumeration) {
    return {repr.integer};
  }
  return item.kind == ItemKind::structure && repr.is_transparent ? TypeDefinition{only_field(tokens, item)} : TypeDefinition{};
}

bool defines_a_type(ItemKind kind)
{
  return kind == ItemKind::type_alias || kind == ItemKind::structure || kind == ItemKind::enumeration || kind == ItemKind::union_type ||
         kind == ItemKind::trait;
}

} // namespace

CrateNames collect_names(const ItemList& list)
{
  CrateNames out;
  out[""];
  for (const Item& item : list.items) {
    const bool is_use = item.kind == ItemKind::use;
    if (!is_use && !defines_a_type(item.kind) && item.kind != ItemKind::module) {
      continue;
    }
    const std::string module = to_string(list.modules_of(item));
    if (item.kind == ItemKind::module) {
      out[joined(module, item.name)];
    } else if (!list.is_module_level(item)) {
      ModuleNames local;
      if (is_use) {
        UseTree(list.tokens, local).read({item.head + 1, item.end});
      }
      for (const auto& [name, path] : local.imports) {
        out[module].hidden.insert(name);
      }
      out[module].hidden.emplace(item.name);
    } else if (is_use) {
      UseTree(list.tokens, out[module]).read({item.head + 1, item.end});
    } else {
      out[module].types[std::string(item.name)] = define(list, item);
    }
  }
  return out;
}

namespace {

class Resolver
{
public:
  explicit Resolver(const CrateNames& names) : m_names(names) {}

  // Recursion: each step is counted, and there are k_most_steps in all.
  std::optional<ResolvedType> resolve(std::string_view from, std::string_view path)
  {
    if (++m_steps > k_most_steps) {
      return std::nullopt;
    }
    const std::size_t colons = path.find("::");
    const std::string_view first = path.substr(0, colons);
    const std::string_view rest = colons == std::string_view::npos ? std::string_view{} : path.substr(colons + 2);
    if (first == "crate" || first == "self" || first == "super") {
      const std::string_view module = first == "crate" ? "" : first == "self" ? from : parent_of(from);
      return rest.empty() ? std::nullopt : resolve_in(module, rest);
    }
    if (rest.empty()) {
      return name(from, first);
    }
    if (m_names.contains(joined(from, first))) {
      return resolve_in(joined(from, first), rest);
    }
    const auto module = m_names.find(from);
    if (module != m_names.end()) {
      if (const auto imported = module->second.imports.find(first); imported != module->second.imports.end() && imported->second != first) {
        return resolve(from, imported->second + "::" + std::string(rest));
      }
    }
    return ResolvedType{std::string(from), nullptr, std::string(path)};
  }

private:
  /// `path` below a module of this crate.
  std::optional<ResolvedType> resolve_in(std::string_view module, std::string_view path)
  {
    const std::size_t colons = path.find("::");
    const std::string_view first = path.substr(0, colons);
    if (first == "super") {
      return colons == std::string_view::npos ? std::nullopt : resolve_in(parent_of(module), path.substr(colons + 2));
    }
    if (colons != std::string_view::npos) {
      return m_names.contains(joined(module, first)) ? resolve_in(joined(module, first), path.substr(colons + 2)) : std::nullopt;
    }
    const auto found = name(module, path);
    return found && found->definition == nullptr && found->outside == path ? std::nullopt : found;
  }

  std::optional<ResolvedType> name(std::string_view module, std::string_view word)
  {
    const auto found = m_names.find(module);
    if (found == m_names.end() || found->second.hidden.contains(word)) {
      return std::nullopt;
    }
    const ModuleNames& names = found->second;
    if (const auto type = names.types.find(word); type != names.types.end()) {
      return ResolvedType{std::string(module), &type->second, {}};
    }
    if (const auto imported = names.imports.find(word); imported != names.imports.end()) {
      return imported->second == word ? std::nullopt : resolve(module, imported->second);
    }
    for (const std::string& glob : names.globs) {
      auto through = resolve(module, glob + "::" + std::string(word));
      if (through && through->definition != nullptr) {
        return through;
      }
      if (through && through->outside.find("::") != std::string::npos && is_c_name(word)) {
        return through;
      }
    }
    return ResolvedType{std::string(module), nullptr, std::string(word)};
  }

  const CrateNames& m_names;
  int m_steps = 0;
};

} // namespace

std::optional<ResolvedType> resolve_type(const CrateNames& names, const std::string& from, const std::string& path)
{
  return Resolver(names).resolve(from, path);
}

} // namespace cargo_wasm::rust
