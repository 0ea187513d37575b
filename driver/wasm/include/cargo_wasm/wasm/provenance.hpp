// What a module or component says of how it was made: the digest of its build record (docs/formats/build-record.md), and the tools that
// left their names in `producers` (tool-conventions, ProducersSection.md). Nothing in it is proven: whoever wrote the file wrote this, too.
#pragma once
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/wasm/failure.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::wasm {

/// The custom section with the 32 bytes of the digest of a build record.
constexpr std::string_view k_build_record_section = "cargo-wasm.build";

struct NamedTool
{
  std::string field; ///< "language", "processed-by", "sdk"
  std::string name;  ///< "rustc"
  std::string version;
  bool operator==(const NamedTool&) const = default;
};

struct Provenance
{
  std::optional<base::Sha256> build_record; ///< of the outermost level
  std::vector<NamedTool> tools;             ///< of all levels, each once, in the order of the file
  bool operator==(const Provenance&) const = default;
};

/// Never fails: what is damaged says nothing. Of a file by a stranger it takes bounded time and memory: it looks at the first 10,000
/// sections, and keeps 32 tools, of whose texts the first 128 bytes. Cost: the headers of sections.
[[nodiscard]] Provenance read_provenance(const Source& binary);

} // namespace cargo_wasm::wasm
