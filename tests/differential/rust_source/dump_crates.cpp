#include "dump_crates.hpp"

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/rust/locate.hpp>
#include <cargo_wasm/rust/source_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>

using namespace cargo_wasm;
using namespace cargo_wasm::rust;

namespace {

struct Crate
{
  base::Path root;
  SourceMapOptions options;
  base::Path expanded;
};

Edition edition_of(const std::string& year)
{
  return year == "2015" ? Edition::e2015 : year == "2018" ? Edition::e2018 : year == "2021" ? Edition::e2021 : Edition::e2024;
}

/// The next one on stdin.
std::optional<Crate> read_crate()
{
  Crate out;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (word == "root") {
      out.root = value;
    } else if (word == "expanded") {
      out.expanded = value;
    } else if (word == "edition") {
      out.options.edition = edition_of(value);
    } else if (word == "cfg") {
      out.options.cfg.push_back(spec::parse_cfg(value).value());
    } else if (word == "env") {
      out.options.environment.emplace(value.substr(0, value.find('=')), value.substr(value.find('=') + 1));
    } else if (word == "end") {
      std::sort(out.options.cfg.begin(), out.options.cfg.end());
      return out;
    }
  }
  return std::nullopt;
}

void print_location(const Crate& crate, const ForeignBlock& block, const ForeignItem& item, const Location& location)
{
  std::string name = to_string(block.place.modules);
  name += (name.empty() ? "" : "::") + item.name;
  const base::Path root = crate.root.parent_path();
  fmt::print("{} [{}/{}] {}:{}:{} +{} {} {}",
             name,
             block.wasm_import_module().value_or("-"),
             item.symbol(),
             location.where.file.lexically_relative(root).string(),
             location.where.line,
             location.where.column,
             location.where.length,
             to_string(location.evidence),
             location.macro.empty() ? "-" : location.macro);
  if (location.definition) {
    fmt::print(" defined {}:{}", location.definition->file.lexically_relative(root).string(), location.definition->line);
  }
  for (const base::TextSpan& other : location.alternatives) {
    fmt::print(" or {}:{}", other.file.lexically_relative(root).string(), other.line);
  }
  fmt::print("\n");
}

} // namespace

int print_locations()
{
  const auto files = base::make_filesystem();
  while (const auto crate = read_crate()) {
    const auto map = read_source_map(*files, crate->root, crate->options);
    const auto expanded = files->read(crate->expanded);
    if (!map || !expanded) {
      fmt::print("error {}\n", map ? expanded.error().message : map.error().message);
      return 1;
    }
    const Locator locator(*map, *expanded, crate->options.edition, crate->options.cfg);
    for (const ForeignBlock& block : locator.declared().blocks) {
      for (const ForeignItem& item : block.items) {
        print_location(*crate, block, item, locator.locate(item));
      }
    }
    fmt::print("end\n");
  }
  return 0;
}

int print_sources()
{
  const auto files = base::make_filesystem();
  while (const auto crate = read_crate()) {
    const auto map = read_source_map(*files, crate->root, crate->options);
    if (!map) {
      fmt::print("error {}\n", map.error().message);
      return 1;
    }
    for (const SourceFile& file : map->files) {
      fmt::print("{} {}\n", file.certainty == Certainty::compiled ? "compiled" : "possible", file.path.string());
    }
    for (const UnreadFile& unread : map->unread) {
      fmt::print("unread {}: {} (reason {})\n",
                 map->files[unread.file].path.string(),
                 unread.declaration.of(map->files[unread.file].text),
                 static_cast<int>(unread.reason));
    }
    fmt::print("end\n");
  }
  return 0;
}
