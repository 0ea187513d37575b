// A path dependency outside the workspace: one directory, one package. Members come from the workspace that has read them.
#pragma once
#include "loaded_source.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

class PathSource final : public LoadedSource
{
public:
  PathSource(Session& session, spec::SourceId source) : m_session(session), m_source(source) {}

protected:
  Result<std::vector<manifest::PackagePtr>> load() override;
  [[nodiscard]] std::string description() const override { return m_source.display(); }

private:
  Session& m_session;
  spec::SourceId m_source;
};

} // namespace cargo_wasm::source
