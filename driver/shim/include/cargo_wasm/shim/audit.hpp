// The module that a link made, compared with what it should be: the last look before anybody relies on it.
//
// A linker that is content may still have lost something: rustc 1.91.0 made imports vanish without a word. What has to be there is known
// from the model of the link and from the command line, so the module is read and compared.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/shim/link_imports.hpp>
#include <cargo_wasm/shim/linker_options.hpp>
#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::shim {

struct AuditFinding
{
  enum class Kind : std::uint8_t {
    lost_import,   ///< declared and alive, and not imported: `subject` is `module.field`
    lost_export,   ///< `--export` or `--export-table` asks for it
    type_stub,     ///< a trap stands for `subject`, which was called with another type
    lost_entry,    ///< the link has an entry, and the module neither an exported function nor a start section
    memory_limits, ///< `subject` says what of memory, `detail` what was asked for and what it is
    null_variable, ///< `subject` is listed as an allowed import, but is a variable: it has address 0; `detail` is an object that reads it
    import_types,  ///< `module.field` is imported with two types, which `detail` names
    two_libcs,     ///< `subject` and `detail` are two archives with a libc that both take part
  } kind = Kind::lost_import;
  std::string subject;
  std::string detail;
  bool operator==(const AuditFinding&) const = default;
};

/// In the order of Kind. Errors: CW0612 to CW0617 the module cannot be read.
/// Cost: sections of imports, exports, memories, and the names.
[[nodiscard]] Result<std::vector<AuditFinding>>
audit_module(const wasm::Source& source, const LinkerOptions& options, const std::vector<LinkedImport>& expected);

} // namespace cargo_wasm::shim
