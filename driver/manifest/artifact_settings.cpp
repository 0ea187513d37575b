#include <cargo_wasm/manifest/artifact_settings.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

struct SizeKey
{
  std::string_view name;
  SizeKind kind;
};
constexpr std::array<SizeKey, 3> k_size_keys{{{"max", SizeKind::raw}, {"gzip-max", SizeKind::gzip}, {"brotli-max", SizeKind::brotli}}};

struct SizeUnit
{
  std::string_view name;
  double bytes;
};
constexpr std::array<SizeUnit, 6> k_size_units{{{"B", 1}, {"kB", 1e3}, {"KB", 1e3}, {"KiB", 1024}, {"MB", 1e6}, {"MiB", 1024 * 1024}}};
constexpr double k_largest_size = 4.0 * 1024 * 1024 * 1024;

Error bad_size(std::string_view key, std::string_view written)
{
  return Error("CW0890", fmt::format("`size.{}` cannot be `{}`", key, written))
      .help("write a number above 0 and its unit, B, kB, KiB, MB or MiB: `\"40 KiB\"`");
}

Error unknown_size_key(std::string_view key)
{
  std::vector<std::string> known;
  for (const SizeKey& entry : k_size_keys) {
    known.emplace_back(entry.name);
  }
  Error error("CW0891", fmt::format("`size` has no key `{}`", key));
  if (const auto near = base::nearest(key, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("known are: `{}`", base::join(known, "`, `")));
  return error;
}

/// As it stands in the file, where that is one word.
std::string written_size(const TomlValue& value)
{
  if (const std::string* const text = value.as_string()) {
    return *text;
  }
  const std::int64_t* const number = value.as_integer();
  return number == nullptr ? "a value of this type" : fmt::format("{}", *number);
}

void read_limits(const Fields& fields, std::vector<SizeLimit>& limits)
{
  for (const TomlMember& member : fields.raw().members) {
    const auto known = std::find_if(k_size_keys.begin(), k_size_keys.end(), [&](const SizeKey& key) { return key.name == member.key; });
    if (known == k_size_keys.end()) {
      fields.state().fail(unknown_size_key(member.key).at(fields.document().span(member.key_position)));
      return;
    }
    const TomlValue& value = *fields.find(member.key).value;
    const std::string written = written_size(value);
    const auto bytes = parse_size(written);
    base::TextSpan where = fields.document().span(value.position);
    if (!bytes) {
      fields.state().fail(bad_size(member.key, written).at(std::move(where)));
      return;
    }
    std::erase_if(limits, [&](const SizeLimit& limit) { return limit.kind == known->kind; });
    limits.push_back({known->kind, *bytes, fmt::format("size.{}", member.key), std::move(where)});
  }
}

bool may_have_provenance(const std::shared_ptr<const nlohmann::json>& metadata)
{
  return metadata != nullptr && metadata->is_object() && metadata->contains("wasm") && metadata->at("wasm").is_object() &&
         metadata->at("wasm").contains("provenance");
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text)
{
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  const std::string_view written_unit = base::trim(std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end)));
  const auto unit = std::find_if(k_size_units.begin(), k_size_units.end(), [&](const SizeUnit& known) {
    return known.name == (written_unit.empty() ? std::string_view("B") : written_unit);
  });
  if (unit == k_size_units.end()) {
    return std::nullopt;
  }
  const double bytes = number * unit->bytes;
  const bool is_a_part_of_a_byte = unit->bytes == 1 && std::floor(number) != number;
  if (!(bytes >= 1) || bytes > k_largest_size || is_a_part_of_a_byte) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(bytes);
}

Result<ArtifactSettings> read_artifact_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  ArtifactSettings settings;
  const auto read =
      [&](const Manifest& manifest, const std::shared_ptr<const nlohmann::json>& metadata, std::string_view section) -> Result<> {
    CW_TRY(read_wasm_table(fs, manifest, metadata, section, "size", [&](const Fields& fields) { read_limits(fields, settings.limits); }));
    if (may_have_provenance(metadata)) {
      CW_TRY(read_wasm_table(fs, manifest, metadata, section, {}, [&](const Fields& wasm) {
        settings.provenance = wasm.boolean("provenance").value_or(settings.provenance);
      }));
    }
    return {};
  };
  CW_TRY(read(workspace_root, workspace_root.workspace_metadata, "workspace"));
  CW_TRY(read(package, package.metadata, "package"));
  std::sort(settings.limits.begin(), settings.limits.end(), [](const SizeLimit& a, const SizeLimit& b) { return a.kind < b.kind; });
  return settings;
}

} // namespace cargo_wasm::manifest
