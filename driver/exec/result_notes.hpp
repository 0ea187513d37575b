// What a stored result says besides its files and texts: which sources it was made from, what else was looked at. And the list under a
// first digest, of what results made from the same have looked at. Both are the contents of one small output file of an ActionResult.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/record.hpp>

#include "shared_key.hpp"

namespace cargo_wasm::exec {

/// The path of that file among the outputs.
constexpr std::string_view k_notes_path = "cargo-wasm/notes";

struct ResultNotes
{
  std::vector<std::pair<std::string, base::Digest>> sources; ///< place names; nullopt digests are of files that were not there
  std::vector<bool> executable;                              ///< of each source
  std::vector<RecordedTree> trees;
  std::vector<std::string> variables; ///< that were looked at, in the record's order
  std::string out_dir;                ///< with place names
  std::uint64_t duration_ms = 0;
  std::uint32_t warnings = 0;
  bool is_for_this_machine = false, is_private = false;
  std::string private_because; ///< empty: it may be taken anywhere
};

[[nodiscard]] std::string encode(const ResultNotes& notes);
[[nodiscard]] std::optional<ResultNotes> decode_notes(std::string_view bytes);

[[nodiscard]] std::string encode(const std::vector<Observations>& lists);
[[nodiscard]] std::optional<std::vector<Observations>> decode_observations(std::string_view bytes);

/// An ActionResult's notes; nullopt: it has none.
[[nodiscard]] std::optional<std::string_view> notes_in(const action::ActionResult& result);
void add_notes(action::ActionResult& result, std::string bytes);

} // namespace cargo_wasm::exec
