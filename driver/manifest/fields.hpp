// Typed access to the tables of one manifest. The first error is kept in the ReadState and every getter turns into a
// no-op that yields "absent" after it, so that a reader is a plain list of fields, with one check at the end.
#pragma once
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/manifest/names.hpp>

namespace cargo_wasm::manifest {

/// What is shared by everything that reads one manifest.
struct ReadState
{
  const base::ReadOnlyFilesystem& fs;
  base::Path file;
  base::Path root;             ///< the package's directory
  bool wants_warnings = false; ///< path packages only: nobody sees those of others
  std::optional<Error> error;
  std::vector<ManifestWarning> warnings;

  [[nodiscard]] bool failed() const { return error.has_value(); }
  /// Keeps the first error; always false, so that it can end a function.
  bool fail(Error problem);
  bool fail(std::string_view id, std::string message, const TomlDocument& document, Position position, std::string label = {});
  void warn(Error problem, bool is_unused_key = false);
  void warn(std::string_view id, std::string message, const TomlDocument& document, Position position, std::string help = {});
};

/// A value and the document it stands in: an inherited one stands in the workspace root's.
struct Located
{
  const TomlDocument* document = nullptr;
  const TomlValue* value = nullptr;
  explicit operator bool() const { return value != nullptr; }
};

const std::string* as_string(ReadState& state, Located at, std::string_view path);
std::optional<bool> as_bool(ReadState& state, Located at, std::string_view path);
std::optional<std::vector<std::string>> as_strings(ReadState& state, Located at, std::string_view path);
const TomlTable* as_table(ReadState& state, Located at, std::string_view path);
bool fail_type(ReadState& state, Located at, std::string_view path, std::string_view expected);

/// One table of the document with its dotted path ("package", "dependencies.serde").
class Fields
{
public:
  Fields(ReadState& state, const TomlDocument& document, const TomlTable& table, std::string_view path)
      : m_state(state), m_document(document), m_table(table), m_path(path)
  {
  }

  /// The path is not copied: a temporary one would be gone.
  template <typename Text>
    requires std::same_as<Text, std::string>
  Fields(ReadState& state, const TomlDocument& document, const TomlTable& table, Text&& path) = delete;

  [[nodiscard]] Located find(std::string_view key) const { return {&m_document, m_table.find(key)}; }
  [[nodiscard]] bool has(std::string_view key) const { return m_table.find(key) != nullptr; }
  // Most keys are absent from most tables: the dotted path is only made for those that are there.
  [[nodiscard]] const std::string* string(std::string_view key) const
  {
    const Located at = find(key);
    return at ? as_string(m_state, at, path_of(key)) : nullptr;
  }
  [[nodiscard]] std::optional<bool> boolean(std::string_view key) const
  {
    const Located at = find(key);
    return at ? as_bool(m_state, at, path_of(key)) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view key) const
  {
    const Located at = find(key);
    return at ? as_strings(m_state, at, path_of(key)) : std::nullopt;
  }
  [[nodiscard]] const TomlTable* table(std::string_view key) const
  {
    const Located at = find(key);
    return at ? as_table(m_state, at, path_of(key)) : nullptr;
  }
  [[nodiscard]] std::optional<std::string> copy(std::string_view key) const
  {
    const std::string* text = string(key);
    return text == nullptr ? std::nullopt : std::optional(*text);
  }
  /// The key as people write it in full.
  [[nodiscard]] std::string path_of(std::string_view key) const;
  [[nodiscard]] const TomlDocument& document() const { return m_document; }
  [[nodiscard]] const TomlTable& raw() const { return m_table; }
  [[nodiscard]] ReadState& state() const { return m_state; }
  [[nodiscard]] std::string_view path() const { return m_path; }

  /// Warns about keys that are not in `known` (CW0130), with the nearest known one.
  void warn_unknown(std::span<const std::string_view> known) const;

private:
  ReadState& m_state;
  const TomlDocument& m_document;
  const TomlTable& m_table;
  std::string_view m_path;
};

/// The warning CW0130 for one key.
[[nodiscard]] Error
unknown_key(const TomlDocument& document, const TomlMember& member, std::string_view parent_path, std::span<const std::string_view> known);

/// `badges` of a package or a workspace: a table of tables of strings. Nothing of it is kept.
void check_badges(ReadState& state, Located badges, std::string_view path);

/// Joins and removes "." and ".." as text, as cargo does: symbolic links play no part. No trailing slash.
[[nodiscard]] base::Path normalize_path(const base::Path& path);

/// Why a name is not allowed ("it starts with a digit"); nullopt when it is. Letters and digits are Unicode's (XID_Start, XID_Continue).
/// That of a package: names.hpp.
[[nodiscard]] std::optional<std::string> feature_name_problem(std::string_view name);
[[nodiscard]] std::optional<std::string> profile_name_problem(std::string_view name);

} // namespace cargo_wasm::manifest
