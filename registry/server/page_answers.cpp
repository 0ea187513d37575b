#include "page_answers.hpp"

#include "archive_files.hpp"

#include <cargo_wasm/registry_oci/static_layout.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/log_proof.hpp>
#include <cargo_wasm/spec/version.hpp>
#include <cargo_wasm/wasm/provenance.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace cargo_wasm::registry_server {
namespace {

using registry_pages::CrateValues;
using registry_pages::ListedCrate;
using registry_pages::LoggedBy;
using registry_pages::PackageAbout;
using registry_pages::Site;
using registry_pages::VersionValues;
using registry_protocol::IndexEntry;
using registry_tlog::k_tile_width;

constexpr std::size_t k_shown_versions = 100, k_shown_newest = 20, k_longest_name = 64;
constexpr std::uint64_t k_bundles_for_newest = 4;
constexpr std::size_t k_kept_bundles = 256, k_kept_abouts = 4096, k_kept_components = 1024;

HttpAnswer html_answer(int status, std::string body)
{
  // Also where somebody's text were to slip into a page: nothing runs, nothing is loaded but our style, and nobody frames it.
  return {.status = status,
          .type = "text/html; charset=utf-8",
          .body = std::move(body),
          .etag = {},
          .cache_control = "no-cache",
          .headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"}}};
}

// In an address only `+` of a version needs another form.
std::string version_in_path(std::string_view text)
{
  std::string version(text);
  for (std::size_t at = 0; (at = version.find('%', at)) != std::string::npos; ++at) {
    if (version.substr(at, 3) == "%2B" || version.substr(at, 3) == "%2b") {
      version.replace(at, 3, "+");
    }
  }
  return version;
}

unsigned width_of(std::uint64_t bundle, std::uint64_t log_size)
{
  return static_cast<unsigned>(std::min<std::uint64_t>(k_tile_width, log_size - bundle * k_tile_width));
}

// Of `.cargo_vcs_info.json`, as cargo and cargo-wasm write it: {"git": {"sha1": "…", "dirty": true}, "path_in_vcs": "…"}.
void add_commit(const std::string& vcs_info, PackageAbout& about)
{
  constexpr std::size_t k_sha1_digits = 40, k_sha256_digits = 64, k_longest_info = 4096;
  const auto json = vcs_info.size() > k_longest_info ? nlohmann::json() : nlohmann::json::parse(vcs_info, nullptr, false);
  const auto git = json.is_object() ? json.value("git", nlohmann::json()) : nlohmann::json();
  const auto commit = git.is_object() ? git.value("sha1", nlohmann::json()) : nlohmann::json();
  const std::string digits = commit.is_string() ? commit.get<std::string>() : "";
  const bool is_commit = (digits.size() == k_sha1_digits || digits.size() == k_sha256_digits) &&
                         digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_commit) {
    return;
  }
  about.commit = digits;
  about.commit_is_dirty = git.value("dirty", nlohmann::json()) == true;
  if (const auto place = json.value("path_in_vcs", nlohmann::json()); place.is_string()) {
    about.directory = place.get<std::string>();
  }
}

HttpAnswer not_there(const Site& site, std::string_view sentence)
{
  return html_answer(404, registry_pages::message_page(site, "Not found", sentence));
}

} // namespace

bool could_be_a_crate(std::string_view name)
{
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= k_longest_name && std::ranges::all_of(name, fits);
}

