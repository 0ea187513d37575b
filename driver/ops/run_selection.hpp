#pragma once
#include <vector>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

/// Narrows a `run` request to the one program it is for: --bin, --example, `default-run`, or the only one there is.
/// Errors: CW0735 no program, CW0736 several (with their names), CW0737 more than one asked for.
Result<> select_program(const std::vector<PackagePtr>& selected, CompileRequest& request);

} // namespace cargo_wasm::ops
