#include "future_incompat.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/compiler_message.hpp>

namespace cargo_wasm::ops {

std::string future_incompat_text(const base::Reporter& reporter, const Compiled& compiled, bool details)
{
  const auto& found = compiled.outcome->future_incompatible;
  if (reporter.verbosity() == base::Verbosity::quiet || (!details && !compiled.planned->reports_future_incompat)) {
    return {};
  }
  if (found.empty()) {
    return details ? "note: nothing in this build will be refused by a future release of Rust\n" : "";
  }
  std::vector<std::string> packages;
  std::string diagnostics, names;
  for (const auto& [package, texts] : found) {
    packages.push_back(fmt::format("`{} v{}`", package.first, package.second));
    names += " " + package.first;
    for (const auto& text : texts) {
      diagnostics += reporter.color() ? text : exec::strip_escapes(text);
    }
  }
  Error warning("CW0702", fmt::format("a future release of Rust will refuse code in {}", base::join(packages, ", ")));
  if (!details) {
    warning.helps.emplace_back("see what it is: add `--future-incompat-report`");
  }
  warning.helps.push_back(fmt::format("look for a newer version: `cargo-wasm update{}`", names));
  warning.helps.emplace_back("or use a mended copy with `[patch]`, and tell the package's authors");
  return render(warning, base::Severity::warning, reporter.color()) + (details ? diagnostics : "");
}

} // namespace cargo_wasm::ops
