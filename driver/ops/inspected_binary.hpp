// What stands in a finished module or component, as `inspect` shows it: read from the sections, without the code.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/wasm/failure.hpp>

namespace cargo_wasm::ops {

struct InspectedSection
{
  std::string name;        ///< "code section", "custom section `name`"
  std::uint64_t bytes = 0; ///< of its content
  bool operator==(const InspectedSection&) const = default;
};

struct InspectedProducer
{
  std::string field, name, version; ///< "language", "Rust", ""
  bool operator==(const InspectedProducer&) const = default;
};

struct InspectedMemory
{
  std::uint64_t min_bytes = 0;
  std::optional<std::uint64_t> max_bytes;
  bool is_shared = false, is_imported = false;
  bool operator==(const InspectedMemory&) const = default;
};

struct InspectedBinary
{
  bool is_component = false;
  std::uint64_t bytes = 0;
  std::vector<InspectedSection> sections; ///< in their order
  std::vector<std::string> imports;       ///< "wasi_snapshot_preview1.fd_write (func)"; of components "wasi:io/streams@0.2.3"
  std::vector<std::string> exports;
  std::vector<InspectedProducer> producers;
  std::vector<std::string> features; ///< of `target_features`: "+bulk-memory"
  std::vector<InspectedMemory> memories;
  std::uint32_t functions = 0;          ///< that a module defines
  std::vector<InspectedBinary> modules; ///< within a component, at any depth
  bool operator==(const InspectedBinary&) const = default;
};

/// Errors: CW0612 to CW0616. Sections for tools that are damaged count as empty. Cost: the sections' headers, imports and exports.
[[nodiscard]] Result<InspectedBinary> inspect_binary(const wasm::Source& binary);

} // namespace cargo_wasm::ops
