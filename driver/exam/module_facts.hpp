// What is written in a linked module or component, as far as the exam judges it.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/wasm/types.hpp>

namespace cargo_wasm::exam {

struct ModuleFacts
{
  bool is_component = false;
  std::vector<std::string> imports;       ///< "left.open : (i32) -> (i32)", sorted; of a component those of its core modules are in `cores`
  std::vector<std::string> wasi_imports;  ///< names alone: "fd_write"
  std::vector<std::string> exports;       ///< functions with their types, sorted
  std::vector<std::uint32_t> empty_slots; ///< of the function table, but for the first
  std::optional<wasm::MemoryType> imported_memory;
  std::vector<std::set<std::string>> cores; ///< names of what each core module imports; for a module its own
};

/// Errors: those of the wasm reader.
[[nodiscard]] Result<ModuleFacts> read_facts(const base::ReadOnlyFilesystem& fs, const base::Path& file);

} // namespace cargo_wasm::exam
