// LLVM's spelling of types (llvm/lib/IR/AsmWriter.cpp, TypePrinting::print).
#include <cargo_wasm/bitcode/types.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::bitcode {
namespace {

constexpr int k_deepest = 64;
constexpr std::size_t k_longest_bytes = 4096;

bool is_plain(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '$' || c == '.' || c == '_';
}

/// A name as it stands behind `%`.
std::string quoted(std::string_view name)
{
  const bool starts_with_digit = name.front() >= '0' && name.front() <= '9';
  if (!starts_with_digit && std::all_of(name.begin(), name.end(), is_plain)) {
    return std::string(name);
  }
  std::string out = "\"";
  for (const char c : name) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      out += c;
    } else {
      out += fmt::format("\\{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

class Speller
{
public:
  explicit Speller(const TypeTable& table) : m_table(table) {}

  void spell(TypeId id, int depth)
  {
    if (depth > k_deepest || m_out.size() > k_longest_bytes) {
      m_out += "…";
      return;
    }
    const Type& type = m_table.at(id);
    if (type.is_identified) {
      m_out += '%';
      m_out += type.name.empty() ? fmt::to_string(id) : quoted(type.name);
      return;
    }
    switch (type.kind) {
    case TypeKind::integer:
      m_out += fmt::format("i{}", type.size);
      return;
    case TypeKind::byte:
      m_out += fmt::format("b{}", type.size);
      return;
    case TypeKind::pointer:
      return spell_pointer(id, depth);
    case TypeKind::array:
      m_out += fmt::format("[{} x ", type.size);
      spell(m_table.elements_of(id).front(), depth + 1);
      m_out += ']';
      return;
    case TypeKind::vector:
      m_out += fmt::format("<{}{} x ", type.special ? "vscale x " : "", type.size);
      spell(m_table.elements_of(id).front(), depth + 1);
      m_out += '>';
      return;
    case TypeKind::structure:
      return spell_structure(id, depth);
    case TypeKind::function:
      return spell_function(id, depth);
    case TypeKind::target:
      m_out += fmt::format("target(\"{}\")", type.name);
      return;
    default:
      m_out += plain(type.kind);
    }
  }

  [[nodiscard]] std::string take() { return std::move(m_out); }

private:
  static std::string_view plain(TypeKind kind)
  {
    switch (kind) {
    case TypeKind::nothing:
      return "void";
    case TypeKind::half:
      return "half";
    case TypeKind::bfloat:
      return "bfloat";
    case TypeKind::float32:
      return "float";
    case TypeKind::float64:
      return "double";
    case TypeKind::x86_fp80:
      return "x86_fp80";
    case TypeKind::fp128:
      return "fp128";
    case TypeKind::ppc_fp128:
      return "ppc_fp128";
    case TypeKind::label:
      return "label";
    case TypeKind::metadata:
      return "metadata";
    case TypeKind::token:
      return "token";
    case TypeKind::x86_mmx:
      return "x86_mmx";
    case TypeKind::x86_amx:
      return "x86_amx";
    case TypeKind::opaque:
      return "opaque";
    default:
      return "";
    }
  }

  void spell_list(std::span<const TypeId> ids, int depth)
  {
    for (std::size_t i = 0; i < ids.size() && m_out.size() <= k_longest_bytes; ++i) {
      m_out += i == 0 ? "" : ", ";
      spell(ids[i], depth + 1);
    }
  }

  void spell_pointer(TypeId id, int depth)
  {
    const auto elements = m_table.elements_of(id);
    if (!elements.empty()) {
      spell(elements.front(), depth + 1);
    } else {
      m_out += "ptr";
    }
    if (const auto space = m_table.at(id).size; space != 0) {
      m_out += fmt::format(" addrspace({})", space);
    }
    m_out += elements.empty() ? "" : "*";
  }

  void spell_structure(TypeId id, int depth)
  {
    const Type& type = m_table.at(id);
    m_out += type.special ? "<{" : "{";
    if (type.count != 0) {
      m_out += ' ';
      spell_list(m_table.elements_of(id), depth);
      m_out += ' ';
    }
    m_out += type.special ? "}>" : "}";
  }

  void spell_function(TypeId id, int depth)
  {
    const auto elements = m_table.elements_of(id);
    spell(elements.front(), depth + 1);
    m_out += " (";
    spell_list(elements.subspan(1), depth);
    if (m_table.at(id).special) {
      m_out += elements.size() > 1 ? ", ..." : "...";
    }
    m_out += ')';
  }

  const TypeTable& m_table;
  std::string m_out;
};

} // namespace

std::string to_string(const TypeTable& table, TypeId id)
{
  Speller speller(table);
  speller.spell(id, 0);
  return speller.take();
}

} // namespace cargo_wasm::bitcode
