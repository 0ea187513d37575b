#include <cargo_wasm/registry_tlog/disk_sync.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cargo_wasm::registry_tlog {

Result<> bring_onto_disk(const base::Path& directory)
{
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::syncfs(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!synced) {
    return fail(Error(
        "CW0003", fmt::format("cannot bring `{}` onto the disk: {}", directory.native(), base::describe_errno(code)), Blame::environment));
  }
  return {};
}

} // namespace cargo_wasm::registry_tlog
