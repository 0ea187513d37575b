// What a file is, by its content: linkers are given all of these, and names tell nothing.
#pragma once
#include <cargo_wasm/wasm/failure.hpp>

namespace cargo_wasm::wasm {

enum class FileKind : std::uint8_t {
  module,
  object, ///< a module with a `linking` section
  component,
  archive,
  thin_archive,
  bitcode,      ///< of LLVM, bare or in its wrapper: what rustc writes under LTO
  stub_library, ///< text that names what the host provides, `#STUB` in its first line (wasm-ld)
  unknown,
};

/// Looks at the first bytes; of a module at its section headers as well, up to the first that is damaged. Never fails.
[[nodiscard]] FileKind file_kind(const Source& source);
/// "wasm object", for messages.
[[nodiscard]] const char* to_string(FileKind kind);

} // namespace cargo_wasm::wasm
