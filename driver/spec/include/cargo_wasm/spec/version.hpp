// Versions and version requirements with the semantics of the `semver` crate 1.x, which cargo uses:
// build metadata takes part in equality and order, a pre-release only matches a comparator that
// names one.
#pragma once
#include <cargo_wasm/base/error.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::spec {

struct Version
{
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string pre;   ///< "alpha.1"; empty for a release
  std::string build; ///< "20240101"; empty for none

  /// semver::Version's Ord: precedence, then build metadata (numeric identifiers by value).
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version&) const = default;
};

/// Strict "I.J.K[-pre][+build]". Errors: CW0260, saying which part is wrong.
[[nodiscard]] Result<Version> parse_version(std::string_view text);
[[nodiscard]] std::string to_string(const Version& version);

/// Cargo's semver-compatibility class: two versions of one crate and class can't be in one graph.
/// First non-zero of major, minor, patch (resolver/context.rs, SemverCompatibility).
struct CompatibilityKey
{
  enum class Level : std::uint8_t { major, minor, patch } level = Level::patch;
  std::uint64_t number = 0;
  auto operator<=>(const CompatibilityKey&) const = default;
};
[[nodiscard]] CompatibilityKey compatibility_key(const Version& version);

enum class ComparatorOp : std::uint8_t { exact, greater, greater_eq, less, less_eq, tilde, caret, wildcard };

struct Comparator
{
  ComparatorOp op = ComparatorOp::caret;
  std::uint64_t major = 0;
  std::optional<std::uint64_t> minor, patch;
  std::string pre;
  bool operator==(const Comparator&) const = default;
};

/// A conjunction of at most 32 comparators; none of them = `*`.
class VersionReq
{
public:
  VersionReq() = default;
  explicit VersionReq(std::vector<Comparator> comparators) : m_comparators(std::move(comparators)) {}
  [[nodiscard]] static VersionReq exactly(const Version& version); ///< `=I.J.K-pre` (build metadata is ignored)
  [[nodiscard]] bool matches(const Version& version) const;
  [[nodiscard]] const std::vector<Comparator>& comparators() const noexcept { return m_comparators; }
  [[nodiscard]] bool is_any() const noexcept { return m_comparators.empty(); }
  bool operator==(const VersionReq&) const = default;

private:
  std::vector<Comparator> m_comparators;
};

/// Errors: CW0261 with what is wrong and, where one exists, the spelling that works.
[[nodiscard]] Result<VersionReq> parse_version_req(std::string_view text);
/// The `semver` crate's Display: "^1.2", ">=1, <2", "*".
[[nodiscard]] std::string to_string(const VersionReq& req);

/// `rust-version`: one to three numbers, no pre-release. Errors: CW0262.
struct RustVersion
{
  std::uint64_t major = 0;
  std::optional<std::uint64_t> minor, patch;
  /// True when a compiler of this version is new enough (missing parts count as 0; a nightly's
  /// pre-release is ignored, as cargo does).
  [[nodiscard]] bool is_satisfied_by(const Version& rustc) const;
  [[nodiscard]] bool is_satisfied_by(const RustVersion& rustc) const;
  auto operator<=>(const RustVersion&) const = default;
};
[[nodiscard]] Result<RustVersion> parse_rust_version(std::string_view text);
[[nodiscard]] std::string to_string(const RustVersion& version);

} // namespace cargo_wasm::spec
