// Lock files come from other people's repositories. Any bytes must end in a value or an error; what was read must be written
// the same way twice; and the reader for the usual shape must agree with the one for any TOML, which a comment outside
// ASCII at the end brings about.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <cargo_wasm/manifest/lockfile.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  namespace manifest = cargo_wasm::manifest;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lock = manifest::parse_lockfile("Cargo.lock", text);
  if (!lock || lock->version < 3) {
    return 0; // older versions are told apart by traits that writing may remove
  }
  const std::string written = to_string(*lock);
  const auto again = manifest::parse_lockfile("Cargo.lock", written);
  if (!again || to_string(*again) != written) {
    std::abort();
  }
  if (!lock->packages.empty()) {
    const auto slow = manifest::parse_lockfile("Cargo.lock", text + "\n# \xC3\xA9\n");
    if (!slow || to_string(*slow) != written) {
      std::abort();
    }
  }
  return 0;
}
