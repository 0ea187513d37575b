// What driver/bitcode reads of the files that are named on standard input, one a line: a line of JSON a file, for
// tests/differential/bitcode. `--repeat N` reads each N times and prints the speed instead.
#include <cargo_wasm/bitcode/module.hpp>
#include <cargo_wasm/bitcode/signature.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace cargo_wasm;
using nlohmann::json;

namespace {

constexpr const char* k_linkages[] = {"external",
                                      "available_externally",
                                      "linkonce",
                                      "linkonce_odr",
                                      "weak",
                                      "weak_odr",
                                      "appending",
                                      "internal",
                                      "private",
                                      "extern_weak",
                                      "common"};
constexpr const char* k_visibilities[] = {"default", "hidden", "protected"};
constexpr const char* k_kinds[] = {"function", "variable", "alias", "ifunc"};
constexpr const char* k_passings[] = {"byval", "byref", "sret", "inalloca", "inreg", "signext", "zeroext", "noext"};
constexpr const char* k_summaries[] = {"absent", "read", "unknown"};

std::string bytes_of(const std::string& path)
{
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

json name_of(const bitcode::Module& module, bitcode::SymbolId id)
{
  return std::string(module.symbols[id].name);
}

json symbol_json(const bitcode::Module& module, const bitcode::Symbol& symbol)
{
  json out;
  out["name"] = std::string(symbol.name);
  out["kind"] = k_kinds[static_cast<int>(symbol.kind)];
  out["declaration"] = symbol.is_declaration;
  out["linkage"] = k_linkages[static_cast<int>(symbol.linkage)];
  out["visibility"] = k_visibilities[static_cast<int>(symbol.visibility)];
  out["thread_local"] = symbol.is_thread_local;
  out["cc"] = symbol.calling_convention;
  out["type"] = to_string(module.types, symbol.type);
  if (symbol.aliasee != bitcode::k_none) {
    out["aliasee"] = name_of(module, symbol.aliasee);
  }
  if (symbol.kind == bitcode::SymbolKind::function) {
    json parameters = json::array();
    for (const bitcode::TypeId id : module.types.elements_of(symbol.type)) {
      parameters.push_back(to_string(module.types, id));
    }
    out["types"] = parameters;
    json strings = json::object();
    for (const auto& [key, value] : module.string_attributes(symbol)) {
      strings[std::string(key)] = std::string(value);
    }
    out["attributes"] = strings;
    json passing = json::array();
    for (const auto& attribute : module.parameter_attributes(symbol)) {
      std::string text = k_passings[static_cast<int>(attribute.passed_as)];
      if (attribute.type) {
        text += "(" + to_string(module.types, *attribute.type) + ")";
      }
      passing.push_back({attribute.parameter, text});
    }
    out["passing"] = passing;
    if (const auto signature = signature_of(module, symbol)) {
      out["signature"] = to_string(*signature);
    }
  }
  if (symbol.has_edges) {
    out["live"] = symbol.is_live_root;
    json references = json::array();
    for (const auto id : module.references(symbol)) {
      references.push_back(name_of(module, id));
    }
    json calls = json::array();
    for (const auto id : module.calls(symbol)) {
      calls.push_back(name_of(module, id));
    }
    out["references"] = references;
    out["calls"] = calls;
  }
  return out;
}

json file_json(const Result<bitcode::File>& file)
{
  if (!file) {
    return {{"error", base::render(file.error(), base::Severity::error, false)}};
  }
  json modules = json::array();
  for (const bitcode::Module& module : file->modules) {
    json symbols = json::array();
    for (const bitcode::Symbol& symbol : module.symbols) {
      symbols.push_back(symbol_json(module, symbol));
    }
    modules.push_back({{"producer", std::string(module.producer)},
                       {"epoch", module.epoch},
                       {"version", module.version},
                       {"triple", std::string(module.target_triple)},
                       {"layout", std::string(module.data_layout)},
                       {"source", std::string(module.source_file_name)},
                       {"assembly", std::string(module.assembly)},
                       {"summary", k_summaries[static_cast<int>(module.summary)]},
                       {"symbols", symbols}});
  }
  return {{"modules", modules}};
}

void measure(const std::string& path, const std::string& bytes, int repeat)
{
  double best = 1e9;
  std::size_t symbols = 0;
  for (int i = 0; i < repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto file = bitcode::read(std::as_bytes(std::span(bytes)), path);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    symbols = 0;
    for (const bitcode::Module& module : file.value().modules) {
      symbols += module.symbols.size();
    }
  }
  std::cout << json{{"file", path}, {"bytes", bytes.size()}, {"symbols", symbols}, {"seconds", best}} << "\n";
}

} // namespace

int main(int argc, char** argv)
{
  const int repeat = argc == 3 && std::string_view(argv[1]) == "--repeat" ? std::stoi(argv[2]) : 0;
  for (std::string path; std::getline(std::cin, path);) {
    const std::string bytes = bytes_of(path);
    if (repeat > 0) {
      measure(path, bytes, repeat);
      continue;
    }
    // Names need not be UTF-8.
    std::cout << file_json(bitcode::read(std::as_bytes(std::span(bytes)), path)).dump(-1, ' ', true, json::error_handler_t::replace)
              << "\n";
  }
  return 0;
}
