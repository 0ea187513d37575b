// `cargo-wasm registry mirror`: of another registry, exactly what a set of lock files names.
//
//   DIR/public/crates/SHA256.crate    archives
//   DIR/public/aa/bb/NAME             index: the lines of these versions alone, as the other registry has them, by version
//   DIR/public/config.json            `dl` is the mirror itself
//   DIR/private/lock-mirror.json      of what it is a copy
//
// Only locked versions are listed, because a line without its archive would be chosen by the next `cargo update` and then be missing. The
// same lock files make the same bytes, in whatever order they came. Archives come first, then lines, then config.json: what can be found is
// there. Where DIR is a registry (`registry init`), its writer takes the same lines in, as statements of its log.
#include <cargo_wasm/ops/mirror_verbs.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/lockfile.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_server/published_crate.hpp>
#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/source/registry_copy.hpp>

namespace cargo_wasm::ops {

namespace {

using source::CopiedVersion;

constexpr std::string_view k_crates_io_name = "crates.io";
/// Notes of a message that lists packages.
constexpr std::size_t k_most_listed = 20;
/// For the process that has the registry: it reads each archive once more.
constexpr std::chrono::minutes k_import_patience{10};

tl::unexpected<Error> refuse_mirror(std::string message, std::string help)
{
  return fail(Error("CW1127", std::move(message), Blame::usage).help(std::move(help)));
}

struct CopyOf
{
  std::string from; ///< "crates.io", or an address with its slash
  std::string url;  ///< empty for a registry, which has its own

  [[nodiscard]] spec::SourceId source() const
  {
    return from == k_crates_io_name ? spec::SourceId::crates_io() : spec::SourceId::for_registry("sparse+" + from);
  }
};

Result<CopyOf> what_is_copied(const Env& env, const RegistryMirrorRequest& request, bool has_log)
{
  const Path file = request.directory / "private" / "lock-mirror.json";
  CW_TRY_ASSIGN(const std::optional<std::string> text, env.fs.read_if_exists(file));
  const nlohmann::json kept = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json::object();
  const auto member = [&](const char* name) {
    return kept.is_object() && kept.contains(name) && kept[name].is_string() ? kept[name].get<std::string>() : std::string();
  };
  CopyOf copy{.from = member("from"), .url = member("url")};
  const std::string before = copy.from;
  if (!request.from.empty()) {
    const std::optional<std::string> address = request.from == k_crates_io_name ? request.from : web_address(request.from);
    if (!address) {
      return refuse_mirror(fmt::format("`{}` is not a registry", request.from), "`--from crates.io`, or the address of a sparse index");
    }
    copy.from = *address;
  }
  if (copy.from.empty()) {
    return refuse_mirror("of which registry?", "`--from crates.io`, or the address of a sparse index");
  }
  if (!before.empty() && before != copy.from) {
    return refuse_mirror(fmt::format("`{}` is a copy of {}", request.directory.native(), before),
                         "one directory a registry: names of two would be taken for one another");
  }
  if (!request.url.empty()) {
    const std::optional<std::string> address = web_address(request.url);
    if (!address || has_log) {
      return refuse_mirror(address ? fmt::format("the registry in `{}` has its address", request.directory.native())
                                   : fmt::format("`{}` is not an address of the web", request.url),
                           address ? "leave `--url` out" : "`--url https://mirror.example/`");
    }
    copy.url = *address;
  }
  if (!has_log && copy.url.empty()) {
    return refuse_mirror("at which address will the mirror be served?",
                         "`--url https://mirror.example/`: it stands in its `config.json`, and can be changed later");
  }
  return copy;
}

/// What lock files want of one registry.
struct WantedByLocks
{
  std::map<std::pair<std::string, spec::Version>, std::string> versions; ///< checksums; empty where the lock has none
  std::set<std::string> left_out;                                        ///< of other sources
};

Error checksum_differs(const std::string& name, const spec::Version& version)
{
  return Error("CW1126", fmt::format("the checksum of `{} v{}` differs", name, to_string(version)), Blame::integrity);
}

Result<WantedByLocks> read_locks(const Env& env, std::span<const Path> files, spec::SourceId source)
{
  WantedByLocks wanted;
  for (const Path& file : files) {
    CW_TRY_ASSIGN(std::string text, env.fs.read(file));
    CW_TRY_ASSIGN(const manifest::Lockfile lock, manifest::parse_lockfile(file, std::move(text)));
    for (const manifest::LockedPackage& package : lock.packages) {
      if (!package.source) {
        continue; // of the project itself
      }
      CW_TRY_ASSIGN(const spec::SourceId from, spec::SourceId::parse(*package.source));
      if (from.without_precise() != source) {
        wanted.left_out.insert(fmt::format("`{} v{}` of {}", package.name, package.version, from.display()));
        continue;
      }
      CW_TRY_ASSIGN(spec::Version version, spec::parse_version(package.version));
      if (const auto why = registry_server::why_not_a_name(package.name)) {
        return fail(Error("CW1122", fmt::format("`{}` is not the name of a crate", package.name))
                        .note(*why)
                        .during(fmt::format("while reading `{}`", file.native())));
      }
      std::string& checksum = wanted.versions[{package.name, version}];
      if (package.checksum && !checksum.empty() && checksum != *package.checksum) {
        return fail(checksum_differs(package.name, version)
                        .note(fmt::format("`{}` says      `{}`", file.native(), *package.checksum))
                        .note(fmt::format("another lock file says `{}`", checksum))
                        .help("find out which one was tampered with; nothing was changed"));
      }
      checksum = package.checksum.value_or(checksum);
    }
  }
  return wanted;
}

void tell_left_out(const Env& env, const std::set<std::string>& left_out, const std::string& from)
{
  if (left_out.empty()) {
    return;
  }
  Error warning("CW1128",
                fmt::format("{} {} not of {}, and not in the mirror",
                            left_out.size(),
                            left_out.size() == 1 ? "locked package is" : "locked packages are",
                            from));
  for (const std::string& one : left_out) {
    if (warning.notes.size() == k_most_listed) {
      warning.notes.push_back(fmt::format("and {} more", left_out.size() - k_most_listed));
      break;
    }
    warning.notes.push_back(one);
  }
  env.reporter.warning(std::move(warning).help("repositories: `cargo-wasm vendor` copies them, too; other registries: a mirror of each"));
}

/// The index files of the mirror as they are, and as they will be.
class IndexLines
{
public:
  IndexLines(base::Filesystem& fs, Path directory) : m_fs(fs), m_public(std::move(directory)) {}

