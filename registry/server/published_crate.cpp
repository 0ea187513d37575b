#include <cargo_wasm/registry_server/published_crate.hpp>

#include "archive_files.hpp"
#include "length_prefixed.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace cargo_wasm::registry_server {
namespace {

using registry_protocol::IndexDependency;
using registry_protocol::IndexEntry;

constexpr std::size_t k_max_name_bytes = 64;
constexpr std::string_view k_crates_io = "https://github.com/rust-lang/crates.io-index";

Error no_publish_body(std::string why)
{
  return Error("CW1210", "this is not the body of a publication", Blame::user).note(std::move(why));
}

// Names that crates.io would take: others cannot be told apart on every file system, or not be typed.
IndexDependency index_dependency(const manifest::Dependency& dependency, const spec::SourceId& canonical)
{
  IndexDependency out;
  out.name = dependency.name_in_toml.str();
  out.req = spec::to_string(dependency.req);
  for (const InternedString feature : dependency.features) {
    out.features.emplace_back(feature.str());
  }
  out.optional = dependency.optional;
  out.default_features = dependency.default_features;
  if (dependency.platform) {
    out.target = spec::to_string(*dependency.platform);
  }
  constexpr std::array<std::string_view, 3> k_kinds{"normal", "dev", "build"};
  out.kind = k_kinds[static_cast<std::size_t>(dependency.kind)];
  if (dependency.source.is_crates_io()) {
    out.registry = k_crates_io;
  } else if (!dependency.source.same_source(canonical)) {
    out.registry =
        dependency.source.kind() == spec::SourceKind::sparse_registry ? "sparse+" + dependency.source.url() : dependency.source.url();
  }
  if (dependency.is_renamed) {
    out.package = dependency.package_name.str();
  }
  return out;
}

IndexEntry entry_of(const manifest::Manifest& manifest, std::string_view archive, const spec::SourceId& canonical)
{
  IndexEntry entry;
  entry.name = manifest.summary->id.name().str();
  entry.version = spec::to_string(manifest.summary->id.version());
  for (const auto& dependency : manifest.summary->dependencies) {
    entry.dependencies.push_back(index_dependency(*dependency, canonical));
  }
  // Values that cargo before 1.60 cannot read stand in a list of their own, which makes the line one of the second schema.
  for (const auto& [name, values] : manifest.raw_features) {
    std::vector<std::string> texts;
    for (const InternedString value : values) {
      texts.emplace_back(value.str());
    }
    const bool is_new =
        std::ranges::any_of(texts, [](const std::string& v) { return v.starts_with("dep:") || v.find("?/") != std::string::npos; });
    (is_new ? entry.features2 : entry.features)[std::string(name.str())] = std::move(texts);
  }
  entry.schema = entry.features2.empty() ? 1 : 2;
  entry.checksum = base::to_hex(base::sha256(archive));
  if (manifest.links) {
    entry.links = *manifest.links;
  }
  entry.rust_version = manifest.info.rust_version_text;
  return entry;
}

std::optional<std::string> text_member(const nlohmann::json& object, const char* name)
{
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

// What the request says beside the archive and what the archive says; nothing when they agree.
std::optional<std::string> difference(const nlohmann::json& request, const IndexEntry& entry)
{
  const auto deps = request.find("deps");
  if (deps == request.end() || !deps->is_array()) {
    return "it has no list `deps`";
  }
  const auto key = [](std::string_view name, std::string_view req, std::string_view kind) {
    return fmt::format("{} {} ({})", name, req, kind);
  };
  std::vector<std::string> asked, there;
  for (const nlohmann::json& dependency : *deps) {
    if (!dependency.is_object()) {
      return "an entry of `deps` is no object";
    }
    const std::optional<std::string> name = text_member(dependency, "name"), req = text_member(dependency, "version_req"),
                                     kind = text_member(dependency, "kind");
    if (!name || !req || !kind) {
      return "an entry of `deps` has no texts `name`, `version_req` and `kind`";
    }
    asked.push_back(key(*name, *req, *kind));
  }
  for (const IndexDependency& dependency : entry.dependencies) {
    there.push_back(key(dependency.package.value_or(dependency.name), dependency.req, *dependency.kind));
  }
  std::ranges::sort(asked);
  std::ranges::sort(there);
  if (asked != there) {
    return fmt::format("it names the dependencies {}; the archive has {}", fmt::join(asked, ", "), fmt::join(there, ", "));
  }
  return std::nullopt;
}

} // namespace

Result<PublishBody> split_publish_body(std::string_view body)
{
  std::string_view rest = body;
  const std::optional<std::string_view> json = take_part(rest);
  const std::optional<std::string_view> archive = json ? take_part(rest) : std::nullopt;
  if (!archive || !rest.empty()) {
    return fail(no_publish_body("it does not consist of a length, JSON of this length, another length, and an archive of that one"));
  }
  return PublishBody{.json = *json, .archive = *archive};
}

Result<std::vector<SetPart>> split_publish_set(std::string_view body)
{
  std::vector<SetPart> parts;
  while (!body.empty()) {
    const std::optional<std::string_view> note = take_part(body);
    const std::optional<std::string_view> json = note ? take_part(body) : std::nullopt;
    const std::optional<std::string_view> archive = json ? take_part(body) : std::nullopt;
    if (!archive) {
      break;
    }
    parts.push_back({.note = std::string(*note), .body = {.json = *json, .archive = *archive}});
  }
  if (!body.empty() || parts.empty()) {
    return fail(Error("CW1231", "these are not versions that can be published together", Blame::user)
                    .note("the body does not consist of a note, JSON and an archive for each, with their lengths before them"));
  }
  return parts;
}

std::optional<std::string> why_not_a_name(std::string_view name)
{
  constexpr std::array<std::string_view, 22> k_devices{"con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4",
                                                       "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3",
                                                       "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  if (name.empty() || name.size() > k_max_name_bytes || !letter(name[0]) || !std::ranges::all_of(name, fits)) {
    return "a name begins with a letter and consists of at most 64 letters, digits, `-` and `_` of ASCII";
  }
  if (std::ranges::find(k_devices, base::to_lower(name)) != k_devices.end()) {
    return "Windows cannot have a file of this name";
  }
  return std::nullopt;
}

Result<IndexEntry> index_entry_of(const PublishBody& body, std::string_view canonical)
{
  const nlohmann::json request = nlohmann::json::parse(body.json, nullptr, false);
  const std::optional<std::string> claimed = request.is_object() ? text_member(request, "name") : std::nullopt;
  const std::optional<std::string> numbered = request.is_object() ? text_member(request, "vers") : std::nullopt;
  if (!claimed || !numbered) {
    return fail(no_publish_body("its JSON has no texts `name` and `vers`"));
  }
  const std::string &name = *claimed, &version = *numbered;
  if (const std::optional<std::string> why = why_not_a_name(name)) {
    return fail(Error("CW1212", fmt::format("`{}` cannot be the name of a crate in this registry", name), Blame::user).note(*why));
  }
  if (!spec::parse_version(version)) {
    return fail(Error("CW1212", fmt::format("`{}` is not a version", version), Blame::user).help("versions are as 1.2.3 or 1.2.3-beta.1"));
  }
  const std::string prefix = fmt::format("{}-{}", name, version);
  CW_TRY_ASSIGN(const ArchiveFiles files, ArchiveFiles::read(body.archive, prefix));
  const spec::SourceId source = spec::SourceId::for_registry(canonical);
  manifest::ReadOptions options;
  options.source = source;
  CW_TRY_ASSIGN(const std::shared_ptr<const manifest::Manifest> manifest,
                manifest::read_manifest(files, base::Path("/" + prefix) / "Cargo.toml", options));
  const auto differs = [](std::string why) {
    return fail(Error("CW1211", "the request and the archive's Cargo.toml differ", Blame::integrity)
                    .note(std::move(why))
                    .help("publish with cargo or cargo-wasm, which make both from one source"));
  };
  if (manifest->is_virtual || manifest->summary->id.name().str() != name || spec::to_string(manifest->summary->id.version()) != version) {
    return differs(fmt::format("the archive is not one of `{}` {}", name, version));
  }
  IndexEntry entry = entry_of(*manifest, body.archive, source);
  if (std::optional<std::string> why = difference(request, entry)) {
    return differs("the request: " + *why);
  }
  return entry;
}

} // namespace cargo_wasm::registry_server
