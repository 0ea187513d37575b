// The record of one action's last success: what it was made from, what it left, and what it said.
// Names of files are place names (place_names.hpp), so a moved checkout keeps its records.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

namespace cargo_wasm::exec {

struct RecordedFile
{
  std::string name; ///< place name
  KnownFile known;
  bool operator==(const RecordedFile&) const = default;
};

struct RecordedTree
{
  std::string name; ///< place name of the directory
  TreeKind kind = TreeKind::everything;
  bool operator==(const RecordedTree&) const = default;
};

struct RecordedOutput
{
  std::uint32_t index = 0; ///< in the template
  std::string name;        ///< place name
  bool is_directory = false;
  KnownFile known;                 ///< of a file; of a directory only `digest` (its tree) counts
  std::vector<RecordedFile> files; ///< of a directory
  bool operator==(const RecordedOutput&) const = default;
};

struct Record
{
  std::string identity;
  action::Digest digest;
  // The key's parts, kept so that a later difference can be named.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::vector<std::pair<std::string, std::optional<std::string>>> observed; ///< some hashed: observed.hpp
  std::string working_directory;
  std::map<std::string, std::string> platform;
  std::vector<RecordedFile> sources;
  std::vector<RecordedTree> source_trees;
  std::vector<std::pair<std::string, base::Digest>> dependencies; ///< place name → digest of what was used
  // The result.
  std::vector<RecordedOutput> outputs;
  std::string stdout_text, stderr_text; ///< a script's output; rustc's JSON lines
  std::string out_dir;                  ///< $OUT_DIR at the time, absolute
  std::uint64_t duration_ms = 0;
  std::uint32_t warnings = 0;
  /// Why the result is good for the build that made it and no other (time decided what came out); empty: it can be kept.
  std::string once_because;
  /// No other machine gets it: it has looked at a variable that may be a secret, contains the value of one, or an executor made it.
  bool is_for_this_machine = false;
  /// Of these, what has looked at a secret or contains one: no executor gets it either.
  bool is_private = false;
  bool operator==(const Record&) const = default;
};

/// As it is written: 0 for everybody, 1 private, 2 of this machine for another reason.
[[nodiscard]] constexpr std::uint64_t number_of_privacy(bool is_for_this_machine, bool is_private)
{
  return is_private ? 1 : is_for_this_machine ? 2 : 0;
}

[[nodiscard]] std::string encode(const Record& record);
/// nullopt: another version, or damaged.
[[nodiscard]] std::optional<Record> decode_record(std::string_view bytes);
/// Only the identity, without decoding the rest.
[[nodiscard]] std::optional<std::string_view> identity_of_record(std::string_view bytes);

} // namespace cargo_wasm::exec
