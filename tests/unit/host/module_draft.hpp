// Modules for checks of hosts, from what they import and export; and for each feature one that uses it.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/feature.hpp>

#include <support/wasm_builder.hpp>

namespace cargo_wasm::test {

/// "(i32 i64) -> (i32)" as an entry of the type section.
[[nodiscard]] inline std::string type_entry(std::string_view text)
{
  const auto list = [](std::string_view types) {
    const std::map<std::string_view, unsigned> codes{{"i32", 0x7f}, {"i64", 0x7e}, {"f32", 0x7d}, {"f64", 0x7c}};
    std::vector<std::string> entries;
    for (const std::string_view word : base::split(types, ' ')) {
      if (!word.empty()) {
        entries.push_back(bytes({codes.at(word)}));
      }
    }
    return vec(entries);
  };
  const std::size_t arrow = text.find(" -> ");
  return "\x60" + list(text.substr(1, arrow - 2)) + list(text.substr(arrow + 5, text.size() - arrow - 6));
}

struct ModuleDraft
{
  struct Import
  {
    std::string module, field;
    std::string type = "() -> ()"; ///< "memory", or that of a function
  };
  struct Export
  {
    std::string name;
    std::string type = "() -> ()"; ///< "memory", or that of a function
  };
  std::vector<Import> imports;
  std::vector<Export> exports;
  std::uint32_t memory_pages = 1;
  bool is_memory_shared = false;
  std::uint32_t table_elements = 0;
  std::uint32_t more_functions = 0;
  std::size_t more_bytes = 0;

  [[nodiscard]] std::string build() const
  {
    std::vector<std::string> types, import_entries, functions, export_entries, bodies;
    const auto type_index = [&](const std::string& text) {
      types.push_back(type_entry(text));
      return static_cast<std::uint32_t>(types.size() - 1);
    };
    const std::string limits = is_memory_shared ? bytes({0x03}) + leb(memory_pages) + leb(memory_pages) : bytes({0x00}) + leb(memory_pages);
    bool imports_memory = false;
    std::uint32_t count = 0;
    for (const Import& import : imports) {
      if (import.type == "memory") {
        imports_memory = true;
        import_entries.push_back(sized(import.module) + sized(import.field) + bytes({0x02}) + limits);
      } else {
        ++count;
        import_entries.push_back(import_func(import.module, import.field, type_index(import.type)));
      }
    }
    const auto add_function = [&](const std::string& type) {
      functions.push_back(leb(type_index(type)));
      bodies.push_back(body(bytes({0x00})));
      return count++;
    };
    for (const Export& entry : exports) {
      export_entries.push_back(entry.type == "memory" ? export_item(entry.name, 2, 0)
                                                      : export_item(entry.name, 0, add_function(entry.type)));
    }
    if (more_functions > 0) {
      const std::uint32_t type = type_index("() -> ()");
      functions.insert(functions.end(), more_functions, leb(type));
      bodies.insert(bodies.end(), more_functions, body(bytes({0x00})));
    }
    std::vector<std::string> sections{section(1, vec(types)), section(2, vec(import_entries)), section(3, vec(functions))};
    if (table_elements > 0) {
      sections.push_back(section(4, vec({bytes({0x70, 0x00}) + leb(table_elements)})));
    }
    if (!imports_memory) {
      sections.push_back(section(5, vec({limits})));
    }
    sections.push_back(section(7, vec(export_entries)));
    sections.push_back(section(10, vec(bodies)));
    if (more_bytes > 0) {
      sections.push_back(custom("ballast", std::string(more_bytes, '\0')));
    }
    return wasm_module(sections);
  }
};

/// A function of this type with this code, a memory, a table.
[[nodiscard]] inline std::string module_with_code(std::initializer_list<unsigned> code, const std::vector<std::string>& more_sections = {})
{
  std::vector<std::string> sections{section(1, vec({func_type({}, {})})),
                                    section(3, vec({leb(0)})),
                                    section(4, vec({bytes({0x70, 0x00, 0x01})})),
                                    section(5, vec({bytes({0x00, 0x01})}))};
  sections.insert(sections.end(), more_sections.begin(), more_sections.end());
  sections.push_back(section(10, vec({body(bytes(code))})));
  return wasm_module(sections);
}

/// A valid module that uses this feature, and others only where it cannot be had without them; nullopt for those that no host has.
[[nodiscard]] inline std::optional<std::string> module_using(wasm::Feature feature)
{
  using wasm::Feature;
  const auto with_type = [](const std::string& entry) { return wasm_module({section(1, vec({entry}))}); };
  const auto with_memory = [](const std::vector<std::string>& memories) { return wasm_module({section(5, vec(memories))}); };
  const std::string tags = section(13, vec({bytes({0x00, 0x00})}));
  switch (feature) {
  case Feature::mutable_globals:
    return wasm_module({section(6, vec({bytes({0x7f, 0x01, 0x41, 0x00, 0x0b})})), section(7, vec({export_item("g", 3, 0)}))});
  case Feature::sign_ext:
    return module_with_code({0x41, 0x00, 0xc0, 0x1a});
  case Feature::nontrapping_fptoint:
    return module_with_code({0x43, 0, 0, 0, 0, 0xfc, 0x00, 0x1a});
  case Feature::multivalue:
    return with_type(func_type({}, {0x7f, 0x7f}));
  case Feature::bulk_memory_opt:
    return module_with_code({0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0});
  case Feature::bulk_memory:
    return module_with_code({0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0e, 0, 0});
  case Feature::call_indirect_overlong:
    return module_with_code({0x41, 0, 0x11, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00});
  case Feature::reference_types:
    return with_type(func_type({0x6f}, {}));
  case Feature::simd128:
    return module_with_code({0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a});
  case Feature::relaxed_simd:
    return module_with_code({0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    0xfd, 0x0c,
                             0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0x80, 0x02, 0x1a});
  case Feature::atomics:
    return module_with_code({0x41, 0x00, 0xfe, 0x10, 0x02, 0x00, 0x1a});
  case Feature::tail_call:
    return module_with_code({0x12, 0x00});
  case Feature::extended_const:
    return wasm_module({section(6, vec({bytes({0x7f, 0x00, 0x41, 0x01, 0x41, 0x01, 0x6a, 0x0b})}))});
  case Feature::exception_handling:
    return wasm_module(
        {section(1, vec({func_type({}, {})})), section(3, vec({leb(0)})), tags, section(10, vec({body(bytes({0x08, 0x00}))}))});
  case Feature::legacy_exceptions:
    return module_with_code({0x06, 0x40, 0x19, 0x0b});
  case Feature::exnref:
    return module_with_code({0x1f, 0x40, 0x00, 0x0b});
  case Feature::multimemory:
    return with_memory({bytes({0x00, 0x01}), bytes({0x00, 0x01})});
  case Feature::memory64:
    return with_memory({bytes({0x04, 0x01})});
  case Feature::function_references:
    return module_with_code({0xd2, 0x00, 0x14, 0x00}, {section(9, vec({bytes({0x03, 0x00, 0x01, 0x00})}))}); // ref.func, call_ref
  case Feature::gc:
    return with_type("\x5f" + vec({bytes({0x7f, 0x00})}));
  case Feature::custom_page_sizes:
    return with_memory({bytes({0x08, 0x01, 0x00})});
  case Feature::wide_arithmetic:
    return module_with_code({0x42, 0, 0x42, 0, 0xfc, 0x15, 0x1a, 0x1a});
  default:
    return std::nullopt;
  }
}

} // namespace cargo_wasm::test
