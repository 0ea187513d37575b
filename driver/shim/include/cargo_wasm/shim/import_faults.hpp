// What cannot work at run time although the linker was content: imports that no host can serve as they stand, and two libraries that
// both think they are libc.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/shim/audit.hpp>
#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

/// Variables that nobody defines and that the program reads, but that a list of allowed imports names: the linker gives them address 0.
/// `allowed`: names from --allow-undefined-file and stub libraries. Cost: linear in them.
[[nodiscard]] std::vector<AuditFinding> find_null_variables(const LinkModel& model, const std::vector<std::string>& allowed);

/// Functions that are imported twice, with two types: a host provides one under each name. Sorted imports.
[[nodiscard]] std::vector<AuditFinding> find_imports_of_two_types(const std::vector<LinkedImport>& imports);

/// Two archives with a libc, under whatever name, that both give something to the program: each has its own allocator, streams and `errno`,
/// or a part of them. Cost: linear in the objects.
[[nodiscard]] std::vector<AuditFinding> find_two_libcs(const LinkModel& model);

} // namespace cargo_wasm::shim
