#include <cargo_wasm/wasm/list.hpp>

#include <fmt/format.h>

namespace cargo_wasm::wasm {
namespace {

const char* id_of(Fault fault)
{
  switch (fault) {
  case Fault::ended:
    return "CW0612";
  case Fault::leb_long:
  case Fault::leb_large:
    return "CW0613";
  case Fault::limit:
    return "CW0615";
  case Fault::header:
    return "CW0616";
  case Fault::archive:
    return "CW0617";
  case Fault::none:
  case Fault::byte:
  case Fault::number:
  case Fault::text:
  case Fault::excess:
  case Fault::structure:
    break;
  }
  return "CW0614";
}

std::string found_of(const Failure& failure)
{
  switch (failure.fault) {
  case Fault::ended:
    return "the end";
  case Fault::leb_long:
    return fmt::format("a number with more bytes than {} bits need", failure.found);
  case Fault::leb_large:
    return fmt::format("a number of more than {} bits", failure.found);
  case Fault::byte:
    return fmt::format("the byte `0x{:02x}`", failure.found);
  case Fault::number:
  case Fault::limit:
    return fmt::format("`{}`", failure.found);
  case Fault::text:
    return "bytes that are not UTF-8";
  case Fault::excess:
    return failure.found == 1 ? "one more byte" : fmt::format("{} more bytes", failure.found);
  case Fault::none:
  case Fault::structure:
  case Fault::header:
  case Fault::archive:
    break;
  }
  return failure.found_text;
}

} // namespace

Error to_error(const Failure& failure, const Source& source, std::string what)
{
  if (!source.member.empty()) {
    what = fmt::format("member `{}`, {}", source.member, what);
  }
  return Error(id_of(failure.fault), fmt::format("expected {}, found {}", failure.expected, found_of(failure)))
      .at(base::BinarySpan{source.path != nullptr ? *source.path : base::Path(), failure.offset, 1, std::move(what)});
}

std::string entry_place(const char* name, std::uint32_t read, std::uint32_t count)
{
  return read < count ? fmt::format("{}, entry {} of {}", name, read + 1, count) : std::string(name);
}

} // namespace cargo_wasm::wasm
