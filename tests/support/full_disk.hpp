// A disk that is full from the N-th write on.
#pragma once
#include <cargo_wasm/base/forwarding_filesystem.hpp>

namespace cargo_wasm::test {

class FullDisk : public base::ForwardingFilesystem
{
public:
  FullDisk(base::Filesystem& inner, int writes) : ForwardingFilesystem(inner), m_left(writes) {}
  void make_room() { m_left = 1000; }
  Result<> write_atomic(const base::Path& path, std::string_view content) override
  {
    if (m_left-- <= 0) {
      return fail(Error("CW0003", "cannot write: no space left on device", Blame::environment));
    }
    return ForwardingFilesystem::write_atomic(path, content);
  }

private:
  int m_left;
};

} // namespace cargo_wasm::test
