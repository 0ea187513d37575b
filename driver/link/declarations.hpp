// Which crates of a link declare a symbol, and where.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/link/undefined_symbols.hpp>

#include "crate_reading.hpp"

namespace cargo_wasm::link {

/// What is looked for.
struct WantedSymbol
{
  std::string name;                  ///< as the linker knows it
  std::optional<std::string> module; ///< functions that are imported from it; nullopt: what names no module
};

/// Whether an action compiles a crate that a wasm program may consist of.
[[nodiscard]] bool is_part_of_link(const plan::ActionTemplate& action);

class DeclarationFinder
{
public:
  explicit DeclarationFinder(const exec::InspectedAction& action);

  /// The declarations, `likely` crate's first. Crates are read when their files contain the name; when none of these declares it, those
  /// that could make it by a macro.
  [[nodiscard]] std::vector<Declaration> find(const WantedSymbol& wanted, std::optional<plan::ActionIndex> likely);
  /// The first half of `find`: crates whose files contain the name.
  [[nodiscard]] std::vector<Declaration> find_written(const WantedSymbol& wanted);
  /// The second half: the first crate that makes it by a macro.
  [[nodiscard]] std::vector<Declaration> find_made(const WantedSymbol& wanted);
  /// Those of one crate; none where it takes no part in the link, or cannot be read.
  [[nodiscard]] std::vector<Declaration> find_in(plan::ActionIndex action, const WantedSymbol& wanted);
  /// Where a crate's own files define a function or variable of this linker name; nullopt where a macro makes it.
  [[nodiscard]] std::optional<base::TextSpan> find_definition(plan::ActionIndex action, std::string_view symbol);

  /// Crates that could not be read, and why: an answer without them may be incomplete.
  [[nodiscard]] const std::vector<Error>& unread() const { return m_unread; }

private:
  struct Crate
  {
    plan::ActionIndex action = 0;
    std::optional<std::string> text; ///< of all its files, as they are written
    bool was_read = false;
    std::unique_ptr<CrateReading> reading;
  };
  [[nodiscard]] const std::string& text_of(Crate& crate);
  [[nodiscard]] const CrateReading* read(Crate& crate);
  void add_declarations(Crate& crate, const WantedSymbol& wanted, std::vector<Declaration>& found);

  const exec::InspectedAction& m_action;
  std::vector<Crate> m_crates;
  std::vector<Error> m_unread;
};

} // namespace cargo_wasm::link