  /// What is there of a version.
  Result<std::optional<registry_protocol::IndexEntry>> find(const std::string& name, const spec::Version& version)
  {
    CW_TRY_ASSIGN(const auto* const lines, lines_of(name));
    const auto found = lines->find(version);
    if (found == lines->end()) {
      return std::optional<registry_protocol::IndexEntry>();
    }
    CW_TRY_ASSIGN(registry_protocol::IndexEntry entry, registry_protocol::parse_index_entry(found->second));
    return std::optional(std::move(entry));
  }
  void add(const std::string& name, const spec::Version& version, std::string line)
  {
    m_files[name][version] = std::move(line);
    m_changed.insert(name);
  }
  Result<> write()
  {
    for (const std::string& name : m_changed) {
      std::string text;
      for (const auto& [version, line] : m_files[name]) {
        text += line + "\n";
      }
      CW_TRY(m_fs.write_atomic(m_public / registry_protocol::index_path(name), text));
    }
    return {};
  }

private:
  using Lines = std::map<spec::Version, std::string>;

  Result<const Lines*> lines_of(const std::string& name)
  {
    const auto [slot, fresh] = m_files.try_emplace(name);
    if (fresh) {
      CW_TRY_ASSIGN(const auto text, m_fs.read_if_exists(m_public / registry_protocol::index_path(name)));
      const std::string lines = text.value_or("");
      for (const std::string_view line : base::split(lines, '\n')) {
        if (!line.empty()) {
          CW_TRY_ASSIGN(const auto head, registry_protocol::parse_index_head(line));
          CW_TRY_ASSIGN(spec::Version version, spec::parse_version(head.version));
          slot->second.emplace(std::move(version), line);
        }
      }
    }
    return &slot->second;
  }

