// The linker's other errors, told in the terms of the project: whose object, which option, what would mend it.
#pragma once
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/shim/link_report.hpp>

#include "declarations.hpp"

namespace cargo_wasm::link {

/// CW0824 an import of two modules or names, CW0825 a symbol defined twice, CW0826 two kinds of one symbol, CW0827 an export and CW0828 an
/// entry that nobody defines, CW0829 a library that is not there, CW0830 an option that the linker lacks, CW0831 a file that cannot be
/// linked, CW0832 a size of memory that cannot be, CW0833 target features that do not fit, CW0834 code that has to lie where it was
/// compiled for. Undefined symbols and types of functions have explanations of their own; warnings, and what is not known, are left out.
[[nodiscard]] std::vector<Error>
explain_linker_messages(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder);

} // namespace cargo_wasm::link
