#include <cargo_wasm/rust/wasm_signature.hpp>

#include "type_definitions.hpp"

#include <algorithm>
#include <array>

namespace cargo_wasm::rust {
namespace {

constexpr int k_most_alias_steps = 32;

enum class Lowered : std::uint8_t { nothing, i32, i64, f32, f64, i64_pair, pointer_pair, unknown };

struct Named
{
  std::string_view name;
  Lowered type;
};

constexpr auto k_primitives = std::to_array<Named>({
    {"bool", Lowered::i32},
    {"char", Lowered::i32},
    {"i8", Lowered::i32},
    {"i16", Lowered::i32},
    {"i32", Lowered::i32},
    {"u8", Lowered::i32},
    {"u16", Lowered::i32},
    {"u32", Lowered::i32},
    {"isize", Lowered::i32},
    {"usize", Lowered::i32},
    {"i64", Lowered::i64},
    {"u64", Lowered::i64},
    {"f32", Lowered::f32},
    {"f64", Lowered::f64},
    {"i128", Lowered::i64_pair},
    {"u128", Lowered::i64_pair},
});

/// Of `core::ffi`, `std::os::raw` and `libc`, for wasm32: C's `int` and `long` have 32 bits.
constexpr auto k_c_types = std::to_array<Named>({
    {"c_char", Lowered::i32},
    {"c_schar", Lowered::i32},
    {"c_uchar", Lowered::i32},
    {"c_short", Lowered::i32},
    {"c_ushort", Lowered::i32},
    {"c_int", Lowered::i32},
    {"c_uint", Lowered::i32},
    {"c_long", Lowered::i32},
    {"c_ulong", Lowered::i32},
    {"c_longlong", Lowered::i64},
    {"c_ulonglong", Lowered::i64},
    {"c_float", Lowered::f32},
    {"c_double", Lowered::f64},
});

/// Of `libc` alone, as far as its versions agree.
constexpr auto k_libc_types = std::to_array<Named>({
    {"size_t", Lowered::i32},
    {"ssize_t", Lowered::i32},
    {"intptr_t", Lowered::i32},
    {"uintptr_t", Lowered::i32},
    {"ptrdiff_t", Lowered::i32},
    {"int8_t", Lowered::i32},
    {"int16_t", Lowered::i32},
    {"int32_t", Lowered::i32},
    {"int64_t", Lowered::i64},
    {"uint8_t", Lowered::i32},
    {"uint16_t", Lowered::i32},
    {"uint32_t", Lowered::i32},
    {"uint64_t", Lowered::i64},
    {"off_t", Lowered::i64},
    {"time_t", Lowered::i64},
    {"mode_t", Lowered::i32},
});

template <std::size_t N> Lowered find_in(const std::array<Named, N>& names, std::string_view name)
{
  const auto found = std::find_if(names.begin(), names.end(), [&](const Named& entry) { return entry.name == name; });
  return found == names.end() ? Lowered::unknown : found->type;
}

/// A path that leads out of the crate.
Lowered outside_type(std::string_view path)
{
  const std::size_t last = path.rfind("::");
  if (last == std::string_view::npos) {
    return find_in(k_primitives, path);
  }
  const std::string_view name = path.substr(last + 2);
  const std::string_view module = path.substr(0, last);
  if (module == "libc") {
    const Lowered found = find_in(k_libc_types, name);
    return found == Lowered::unknown ? find_in(k_c_types, name) : found;
  }
  if (module == "core::ffi" || module == "std::ffi" || module == "std::os::raw") {
    return find_in(k_c_types, name);
  }
  return module == "core::primitive" || module == "std::primitive" ? find_in(k_primitives, name) : Lowered::unknown;
}

bool is_pointer_sized(Lowered type)
{
  return type == Lowered::i32 || type == Lowered::pointer_pair;
}

/// One type, as text, in a module.
class Classifier
{
public:
  explicit Classifier(const CrateNames& names) : m_names(names) {}

  // Recursion: each call counts as a step, k_most_alias_steps in all.
  Lowered type(const std::string& module, const std::string& text)
  {
    const TokenTree tokens(text, {Edition::e2021, false});
    return in(module, tokens, {0, tokens.size()});
  }

private:
  Lowered in(const std::string& module, const TokenTree& tokens, TokenRange range)
  {
    if (range.empty() || ++m_steps > k_most_alias_steps) {
      return Lowered::unknown;
    }
    const std::uint32_t i = range.first;
    if (tokens.is(i, '(')) {
      const TokenRange inside = tokens.inside(i);
      const auto parts = split_at_commas(tokens, inside);
      const bool has_comma = !inside.empty() && tokens.is(inside.end - 1, ',');
      return inside.empty() ? Lowered::nothing : parts.size() == 1 && !has_comma ? in(module, tokens, inside) : Lowered::unknown;
    }
    if (tokens.is(i, '!')) {
      return Lowered::nothing;
    }
    if (tokens.is(i, '*') || tokens.is(i, '&')) {
      return pointer_to(module, tokens, behind_pointer(tokens, range));
    }
    if (is_function_pointer(tokens, range)) {
      return Lowered::i32;
    }
    return path(module, tokens, range);
  }

