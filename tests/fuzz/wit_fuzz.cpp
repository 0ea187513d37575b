// Any text is read as WIT and printed, or refused; a component of any bytes is followed to its end, or refused.
#include <cargo_wasm/wit/decode.hpp>
#include <cargo_wasm/wit/package_reader.hpp>
#include <cargo_wasm/wit/print.hpp>

#include <support/fake_filesystem.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

using namespace cargo_wasm;

namespace {

/// Empty: it was refused.
std::string printed(const std::string& text)
{
  const test::FakeFilesystem fs{{"/wit/a.wit", text}};
  const auto read = wit::read_packages(fs, "/wit");
  return read ? wit::print(read->model, read->package) : std::string();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with(std::string("\0asm", 4))) {
    const base::Path path = "/a.wasm";
    if (const auto world = wit::decode_world(wasm::Source(path, text))) {
      static_cast<void>(wit::print(world->model, 0));
    }
    return 0;
  }
  static_cast<void>(printed(text));
  return 0;
}
