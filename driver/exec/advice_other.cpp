#include <fmt/format.h>

#include "advice_cases.hpp"

namespace cargo_wasm::exec {
namespace {

bool contains(std::string_view text, std::string_view needle)
{
  return text.find(needle) != std::string_view::npos;
}

} // namespace

std::optional<FailureAdvice> advise_threads(const Failure& failure)
{
  const std::string_view text = failure.text;
  if (!contains(text, "--shared-memory is disallowed") && !contains(text, "wasm-threads") && !contains(text, "target feature `atomics`")) {
    return std::nullopt;
  }
  FailureAdvice advice;
  advice.notes.push_back(fmt::format("`{}` wants threads, which {} does not have",
                                     short_name(failure.graph.actions[failure.action].label.package_display),
                                     failure.triple));
  advice.helps.emplace_back(
      "try features without threads (often called `rayon`, `parallel` or `multithread`), or build for wasm32-wasip1-threads");
  return advice;
}

std::optional<FailureAdvice> advise_getrandom(const Failure& failure)
{
  const plan::ActionLabel& label = failure.graph.actions[failure.action].label;
  const bool is_getrandom = label.package_name == "getrandom" || (label.package_name == "uuid" && contains(failure.text, "random"));
  if (!is_getrandom || !contains(failure.triple, "unknown-unknown")) {
    return std::nullopt;
  }
  FailureAdvice advice;
  advice.notes.push_back(fmt::format(
      "`{}` has no source of randomness on {} unless the host is JavaScript", short_name(label.package_display), failure.triple));
  if (const std::string path = needed_through(failure); !path.empty()) {
    advice.notes.push_back("needed through " + path);
  }
  advice.helps.push_back(
      label.package_version.starts_with("0.2")
          ? "for browsers and Node: add `getrandom = { version = \"0.2\", features = [\"js\"] }`"
          : "for browsers and Node: enable its `wasm_js` feature (0.3: and RUSTFLAGS='--cfg getrandom_backend=\"wasm_js\"')");
  advice.helps.emplace_back("or build for wasm32-wasip1, where the host gives random bytes");
  return advice;
}

} // namespace cargo_wasm::exec