  base::Filesystem& m_fs;
  Path m_public;
  std::map<std::string, Lines> m_files;
  std::set<std::string> m_changed;
};

/// The lines of what is missing, compared with the lock files; their checksums are filled in.
Result<std::vector<std::string>> fetch_lines(source::RegistryCopier& copier, std::vector<CopiedVersion>& missing, const std::string& from)
{
  CW_TRY_ASSIGN(const auto lines, copier.lines(missing));
  Error lacking("CW1122", fmt::format("{} lacks what a lock file names", from));
  std::size_t count = 0;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    CopiedVersion& one = missing[i];
    const auto entry = lines[i] ? registry_protocol::parse_index_entry(*lines[i]) : Result<registry_protocol::IndexEntry>(fail(Error()));
    if (!entry || entry->name != one.name) {
      if (++count <= k_most_listed) {
        lacking.notes.push_back(fmt::format("`{} v{}`", one.name, to_string(one.version)));
      }
      continue;
    }
    const auto hash = base::parse_sha256(entry->checksum);
    if (!hash || base::to_hex(*hash) != entry->checksum || (!one.checksum.empty() && one.checksum != entry->checksum)) {
      return fail(checksum_differs(one.name, one.version)
                      .note(fmt::format("the lock file says `{}`", one.checksum.empty() ? "nothing" : one.checksum))
                      .note(fmt::format("{} says `{}`", from, entry->checksum))
                      .help("a version never changes: find out which of the two was tampered with; nothing was changed"));
    }
    one.checksum = entry->checksum;
    out.push_back(*lines[i]);
  }
  if (count == 0) {
    return out;
  }
  if (count > k_most_listed) {
    lacking.notes.push_back(fmt::format("and {} more", count - k_most_listed));
  }
  if (copier.read_from() != spec::SourceId::crates_io() && from == k_crates_io_name) {
    lacking.notes.push_back(fmt::format("it is read from {}", copier.read_from().display()));
  }
  return fail(std::move(lacking).help("nothing was changed; run `cargo-wasm update` for these packages in the project of the lock file"));
}

std::string source_replacement(const CopyOf& copy, const std::string& url)
{
  const std::string mirror = fmt::format("[source.mirror]\nregistry = \"sparse+{}\"\n", url);
  return copy.from == k_crates_io_name
             ? fmt::format("[source.crates-io]\nreplace-with = \"mirror\"\n\n{}", mirror)
             : fmt::format("[source.upstream]\nregistry = \"sparse+{}\"\nreplace-with = \"mirror\"\n\n{}", copy.from, mirror);
}

Result<std::string> address_of_registry(const base::Filesystem& fs, const Path& directory)
{
  CW_TRY_ASSIGN(const std::string text, fs.read(directory / "private" / "registry.json"));
  const nlohmann::json settings = nlohmann::json::parse(text, nullptr, false);
  const std::string url = settings.is_object() ? settings.value("base_url", "") : "";
  return !url.empty() ? Result<std::string>(url)
                      : refuse_mirror(fmt::format("the registry in `{}` has no address yet", directory.native()),
                                      "make it with `registry init --url https://mirror.example/`, or serve it once");
}

} // namespace