HttpAnswer PageAnswers::answer(const HttpQuestion& question, std::string_view path, const std::optional<std::string>& query)
{
  Site site{.name = m_registry.settings().name, .base_url = m_registry.settings().base_url, .root = {}, .log_size = 0};
  for (auto slashes = std::ranges::count(path, '/'); slashes > 1; --slashes) {
    site.root += "../";
  }
  site.root = site.root.empty() ? "./" : site.root;
  if (question.method != "GET" && question.method != "HEAD") {
    return html_answer(405, registry_pages::message_page(site, "Not this way", "Pages can only be read."));
  }
  Result<HttpAnswer> done = page(path, query, site);
  if (!done) {
    m_env.reporter.warning(done.error());
    return html_answer(
        500,
        registry_pages::message_page(
            site, "The registry failed", fmt::format("This is {}; whoever runs the registry finds more in its output.", done.error().id)));
  }
  if (done->status == 200) {
    done->etag = fmt::format("\"{}\"", base::to_hex(base::sha256(done->body)));
    if (question.if_none_match == done->etag) {
      done->status = 304;
      done->body.clear();
    }
  }
  return std::move(*done);
}

Result<HttpAnswer> PageAnswers::page(std::string_view path, const std::optional<std::string>& query, Site& site)
{
  if (path == "/-/style.css") {
    return HttpAnswer{.status = 200,
                      .type = "text/css; charset=utf-8",
                      .body = std::string(registry_pages::style_sheet()),
                      .etag = {},
                      .cache_control = "no-cache"};
  }
  CW_TRY_ASSIGN(const Log log, read_log());
  site.log_size = log.checkpoint.size;
  if (path == "/me") { // where cargo sends whoever logs in
    return html_answer(
        200,
        registry_pages::message_page(site,
                                     "Tokens",
                                     "Whoever runs this registry makes them: cargo-wasm registry token create DIR --user NAME. "
                                     "Give yours to cargo with `cargo login`."));
  }
  if (path == "/") {
    return start(site, log);
  }
  const std::vector<std::string_view> parts = base::split(path.substr(3), '/');
  if (parts.size() == 1 && parts[0] == "search" && query) {
    return search(site, *query);
  }
  if (parts.size() == 1) {
    return crate(site, log, parts[0]);
  }
  if (parts.size() == 3 && parts[2] == "proof" && could_be_a_crate(parts[0])) {
    CW_TRY_ASSIGN(const std::vector<IndexEntry> entries, index_of(parts[0]));
    const auto wanted = std::ranges::find(entries, version_in_path(parts[1]), &IndexEntry::version);
    if (wanted != entries.end() && wanted->log_entry && *wanted->log_entry < log.checkpoint.size) {
      return proof(log, *wanted->log_entry);
    }
  }
  return not_there(site, "This registry has no such page.");
}

Result<HttpAnswer> PageAnswers::start(const Site& site, const Log& log)
{
  std::vector<ListedCrate> newest;
  std::set<std::string> seen;
  const std::uint64_t bundles = (log.checkpoint.size + k_tile_width - 1) / k_tile_width;
  for (std::uint64_t i = 0; i < std::min(bundles, k_bundles_for_newest) && newest.size() < k_shown_newest; ++i) {
    CW_TRY_ASSIGN(const Bundle* const one, bundle(log, bundles - 1 - i));
    std::vector<std::uint64_t> entries;
    for (const auto& [entry, publication] : one->publications) {
      entries.push_back(entry);
    }
    std::ranges::reverse(entries);
    for (const std::uint64_t entry : entries) {
      const registry_trust::PublishStatement& statement = one->publications.at(entry).statement;
      if (newest.size() < k_shown_newest && seen.insert(statement.name).second) {
        newest.push_back(
            {.name = statement.name,
             .version = statement.version,
             .logged = LoggedBy{.entry = entry, .time = statement.time, .user = {}, .key = {}, .bundle = {}, .oci_manifest = {}}});
      }
    }
  }
  return html_answer(200, registry_pages::start_page(site, newest));
}

Result<HttpAnswer> PageAnswers::search(const Site& site, const std::string& query)
{
  CW_TRY_ASSIGN(const std::vector<CrateListing> found, m_registry.search(base::to_lower(base::trim(query))));
  std::vector<ListedCrate> crates;
  for (const CrateListing& one : found) {
    crates.push_back({.name = one.name, .version = one.newest, .logged = {}});
  }
  return html_answer(200, registry_pages::search_page(site, query, crates));
}

