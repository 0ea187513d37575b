// `cfg(…)` expressions of manifests and configuration, and the platforms they select
// (grammar: crates/cargo-platform/src/cfg.rs).
#pragma once
#include <cargo_wasm/base/error.hpp>

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cargo_wasm::spec {

/// One fact printed by `rustc --print=cfg`: `unix` or `target_os="wasi"`.
struct Cfg
{
  std::string key;
  std::optional<std::string> value;
  bool raw = false; ///< written `r#key`; shown, but no part of the comparison
  friend bool operator==(const Cfg& a, const Cfg& b) { return a.key == b.key && a.value == b.value; }
  friend auto operator<=>(const Cfg& a, const Cfg& b)
  {
    const auto order = a.key <=> b.key;
    return order != 0 ? order : a.value <=> b.value;
  }
};
[[nodiscard]] Result<Cfg> parse_cfg(std::string_view text); ///< Errors: CW0263
[[nodiscard]] std::string to_string(const Cfg& cfg);

struct CfgExpr
{
  enum class Kind : std::uint8_t { value, all, any, negation, literal } kind = Kind::literal;
  Cfg cfg;                       ///< of `value`
  std::vector<CfgExpr> operands; ///< of all, any, negation (one)
  bool constant = true;          ///< of literal: `true` or `false`
  [[nodiscard]] bool matches(const std::vector<Cfg>& sorted_facts) const;
  bool operator==(const CfgExpr&) const = default;
};
/// The inside of `cfg(…)`. Nesting is bounded (128). Errors: CW0263, `where` unset, the byte column
/// in the message.
[[nodiscard]] Result<CfgExpr> parse_cfg_expr(std::string_view text);
[[nodiscard]] std::string to_string(const CfgExpr& expr);

/// The key of a `target.KEY` table: a triple compared literally, or `cfg(EXPR)`.
struct Platform
{
  std::variant<std::string, CfgExpr> value;
  [[nodiscard]] bool matches(std::string_view triple, const std::vector<Cfg>& sorted_facts) const;
  bool operator==(const Platform&) const = default;
};
[[nodiscard]] Result<Platform> parse_platform(std::string_view text); ///< Errors: CW0263, CW0264
[[nodiscard]] std::string to_string(const Platform& platform);

} // namespace cargo_wasm::spec