  /// Behind `*const`, `*mut`, `&`, `&'a mut`.
  [[nodiscard]] static TokenRange behind_pointer(const TokenTree& tokens, TokenRange range)
  {
    std::uint32_t i = range.first + 1;
    i += tokens[i].kind == TokenKind::lifetime ? 1U : 0U;
    i += tokens.is_word(i, "mut") || tokens.is_word(i, "const") ? 1U : 0U;
    return {i, range.end};
  }

  /// Names of types that are not known are taken for sized ones, as almost all are.
  Lowered pointer_to(const std::string& module, const TokenTree& tokens, TokenRange range)
  {
    while (!range.empty() && tokens.is(range.first, '(') && tokens.after(range.first) == range.end) {
      range = tokens.inside(range.first);
    }
    const std::uint32_t i = range.first;
    if (range.empty() || tokens.is(i, '<')) {
      return Lowered::unknown;
    }
    if (tokens.is(i, '[')) {
      const TokenRange inside = tokens.inside(i);
      for (std::uint32_t k = inside.first; k < inside.end; k = tokens.after(k)) {
        if (tokens.is(k, ';')) {
          return Lowered::i32;
        }
      }
      return Lowered::pointer_pair;
    }
    if (tokens.is_word(i, "dyn") || tokens.is_word(i, "str") || tokens.is_word(i, "CStr") || tokens.is_word(i, "OsStr") ||
        tokens.is_word(i, "Path")) {
      return Lowered::pointer_pair;
    }
    if (!tokens.is_name(i) || ++m_steps > k_most_alias_steps) {
      return Lowered::i32;
    }
    // An alias may stand for `[u8]` or `dyn Trait`.
    const auto resolved = resolve_type(m_names, module, tokens.normalized(range));
    if (resolved && resolved->definition != nullptr && resolved->definition->target) {
      const std::string& target = *resolved->definition->target;
      const TokenTree aliased(target, {Edition::e2021, false});
      return pointer_to(resolved->module, aliased, {0, aliased.size()});
    }
    return Lowered::i32;
  }

  [[nodiscard]] static bool is_function_pointer(const TokenTree& tokens, TokenRange range)
  {
    std::uint32_t i = range.first;
    if (tokens.is_word(i, "for")) {
      while (i < range.end && !tokens.is(i, '>')) {
        ++i;
      }
      ++i;
    }
    i += tokens.is_word(i, "unsafe") ? 1U : 0U;
    if (tokens.is_word(i, "extern")) {
      i += tokens[i + 1].kind == TokenKind::string ? 2U : 1U;
    }
    return tokens.is_word(i, "fn");
  }

  Lowered path(const std::string& module, const TokenTree& tokens, TokenRange range)
  {
    std::uint32_t end = range.first;
    end += tokens.is_pair(end, ':', ':') ? 2U : 0U;
    const std::uint32_t first = end;
    while (end < range.end && (tokens.is_name(end) || tokens.is(end, ':'))) {
      ++end;
    }
    if (end == first || tokens.is_word(first, "dyn") || tokens.is_word(first, "impl")) {
      return Lowered::unknown;
    }
    if (end < range.end) {
      return tokens.is(end, '<') && tokens.is(range.end - 1, '>') ? generic(module, tokens, {first, end}, {end + 1, range.end - 1})
                                                                  : Lowered::unknown;
    }
    const auto resolved = resolve_type(m_names, module, tokens.normalized({first, end}));
    if (!resolved) {
      return Lowered::unknown;
    }
    if (resolved->definition == nullptr) {
      return outside_or_prelude(resolved->outside);
    }
    return resolved->definition->target ? type(resolved->module, *resolved->definition->target) : Lowered::unknown;
  }