Result<HttpAnswer> PageAnswers::crate(const Site& site, const Log& log, std::string_view name)
{
  std::vector<IndexEntry> entries;
  if (could_be_a_crate(name)) {
    CW_TRY_ASSIGN(entries, index_of(name));
  }
  if (entries.empty()) {
    return not_there(site, "This registry has no crate of this name.");
  }
  std::ranges::stable_sort(entries, [](const IndexEntry& left, const IndexEntry& right) {
    const auto one = spec::parse_version(left.version), other = spec::parse_version(right.version);
    return one && other ? *other < *one : left.version > right.version;
  });
  CW_TRY_ASSIGN(const std::vector<registry_trust::Revocation> revocations, m_registry.revocations());
  CrateValues values;
  for (const IndexEntry& entry : entries) {
    if (values.versions.size() == k_shown_versions) {
      ++values.left_off;
      continue;
    }
    CW_TRY_ASSIGN(VersionValues one, version(log, entry, revocations));
    values.versions.push_back(std::move(one));
  }
  const IndexEntry& shown = registry_pages::newest(values).entry;
  values.about = about(shown);
  CW_TRY_ASSIGN(values.owners, m_registry.accounts().owners(shown.name));
  return html_answer(200, registry_pages::crate_page(site, values));
}

Result<HttpAnswer> PageAnswers::proof(const Log& log, std::uint64_t entry)
{
  registry_tlog::LogDirectory files(m_env.fs, m_registry.public_directory());
  registry_tlog::TileReader reader(log.checkpoint, files);
  CW_TRY_ASSIGN(const registry_tlog::LogProof proof, registry_tlog::prove(entry, reader, log.note));
  return HttpAnswer{
      .status = 200, .type = "text/plain; charset=utf-8", .body = registry_tlog::to_text(proof), .etag = {}, .cache_control = "no-cache"};
}

Result<PageAnswers::Log> PageAnswers::read_log() const
{
  CW_TRY_ASSIGN(std::string bytes, m_env.fs.read(m_registry.public_directory() / "checkpoint"));
  CW_TRY_ASSIGN(const registry_tlog::SignedNote note, registry_tlog::parse_note(bytes));
  CW_TRY_ASSIGN(registry_tlog::Checkpoint checkpoint, registry_tlog::parse_checkpoint(note.text));
  return Log{.note = std::move(bytes), .checkpoint = std::move(checkpoint)};
}

