#include <cargo_wasm/shim/inspect_link.hpp>

#include <algorithm>
#include <iterator>
#include <set>

#include <cargo_wasm/shim/call_sites.hpp>
#include <cargo_wasm/shim/import_faults.hpp>
#include <cargo_wasm/shim/link_scan.hpp>

namespace cargo_wasm::shim {

namespace {

constexpr std::size_t k_most_call_sites = 3; ///< of one function

/// The functions of which the linker says this.
std::set<std::string> functions_of(const std::vector<LinkerMessage>& messages, MessageKind kind)
{
  std::set<std::string> subjects;
  for (const LinkerMessage& message : messages) {
    if (message.kind == kind) {
      subjects.insert(message.subject);
    }
  }
  return subjects;
}

std::vector<SignatureConflict> find_conflicts(const LinkModel& model, const std::set<std::string>& subjects)
{
  std::vector<SignatureConflict> conflicts;
  for (const std::string& subject : subjects) {
    if (SignatureConflict conflict = check_signatures(model, subject); !conflict.uses.empty()) {
      conflicts.push_back(std::move(conflict));
    }
  }
  return conflicts;
}

template <class T> void append(std::vector<T>& all, std::vector<T> more)
{
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

} // namespace

Result<> compare_imports(const base::Env& env, const std::vector<std::string>& expanded, LinkReport& report)
{
  if (expanded.empty()) {
    return {};
  }
  std::vector<ExpandedSource> sources;
  for (const std::string& path : expanded) {
    CW_TRY_ASSIGN(std::string text, env.fs.read(path));
    sources.push_back({path, std::move(text)});
  }
  const LinkerOptions options = read_linker_options(report.arguments);
  const LinkScan scan(env.fs, env.cwd, options);
  report.import_collisions = find_import_collisions(sources, scan.model());
  return {};
}

Result<> inspect_link(const base::Env& env, const std::vector<base::Path>& crates, LinkReport& report)
{
  const std::set<std::string> mismatched = functions_of(report.messages, MessageKind::signature_mismatch);
  std::set<std::string> called = functions_of(report.messages, MessageKind::undefined_symbol);
  called.insert(mismatched.begin(), mismatched.end());
  if (!report.exit.success() && called.empty()) {
    return {}; // nothing that the inputs could tell more of
  }
  const LinkerOptions options = read_linker_options(report.arguments);
  const LinkScan scan(env.fs, env.cwd, options);
  report.signature_conflicts = find_conflicts(scan.model(), mismatched);
  if (!called.empty()) {
    report.call_sites = find_call_sites(scan, called, k_most_call_sites);
  }
  if (!report.exit.success() || options.relocatable) {
    return {};
  }
  append(report.signature_conflicts, check_merged_signatures(env.fs, scan.model(), crates));
  report.imports = imports_of(scan.model());
  report.features = features_of(scan.model());
  report.dead_symbols = find_dead_symbols(scan.model(), scan.allowed());
  if (!scan.bitcode().empty()) {
    return {}; // with link-time optimization in the linker the model does not know what was optimized away
  }
  const base::Path output = env.cwd / options.output;
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(output));
  CW_TRY_ASSIGN(report.audit, audit_module(wasm::Source(file.path(), file.bytes()), options, report.imports));
  if (std::ranges::any_of(report.signature_conflicts, &SignatureConflict::is_live)) {
    // What only the trap's function would have called is gone with it.
    std::erase_if(report.audit, [](const AuditFinding& finding) { return finding.kind == AuditFinding::Kind::lost_import; });
  }
  append(report.audit, find_null_variables(scan.model(), scan.allowed()));
  append(report.audit, find_imports_of_two_types(report.imports));
  append(report.audit, find_two_libcs(scan.model()));
  return {};
}

bool is_unfit(const LinkReport& report)
{
  return !report.audit.empty() || std::ranges::any_of(report.signature_conflicts, &SignatureConflict::is_live);
}

} // namespace cargo_wasm::shim
