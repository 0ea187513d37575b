// The two readers of Cargo.lock: one for the shape cargo writes, one for any TOML. Both give the same values.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include <cargo_wasm/manifest/lockfile.hpp>

namespace cargo_wasm::manifest {

class LineReader
{
public:
  explicit LineReader(std::string_view text) : m_rest(text) {}

  /// The next line without its end; false at the end of the text.
  bool next(std::string_view& line)
  {
    if (m_rest.empty()) {
      return false;
    }
    const auto end = m_rest.find('\n');
    line = m_rest.substr(0, end);
    m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    ++m_number;
    return true;
  }
  [[nodiscard]] std::uint32_t number() const { return m_number; }

private:
  std::string_view m_rest;
  std::uint32_t m_number = 0;
};

/// What a reader found before the meaning of old formats is applied.
struct RawLock
{
  Lockfile lock;
  std::optional<std::uint32_t> written_version;
};

/// "registry+https://…": a kind that lock files can name and something after it.
[[nodiscard]] bool is_lock_source(std::string_view text);
/// "NAME", "NAME VERSION" or "NAME VERSION (SOURCE)"; nullopt for anything else.
[[nodiscard]] std::optional<LockedDependency> parse_locked_dependency(std::string_view text);

/// nullopt as soon as a line is not as cargo writes it; never an error. Cost: about 2 µs a package.
[[nodiscard]] std::optional<RawLock> read_regular_lock(std::string_view text);
/// Errors: CW0230, CW0232, CW0234.
[[nodiscard]] Result<RawLock> read_lock_tree(const TomlDocument& document);

} // namespace cargo_wasm::manifest
