#include <cargo_wasm/verify/file_parts.hpp>

#include <fmt/format.h>

#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/parser.hpp>

#include "sections.hpp"

namespace cargo_wasm::verify {

std::vector<PlacedPart> sections_of(const wasm::Source& source)
{
  std::vector<PlacedPart> parts;
  wasm::Parser parser(source);
  wasm::Payload payload;
  while (parser.next(payload)) {
    if (payload.is_section() && payload.depth == 0 && payload.end <= source.file.size() && payload.begin <= payload.end) {
      const bool is_custom = payload.kind == wasm::PayloadKind::custom;
      parts.push_back({is_custom ? fmt::format("custom section `{}`", payload.name) : std::string(wasm::name_of(payload.kind)),
                       payload.begin,
                       source.file.substr(payload.begin, payload.end - payload.begin),
                       payload.kind == wasm::PayloadKind::code});
    }
    if (payload.kind == wasm::PayloadKind::code) {
      parser.skip_bodies();
    } else if (payload.kind == wasm::PayloadKind::core_module || payload.kind == wasm::PayloadKind::component) {
      parser.skip_nested();
    }
  }
  return parts;
}

std::vector<PlacedPart> placed_parts(const base::Path& path, std::string_view bytes)
{
  const wasm::Source source(path, bytes);
  switch (wasm::file_kind(source)) {
  case wasm::FileKind::module:
  case wasm::FileKind::object:
  case wasm::FileKind::component:
    return sections_of(source);
  case wasm::FileKind::archive: {
    std::vector<PlacedPart> parts;
    wasm::ArchiveReader archive(source);
    wasm::ArchiveMember member;
    while (archive.next(member)) {
      parts.push_back({std::string(member.name), member.offset, member.source.bytes, false});
    }
    return parts;
  }
  case wasm::FileKind::thin_archive:
  case wasm::FileKind::bitcode:
  case wasm::FileKind::stub_library:
  case wasm::FileKind::unknown:
    break;
  }
  return {};
}

std::vector<FilePart> parts_of(const base::Path& path, std::string_view bytes)
{
  std::vector<FilePart> parts;
  for (const PlacedPart& part : placed_parts(path, bytes)) {
    parts.push_back({part.name, base::digest_of(part.bytes)});
  }
  return parts;
}

} // namespace cargo_wasm::verify
