#include <cargo_wasm/verify/file_parts.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/rust/demangle.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include "sections.hpp"

namespace cargo_wasm::verify {

namespace {

constexpr std::size_t k_excerpt_bytes = 64;
/// Text that differs in its middle is shown from a little before.
constexpr std::size_t k_before_bytes = 32;

bool is_printable(char c)
{
  return c >= ' ' && c <= '~';
}

std::size_t first_different_byte(std::string_view one, std::string_view other)
{
  return static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
}

/// Text where the place is within text, else hexadecimal digits.
std::string excerpt(std::string_view bytes, std::size_t at)
{
  if (at >= bytes.size()) {
    return "the end";
  }
  std::size_t begin = at;
  while (begin > 0 && at - begin < k_before_bytes && is_printable(bytes[begin - 1])) {
    --begin;
  }
  std::size_t end = at;
  while (end < bytes.size() && end - begin < k_excerpt_bytes && is_printable(bytes[end])) {
    ++end;
  }
  constexpr std::size_t k_text_bytes = 4;
  if (end > at && end - begin >= k_text_bytes) {
    return fmt::format("\"{}\"", bytes.substr(begin, end - begin));
  }
  std::string text;
  constexpr std::size_t k_hex_bytes = 8;
  for (const char c : bytes.substr(at, k_hex_bytes)) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(c));
  }
  return text;
}

/// The name that a module gives a function, as its authors write it.
std::string name_of_function(const wasm::Module& module, std::uint32_t function)
{
  if (const auto names = module.custom("name")) {
    wasm::NameSection section(module.source(), *names);
    wasm::NameSubsection part;
    while (section.next(part)) {
      wasm::Naming naming;
      while (part.kind == wasm::NameKind::function && part.names.next(naming)) {
        if (naming.index == function) {
          return rust::demangle(naming.name);
        }
      }
    }
  }
  return fmt::format("function {}", function);
}

std::string function_at(const wasm::Source& source, std::uint64_t offset)
{
  const auto module = wasm::Module::read(source);
  if (!module) {
    return {};
  }
  const auto counts = module->count_imports();
  wasm::SectionReader<wasm::FunctionBody> bodies = module->bodies();
  wasm::FunctionBody body;
  std::uint32_t index = counts ? counts->functions : 0;
  while (bodies.next(body)) {
    if (bodies.offset() > offset) {
      return name_of_function(*module, index);
    }
    ++index;
  }
  return {};
}

FileDifference difference_in(std::string_view was, std::string_view is, std::uint64_t offset)
{
  const std::size_t at = first_different_byte(was, is);
  return {.part = {}, .offset = offset + at, .function = {}, .was = excerpt(was, at), .is = excerpt(is, at)};
}

/// What has another name, or is there on one side only, differs at its beginning.
FileDifference other_part(const PlacedPart* was, const PlacedPart* is)
{
  const auto named = [](const PlacedPart* part) { return part == nullptr ? std::string("nothing more") : part->name; };
  return {.part = named(was != nullptr ? was : is),
          .offset = was != nullptr ? was->offset : is->offset,
          .function = {},
          .was = named(was),
          .is = named(is)};
}

} // namespace

std::optional<FileDifference> first_difference(const base::Path& path, std::string_view was, std::string_view is)
{
  if (was == is) {
    return std::nullopt;
  }
  const wasm::Source source(path, was);
  const bool is_archive = wasm::file_kind(source) == wasm::FileKind::archive;
  const auto parts = placed_parts(path, was);
  const auto others = placed_parts(path, is);
  for (std::size_t i = 0; i < std::max(parts.size(), others.size()) && !parts.empty() && !others.empty(); ++i) {
    const PlacedPart* const one = i < parts.size() ? &parts[i] : nullptr;
    const PlacedPart* const other = i < others.size() ? &others[i] : nullptr;
    if (one == nullptr || other == nullptr || one->name != other->name) {
      return other_part(one, other);
    }
    if (one->bytes == other->bytes) {
      continue;
    }
    if (is_archive) {
      auto within = first_difference(path, one->bytes, other->bytes);
      within->part = within->part.empty() ? fmt::format("member `{}`", one->name) : fmt::format("member `{}`, {}", one->name, within->part);
      within->offset += one->offset;
      return within;
    }
    FileDifference difference = difference_in(one->bytes, other->bytes, one->offset);
    difference.part = one->name;
    if (one->is_code) {
      difference.function = function_at(source, difference.offset);
    }
    return difference;
  }
  return difference_in(was, is, 0);
}

} // namespace cargo_wasm::verify
