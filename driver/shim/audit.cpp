#include <cargo_wasm/shim/audit.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/wasm/custom.hpp>

namespace cargo_wasm::shim {

namespace {

constexpr std::uint64_t k_page_bytes = 65536;
constexpr std::string_view k_type_stub = "signature_mismatch:";

class Audit
{
public:
  Audit(const wasm::Module& module, const LinkerOptions& options) : m_module(module), m_options(options) {}

  Result<std::vector<AuditFinding>> run(const std::vector<LinkedImport>& expected)
  {
    CW_TRY(look_at_imports(expected));
    CW_TRY(look_at_exports());
    look_at_names();
    CW_TRY(look_at_memory());
    return std::move(m_findings);
  }

private:
  void add(AuditFinding::Kind kind, std::string subject, std::string detail = {})
  {
    m_findings.push_back({kind, std::move(subject), std::move(detail)});
  }

  Result<> look_at_imports(const std::vector<LinkedImport>& expected)
  {
    std::set<std::pair<std::string, std::string>> present;
    CW_TRY(m_module.for_each_import([&](const wasm::Import& import) {
      present.emplace(import.module, import.name);
      if (import.type.kind == wasm::ExternalKind::memory) {
        m_memory = import.type.memory;
        m_imports_memory = true;
      }
    }));
    for (const LinkedImport& import : expected) {
      if (import.is_declared && !present.contains({import.module, import.field})) {
        add(AuditFinding::Kind::lost_import, fmt::format("{}.{}", import.module, import.field));
      }
    }
    return {};
  }

  Result<> look_at_exports()
  {
    std::set<std::string_view> present;
    bool has_function = false;
    bool has_table = false;
    auto exports = m_module.exports();
    for (wasm::Export entry; exports.next(entry);) {
      present.insert(entry.name);
      has_function = has_function || entry.kind == wasm::ExternalKind::func;
      has_table = has_table || entry.kind == wasm::ExternalKind::table;
    }
    CW_TRY(exports.finish());
    for (const std::string& name : m_options.exports) {
      if (!present.contains(name)) {
        add(AuditFinding::Kind::lost_export, name);
      }
    }
    if (m_options.export_table && !has_table) {
      add(AuditFinding::Kind::lost_export, "__indirect_function_table");
    }
    // An entry may be exported under another name: components' `wasi:cli/run@0.2.0#run`.
    if (const auto entry = m_options.entry_symbol(); entry && !has_function && !m_module.start()) {
      add(AuditFinding::Kind::lost_entry, *entry);
    }
    return {};
  }

  /// Where the names were stripped nothing is found, and the model has spoken before.
  void look_at_names()
  {
    const auto content = m_module.custom("name");
    if (!content) {
      return;
    }
    wasm::NameSection names(m_module.source(), *content);
    for (wasm::NameSubsection part; names.next(part);) {
      for (wasm::Naming naming; part.kind == wasm::NameKind::function && part.names.next(naming);) {
        if (naming.name.starts_with(k_type_stub)) {
          add(AuditFinding::Kind::type_stub, std::string(naming.name.substr(k_type_stub.size())));
        }
      }
    }
  }

  Result<> look_at_memory()
  {
    auto memories = m_module.memories();
    for (wasm::MemoryType memory; memories.next(memory);) {
      m_memory = memory;
    }
    CW_TRY(memories.finish());
    const auto compare = [&](std::string_view which, std::optional<std::uint64_t> asked_bytes, std::optional<std::uint64_t> pages) {
      if (asked_bytes && pages != *asked_bytes / k_page_bytes) {
        const std::string is = pages ? fmt::format("{} bytes", *pages * k_page_bytes) : std::string("none");
        add(AuditFinding::Kind::memory_limits, std::string(which), fmt::format("asked for {} bytes, it is {}", *asked_bytes, is));
      }
    };
    if (m_memory) {
      compare("initial memory", m_options.initial_memory_bytes, m_memory->limits.initial);
      compare("maximum memory", m_options.max_memory_bytes, m_memory->limits.maximum);
    }
    if (m_options.import_memory && !m_imports_memory) {
      add(AuditFinding::Kind::memory_limits, "memory", "asked to be imported, it is the module's own");
    }
    if (m_options.shared_memory && !(m_memory && m_memory->limits.shared)) {
      add(AuditFinding::Kind::memory_limits, "memory", "asked to be shared between threads, it is not");
    }
    return {};
  }

  const wasm::Module& m_module;
  const LinkerOptions& m_options;
  std::optional<wasm::MemoryType> m_memory;
  bool m_imports_memory = false;
  std::vector<AuditFinding> m_findings;
};

} // namespace

Result<std::vector<AuditFinding>>
audit_module(const wasm::Source& source, const LinkerOptions& options, const std::vector<LinkedImport>& expected)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  return Audit(module, options).run(expected);
}

} // namespace cargo_wasm::shim
