#include <cargo_wasm/base/temporary_directory.hpp>

#include <cerrno>

#include <stdlib.h>

#include <fmt/format.h>

namespace cargo_wasm::base {

Result<Path> make_temporary_directory(const Env& env, std::string_view prefix)
{
  const std::string* const named = env.var("TMPDIR");
  std::string pattern = (Path(named == nullptr || named->empty() ? "/tmp" : *named) / fmt::format("{}XXXXXX", prefix)).native();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(Error("CW0003", fmt::format("cannot write `{}`", pattern), Blame::environment)
                    .note(describe_errno(errno))
                    .help("the variable TMPDIR names another place for what is thrown away"));
  }
  return Path(pattern);
}

} // namespace cargo_wasm::base
