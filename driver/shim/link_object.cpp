#include <cargo_wasm/shim/link_object.hpp>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::shim {

namespace {

using wasm::PayloadKind;

std::string_view name_of(const wasm::ValType& type)
{
  switch (type.kind) {
  case wasm::ValKind::i32:
    return "i32";
  case wasm::ValKind::i64:
    return "i64";
  case wasm::ValKind::f32:
    return "f32";
  case wasm::ValKind::f64:
    return "f64";
  case wasm::ValKind::v128:
    return "v128";
  case wasm::ValKind::ref:
    switch (type.ref.heap.kind) {
    case wasm::HeapKind::func:
      return "funcref";
    case wasm::HeapKind::extern_:
      return "externref";
    case wasm::HeapKind::exn:
      return "exnref";
    default:
      return "ref";
    }
  }
  return "?";
}

/// As wasm-ld writes a signature: several results stand in braces, none is `void`.
std::string signature_text(const wasm::FuncType& type)
{
  const auto list = [](const wasm::List<wasm::ValType>& types) {
    std::string text;
    for (const wasm::ValType& value : types) {
      text += (text.empty() ? "" : ", ") + std::string(name_of(value));
    }
    return text;
  };
  std::string results = list(type.results);
  if (type.results.empty()) {
    results = "void";
  } else if (type.results.size() > 1) {
    results = "{" + results + "}";
  }
  return fmt::format("({}) -> {}", list(type.params), results);
}

/// A range of the file that relocations fall into, and the chunk it is.
struct Place
{
  std::uint64_t begin = 0, end = 0;
  std::uint32_t chunk = 0;
};

class ObjectReader
{
public:
  ObjectReader(const wasm::Source& source, const wasm::Module& module, std::string name) : m_source(source), m_module(module)
  {
    m_object.name = std::move(name);
  }

  Result<LinkObject> run()
  {
    CW_TRY(read_types());
    CW_TRY(read_imports());
    CW_TRY(read_functions());
    CW_TRY(read_data());
    CW_TRY(read_linking());
    CW_TRY(read_relocations());
    CW_TRY(read_features());
    return std::move(m_object);
  }

private:
  Error contradiction(std::string_view what) const
  {
    return Error("CW0803", fmt::format("`{}` is no object that can be linked: {}", m_object.name, what), Blame::environment)
        .help("build anew; if it came with a library, that library is damaged");
  }

  Result<> read_types()
  {
    auto groups = m_module.types();
    for (wasm::RecGroup group; groups.next(group);) {
      for (const wasm::SubType& type : group.types) {
        m_object.signatures.push_back(type.kind == wasm::CompositeKind::func ? signature_text(type.func) : std::string());
      }
    }
    return groups.finish();
  }

  Result<> read_imports()
  {
    return m_module.for_each_import([&](const wasm::Import& import) {
      const ImportName name{import.module, import.name};
      switch (import.type.kind) {
      case wasm::ExternalKind::func:
      case wasm::ExternalKind::func_exact:
        m_functions.push_back({.import = name, .type = import.type.type_index, .chunk = k_none});
        break;
      case wasm::ExternalKind::table:
        m_tables.push_back(name);
        break;
      case wasm::ExternalKind::global:
        m_globals.push_back(name);
        break;
      case wasm::ExternalKind::tag:
        m_tags.push_back(name);
        break;
      case wasm::ExternalKind::memory:
        break;
      }
    });
  }

  Result<> read_functions()
  {
    auto types = m_module.functions();
    auto bodies = m_module.bodies();
    wasm::FunctionBody body;
    for (std::uint32_t type = 0; types.next(type) && bodies.next(body);) {
      m_functions.push_back({.import = {}, .type = type, .chunk = add_chunk(true, m_code, body.begin(), body.end())});
    }
    CW_TRY(types.finish());
    return bodies.finish();
  }

  Result<> read_data()
  {
    auto segments = m_module.data();
    for (wasm::Data segment; segments.next(segment);) {
      m_segments.push_back(add_chunk(false, m_data, segment.begin, segment.end));
    }
    return segments.finish();
  }

  std::uint32_t add_chunk(bool is_function, std::vector<Place>& places, std::uint64_t begin, std::uint64_t end)
  {
    const auto number = static_cast<std::uint32_t>(m_object.chunks.size());
    Chunk chunk;
    chunk.is_function = is_function;
    chunk.bytes = static_cast<std::uint32_t>(end - begin);
    m_object.chunks.push_back(chunk);
    places.push_back({begin, end, number});
    return number;
  }

