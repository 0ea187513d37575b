#include "crate_store.hpp"

#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/processors.hpp>

namespace cargo_wasm::source {

namespace {

constexpr std::string_view k_unpacked_mark = ".cargo-ok";
constexpr std::string_view k_unpacked_content = R"({"v":1})";

/// Files that `cargo package` makes carry no time of their own; cargo gives them this one (sources/registry/mod.rs).
constexpr std::string_view k_generated_files[] = {"Cargo.lock", "Cargo.toml", ".cargo_vcs_info.json"};
constexpr std::int64_t k_generated_mtime_ns = std::int64_t{1153704088} * 1'000'000'000;

std::string directory_name(InternedString name, const spec::Version& version)
{
  return fmt::format("{}-{}", name.view(), spec::to_string(version));
}

std::string directory_name(spec::PackageId id)
{
  return directory_name(id.name(), id.version());
}

} // namespace

CrateStore::CrateStore(Session& session, spec::SourceId registry, std::string name, base::Path archives, base::ArchiveRules rules)
    : m_session(session), m_registry(registry), m_archives(std::move(archives)), m_trees(session.registry_directory("src", name)),
      m_rules(rules)
{
}

CrateStore::~CrateStore() = default;

base::Path CrateStore::directory_of(spec::PackageId id) const
{
  return m_trees / directory_name(id);
}
base::Path CrateStore::archive_of(spec::PackageId id) const
{
  return m_archives / (directory_name(id) + ".crate");
}

bool CrateStore::is_downloaded(InternedString name, const spec::Version& version)
{
  if (!m_listed) {
    m_listed.emplace();
    if (auto entries = m_session.fs().list(m_archives)) {
      for (auto& entry : *entries) {
        m_listed->try_emplace(std::move(entry.name));
      }
    }
  }
  const std::string file = directory_name(name, version) + ".crate";
  const auto found = m_listed->find(file);
  if (found == m_listed->end()) {
    return false;
  }
  if (!found->second) {
    const auto stat = m_session.fs().stat(m_archives / file);
    found->second = stat && *stat && (*stat)->size_bytes > 0;
  }
  return *found->second;
}

bool CrateStore::is_unpacked(spec::PackageId id) const
{
  const auto mark = m_session.fs().read_if_exists(directory_of(id) / k_unpacked_mark);
  return mark && *mark && **mark == k_unpacked_content;
}

bool CrateStore::needs_archive(const Wanted& want)
{
  if (m_unpacks && is_unpacked(want.id)) {
    return false;
  }
  const auto archive = archive_of(want.id);
  const auto bytes = m_session.fs().read_if_exists(archive);
  if (!bytes || !*bytes || (*bytes)->empty()) {
    return true;
  }
  if (!want.checksum || base::to_hex(base::sha256(**bytes)) == *want.checksum) {
    return false;
  }
  m_session.reporter().warning(
      Error("CW0423", fmt::format("the archive of `{}` was changed after it was downloaded", want.id.display()), Blame::integrity)
          .note(fmt::format("it was `{}`", archive.string()))
          .note("it is removed, and nothing was unpacked from it"));
  (void)m_session.fs().remove(archive); // where that is not possible, writing the new one says why
  m_listed.reset();
  return true;
}

Result<> CrateStore::unpack_one(spec::PackageId id) const
{
  auto& fs = m_session.fs();
  const auto directory = directory_of(id);
  CW_TRY(fs.remove_all(directory));
  CW_TRY(fs.create_directories(m_trees));
  if (auto unpacked = base::unpack_crate(fs, archive_of(id), directory_name(id), m_trees, m_rules); !unpacked) {
    Error error = std::move(unpacked).error();
    if (error.blame == Blame::integrity) {
      error.helps.emplace_back("this is what the registry hands out, and nothing of it is used: take another version, and tell the author");
    }
    return fail(std::move(error).during(fmt::format("while unpacking `{}`", id.display())));
  }
  for (const auto name : k_generated_files) {
    if (fs.is_file(directory / name)) {
      CW_TRY(fs.set_mtime_ns(directory / name, k_generated_mtime_ns));
    }
  }
  return fs.write_atomic(directory / k_unpacked_mark, k_unpacked_content);
}

Result<> CrateStore::unpack(std::span<const Wanted> wanted)
{
  std::vector<spec::PackageId> packed;
  for (const auto& want : wanted) {
    if (m_unpacks && !is_unpacked(want.id)) {
      packed.push_back(want.id);
    }
  }
  if (packed.empty()) {
    return {};
  }
  CW_TRY(m_session.lock());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> first_error;
  const auto work = [&] {
    for (std::size_t i = next++; i < packed.size(); i = next++) {
      if (auto done = unpack_one(packed[i]); !done) {
        const std::lock_guard guard(mutex);
        if (!first_error) {
          first_error = std::move(done).error();
        }
        next = packed.size();
      }
    }
  };
  {
    const std::size_t helpers = std::min<std::size_t>(base::usable_processors(), packed.size()) - 1;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < helpers; ++i) {
      threads.emplace_back(work);
    }
    work();
  }
  if (first_error) {
    return fail(std::move(*first_error));
  }
  return {};
}

} // namespace cargo_wasm::source
