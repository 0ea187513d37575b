// What happened at one link, kept beside its result: the driver explains from it, also after a cache hit.
//
// Grammar: docs/formats/link-report.md. Paths stand as the linker saw them; whoever shares a report maps them to names first.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/shim/audit.hpp>
#include <cargo_wasm/shim/call_sites.hpp>
#include <cargo_wasm/shim/import_collisions.hpp>
#include <cargo_wasm/shim/link_imports.hpp>
#include <cargo_wasm/shim/link_remarks.hpp>
#include <cargo_wasm/shim/linker_messages.hpp>
#include <cargo_wasm/shim/signature_check.hpp>

namespace cargo_wasm::shim {

struct LinkReport
{
  static constexpr int k_version = 1;

  std::string linker;                 ///< the program that linked
  std::vector<std::string> arguments; ///< what it was given, response files expanded
  std::vector<std::string> removed;   ///< what rustc passed and the policy took away
  std::vector<std::string> added;     ///< what the policy added
  bool user_allows_undefined = false; ///< `--allow-undefined` or its kin came from the user, and counts
  std::vector<std::string> allowed;   ///< fields of `env` that the project lists
  std::vector<std::string> settings;  ///< the link settings in force: "max-memory=1048576 (package)"
  base::Exit exit;
  std::vector<LinkerMessage> messages;
  std::vector<SignatureConflict> signature_conflicts; ///< of the functions whose types the linker found to differ
  std::vector<CallSite> call_sites;                   ///< of undefined functions, and of those with conflicts
  std::vector<LinkedImport> imports;                  ///< of a link that succeeded, as the model has them
  std::vector<LinkedFeature> features;                ///< of a link that succeeded, from the objects
  std::vector<DeadSymbol> dead_symbols;               ///< of a link that succeeded: nobody defines them, nothing comes to them
  std::vector<AuditFinding> audit;                    ///< what is wrong with the module although the linker was content
  std::vector<ImportCollision> import_collisions;     ///< why nothing was linked, where this compiler may confuse imports
  bool operator==(const LinkReport&) const = default;
};

/// JSON, members in a fixed order, ending in a newline.
[[nodiscard]] std::string to_json(const LinkReport& report);
/// Errors: CW0802 damaged, or written by another version (the report is then of no use, the link has to run again).
[[nodiscard]] Result<LinkReport> parse_link_report(std::string_view text);

} // namespace cargo_wasm::shim