Result<std::vector<IndexEntry>> PageAnswers::index_of(std::string_view name) const
{
  CW_TRY_ASSIGN(const std::string index, m_registry.index_file(name));
  std::vector<IndexEntry> entries;
  for (const std::string_view line : base::split(index, '\n')) {
    if (!line.empty()) {
      CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(line));
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

Result<const PageAnswers::Bundle*> PageAnswers::bundle(const Log& log, std::uint64_t index)
{
  const unsigned width = width_of(index, log.checkpoint.size);
  if (const auto kept = m_bundles.find(index); kept != m_bundles.end() && kept->second.width == width) {
    return &kept->second;
  }
  registry_tlog::LogDirectory files(m_env.fs, m_registry.public_directory());
  registry_tlog::TileReader reader(log.checkpoint, files);
  const std::uint64_t begin = index * k_tile_width;
  CW_TRY_ASSIGN(const std::vector<std::string> entries, reader.entries({.begin = begin, .end = begin + width}));
  Bundle read{.width = width, .publications = {}};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CW_TRY_ASSIGN(const registry_tlog::SignedNote note, registry_tlog::parse_note(entries[i]));
    CW_TRY_ASSIGN(const registry_trust::Statement statement, registry_trust::parse_statement(note.text));
    if (const auto* const publish = std::get_if<registry_trust::PublishStatement>(&statement);
        publish != nullptr && !note.signatures.empty()) {
      read.publications.emplace(begin + i, Publication{.statement = *publish, .first = note.signatures[0]});
    }
    if (const auto* const import = std::get_if<registry_trust::ImportStatement>(&statement);
        import != nullptr && !note.signatures.empty()) {
      registry_trust::PublishStatement seen;
      seen.name = import->name;
      seen.version = import->version;
      seen.user = "";
      seen.time = import->time;
      read.publications.emplace(begin + i,
                                Publication{.statement = std::move(seen), .first = note.signatures[0], .upstream = import->upstream});
    }
  }
  if (m_bundles.size() >= k_kept_bundles) {
    m_bundles.clear();
  }
  return &(m_bundles[index] = std::move(read));
}

Result<std::optional<LoggedBy>> PageAnswers::logged(const Log& log, std::uint64_t entry)
{
  if (entry >= log.checkpoint.size) {
    return std::nullopt;
  }
  const std::uint64_t index = entry / k_tile_width;
  CW_TRY_ASSIGN(const Bundle* const in, bundle(log, index));
  const auto found = in->publications.find(entry);
  if (found == in->publications.end()) {
    return std::nullopt;
  }
  const auto& [statement, first, upstream] = found->second;
  LoggedBy by{.entry = entry,
              .time = statement.time,
              .user = statement.user.value_or(""),
              .key = {},
              .bundle = registry_tlog::bundle_path(index, in->width),
              .oci_manifest = {},
              .upstream = upstream};
  if (statement.oci_manifest) {
    by.oci_manifest = base::to_hex(*statement.oci_manifest);
  }
  if (!statement.user) {
    by.key = fmt::format("{}+{:08x}", first.name, first.key_id);
    CW_TRY_ASSIGN(const std::vector<PublisherKey> keys, m_registry.accounts().keys_like(first.name, first.key_id));
    by.user = keys.size() == 1 ? keys[0].user : "";
  }
  return std::optional(std::move(by));
}

std::optional<registry_pages::ComponentValues> PageAnswers::component(std::string_view crate, const base::Sha256& manifest)
{
  const std::string key = fmt::format("{} {}", crate, base::to_hex(manifest));
  if (const auto kept = m_components.find(key); kept != m_components.end()) {
    return kept->second;
  }
  const base::Path& directory = m_registry.public_directory();
  const auto repository = registry_oci::component_repository(m_registry.federation().name, crate);
  const auto text = repository ? m_env.fs.read_if_exists(directory / registry_oci::manifest_path(*repository, manifest))
                               : Result<std::optional<std::string>>(std::nullopt);
  const auto parsed = text && *text ? registry_oci::parse_manifest(**text) : fail(Error());
  const auto config = parsed ? m_env.fs.read_if_exists(directory / registry_oci::blob_path(*repository, parsed->config.digest))
                             : Result<std::optional<std::string>>(std::nullopt);
  const auto wasm = config && *config ? registry_oci::parse_wasm_config(**config) : fail(Error());
  if (!wasm) {
    return std::nullopt;
  }
  registry_pages::ComponentValues values;
  values.package = *repository;
  values.package[values.package.find('/')] = ':';
  values.manifest = registry_oci::manifest_path(*repository, manifest);
  values.is_component = wasm->component.has_value();
  if (wasm->component) {
    values.imports = wasm->component->imports;
    values.exports = wasm->component->exports;
  }
  const auto layer =
      parsed->layers.empty() ? fail(Error()) : m_env.fs.map(directory / registry_oci::blob_path(*repository, parsed->layers[0].digest));
  if (!layer) {
    return std::nullopt;
  }
  values.layer = registry_oci::blob_path(*repository, parsed->layers[0].digest);
  values.layer_bytes = layer->bytes().size();
  const base::Path file = layer->path();
  const wasm::Provenance made = wasm::read_provenance(wasm::Source(file, layer->bytes()));
  values.build_record = made.build_record ? base::to_hex(*made.build_record) : "";
  for (const wasm::NamedTool& tool : made.tools) {
    values.tools.push_back({.name = tool.name, .version = tool.version});
  }
  if (m_components.size() >= k_kept_components) {
    m_components.clear();
  }
  return m_components[key] = std::move(values);
}

Result<VersionValues> PageAnswers::version(const Log& log, IndexEntry entry, const std::vector<registry_trust::Revocation>& revocations)
{
  constexpr std::string_view k_key_target = "key ";
  VersionValues values{.entry = std::move(entry), .archive_bytes = {}, .logged = {}, .revocation = {}, .component = {}};
  CW_TRY_ASSIGN(const std::optional<base::FileStat> archive,
                m_env.fs.stat(m_registry.public_directory() / "crates" / (values.entry.checksum + ".crate")));
  if (archive) {
    values.archive_bytes = archive->size_bytes;
  }
  if (values.entry.log_entry) {
    CW_TRY_ASSIGN(values.logged, logged(log, *values.entry.log_entry));
  }
  if (values.logged && values.logged->oci_manifest) {
    values.component = component(values.entry.name, *base::parse_sha256(*values.logged->oci_manifest));
  }
  // A revocation has the whole key, a signature its name and id.
  std::string key;
  for (const registry_trust::Revocation& one : revocations) {
    const std::string& target = one.statement.target;
    if (values.logged && !values.logged->key.empty() && target.starts_with(fmt::format("{}{}+", k_key_target, values.logged->key))) {
      key = target.substr(k_key_target.size());
    }
  }
  const registry_trust::Revocation* const revocation =
      registry_trust::find_revocation(revocations,
                                      {.name = values.entry.name,
                                       .version = values.entry.version,
                                       .archive = base::parse_sha256(values.entry.checksum).value_or(base::Sha256{}),
                                       .key = key,
                                       .entry = values.entry.log_entry.value_or(0)});
  if (revocation != nullptr) {
    values.revocation = *revocation;
  }
  return values;
}

PackageAbout PageAnswers::about(const IndexEntry& entry)
{
  if (const auto kept = m_abouts.find(entry.checksum); kept != m_abouts.end()) {
    return kept->second;
  }
  const auto read = [&]() -> Result<PackageAbout> {
    const std::string prefix = fmt::format("{}-{}", entry.name, entry.version);
    CW_TRY_ASSIGN(const std::string archive, m_env.fs.read(m_registry.public_directory() / "crates" / (entry.checksum + ".crate")));
    CW_TRY_ASSIGN(const ArchiveFiles files, ArchiveFiles::read(archive, prefix));
    manifest::ReadOptions options;
    options.source = spec::SourceId::for_registry(m_registry.canonical());
    CW_TRY_ASSIGN(const std::shared_ptr<const manifest::Manifest> manifest,
                  manifest::read_manifest(files, base::Path("/" + prefix) / "Cargo.toml", options));
    const manifest::PackageInfo& info = manifest->info;
    PackageAbout about{.description = info.description.value_or(""),
                       .license = info.license.value_or(info.license_file.value_or("")),
                       .repository = info.repository.value_or(""),
                       .homepage = info.homepage.value_or(""),
                       .documentation = info.documentation.value_or(""),
                       .keywords = info.keywords};
    CW_TRY_ASSIGN(const std::optional<std::string> vcs_info, files.read_if_exists(base::Path("/" + prefix) / ".cargo_vcs_info.json"));
    add_commit(vcs_info.value_or(""), about);
    return about;
  }();
  if (!read) {
    return {}; // the archive is damaged or away; the page says how large it is, or that it is missing
  }
  if (m_abouts.size() >= k_kept_abouts) {
    m_abouts.clear();
  }
  return m_abouts[entry.checksum] = *read;
}

} // namespace cargo_wasm::registry_server