  Result<> read_linking()
  {
    const std::optional<wasm::Cursor> content = m_module.custom("linking");
    if (!content) {
      return fail(contradiction("it has no `linking` section"));
    }
    wasm::LinkingSection section(m_source, *content);
    for (wasm::LinkingSubsection part; section.next(part);) {
      switch (part.kind) {
      case wasm::LinkingKind::segments:
        CW_TRY(read_segment_flags(part.segments));
        break;
      case wasm::LinkingKind::init_functions:
        for (wasm::InitFunction function; part.init_functions.next(function);) {
          m_object.init_functions.push_back(function.symbol);
        }
        CW_TRY(part.init_functions.finish());
        break;
      case wasm::LinkingKind::comdats:
        CW_TRY(read_comdats(part.comdats));
        break;
      case wasm::LinkingKind::symbols:
        CW_TRY(read_symbols(part.symbols));
        break;
      case wasm::LinkingKind::target:
      case wasm::LinkingKind::unknown:
        break;
      }
    }
    CW_TRY(section.finish());
    for (const std::uint32_t symbol : m_object.init_functions) {
      if (symbol >= m_object.symbols.size()) {
        return fail(contradiction("a constructor names a symbol that does not exist"));
      }
    }
    return {};
  }

  Result<> read_segment_flags(wasm::SectionReader<wasm::SegmentInfo>& segments)
  {
    constexpr std::uint32_t k_retain = 4;
    std::uint32_t number = 0;
    for (wasm::SegmentInfo info; segments.next(info); ++number) {
      if (number < m_segments.size() && (info.flags & k_retain) != 0) {
        m_object.chunks[m_segments[number]].is_retained = true;
      }
    }
    return segments.finish();
  }

  Result<> read_comdats(wasm::SectionReader<wasm::Comdat>& comdats)
  {
    for (wasm::Comdat comdat; comdats.next(comdat);) {
      const auto number = static_cast<std::uint32_t>(m_object.comdats.size());
      m_object.comdats.push_back(comdat.name);
      for (const wasm::ComdatMember& member : comdat.members) {
        std::uint32_t chunk = k_none;
        if (member.kind == wasm::ComdatKind::data && member.index < m_segments.size()) {
          chunk = m_segments[member.index];
        } else if (member.kind == wasm::ComdatKind::function && member.index < m_functions.size()) {
          chunk = m_functions[member.index].chunk;
        }
        if (chunk != k_none) {
          m_object.chunks[chunk].comdat = number;
        }
      }
    }
    return comdats.finish();
  }

  Result<> read_symbols(wasm::SectionReader<wasm::Symbol>& symbols)
  {
    for (wasm::Symbol entry; symbols.next(entry);) {
      ObjectSymbol symbol;
      symbol.kind = entry.kind;
      symbol.flags = entry.flags;
      if (!place(entry, symbol)) {
        return fail(
            contradiction(fmt::format("symbol {} stands for a {} that does not exist", m_object.symbols.size(), to_string(entry.kind))));
      }
      symbol.name = entry.name.value_or(symbol.import.name);
      m_object.symbols.push_back(symbol);
    }
    return symbols.finish();
  }

  /// Finds what a symbol stands for; false where there is no such thing.
  bool place(const wasm::Symbol& entry, ObjectSymbol& symbol) const
  {
    const auto import_of = [&](const std::vector<ImportName>& imports) {
      if (entry.is_undefined() && entry.index < imports.size()) {
        symbol.import = imports[entry.index];
      }
      return !entry.is_undefined() || entry.index < imports.size();
    };
    switch (entry.kind) {
    case wasm::SymbolKind::function: {
      if (entry.index >= m_functions.size()) {
        return false;
      }
      const Function& function = m_functions[entry.index];
      if (entry.is_undefined() != (function.chunk == k_none) || function.type >= m_object.signatures.size()) {
        return false;
      }
      symbol.signature = function.type;
      symbol.chunk = function.chunk;
      symbol.import = function.import;
      return true;
    }
    case wasm::SymbolKind::data:
      if (entry.is_undefined() || (entry.flags & wasm::k_symbol_absolute) != 0) {
        return true;
      }
      if (entry.index < m_segments.size()) {
        symbol.chunk = m_segments[entry.index];
      }
      return symbol.chunk != k_none;
    case wasm::SymbolKind::global:
      return import_of(m_globals);
    case wasm::SymbolKind::tag:
      return import_of(m_tags);
    case wasm::SymbolKind::table:
      return import_of(m_tables);
    case wasm::SymbolKind::section:
      return true;
    }
    return false;
  }