  [[nodiscard]] static Lowered outside_or_prelude(const std::string& outside)
  {
    const std::size_t last = outside.rfind("::");
    const std::string name = last == std::string::npos ? outside : outside.substr(last + 2);
    if (name.starts_with("NonZero") && last != std::string::npos) {
      std::string integer = name.substr(7);
      std::transform(
          integer.begin(), integer.end(), integer.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return find_in(k_primitives, integer);
    }
    return outside_type(outside);
  }

  Lowered generic(const std::string& module, const TokenTree& tokens, TokenRange name, TokenRange arguments)
  {
    const auto parts = split_at_commas(tokens, arguments);
    const auto resolved = resolve_type(m_names, module, tokens.normalized(name));
    if (parts.size() != 1 || !resolved || resolved->definition != nullptr) {
      return Lowered::unknown;
    }
    const std::string_view word = tokens.name(name.end - 1);
    if (word == "Option") {
      const Lowered inner = in(module, tokens, parts.front());
      return has_niche(tokens, parts.front()) && (is_pointer_sized(inner) || inner == Lowered::i64) ? inner : Lowered::unknown;
    }
    if (word == "Box" || word == "NonNull") {
      return pointer_to(module, tokens, parts.front());
    }
    return word == "NonZero" ? in(module, tokens, parts.front()) : Lowered::unknown;
  }

  /// None has a value of its own: references, boxes, functions; not numbers and raw pointers.
  [[nodiscard]] static bool has_niche(const TokenTree& tokens, TokenRange range)
  {
    if (tokens.is(range.first, '&') || is_function_pointer(tokens, range)) {
      return true;
    }
    std::uint32_t last = range.first;
    while (last + 1 < range.end && (tokens.is_name(last + 1) || tokens.is(last + 1, ':'))) {
      ++last;
    }
    const std::string_view word = tokens.name(last);
    return tokens.is_name(last) && (word == "Box" || word == "NonNull" || word.starts_with("NonZero"));
  }

  const CrateNames& m_names;
  int m_steps = 0;
};

bool is_c_abi(std::string_view abi)
{
  constexpr auto k_names = std::to_array<std::string_view>({"C", "C-unwind", "system", "system-unwind", "cdecl", "cdecl-unwind"});
  return std::find(k_names.begin(), k_names.end(), abi) != k_names.end();
}

bool append(std::vector<ValueType>& to, Lowered type)
{
  switch (type) {
  case Lowered::nothing:
    return true;
  case Lowered::i32:
  case Lowered::pointer_pair:
    to.push_back(ValueType::i32);
    return true;
  case Lowered::i64:
    to.push_back(ValueType::i64);
    return true;
  case Lowered::f32:
    to.push_back(ValueType::f32);
    return true;
  case Lowered::f64:
    to.push_back(ValueType::f64);
    return true;
  case Lowered::i64_pair:
    to.insert(to.end(), {ValueType::i64, ValueType::i64});
    return true;
  case Lowered::unknown:
    break;
  }
  return false;
}

bool is_pair(Lowered type)
{
  return type == Lowered::i64_pair || type == Lowered::pointer_pair;
}

std::string joined(const std::vector<ValueType>& types)
{
  constexpr std::array<std::string_view, 4> k_names{"i32", "i64", "f32", "f64"};
  std::string out;
  for (const ValueType type : types) {
    out += out.empty() ? "" : ", ";
    out += k_names[static_cast<std::size_t>(type)];
  }
  return out;
}

} // namespace

struct TypeNames::State
{
  CrateNames names;
};

TypeNames::TypeNames(std::string_view text, Edition edition)
    : m_state(std::make_unique<State>(State{collect_names(ItemList(text, {edition}))}))
{
}

TypeNames::~TypeNames() = default;
TypeNames::TypeNames(TypeNames&&) noexcept = default;
TypeNames& TypeNames::operator=(TypeNames&&) noexcept = default;

std::optional<WasmSignature> TypeNames::signature(const ForeignBlock& block, const ForeignItem& item, CAbi abi) const
{
  if (item.kind != ForeignItem::Kind::function || !is_c_abi(block.abi)) {
    return std::nullopt;
  }
  const std::string module = to_string(block.place.modules);
  const auto classify = [&](const std::string& text) {
    const Lowered type = Classifier(m_state->names).type(module, text);
    return is_pair(type) && abi == CAbi::split ? Lowered::unknown : type;
  };
  WasmSignature out;
  const Lowered result = item.result.empty() ? Lowered::nothing : classify(item.result);
  if (is_pair(result)) {
    out.parameters.push_back(ValueType::i32);
  } else if (!append(out.results, result)) {
    return std::nullopt;
  }
  for (const std::string& parameter : item.parameters) {
    if (!append(out.parameters, classify(parameter))) {
      return std::nullopt;
    }
  }
  if (item.is_variadic) {
    out.parameters.push_back(ValueType::i32);
  }
  return out;
}

std::string to_string(const WasmSignature& signature)
{
  return "(" + joined(signature.parameters) + ") -> " + (signature.results.empty() ? "()" : joined(signature.results));
}

} // namespace cargo_wasm::rust
