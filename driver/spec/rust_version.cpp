#include "version_text.hpp"

#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>

namespace cargo_wasm::spec {
namespace {

tl::unexpected<Error> bad_rust_version(std::string_view text, std::string_view reason)
{
  return fail(Error("CW0262", fmt::format("`{}` is not a Rust version: {}", text, reason))
                  .help("write one to three numbers, such as `1.70` or `1.70.1`"));
}

} // namespace

bool RustVersion::is_satisfied_by(const Version& rustc) const
{
  // Caret rules: 1.70 accepts every 1.x from 1.70.0 on, and no 2.x.
  return VersionReq({Comparator{ComparatorOp::caret, major, minor, patch, {}}})
      .matches(Version{rustc.major, rustc.minor, rustc.patch, {}, {}});
}

bool RustVersion::is_satisfied_by(const RustVersion& rustc) const
{
  return is_satisfied_by(Version{rustc.major, rustc.minor.value_or(0), rustc.patch.value_or(0), {}, {}});
}

Result<RustVersion> parse_rust_version(std::string_view text)
{
  RustVersion out;
  std::string reason;
  std::string_view rest = text;
  if (text.empty()) {
    return bad_rust_version(text, "it is empty");
  }
  if (!read_number(rest, "major", out.major, reason)) {
    return bad_rust_version(text, reason);
  }
  for (auto* part : {&out.minor, &out.patch}) {
    if (rest.empty() || rest.front() != '.') {
      break;
    }
    rest.remove_prefix(1);
    std::uint64_t number = 0;
    if (!read_number(rest, part == &out.minor ? "minor" : "patch", number, reason)) {
      return bad_rust_version(text, reason);
    }
    *part = number;
  }
  if (rest.empty()) {
    return out;
  }
  if (rest.front() == '-') {
    return bad_rust_version(text, "a pre-release is not allowed");
  }
  if (rest.front() == '+') {
    return bad_rust_version(text, "build metadata is not allowed");
  }
  return bad_rust_version(text, fmt::format("unexpected `{}`", first_character(rest)));
}

std::string to_string(const RustVersion& version)
{
  std::string out = fmt::format("{}", version.major);
  out += version.minor ? fmt::format(".{}", *version.minor) : "";
  out += version.patch ? fmt::format(".{}", *version.patch) : "";
  return out;
}

} // namespace cargo_wasm::spec