  Result<> read_relocations()
  {
    std::optional<std::uint32_t> code, data;
    std::vector<wasm::Payload> relocations;
    m_module.for_each_section([&](std::uint32_t number, const wasm::Payload& section) {
      if (section.kind == PayloadKind::code) {
        code = number;
      } else if (section.kind == PayloadKind::data) {
        data = number;
      } else if (section.kind == PayloadKind::custom && section.name.starts_with("reloc.")) {
        relocations.push_back(section);
      }
    });
    m_references.resize(m_object.chunks.size());
    for (const wasm::Payload& section : relocations) {
      wasm::RelocationSection entries = wasm::RelocationSection::read(m_source, section.content);
      if (entries.failure) {
        return fail(wasm::to_error(entries.failure, m_source, std::string(section.name)));
      }
      if (entries.section == code) {
        CW_TRY(attribute(entries.entries, m_code, m_module.section(PayloadKind::code).begin));
      } else if (entries.section == data) {
        CW_TRY(attribute(entries.entries, m_data, m_module.section(PayloadKind::data).begin));
      }
    }
    for (std::size_t i = 0; i < m_references.size(); ++i) {
      std::vector<Reference>& found = m_references[i];
      std::ranges::sort(found);
      found.erase(std::unique(found.begin(), found.end()), found.end());
      m_object.chunks[i].first_reference = static_cast<std::uint32_t>(m_object.references.size());
      m_object.chunks[i].reference_count = static_cast<std::uint32_t>(found.size());
      m_object.references.insert(m_object.references.end(), found.begin(), found.end());
    }
    return {};
  }

  /// Gives each relocation to the chunk it lies in. Both are sorted by place in every object that compilers write; where they are not, the
  /// chunk is searched for.
  Result<> attribute(wasm::SectionReader<wasm::Relocation>& entries, const std::vector<Place>& places, std::uint64_t section_begin)
  {
    auto at = places.begin();
    for (wasm::Relocation entry; entries.next(entry);) {
      const std::uint64_t offset = section_begin + entry.offset;
      if (at == places.end() || offset < at->begin || offset >= at->end) {
        at = std::ranges::upper_bound(places, offset, {}, &Place::begin);
        if (at != places.begin()) {
          --at;
        }
      }
      if (at == places.end() || offset < at->begin || offset >= at->end) {
        return fail(contradiction("a relocation lies outside of every function and segment"));
      }
      if (entry.type == wasm::RelocationType::type_index_leb) {
        continue;
      }
      if (entry.index >= m_object.symbols.size()) {
        return fail(contradiction("a relocation names a symbol that does not exist"));
      }
      const bool is_call = entry.type == wasm::RelocationType::function_index_leb;
      m_object.symbols[entry.index].is_called = m_object.symbols[entry.index].is_called || is_call;
      m_references[at->chunk].push_back({entry.index, is_table(entry.type)});
    }
    return entries.finish();
  }

  static bool is_table(wasm::RelocationType type)
  {
    switch (type) {
    case wasm::RelocationType::table_index_sleb:
    case wasm::RelocationType::table_index_i32:
    case wasm::RelocationType::table_index_sleb64:
    case wasm::RelocationType::table_index_i64:
      return true;
    default:
      return false;
    }
  }

  Result<> read_features()
  {
    if (const std::optional<wasm::Cursor> content = m_module.custom("target_features")) {
      wasm::SectionReader<wasm::TargetFeature> features(m_source, *content, "target_features section");
      for (wasm::TargetFeature feature; features.next(feature);) {
        m_object.features.push_back({feature.prefix, feature.name});
      }
      CW_TRY(features.finish());
    }
    if (const std::optional<wasm::Cursor> content = m_module.custom("producers")) {
      wasm::SectionReader<wasm::ProducersField> fields(m_source, *content, "producers section");
      for (wasm::ProducersField field; fields.next(field);) {
        wasm::SectionReader<wasm::Producer> values(m_source, field.values, "producers section");
        for (wasm::Producer producer; values.next(producer);) {
          m_object.has_producers_rustc = m_object.has_producers_rustc || producer.name == "rustc";
        }
      }
    }
    return {};
  }

  struct Function
  {
    ImportName import;
    std::uint32_t type = 0;
    std::uint32_t chunk = k_none;
  };

  const wasm::Source& m_source;
  const wasm::Module& m_module;
  LinkObject m_object;
  std::vector<Function> m_functions;
  std::vector<ImportName> m_tables, m_globals, m_tags;
  std::vector<std::uint32_t> m_segments; ///< chunk of each data segment
  std::vector<Place> m_code, m_data;
  std::vector<std::vector<Reference>> m_references; ///< by chunk
};

} // namespace

bool is_of_toolchain(std::string_view file) noexcept
{
  return file.find("/lib/rustlib/") != std::string_view::npos;
}

Result<LinkObject> read_link_object(const wasm::Source& source, std::string name)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  return ObjectReader(source, module, std::move(name)).run();
}

} // namespace cargo_wasm::shim
