// The one table of verbs and options. The parser, `--help`, shell completions and the man page are all made
// from it, so that they cannot disagree. A new verb is one row of `verbs()` and one file in ops.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::cli {

enum class OptionKind : std::uint8_t {
  flag,           ///< --release
  count,          ///< -v, -vv
  value,          ///< --jobs N
  optional_value, ///< --bin [NAME]: without a value it asks for the list
  values,         ///< --exclude SPEC, may repeat
  positionals,    ///< SPEC...
  trailing,       ///< everything after `--` (and after the first positional of `run`)
};

struct OptionSpec
{
  std::string_view name; ///< long name without dashes; of positionals: the value's name
  char short_name = '\0';
  OptionKind kind = OptionKind::flag;
  std::string_view value_name;
  std::string_view help;
  std::string_view heading = "Options";
  std::vector<std::string_view> choices = {}; ///< the only values accepted; empty: any
  bool hidden = false;
  char second_short = '\0';
};

struct VerbSpec
{
  std::string_view name;  ///< "build"; of a group's verb both words: "toolchain list"
  std::string_view alias; ///< "b" for build; may be empty
  std::string_view about; ///< one line, for the list of commands
  std::vector<OptionSpec> options;
  std::string_view after_help = {};
};

/// A word that begins several verbs: "toolchain".
struct VerbGroup
{
  std::string_view name;
  std::string_view about;
};

[[nodiscard]] const std::vector<VerbSpec>& verbs();
[[nodiscard]] const std::vector<VerbGroup>& verb_groups();
/// The verbs of a group, in the table's order; empty for any other word.
[[nodiscard]] std::vector<const VerbSpec*> verbs_of_group(std::string_view group);
/// The group of "toolchain list"; empty for a verb of one word.
[[nodiscard]] std::string_view group_of(const VerbSpec& verb);
/// "list" of "toolchain list"; the name itself for a verb of one word.
[[nodiscard]] std::string_view last_word_of(const VerbSpec& verb);
/// What stands where a command is expected: verbs of one word and groups, in the table's order.
[[nodiscard]] std::vector<std::string> first_words();
[[nodiscard]] const std::vector<OptionSpec>& global_options();
[[nodiscard]] const VerbSpec* find_verb(std::string_view name_or_alias);

/// What the user typed, by long name.
struct ParsedArguments
{
  std::string verb; ///< canonical name; empty when none was given; a group's name when only its help is asked for
  std::map<std::string, std::uint32_t, std::less<>> counts;            ///< flags and counts that were given
  std::map<std::string, std::vector<std::string>, std::less<>> values; ///< in order; an optional value left out is ""
  std::vector<std::string> trailing;

  [[nodiscard]] bool has(std::string_view name) const { return counts.find(name) != counts.end() || values.find(name) != values.end(); }
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;
  [[nodiscard]] const std::string* last(std::string_view name) const;
};

/// Parses the arguments after the program's name, `+toolchain` and `wasm` removed. Errors: CW0780 unknown command (with the nearest),
/// CW0781 unknown option (nearest), CW0782 a bad value, CW0783 arguments that exclude each other, CW0786 a group without its second word.
/// Blame usage: exit 2.
[[nodiscard]] Result<ParsedArguments> parse_arguments(std::span<const std::string> arguments);

/// The text of `--help` for one verb, or for the program when null.
[[nodiscard]] std::string help_text(const VerbSpec* verb);
/// The text of `--help` for a group: its verbs.
[[nodiscard]] std::string group_help_text(std::string_view group);
/// Shell is "bash", "zsh" or "fish".
[[nodiscard]] std::string completions(std::string_view shell);
/// The man page cargo-wasm(1), troff.
[[nodiscard]] std::string man_page();

} // namespace cargo_wasm::cli
