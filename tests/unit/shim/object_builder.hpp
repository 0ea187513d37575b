// Link objects from words: `Object("a.o").function("f", {"g"}).undefined("g")`.
#pragma once
#include <deque>
#include <initializer_list>
#include <string>

#include <cargo_wasm/shim/link_object.hpp>

namespace cargo_wasm::test {

/// Names live as long as the program: LinkObject points to them.
inline std::string_view keep(std::string text)
{
  static std::deque<std::string> kept;
  return kept.emplace_back(std::move(text));
}

class Object
{
public:
  explicit Object(std::string name) { m_object.name = std::move(name); }

  /// A defined function that refers to these symbols of the object, which must be added before or come to be undefined functions.
  Object& function(const std::string& name, std::initializer_list<const char*> uses = {}, std::uint32_t flags = 0)
  {
    return define(name, true, uses, flags);
  }
  Object& data(const std::string& name, std::initializer_list<const char*> uses = {}, std::uint32_t flags = 0)
  {
    return define(name, false, uses, flags);
  }
  Object& undefined(const std::string& name, const std::string& type = "() -> void", std::uint32_t flags = 0)
  {
    shim::ObjectSymbol& symbol = at(name);
    symbol.flags = wasm::k_symbol_undefined | flags;
    symbol.signature = signature(type);
    symbol.import = {"env", symbol.name};
    return *this;
  }
  Object& imports(const std::string& module, const std::string& field, const std::string& name, const std::string& type = "() -> void")
  {
    undefined(name, type, wasm::k_symbol_explicit_name);
    at(name).import = {keep(module), keep(field)};
    return *this;
  }
  Object& type(const std::string& name, const std::string& type)
  {
    at(name).signature = signature(type);
    return *this;
  }
  Object& constructor(const std::string& name)
  {
    m_object.init_functions.push_back(number(name));
    return *this;
  }
  Object& comdat(const std::string& group, const std::string& member)
  {
    m_object.chunks[at(member).chunk].comdat = static_cast<std::uint32_t>(m_object.comdats.size());
    m_object.comdats.push_back(keep(group));
    return *this;
  }
  Object& retained(const std::string& name)
  {
    m_object.chunks[at(name).chunk].is_retained = true;
    return *this;
  }
  operator shim::LinkObject() const { return m_object; } // NOLINT(google-explicit-constructor): reads as what it makes

private:
  Object& define(const std::string& name, bool is_function, std::initializer_list<const char*> uses, std::uint32_t flags)
  {
    const auto chunk = static_cast<std::uint32_t>(m_object.chunks.size());
    {
      shim::ObjectSymbol& symbol = at(name);
      symbol.kind = is_function ? wasm::SymbolKind::function : wasm::SymbolKind::data;
      symbol.flags = flags;
      symbol.chunk = chunk;
      symbol.signature = is_function ? signature("() -> void") : shim::k_none;
    }
    shim::Chunk made;
    made.is_function = is_function;
    made.first_reference = static_cast<std::uint32_t>(m_object.references.size());
    made.reference_count = static_cast<std::uint32_t>(uses.size());
    for (const char* const use : uses) {
      const std::uint32_t used = number(use);
      m_object.symbols[used].is_called = true;
      m_object.references.push_back({used, false});
    }
    m_object.chunks.push_back(made);
    return *this;
  }

  std::uint32_t number(const std::string& name)
  {
    for (std::uint32_t i = 0; i < m_object.symbols.size(); ++i) {
      if (m_object.symbols[i].name == name) {
        return i;
      }
    }
    shim::ObjectSymbol& symbol = m_object.symbols.emplace_back();
    symbol.name = keep(name);
    symbol.flags = wasm::k_symbol_undefined;
    symbol.signature = signature("() -> void");
    symbol.import = {"env", symbol.name};
    return static_cast<std::uint32_t>(m_object.symbols.size() - 1);
  }
  shim::ObjectSymbol& at(const std::string& name) { return m_object.symbols[number(name)]; }
  std::uint32_t signature(const std::string& text)
  {
    m_object.signatures.push_back(text);
    return static_cast<std::uint32_t>(m_object.signatures.size() - 1);
  }

  shim::LinkObject m_object;
};

} // namespace cargo_wasm::test
