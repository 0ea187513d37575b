// One crate read twice: as rustc expands it, which decides what is declared, and as its files are written, which says where.
#pragma once
#include <memory>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/plan/template.hpp>
#include <cargo_wasm/rust/locate.hpp>

namespace cargo_wasm::link {

class CrateReading
{
public:
  /// @param compile  the command that compiles the crate, as exec would run it
  /// Errors: CW0821 rustc does not expand the crate, CW0001 and CW0002 its root file cannot be read.
  /// Cost: two rustc calls, one up to macro expansion.
  static Result<std::unique_ptr<CrateReading>> read(const Env& env, const plan::ActionTemplate& crate, const base::Command& compile);

  [[nodiscard]] const rust::ForeignItems& declared() const { return m_locator->declared(); }
  [[nodiscard]] const rust::Location& locate(const rust::ForeignItem& item) const { return m_locator->locate(item); }
  [[nodiscard]] const rust::SourceMap& sources() const { return m_sources; }

private:
  CrateReading() = default;
  std::string m_expanded;
  rust::SourceMap m_sources;
  std::unique_ptr<rust::Locator> m_locator;
};

/// The edition that a crate is written in.
[[nodiscard]] rust::Edition edition_of(const plan::ActionTemplate& crate);

/// The same compilation without its outputs and without what only linking wants: for questions to the compiler's front end.
[[nodiscard]] base::Command front_end_command(const base::Command& compile);

} // namespace cargo_wasm::link
