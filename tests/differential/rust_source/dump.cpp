// What driver/rust says of Rust files, in the words of oracle/src/main.rs, so that both outputs can be compared line by line.
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/foreign_items.hpp>
#include <cargo_wasm/rust/lexer.hpp>
#include <cargo_wasm/rust/split_block.hpp>
#include <cargo_wasm/rust/wasm_signature.hpp>

#include "dump_crates.hpp"
#include "dump_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

using namespace cargo_wasm::rust;

namespace {

constexpr LexOptions k_newest{Edition::e2024, true};

std::string read(const std::string& path)
{
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void tokens(const std::string& path, double& seconds, std::uint64_t& bytes)
{
  const std::string text = read(path);
  if (!cargo_wasm::base::is_valid_utf8(text)) {
    fmt::print("{}\t-\n", path);
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto all = tokenize(text, k_newest);
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  bytes += text.size();
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  const auto add_number = [&](std::uint32_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      add(static_cast<std::uint8_t>(number >> shift));
    }
  };
  for (const Token& token : all) {
    for (const char c : name_of(token.kind)) {
      add(static_cast<std::uint8_t>(c));
    }
    add(token.flags);
    add_number(token.size);
    add_number(token.suffix);
  }
  fmt::print("{}\t{:016x}\t{}\n", path, hash, all.size());
}

void show(const std::string& path)
{
  const std::string text = read(path);
  for (const Token& token : tokenize(text, k_newest)) {
    fmt::print("{}\t{}\t{}\t{}\t{}\n", token.begin, token.size, token.suffix, name_of(token.kind), token.flags);
  }
}

/// The tokens of a text, a blank between each two.
std::string canonical(std::string_view text)
{
  std::string out;
  for (const Token& token : tokenize(text, {Edition::e2021, false})) {
    if (token.kind != TokenKind::white_space && token.kind != TokenKind::line_comment && token.kind != TokenKind::block_comment) {
      out += out.empty() ? "" : " ";
      out += token.of(text);
    }
  }
  return out;
}

std::string attributes(const std::vector<Attribute>& list, std::string_view text)
{
  std::string out;
  Span last;
  for (const Attribute& attribute : list) {
    if (attribute.span == last) {
      continue;
    }
    last = attribute.span;
    const std::string_view written = attribute.span.of(text);
    const std::size_t open = written.find('[');
    out += out.empty() ? "" : " ; ";
    out += fmt::format("{}-{} {}", last.begin, last.end, canonical(written.substr(open + 1, written.size() - open - 2)));
  }
  return out;
}

std::string_view safety(Safety value)
{
  return value == Safety::safe ? "safe" : value == Safety::unsafe ? "unsafe" : "-";
}

std::string what(const ForeignItem& item)
{
  if (item.kind == ForeignItem::Kind::type) {
    return {};
  }
  if (item.kind == ForeignItem::Kind::variable) {
    return (item.is_mutable ? "mut " : "") + canonical(item.result);
  }
  std::string out = "(";
  for (const std::string& parameter : item.parameters) {
    out += (out.size() == 1 ? "" : " , ") + canonical(parameter);
  }
  return out + ")" + (item.is_variadic ? " ..." : "") + " -> " + canonical(item.result);
}

/// As Rust prints an option.
std::string option(const std::optional<std::string>& value)
{
  return value ? "Some(\"" + *value + "\")" : "None";
}

void items(const std::string& path)
{
  const std::string text = read(path);
  std::vector<std::pair<std::uint32_t, std::string>> facts;
  const ForeignItems found = read_foreign_items(text, Edition::e2021);
  for (const ForeignBlock& block : found.blocks) {
    facts.emplace_back(block.span.begin,
                       fmt::format("extern {}-{} {} {} {} | {}",
                                   block.span.begin,
                                   block.span.end,
                                   to_string(block.place.modules),
                                   block.abi,
                                   block.is_unsafe ? "unsafe" : "-",
                                   attributes(block.attributes, text)));
    for (const ForeignItem& item : block.items) {
      constexpr std::string_view k_kinds[] = {"fn", "static", "type"};
      facts.emplace_back(item.span.begin,
                         fmt::format("{} {} {}-{} {}-{} {} {} | {}",
                                     k_kinds[static_cast<std::size_t>(item.kind)],
                                     item.name_span.of(text),
                                     item.name_span.begin,
                                     item.name_span.end,
                                     item.span.begin,
                                     item.span.end,
                                     safety(item.safety),
                                     what(item),
                                     attributes(item.attributes, text)));
    }
  }
  for (const LinkerDefinition& definition : found.definitions) {
    facts.emplace_back(definition.name_span.begin,
                       fmt::format("define {} {} {}-{} {} {} {}",
                                   definition.kind == LinkerDefinition::Kind::function ? "fn" : "static",
                                   definition.name_span.of(text),
                                   definition.name_span.begin,
                                   definition.name_span.end,
                                   to_string(definition.place.modules),
                                   option(definition.symbol),
                                   option(definition.link_section)));
  }
  std::sort(facts.begin(), facts.end());
  fmt::print("{}\n", path);
  for (const auto& [begin, fact] : facts) {
    fmt::print("  {}\n", fact);
  }
}

/// Each foreign function of the file: its symbol and what its import has for a type.
void signatures(const std::string& path)
{
  const std::string text = read(path);
  const TypeNames types(text);
  for (const ForeignBlock& block : read_foreign_items(text).blocks) {
    for (const ForeignItem& item : block.items) {
      const auto signature = types.signature(block, item);
      fmt::print("{} {}\n", item.symbol(), signature ? to_string(*signature) : "unknown");
    }
  }
}

/// Prints the text of the file with the named items declared as imports from `env`, and its patch to stderr.
int declare(const std::string& path, std::vector<std::string> names)
{
  const std::string text = read(path);
  std::vector<BlockEdit> edits;
  for (const ForeignBlock& block : read_foreign_items(text).blocks) {
    BlockEdit edit{block.span.begin, {}};
    for (const ForeignItem& item : block.items) {
      if (std::find(names.begin(), names.end(), item.name) != names.end()) {
        edit.items.push_back(item.name);
      }
    }
    if (!edit.items.empty()) {
      edits.push_back(std::move(edit));
    }
  }
  const auto edited = declare_imports(text, std::move(edits));
  if (!edited) {
    fmt::print(stderr, "{}\n", edited.error().message);
    return 1;
  }
  fmt::print("{}", *edited);
  fmt::print(stderr, "{}", unified_diff(text, *edited, std::filesystem::path(path).filename().string()));
  return 0;
}

} // namespace

int main(int argc, char** argv)
{
  const std::string command = argc > 1 ? argv[1] : "";
  double seconds = 0;
  std::uint64_t bytes = 0;
  if (command == "show" && argc == 3) {
    show(argv[2]);
    return 0;
  }
  if (command == "declare" && argc > 3) {
    return declare(argv[2], {argv + 3, argv + argc});
  }
  if (command == "sources") {
    return print_sources();
  }
  if (command == "locate") {
    return print_locations();
  }
  for (std::string path; std::getline(std::cin, path);) {
    if (command == "tokens") {
      tokens(path, seconds, bytes);
    } else if (command == "items") {
      items(path);
    } else if (command == "signatures") {
      signatures(path);
    }
  }
  if (seconds > 0) {
    fmt::print(stderr,
               "{:.0f} MB in {:.2f} s: {:.0f} MB/s\n",
               static_cast<double>(bytes) / 1e6,
               seconds,
               static_cast<double>(bytes) / 1e6 / seconds);
  }
  return 0;
}
