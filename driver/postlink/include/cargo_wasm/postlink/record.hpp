// The build record: what an artifact was made from, as a JSON file whose SHA-256 stands in the artifact (docs/formats/build-record.md).
// Nothing in it depends on where the project lies or which machine built it, so that equal inputs give equal bytes everywhere.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/wasm/failure.hpp>
#include <cargo_wasm/wasm/provenance.hpp>

namespace cargo_wasm::postlink {

/// The custom section with the 32 bytes of the digest.
constexpr std::string_view k_record_section = wasm::k_build_record_section;

struct RecordRequest
{
  base::Path input, output;
  /// What is known of the build; dots in the names make objects: {"profile.lto", "fat"}.
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::pair<std::string, base::Path>> fact_files; ///< the same where an earlier step found it: what the file holds
  std::vector<std::string> features;                          ///< of the package, any order
  std::vector<std::string> dependencies;                      ///< "NAME VERSION SOURCE CHECKSUM", the last two may be missing; any order
  std::vector<std::pair<std::string, base::Path>> tools;      ///< that worked on the module: "wasm-opt" and its program
  std::vector<base::Path> stores;                             ///< directories where the record is kept
  base::Path tool_cache;                                      ///< for what tools say of themselves
};

/// Writes `output`, by rename, and the record. Module or component.
/// Errors: CW0612 to CW0616, CW0001 to CW0003 (a file of facts that is missing, too); CW0892 a tool does not say its version; CW0850. A
/// record that one of several stores does not take is no error.
[[nodiscard]] Result<> record_build(const base::Env& env, const RecordRequest& request);

/// The digest in a module or component. Errors: CW0612 to CW0616; CW0893 the section holds something else than a digest.
[[nodiscard]] Result<std::optional<base::Sha256>> record_digest(const wasm::Source& binary);

/// STORE/DIGEST.json
[[nodiscard]] base::Path record_file(const base::Path& store, const base::Sha256& digest);

} // namespace cargo_wasm::postlink
