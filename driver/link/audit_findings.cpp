#include "audit_findings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "crate_of_object.hpp"

namespace cargo_wasm::link {

namespace {

using shim::AuditFinding;

Error explain_lost_import(const exec::InspectedAction& failed, const shim::LinkReport& report, const AuditFinding& finding)
{
  Error error("CW0910", fmt::format("the module lacks the import `{}`, which the program uses", finding.subject));
  const auto import = std::ranges::find_if(
      report.imports, [&](const shim::LinkedImport& known) { return known.module + "." + known.field == finding.subject; });
  if (import != report.imports.end() && !import->object.empty()) {
    error.notes.push_back(fmt::format("used by {}", describe(failed.graph, origin_of(failed.graph, failed.action, import->object))));
  }
  error.notes.emplace_back("the linker gave its calls to something else, and was content");
  error.helps.emplace_back("try another compiler version, and report this one: it is a defect of the compiler or of the linker");
  return error;
}

Error explain(const exec::InspectedAction& failed, const shim::LinkReport& report, const AuditFinding& finding)
{
  switch (finding.kind) {
  case AuditFinding::Kind::lost_import:
    return explain_lost_import(failed, report, finding);
  case AuditFinding::Kind::lost_export:
    return Error("CW0911", fmt::format("the module lacks the export `{}`, which the link asked for", finding.subject))
        .help("try another compiler version, and report this one: it is a defect of the compiler or of the linker");
  case AuditFinding::Kind::type_stub:
    return Error("CW0912", fmt::format("the program would end where it calls `{}`", finding.subject))
        .note("the function is called with another type than it has, so the linker put a trap in its place")
        .help("make declaration and definition agree");
  case AuditFinding::Kind::lost_entry:
    return Error("CW0913", fmt::format("the module lacks its entry function `{}`", finding.subject))
        .note("it exports no function and has no start section, so no runtime could start it")
        .help("a program needs `fn main`; a library without an entry is a `cdylib`");
  case AuditFinding::Kind::memory_limits:
    break;
  }
  return Error("CW0914", fmt::format("the module's {} is not what was asked for", finding.subject))
      .note(finding.detail)
      .help("try another compiler version, and report this one: it is a defect of the compiler or of the linker");
}

} // namespace

std::vector<Error> explain_audit(const exec::InspectedAction& failed, const shim::LinkReport& report)
{
  std::vector<Error> errors;
  for (const AuditFinding& finding : report.audit) {
    const bool is_explained = finding.kind == AuditFinding::Kind::type_stub &&
                              std::ranges::any_of(report.signature_conflicts,
                                                  [&](const shim::SignatureConflict& known) { return known.symbol == finding.subject; });
    if (!is_explained) {
      errors.push_back(explain(failed, report, finding));
    }
  }
  return errors;
}

} // namespace cargo_wasm::link
