#include <cargo_wasm/bitcode/signature.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace cargo_wasm::bitcode {
namespace {

/// Values that one function may pass; wasm engines allow 1,000 parameters.
constexpr std::size_t k_most_values = 1000;

/// C, fast, cold, preserve-most, preserve-all, C++ thread-local access (llvm/include/llvm/IR/CallingConv.h).
constexpr std::array<std::uint32_t, 6> k_plain_conventions = {0, 8, 9, 14, 15, 17};

/// 23 of "LLVM23.1.1-rust-1.99.1-stable"; 0 when the producer is none of LLVM's.
unsigned llvm_version(std::string_view producer)
{
  constexpr std::string_view k_prefix = "LLVM";
  unsigned version = 0;
  if (producer.starts_with(k_prefix)) {
    const std::string_view digits = producer.substr(k_prefix.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), version);
  }
  return version;
}

bool has_feature(const Module& module, const Symbol& function, std::string_view feature)
{
  std::string_view features = module.attribute(function, "target-features").value_or("");
  while (!features.empty()) {
    const std::size_t comma = std::min(features.find(','), features.size());
    if (features.substr(0, comma) == feature) {
      return true;
    }
    features.remove_prefix(std::min(comma + 1, features.size()));
  }
  return false;
}

class Lowering
{
public:
  Lowering(const Module& module, const Symbol& function)
      : m_types(module.types), m_has_vectors(has_feature(module, function, "+simd128")),
        m_pointer(module.target_triple.starts_with("wasm64") ? ValueType::i64 : ValueType::i32)
  {
  }

  [[nodiscard]] ValueType pointer() const { return m_pointer; }

  /// Appends the values that one value of the type becomes; false when that is not known.
  bool append(TypeId id, std::vector<ValueType>& out) const
  {
    const Type& type = m_types.at(id);
    if (out.size() > k_most_values) {
      return false;
    }
    switch (type.kind) {
    case TypeKind::nothing:
      return true;
    case TypeKind::integer:
      return append_integer(type.size, out);
    case TypeKind::fp128:
      return append_integer(128, out);
    case TypeKind::float32:
      out.push_back(ValueType::f32);
      return true;
    case TypeKind::float64:
      out.push_back(ValueType::f64);
      return true;
    case TypeKind::pointer:
      return append_pointer(type.size, out);
    case TypeKind::vector:
      return append_vector(id, out);
    case TypeKind::array:
    case TypeKind::structure:
      return append_members(id, out);
    default:
      return false;
    }
  }

private:
  static bool append_integer(std::uint64_t bits, std::vector<ValueType>& out)
  {
    if (bits <= 32) {
      out.push_back(ValueType::i32);
      return true;
    }
    if (bits > 64 * 64) {
      return false;
    }
    std::uint64_t rounded = 64;
    while (rounded < bits) {
      rounded *= 2;
    }
    out.insert(out.end(), static_cast<std::size_t>(rounded / 64), ValueType::i64);
    return true;
  }

  bool append_pointer(std::uint64_t address_space, std::vector<ValueType>& out) const
  {
    switch (address_space) {
    case 0:
      out.push_back(m_pointer);
      return true;
    case 10:
      out.push_back(ValueType::externref);
      return true;
    case 20:
      out.push_back(ValueType::funcref);
      return true;
    default:
      return false;
    }
  }

  bool append_vector(TypeId id, std::vector<ValueType>& out) const
  {
    const Type& vector = m_types.at(id);
    const Type& lane = m_types.at(m_types.elements_of(id).front());
    const std::uint64_t bits = lane.kind == TypeKind::float32   ? 32
                               : lane.kind == TypeKind::float64 ? 64
                               : lane.kind == TypeKind::integer ? lane.size
                                                                : 0;
    if (!m_has_vectors || vector.special || bits < 8 || bits > 64 || !std::has_single_bit(bits) || vector.size != 128 / bits) {
      return false;
    }
    out.push_back(ValueType::v128);
    return true;
  }

  /// Nesting is followed without recursion: types may be as deep as the file is long.
  bool append_members(TypeId id, std::vector<ValueType>& out) const
  {
    std::vector<TypeId> open{id};
    std::size_t work = 0;
    while (!open.empty()) {
      const TypeId next = open.back();
      open.pop_back();
      const Type& type = m_types.at(next);
      const auto elements = m_types.elements_of(next);
      const std::uint64_t copies = type.kind == TypeKind::array ? type.size : 1;
      if (type.kind != TypeKind::array && type.kind != TypeKind::structure) {
        if (!append(next, out)) {
          return false;
        }
        continue;
      }
      if (copies > k_most_values || elements.size() > k_most_values) {
        return false;
      }
      work += static_cast<std::size_t>(copies) * elements.size() + 1;
      if (work > 8 * k_most_values) {
        return false;
      }
      for (std::uint64_t copy = 0; copy < copies; ++copy) {
        open.insert(open.end(), elements.rbegin(), elements.rend());
      }
    }
    return true;
  }

  const TypeTable& m_types;
  bool m_has_vectors;
  ValueType m_pointer;
};

std::string_view name_of(ValueType type)
{
  constexpr std::array<std::string_view, 7> k_names = {"i32", "i64", "f32", "f64", "v128", "externref", "funcref"};
  return k_names[static_cast<std::size_t>(type)];
}

std::string listed(const std::vector<ValueType>& types)
{
  std::string out;
  for (const ValueType type : types) {
    out += out.empty() ? "" : ", ";
    out += name_of(type);
  }
  return out;
}

} // namespace

std::optional<Signature> signature_of(const Module& module, const Symbol& function)
{
  const bool is_plain =
      std::find(k_plain_conventions.begin(), k_plain_conventions.end(), function.calling_convention) != k_plain_conventions.end();
  if (function.kind != SymbolKind::function || !module.target_triple.starts_with("wasm") || !is_plain ||
      module.attribute(function, "no-prototype")) {
    return std::nullopt;
  }
  const Lowering lowering(module, function);
  const auto types = module.types.elements_of(function.type);
  Signature out;
  if (!lowering.append(types.front(), out.results)) {
    return std::nullopt;
  }
  if (out.results.size() > 1) {
    const unsigned version = llvm_version(module.producer);
    if (version == 0 || (version < 19 && has_feature(module, function, "+multivalue"))) {
      return std::nullopt;
    }
    out.results.clear();
    out.parameters.push_back(lowering.pointer());
  }
  for (const TypeId parameter : types.subspan(1)) {
    if (!lowering.append(parameter, out.parameters)) {
      return std::nullopt;
    }
  }
  if (module.types.at(function.type).special) {
    out.parameters.push_back(lowering.pointer());
  }
  return out;
}

std::string to_string(const Signature& signature)
{
  return "(" + listed(signature.parameters) + ") -> " +
         (signature.results.empty()       ? "void"
          : signature.results.size() == 1 ? listed(signature.results)
                                          : "(" + listed(signature.results) + ")");
}

} // namespace cargo_wasm::bitcode
