#include <cargo_wasm/toolchain/compile_kind.hpp>

#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::toolchain {

Result<std::vector<CompileKind>> compile_kinds(std::span<const std::string> triples, std::string_view host_triple)
{
  if (triples.empty()) {
    return std::vector{CompileKind::host()};
  }
  std::set<CompileKind> kinds;
  for (const std::string& text : triples) {
    const std::string_view triple = base::trim(text);
    if (triple.empty()) {
      return fail(Error("CW0513", "the name of the target is empty", Blame::usage));
    }
    if (triple.ends_with(".json")) {
      return fail(Error("CW0513", fmt::format("`{}` is a target file, which stable compilers do not take", triple), Blame::usage)
                      .help("name a built-in target; `rustc --print target-list` lists them"));
    }
    kinds.insert(CompileKind::target(triple == "host-tuple" ? host_triple : triple));
  }
  return std::vector<CompileKind>(kinds.begin(), kinds.end());
}

} // namespace cargo_wasm::toolchain
