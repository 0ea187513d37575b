// Index lines as the resolver wants them: manifest::Summary. The versions of one crate repeat the same dependencies, so
// requirements, platforms and whole dependency objects are shared through one memo per registry.
#pragma once
#include <memory>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/dependency.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

namespace cargo_wasm::source {

class SummaryReader
{
public:
  /// `shown`: the source that ids and dependencies get; `actual`: the registry that is read when `shown` is replaced by it.
  SummaryReader(spec::SourceId shown, spec::SourceId actual);
  ~SummaryReader();
  [[nodiscard]] spec::SourceId source() const { return m_shown; }

  /// Errors: CW0410 the line, CW0260–CW0264 versions and platforms, CW0120–CW0129 features. Cargo passes over such a version.
  [[nodiscard]] Result<manifest::SummaryPtr> read(std::string_view line);

private:
  struct Memo;
  Result<std::shared_ptr<const manifest::Dependency>> dependency_of(const registry_protocol::IndexDependency& dependency);

  spec::SourceId m_shown, m_actual;
  std::unique_ptr<Memo> m_memo;
};

} // namespace cargo_wasm::source
