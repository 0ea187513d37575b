// Versions, requirements and Rust versions: printing and reading are inverse, the order is total,
// and a requirement for exactly a version accepts it.
#include <cargo_wasm/spec/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace cargo_wasm::spec;

namespace {

void check(bool holds)
{
  if (!holds) {
    std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\n');
  const std::string_view first = text.substr(0, cut);
  const std::string_view second = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 1);
  const auto version = parse_version(first);
  if (version) {
    check(to_string(*version) == first);
    check(VersionReq::exactly(*version).matches(*version));
    check((*version <=> *version) == std::strong_ordering::equal);
    (void)compatibility_key(*version);
    if (const auto other = parse_version(second)) {
      check(((*version <=> *other) == std::strong_ordering::equal) == (*version == *other));
      check(((*version <=> *other) < 0) == ((*other <=> *version) > 0));
    }
  }
  for (const std::string_view part : {first, second}) {
    if (const auto req = parse_version_req(part)) {
      const auto again = parse_version_req(to_string(*req));
      check(again.has_value());
      check(to_string(*again) == to_string(*req));
      if (version) {
        check(again->matches(*version) == req->matches(*version));
      }
    }
    if (const auto rust = parse_rust_version(part)) {
      check(to_string(*rust) == part);
    }
  }
  return 0;
}
