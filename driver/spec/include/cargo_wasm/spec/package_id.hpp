// Name + version + source: the identity of a package. Interned. Two ids whose sources differ in the
// precise part alone (a locked one and the same as queried) are equal; `source()` still tells them
// apart.
#pragma once
#include <cargo_wasm/base/interned_string.hpp>
#include <cargo_wasm/spec/source_id.hpp>
#include <cargo_wasm/spec/version.hpp>

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::spec {

class PackageId
{
public:
  PackageId(InternedString name, const Version& version, SourceId source);

  [[nodiscard]] InternedString name() const noexcept { return m_inner->name; }
  [[nodiscard]] const Version& version() const noexcept { return m_inner->version; }
  [[nodiscard]] SourceId source() const noexcept { return m_inner->source; }
  [[nodiscard]] PackageId with_source(SourceId source) const;

  /// "serde v1.0.0", with " (path or URL)" for sources other than crates.io: what status lines
  /// show.
  [[nodiscard]] std::string display() const;

  friend bool operator==(PackageId a, PackageId b) noexcept { return a.m_inner->identity == b.m_inner->identity; }
  /// By name bytes, version, source: the order of the lock file.
  std::strong_ordering operator<=>(PackageId other) const;
  /// One address per package, whatever the source's precise part.
  [[nodiscard]] const void* address() const noexcept { return m_inner->identity; }

private:
  struct Inner
  {
    InternedString name;
    Version version;
    SourceId source;
    const Inner* identity; ///< the one whose source has no precise part; itself when it has none
  };
  static const Inner* intern(InternedString name, const Version& version, SourceId source);
  const Inner* m_inner;
};

/// `-p` and JSON's package ids (core/package_id_spec.rs): `name`, `name@1.2`, URL forms.
struct PackageIdSpec
{
  std::optional<std::string> name; ///< absent only in URL forms where it follows from the URL
  std::string partial_version;     ///< "1", "1.2", "1.2.3"; empty for any
  std::optional<std::string> url;
  std::optional<std::string> kind; ///< "registry", "sparse", "git+branch=…", "path"

  [[nodiscard]] bool matches(PackageId id) const;
};

/// Errors: CW0266.
[[nodiscard]] Result<PackageIdSpec> parse_package_id_spec(std::string_view text);
/// The fully qualified form in JSON messages and metadata:
/// "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0",
/// "path+file:///dir/demo#0.1.0".
[[nodiscard]] std::string to_spec_string(PackageId id);

} // namespace cargo_wasm::spec

template <> struct std::hash<cargo_wasm::spec::PackageId>
{
  std::size_t operator()(cargo_wasm::spec::PackageId id) const noexcept { return std::hash<const void*>{}(id.address()); }
};
