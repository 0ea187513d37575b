#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/parser.hpp>

namespace cargo_wasm::wasm {
namespace {

struct Magic
{
  std::string_view bytes;
  FileKind kind;
};

constexpr Magic k_magics[] = {
    {{"!<arch>\n", 8}, FileKind::archive},
    {{"!<thin>\n", 8}, FileKind::thin_archive},
    {{"BC\xc0\xde", 4}, FileKind::bitcode},
    {{"\xde\xc0\x17\x0b", 4}, FileKind::bitcode}, // 0x0B17C0DE, little-endian
    {{"#STUB", 5}, FileKind::stub_library},
};

} // namespace

FileKind file_kind(const Source& source)
{
  for (const Magic& magic : k_magics) {
    if (source.bytes.starts_with(magic.bytes)) {
      return magic.kind;
    }
  }
  FileKind kind = FileKind::unknown;
  Parser parser(source);
  for (Payload payload; parser.next(payload);) {
    if (payload.kind == PayloadKind::header) {
      if (payload.encoding == Encoding::component) {
        return FileKind::component;
      }
      kind = FileKind::module;
    }
    if (payload.kind == PayloadKind::custom && payload.name == "linking") {
      return FileKind::object;
    }
    if (payload.kind == PayloadKind::code) {
      parser.skip_bodies();
    }
  }
  return kind;
}

const char* to_string(FileKind kind)
{
  switch (kind) {
  case FileKind::module:
    return "wasm module";
  case FileKind::object:
    return "wasm object";
  case FileKind::component:
    return "wasm component";
  case FileKind::archive:
    return "archive";
  case FileKind::thin_archive:
    return "thin archive";
  case FileKind::bitcode:
    return "LLVM bitcode";
  case FileKind::stub_library:
    return "stub library";
  case FileKind::unknown:
    break;
  }
  return "unknown file";
}

} // namespace cargo_wasm::wasm
