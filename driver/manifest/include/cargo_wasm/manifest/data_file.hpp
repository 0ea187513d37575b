// Reading of data that comes as TOML with the program and that users may add to (profiles/*): strict, and every error shows the place.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::manifest {

/// Typed access to one file. All errors have the code that it was made with.
class DataFile
{
public:
  /// `what` names what a file describes: "a host".
  DataFile(const TomlDocument& document, std::string_view code, std::string_view what) : m_document(document), m_code(code), m_what(what) {}

  [[nodiscard]] const TomlTable& root() const { return m_document.root; }
  /// An error at a place; the file's first character stands for what is missing.
  [[nodiscard]] tl::unexpected<Error> problem(std::string message, Position position = {1, 1, 1}) const;

  /// A key that is not known is an error, with the nearest known one.
  [[nodiscard]] Result<> check_keys(const TomlTable& table, std::span<const std::string_view> known) const;
  [[nodiscard]] Result<std::string> text(const TomlTable& table, std::string_view key) const;               ///< must be there
  [[nodiscard]] Result<std::vector<std::string>> texts(const TomlTable& table, std::string_view key) const; ///< absent: none
  [[nodiscard]] Result<const TomlTable*> as_table(const TomlValue& value, std::string_view key) const;
  [[nodiscard]] Result<spec::VersionReq> requirement(std::string_view text, Position position) const;

private:
  const TomlDocument& m_document;
  std::string_view m_code, m_what;
};

} // namespace cargo_wasm::manifest
