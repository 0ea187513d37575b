#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "explain_pages.hpp"

namespace cargo_wasm::ops {

Result<> explain(const Env& env, const std::optional<std::string>& code)
{
  if (!code) {
    std::string list;
    for (const auto& page : explain_pages()) {
      const auto title = page.text.substr(0, page.text.find('\n'));
      list += fmt::format("{}\n", title.substr(title.find_first_not_of("# ")));
    }
    env.reporter.result(list);
    return {};
  }
  const auto wanted = base::to_upper(*code);
  for (const auto& page : explain_pages()) {
    if (page.code == wanted) {
      env.reporter.result(page.text);
      return {};
    }
  }
  std::vector<std::string> codes;
  for (const auto& page : explain_pages()) {
    codes.emplace_back(page.code);
  }
  Error error("CW0760", fmt::format("no diagnostic has the code `{}`", *code), Blame::usage);
  if (const auto near = base::nearest(wanted, codes)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back("`cargo-wasm explain` lists all codes; for rustc's, `rustc --explain E0308`");
  return fail(std::move(error));
}

} // namespace cargo_wasm::ops
