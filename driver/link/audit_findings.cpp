#include "audit_findings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "crate_of_object.hpp"
#include "source_place.hpp"

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

std::string describe_library(const exec::InspectedAction& failed, const std::string& archive)
{
  const ObjectOrigin origin = origin_of(failed.graph, failed.action, archive + "()");
  switch (origin.kind) {
  case ObjectOrigin::Kind::crate:
  case ObjectOrigin::Kind::native_member:
    return fmt::format("one came into crate `{}` through its build script", shown_package(failed.graph.actions[origin.action].label));
  case ObjectOrigin::Kind::native_library:
    return fmt::format("`{}` is of the build script of `{}`", origin.archive, shown_package(failed.graph.actions[origin.action].label));
  case ObjectOrigin::Kind::toolchain:
    return fmt::format("`{}` came with the toolchain", origin.archive);
  default:
    return fmt::format("`{}`", archive);
  }
}

Error explain_null_variable(const exec::InspectedAction& failed, const AuditFinding& finding, DeclarationFinder& finder)
{
  Error error("CW0835", fmt::format("`env::{}` is allowed as an import, but it is a variable", finding.subject));
  const ObjectOrigin origin = origin_of(failed.graph, failed.action, finding.detail);
  if (const auto crate = rust_crate(origin)) {
    const std::vector<Declaration> declarations = finder.find({finding.subject, std::nullopt}, crate);
    if (!declarations.empty() && declarations.front().location.evidence != rust::Evidence::nothing) {
      error.where = declaration_caret(failed.env, declarations.front().location);
    }
  }
  error.notes.push_back(fmt::format("read by {}", describe(failed.graph, origin)));
  error.notes.emplace_back("a host provides functions, not variables: the linker would give it address 0, where other data lie");
  error.helps.push_back(
      fmt::format("take `env::{}` out of `allow`; let the host provide a function that returns the value", finding.subject));
  return error;
}

Error explain_import_types(const exec::InspectedAction& failed,
                           const shim::LinkReport& report,
                           const AuditFinding& finding,
                           DeclarationFinder& finder)
{
  Error error("CW0915", fmt::format("`{}` is imported with two types: {}", finding.subject, finding.detail));
  for (const shim::LinkedImport& import : report.imports) {
    if (import.module + "." + import.field != finding.subject) {
      continue;
    }
    const ObjectOrigin origin = origin_of(failed.graph, failed.action, import.object);
    if (!rust_crate(origin)) { // what crates declare is shown where they do
      error.notes.push_back(fmt::format("as `{}` by {}", import.type, describe(failed.graph, origin)));
    }
  }
  const auto import = std::ranges::find_if(
      report.imports, [&](const shim::LinkedImport& known) { return known.module + "." + known.field == finding.subject; });
  const std::vector<Declaration> declarations =
      finder.find({import->field, import->module}, rust_crate(origin_of(failed.graph, failed.action, import->object)));
  for (const Declaration& declaration : declarations) {
    if (declaration.location.evidence == rust::Evidence::nothing) {
      continue;
    }
    if (error.where.index() == 0) {
      error.where = declaration_caret(failed.env, declaration.location);
    } else {
      error.related.push_back(declaration_caret(failed.env, declaration.location));
      error.notes.push_back(fmt::format("crate `{}` declares it, too: {}",
                                        shown_package(failed.graph.actions[declaration.crate].label),
                                        shown_place(failed.env, declaration.location.where)));
    }
  }
  error.notes.emplace_back("a host provides one function under each name, and only one type can be right");
  error.helps.emplace_back("make the declarations agree with the host's function");
  return error;
}

Error explain(const exec::InspectedAction& failed, const shim::LinkReport& report, const AuditFinding& finding, DeclarationFinder& finder)
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
  case AuditFinding::Kind::null_variable:
    return explain_null_variable(failed, finding, finder);
  case AuditFinding::Kind::import_types:
    return explain_import_types(failed, report, finding, finder);
  case AuditFinding::Kind::two_libcs:
    return Error("CW0916", "two libraries take part as libc")
        .note(describe_library(failed, finding.subject))
        .note(describe_library(failed, finding.detail))
        .note("each has its own allocator, streams and `errno`, or a part of them: what one allocates the other may free")
        .help("link one of them: the toolchain brings one for wasm32-wasip1, so a build script need not name another");
  case AuditFinding::Kind::memory_limits:
    break;
  }
  return Error("CW0914", fmt::format("the module's {} is not what was asked for", finding.subject))
      .note(finding.detail)
      .help("try another compiler version, and report this one: it is a defect of the compiler or of the linker");
}

} // namespace

std::vector<Error> explain_audit(const exec::InspectedAction& failed, const shim::LinkReport& report, DeclarationFinder& finder)
{
  std::vector<Error> errors;
  for (const AuditFinding& finding : report.audit) {
    const bool is_explained = finding.kind == AuditFinding::Kind::type_stub &&
                              std::ranges::any_of(report.signature_conflicts,
                                                  [&](const shim::SignatureConflict& known) { return known.symbol == finding.subject; });
    if (!is_explained) {
      errors.push_back(explain(failed, report, finding, finder));
    }
  }
  return errors;
}

} // namespace cargo_wasm::link