Result<> registry_mirror(const Env& env, const RegistryMirrorRequest& request)
{
  const Path public_directory = request.directory / "public";
  const bool has_log = env.fs.exists(request.directory / "private" / "registry.json");
  if (!has_log && env.fs.exists(public_directory / "checkpoint")) {
    return refuse_mirror(fmt::format("`{}` is a mirror that follows a registry's log", request.directory.native()),
                         "`cargo-wasm registry sync` brings it up to date; take another directory for lock files");
  }
  if (request.locks.empty()) {
    return refuse_mirror("what is to be in the mirror?", "`--lock Cargo.lock`, as often as there are projects");
  }
  CW_TRY_ASSIGN(CopyOf copy, what_is_copied(env, request, has_log));
  if (has_log) {
    CW_TRY_ASSIGN(copy.url, address_of_registry(env.fs, request.directory));
  }
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {.config_arguments = request.config_arguments}));
  CW_TRY_ASSIGN(const WantedByLocks wanted, read_locks(env, request.locks, copy.source()));
  CW_TRY(env.fs.create_directories(request.directory / "private"));
  CW_TRY_ASSIGN(const auto lock, env.fs.lock(request.directory / "private" / "lock-mirror", base::LockMode::exclusive, [&] {
    env.reporter.status("Blocking", fmt::format("waiting for another process that fills `{}`", request.directory.native()));
  }));
  tell_left_out(env, wanted.left_out, copy.from);
  IndexLines index(env.fs, public_directory);
  std::vector<CopiedVersion> missing, damaged;
  for (const auto& [version, checksum] : wanted.versions) {
    CW_TRY_ASSIGN(const auto entry, index.find(version.first, version.second));
    if (!entry) {
      missing.push_back({.name = version.first, .version = version.second, .checksum = checksum});
      continue;
    }
    if (!checksum.empty() && entry->checksum != checksum) {
      return fail(checksum_differs(version.first, version.second)
                      .note(fmt::format("the lock file says `{}`", checksum))
                      .note(fmt::format("the mirror has     `{}`", entry->checksum))
                      .help("a version never changes: find out which of the two was tampered with; nothing was changed"));
    }
    CW_TRY_ASSIGN(const auto archive, env.fs.read_if_exists(public_directory / "crates" / (entry->checksum + ".crate")));
    if (!archive || base::to_hex(base::sha256(*archive)) != entry->checksum) {
      damaged.push_back({.name = version.first, .version = version.second, .checksum = entry->checksum});
    }
  }
  CW_TRY_ASSIGN(const auto copier, source::RegistryCopier::open(env, *config, copy.source()));
  CW_TRY_ASSIGN(const std::vector<std::string> lines, fetch_lines(*copier, missing, copy.from));
  std::vector<CopiedVersion> archives = missing;
  archives.insert(archives.end(), damaged.begin(), damaged.end());
  CW_TRY_ASSIGN(const std::vector<Path> files, copier->archives(archives));
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CW_TRY_ASSIGN(const std::string archive, env.fs.read(files[i]));
    if (base::to_hex(base::sha256(archive)) != archives[i].checksum) {
      return fail(
          checksum_differs(archives[i].name, archives[i].version).note(fmt::format("`{}` was changed just now", files[i].native())));
    }
    bytes += archive.size();
    CW_TRY(env.fs.write_atomic(public_directory / "crates" / (archives[i].checksum + ".crate"), archive));
  }
  if (!archives.empty()) {
    CW_TRY(registry_tlog::bring_onto_disk(public_directory));
  }
  std::string logged;
  if (has_log) {
    std::string payload = copy.source().to_lock_string(false) + "\n";
    for (const std::string& line : lines) {
      payload += line + "\n";
    }
    if (!lines.empty()) {
      CW_TRY_ASSIGN(const registry_server::Recorded recorded,
                    registry_server::submit(env,
                                            request.directory,
                                            {.kind = registry_server::OperatorChangeKind::imported, .payload = std::move(payload)},
                                            k_import_patience));
      logged = fmt::format(", from entry {} of the log on", recorded.entry);
    }
  } else {
    for (std::size_t i = 0; i < missing.size(); ++i) {
      index.add(missing[i].name, missing[i].version, lines[i]);
    }
    CW_TRY(index.write());
    const nlohmann::ordered_json settings{{"dl", copy.url + "crates/{sha256-checksum}.crate"}};
    CW_TRY(env.fs.write_atomic(public_directory / "config.json", settings.dump() + "\n"));
  }
  const nlohmann::ordered_json kept{{"from", copy.from}, {"url", has_log ? "" : copy.url}};
  CW_TRY(env.fs.write_atomic(request.directory / "private" / "lock-mirror.json", kept.dump(1) + "\n"));
  env.reporter.status("Mirrored",
                      fmt::format("{} of {} in `{}`: {} new, {} mended ({}){}",
                                  wanted.versions.size() == 1 ? "1 version" : fmt::format("{} versions", wanted.versions.size()),
                                  copy.from,
                                  request.directory.native(),
                                  missing.size(),
                                  damaged.size(),
                                  base::human_bytes(bytes),
                                  logged));
  env.reporter.result(source_replacement(copy, copy.url));
  return {};
}

} // namespace cargo_wasm::ops
