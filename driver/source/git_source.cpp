#include "git_source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "cargo_hash.hpp"
#include "git_fetch.hpp"
#include "package_reader.hpp"

namespace cargo_wasm::source {

namespace {

constexpr std::string_view k_whole_mark = ".cargo-ok";
/// Submodules of submodules; a repository that contains itself must end somewhere.
constexpr int k_max_submodule_depth = 16;
constexpr std::size_t k_commit_digits = 40;

bool is_commit_id(std::string_view text)
{
  return text.size() == k_commit_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The commit that is checked out, from `.git/HEAD` and at most one loose branch; empty when it is written otherwise.
std::string head_of(const base::ReadOnlyFilesystem& fs, const base::Path& checkout)
{
  constexpr std::string_view k_symbolic = "ref: ";
  auto head = fs.read_if_exists(checkout / ".git" / "HEAD");
  if (head && *head && (*head)->starts_with(k_symbolic)) {
    head = fs.read_if_exists(checkout / ".git" / base::trim(std::string_view(**head).substr(k_symbolic.size())));
  }
  return head && *head ? std::string(base::trim(**head)) : std::string();
}

} // namespace

std::string revision_of(const spec::GitReference& reference)
{
  using Kind = spec::GitReference::Kind;
  switch (reference.kind) {
  case Kind::branch:
    return "refs/remotes/origin/" + reference.name;
  case Kind::tag:
    return "refs/remotes/origin/tags/" + reference.name;
  case Kind::default_branch:
    return "refs/remotes/origin/HEAD";
  case Kind::rev:
    return reference.name;
  }
  return {};
}

std::string absolute_submodule_url(std::string_view parent, std::string_view url)
{
  if (!url.starts_with("./") && !url.starts_with("../")) {
    return std::string(url);
  }
  std::string base(parent);
  while (base.ends_with('/')) {
    base.pop_back();
  }
  const std::size_t scheme = base.find("://");
  const std::size_t root = base.find_first_of(scheme == std::string::npos ? ":" : "/", scheme == std::string::npos ? 0 : scheme + 3);
  for (;;) {
    if (url.starts_with("./")) {
      url.remove_prefix(2);
    } else if (url.starts_with("../")) {
      url.remove_prefix(3);
      const std::size_t slash = base.rfind('/');
      if (slash != std::string::npos && root != std::string::npos && slash >= root) {
        base.resize(slash);
      }
    } else {
      return base + "/" + std::string(url);
    }
  }
}

Result<GitSource::Revision> GitSource::bring(spec::SourceId source, std::string_view fetch_url, bool is_submodule)
{
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  Revision out;
  out.database = m_session.git_directory("db", git_directory_name(source));
  const bool is_locked = is_commit_id(source.precise());
  const std::string revision = is_locked ? source.precise() : revision_of(source.git_reference());
  const bool exists = git->is_repository(out.database);
  if (exists && (is_locked || m_session.offline())) {
    CW_TRY_ASSIGN(const auto known, git->resolve(out.database, revision));
    if (known) {
      out.commit = *known;
      return out;
    }
  }
  if (m_session.offline()) {
    return fail(Error("CW0461", fmt::format("`{}` is not here, and the network may not be used", source.display()), Blame::environment)
                    .note(fmt::format("{} is in effect", m_session.offline_reason()))
                    .help(fmt::format("run `cargo-wasm fetch` once without {}", m_session.offline_reason())));
  }
  m_session.reporter().status("Updating",
                              fmt::format("git {} `{}`", is_submodule ? "submodule" : "repository", url_without_secrets(fetch_url)));
  CW_TRY(fetch_repository(m_session, out.database, fetch_url, plan_fetch(source.git_reference(), source.precise())));
  CW_TRY_ASSIGN(auto found, git->resolve(out.database, revision));
  if (!found && exists) {
    // The database may be damaged; a new one is the only repair.
    CW_TRY(m_session.fs().remove_all(out.database));
    CW_TRY(fetch_repository(m_session, out.database, fetch_url, plan_fetch(source.git_reference(), source.precise())));
    CW_TRY_ASSIGN(found, git->resolve(out.database, revision));
  }
  if (!found) {
    using Kind = spec::GitReference::Kind;
    const auto& reference = source.git_reference();
    const std::string what = is_locked                        ? fmt::format("commit `{}`", source.precise())
                             : reference.kind == Kind::branch ? fmt::format("branch `{}`", reference.name)
                             : reference.kind == Kind::tag    ? fmt::format("tag `{}`", reference.name)
                             : reference.kind == Kind::rev    ? fmt::format("revision `{}`", reference.name)
                                                              : std::string("default branch");
    return fail(Error("CW0464", fmt::format("`{}` has no {}", url_without_secrets(fetch_url), what))
                    .help(is_locked ? "the lock file names it; if history was rewritten, run `cargo-wasm update` for this package"
                                    : "correct `branch`, `tag` or `rev` of the dependency"));
  }
  out.commit = *found;
  return out;
}

Result<> GitSource::check_out(const Revision& revision, const base::Path& directory, std::string_view url, int depth)
{
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  auto& fs = m_session.fs();
  const auto mark = directory / k_whole_mark;
  if (fs.exists(mark) && git->is_repository(directory)) {
    if (const auto head = git->resolve(directory, "HEAD"); head && *head == revision.commit) {
      return {};
    }
  }
  CW_TRY(fs.remove_all(directory));
  CW_TRY(fs.create_directories(directory.parent_path()));
  CW_TRY(git->checkout(revision.database, revision.commit, directory));
  CW_TRY(fs.remove(mark)); // one that the repository itself carries says nothing
  CW_TRY(update_submodules(directory, url, depth));
  return fs.write_atomic(mark, "");
}

Result<> GitSource::update_submodules(const base::Path& checkout, std::string_view url, int depth)
{
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  CW_TRY_ASSIGN(const auto submodules, git->submodules(checkout));
  for (const auto& submodule : submodules) {
    if (submodule.skipped) {
      m_session.reporter().status("Skipping", fmt::format("git submodule `{}` due to update strategy in .gitmodules", submodule.url));
      continue;
    }
    if (submodule.head.empty()) {
      continue;
    }
    const auto in_context = [&](Error error) {
      return fail(std::move(error).during(fmt::format("while fetching submodule `{}` of `{}`", submodule.name, url_without_secrets(url))));
    };
    const auto inside = (checkout / submodule.path).lexically_normal().lexically_relative(checkout.lexically_normal());
    if (submodule.path.is_absolute() || inside.empty() || inside.begin()->string() == ".." || depth >= k_max_submodule_depth) {
      return in_context(Error("CW0465", fmt::format("submodule path `{}` cannot be followed", submodule.path.string()))
                            .note("it leaves the repository, or submodules are nested too deeply"));
    }
    const std::string child_url = absolute_submodule_url(url, submodule.url);
    const auto child = spec::SourceId::for_git(child_url, {spec::GitReference::Kind::rev, submodule.head}).with_precise(submodule.head);
    auto revision = bring(child, child_url, true);
    if (!revision) {
      return in_context(std::move(revision).error());
    }
    if (auto done = check_out(*revision, checkout / submodule.path, child_url, depth + 1); !done) {
      return in_context(std::move(done).error());
    }
  }
  return {};
}

std::optional<base::Path> GitSource::existing_checkout() const
{
  if (!is_commit_id(m_source.precise())) {
    return std::nullopt;
  }
  const auto directory = m_session.git_directory("checkouts", git_directory_name(m_source));
  const auto entries = m_session.fs().list(directory);
  for (const auto& entry : entries ? *entries : std::vector<base::DirectoryEntry>{}) {
    auto checkout = directory / entry.name;
    if (m_source.precise().starts_with(entry.name) && m_session.fs().exists(checkout / k_whole_mark)) {
      if (head_of(m_session.fs(), checkout) == m_source.precise()) {
        return checkout;
      }
    }
  }
  return std::nullopt;
}

Result<std::vector<manifest::PackagePtr>> GitSource::load()
{
  CW_TRY(m_session.lock());
  if (const auto checkout = existing_checkout()) {
    return read_packages_below(m_session, *checkout, m_source);
  }
  CW_TRY_ASSIGN(const auto revision, bring(m_source, m_source.url(), false));
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  CW_TRY_ASSIGN(const auto short_id, git->short_id(revision.database, revision.commit));
  const auto directory = m_session.git_directory("checkouts", git_directory_name(m_source)) / short_id;
  CW_TRY(check_out(revision, directory, m_source.url(), 0));
  return read_packages_below(m_session, directory, m_source.with_precise(revision.commit));
}

} // namespace cargo_wasm::source
