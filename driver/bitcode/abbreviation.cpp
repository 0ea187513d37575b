#include "abbreviation.hpp"

#include <fmt/format.h>

#include <string_view>

namespace cargo_wasm::bitcode {
namespace {

using Kind = AbbreviationField::Kind;

constexpr std::uint64_t k_widest_field = 32;

/// Why `fields` cannot be an abbreviation; empty when they can.
std::string_view problem_of(const std::vector<AbbreviationField>& fields)
{
  if (fields.empty()) {
    return "has no fields";
  }
  const auto is_list = [](const AbbreviationField& field) { return field.kind == Kind::array || field.kind == Kind::blob; };
  if (is_list(fields.front())) {
    return "begins with an array or a blob, where the record's code belongs";
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == Kind::blob && i + 1 != fields.size()) {
      return "goes on after a blob";
    }
    if (fields[i].kind != Kind::array) {
      continue;
    }
    if (i + 2 != fields.size()) {
      return "has an array that is not followed by its element alone";
    }
    if (is_list(fields[i + 1]) || fields[i + 1].kind == Kind::literal) {
      return "has an array whose element is not a number";
    }
    return {};
  }
  return {};
}

} // namespace

Result<Abbreviation> read_abbreviation(const Stream& stream, BitCursor& cursor)
{
  const std::uint64_t start = cursor.position();
  const auto malformed = [&](std::string_view what) {
    return fail(stream.error("CW0653", fmt::format("an abbreviation {}", what), start, "definition of an abbreviation"));
  };
  const std::uint64_t count = cursor.variable(5);
  if (count > k_most_abbreviation_fields) {
    return malformed(fmt::format("has {} fields, {} at most are read", count, k_most_abbreviation_fields));
  }
  Abbreviation out;
  out.fields.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count && !cursor.failed(); ++i) {
    if (cursor.fixed(1) == 1) {
      out.fields.push_back({Kind::literal, cursor.variable(8)});
      continue;
    }
    const std::uint64_t encoding = cursor.fixed(3);
    switch (encoding) {
    case 1:
    case 2: {
      const std::uint64_t width = cursor.variable(5);
      if (width > k_widest_field || (encoding == 2 && width == 1)) {
        return malformed(fmt::format("has a field of {} bits", width));
      }
      // A field of no bits is a literal 0.
      out.fields.push_back({width == 0 ? Kind::literal : encoding == 1 ? Kind::fixed : Kind::variable, width});
      break;
    }
    case 3:
      out.fields.push_back({Kind::array, 0});
      break;
    case 4:
      out.fields.push_back({Kind::character, 6});
      break;
    case 5:
      out.fields.push_back({Kind::blob, 0});
      break;
    default:
      if (!cursor.failed()) {
        return malformed(fmt::format("has a field of the unknown encoding {}", encoding));
      }
    }
  }
  if (cursor.failed()) {
    return fail(stream.read_error(cursor, "definition of an abbreviation"));
  }
  if (const auto problem = problem_of(out.fields); !problem.empty()) {
    return malformed(problem);
  }
  return out;
}

char decode_character(std::uint64_t code)
{
  constexpr std::string_view k_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
  return k_characters[code & 63];
}

} // namespace cargo_wasm::bitcode
