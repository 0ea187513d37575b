#include <cargo_wasm/link/explain_failed_link.hpp>

#include <iterator>

#include "audit_findings.hpp"
#include "import_collisions.hpp"
#include "linker_message_errors.hpp"
#include "report_of.hpp"
#include "signature_conflicts.hpp"
#include "undefined_symbol_errors.hpp"

namespace cargo_wasm::link {

std::vector<Error> explain_failed_link(const exec::InspectedAction& failed)
{
  const auto report = report_of(failed);
  if (!report) {
    return {report.error()};
  }
  if (!*report) {
    return {};
  }
  DeclarationFinder finder(failed);
  std::vector<Error> errors;
  for (std::vector<Error> found : {explain_undefined_symbols(failed, **report, finder),
                                   explain_import_collisions(failed, **report, finder),
                                   explain_signature_conflicts(failed, **report, finder),
                                   explain_linker_messages(failed, **report, finder),
                                   explain_audit(failed, **report, finder)}) {
    errors.insert(errors.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  return errors;
}

} // namespace cargo_wasm::link
