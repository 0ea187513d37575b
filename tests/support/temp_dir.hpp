// A directory of its own for one test, removed at the end.
#pragma once
#include <string>
#include <string_view>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::test {

class TempDir
{
public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  /// Canonical and absolute.
  [[nodiscard]] const base::Path& path() const { return m_path; }
  [[nodiscard]] base::Path operator/(std::string_view relative) const { return m_path / relative; }
  /// Writes a file, making its parents. Throws on failure: a test cannot go on.
  void write(std::string_view relative, std::string_view content) const;
  void write_executable(std::string_view relative, std::string_view content) const;
  [[nodiscard]] std::string read(std::string_view relative) const;

private:
  base::Path m_path;
};

} // namespace cargo_wasm::test
