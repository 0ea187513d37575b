#include <cargo_wasm/shim/crate_functions.hpp>

#include <span>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/bitcode/module.hpp>
#include <cargo_wasm/bitcode/signature.hpp>
#include <cargo_wasm/shim/link_object.hpp>
#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>

namespace cargo_wasm::shim {

namespace {

void add_from_bitcode(const wasm::Source& source, const std::string& name, std::string_view function, std::vector<CrateFunction>& found)
{
  const auto file = bitcode::read(std::as_bytes(std::span(source.bytes)), name);
  if (!file) {
    return;
  }
  for (const bitcode::Module& module : file->modules) {
    for (const bitcode::Symbol& symbol : module.symbols) {
      if (symbol.kind == bitcode::SymbolKind::function && symbol.name == function && symbol.linkage != bitcode::Linkage::internal &&
          symbol.linkage != bitcode::Linkage::private_) {
        const auto type = bitcode::signature_of(module, symbol);
        found.push_back({name,
                         type ? bitcode::to_string(*type) : std::string(),
                         !symbol.is_declaration && symbol.linkage != bitcode::Linkage::available_externally});
      }
    }
  }
}

void add_from_object(const wasm::Source& source, const std::string& name, std::string_view function, std::vector<CrateFunction>& found)
{
  const auto object = read_link_object(source, name);
  if (!object) {
    return;
  }
  for (const ObjectSymbol& symbol : object->symbols) {
    if (symbol.kind == wasm::SymbolKind::function && symbol.name == function && !symbol.is_local()) {
      found.push_back({name, object->signatures[symbol.signature], !symbol.is_undefined()});
    }
  }
}

} // namespace

std::vector<CrateFunction>
find_in_crates(const base::ReadOnlyFilesystem& fs, const std::vector<base::Path>& libraries, std::string_view function)
{
  std::vector<CrateFunction> found;
  for (const base::Path& library : libraries) {
    const auto file = fs.map(library);
    if (!file) {
      continue;
    }
    const wasm::Source source(file->path(), file->bytes());
    wasm::ArchiveReader members(source);
    for (wasm::ArchiveMember member; members.next(member);) {
      const std::string name = fmt::format("{}({})", library.native(), member.name);
      switch (wasm::file_kind(member.source)) {
      case wasm::FileKind::bitcode:
        add_from_bitcode(member.source, name, function, found);
        break;
      case wasm::FileKind::object:
        add_from_object(member.source, name, function, found);
        break;
      default:
        break;
      }
    }
  }
  return found;
}

} // namespace cargo_wasm::shim
