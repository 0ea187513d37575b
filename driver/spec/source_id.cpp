// Interning: one table of values that are never freed, keyed by kind, git reference, canonical URL
// and precise part.
#include "url.hpp"

#include <cargo_wasm/spec/source_id.hpp>

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <unordered_map>

namespace cargo_wasm::spec {
namespace {

constexpr std::string_view k_crates_io_git_index = "https://github.com/rust-lang/crates.io-index";
constexpr std::string_view k_crates_io_name = "crates-io";
constexpr std::string_view k_sparse_prefix = "sparse+";
/// How much of a commit id people are shown.
constexpr std::size_t k_short_commit = 8;

std::string crates_io_sparse_index()
{
  return std::string("https://index.") + "crates.io/";
}

std::string_view protocol_of(SourceKind kind)
{
  switch (kind) {
  case SourceKind::path:
    return "path";
  case SourceKind::registry:
    return "registry";
  case SourceKind::sparse_registry:
    return "sparse";
  case SourceKind::local_registry:
    return "local-registry";
  case SourceKind::directory:
    return "directory";
  case SourceKind::git:
    return "git";
  }
  return "";
}

std::string query_of(const GitReference& reference, bool encoded)
{
  const std::string value = encoded ? form_encode(reference.name) : reference.name;
  switch (reference.kind) {
  case GitReference::Kind::tag:
    return "?tag=" + value;
  case GitReference::Kind::branch:
    return "?branch=" + value;
  case GitReference::Kind::rev:
    return "?rev=" + value;
  case GitReference::Kind::default_branch:
    return {};
  }
  return {};
}

GitReference reference_of_query(std::string_view query)
{
  GitReference out;
  for (auto& [key, value] : form_pairs(query)) {
    if (key == "branch" || key == "ref") { // `ref` is an old spelling of branch
      out = {GitReference::Kind::branch, std::move(value)};
    } else if (key == "rev") {
      out = {GitReference::Kind::rev, std::move(value)};
    } else if (key == "tag") {
      out = {GitReference::Kind::tag, std::move(value)};
    }
  }
  return out;
}

std::string shown_url(const std::string& url)
{
  const std::optional<base::Path> path = path_of_file_url(url);
  return path ? path->string() : url;
}

tl::unexpected<Error> bad_source(std::string_view text, std::string_view reason)
{
  return fail(Error("CW0265", fmt::format("`{}` is not a package source: {}", text, reason)));
}

} // namespace

SourceId SourceId::intern(Inner inner)
{
  // A deque keeps addresses; the map finds them. Both live as long as the process.
  struct Table
  {
    std::mutex mutex;
    std::deque<Inner> values;
    std::unordered_map<std::string, const Inner*> by_key;
  };
  static auto* const table = new Table();
  const std::string identity_key = fmt::format(
      "{}\n{}\n{}\n{}", static_cast<int>(inner.kind), static_cast<int>(inner.reference.kind), inner.reference.name, inner.canonical);
  const std::lock_guard lock(table->mutex);
  // What is in the table is never written again: other threads read it without the lock.
  const auto find_or_add = [&](const std::string& key, Inner&& value, const Inner* identity) {
    const auto [place, is_new] = table->by_key.try_emplace(key, nullptr);
    if (is_new) {
      Inner& added = table->values.emplace_back(std::move(value));
      added.identity = identity == nullptr ? &added : identity;
      place->second = &added;
    }
    return place->second;
  };
  Inner plain = inner;
  plain.precise.clear();
  const Inner* const identity = find_or_add(identity_key, std::move(plain), nullptr);
  if (inner.precise.empty()) {
    return SourceId(identity);
  }
  const std::string key = identity_key + "\n#" + inner.precise;
  return SourceId(find_or_add(key, std::move(inner), identity));
}

SourceId SourceId::make(SourceKind kind, std::string_view url, std::string_view registry_name, GitReference reference)
{
  Inner inner;
  inner.kind = kind;
  // cargo parses a sparse index's URL with its prefix, and no scheme with a `+` is one whose empty path reads as `/`: the text (and
  // with it the hash that names a directory) stays as it was written.
  const std::string_view prefix = kind == SourceKind::sparse_registry ? k_sparse_prefix : std::string_view{};
  const std::optional<Url> parsed = parse_url(std::string(prefix) + std::string(url));
  inner.url = parsed ? parsed->text().substr(prefix.size()) : std::string(url);
  inner.canonical = canonical_url(std::string(prefix) + inner.url).substr(prefix.size());
  inner.registry_name = std::string(registry_name);
  inner.reference = std::move(reference);
  inner.is_crates_io = (kind == SourceKind::registry && inner.url == k_crates_io_git_index) ||
                       (kind == SourceKind::sparse_registry && inner.url == crates_io_sparse_index());
  if (inner.is_crates_io) {
    inner.registry_name = std::string(k_crates_io_name);
  }
  return intern(std::move(inner));
}

SourceId SourceId::for_path(const base::Path& absolute_directory)
{
  return make(SourceKind::path, file_url(absolute_directory));
}

SourceId SourceId::for_git(std::string_view url, GitReference reference)
{
  return make(SourceKind::git, url, {}, std::move(reference));
}

SourceId SourceId::crates_io()
{
  static const SourceId id = make(SourceKind::registry, k_crates_io_git_index, k_crates_io_name);
  return id;
}

SourceId SourceId::for_registry(std::string_view index_url, std::string_view name)
{
  if (index_url.starts_with(k_sparse_prefix)) {
    return make(SourceKind::sparse_registry, index_url.substr(k_sparse_prefix.size()), name);
  }
  return make(SourceKind::registry, index_url, name);
}

SourceId SourceId::for_local_registry(const base::Path& directory)
{
  return make(SourceKind::local_registry, file_url(directory));
}

SourceId SourceId::for_directory(const base::Path& directory)
{
  return make(SourceKind::directory, file_url(directory));
}

Result<SourceId> SourceId::parse(std::string_view text)
{
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos) {
    return bad_source(text, "it starts with no `registry+`, `sparse+`, `git+` or `path+`");
  }
  const std::string_view protocol = text.substr(0, plus);
  std::optional<Url> url = parse_url(text.substr(plus + 1));
  if (!url) {
    return bad_source(text, "no URL follows the `+`");
  }
  if (protocol == "git") {
    const std::string precise = url->fragment.value_or("");
    GitReference reference = reference_of_query(url->query.value_or(""));
    url->fragment.reset();
    url->query.reset();
    return make(SourceKind::git, url->text(), {}, std::move(reference)).with_precise(precise);
  }
  if (protocol == "registry") {
    return make(SourceKind::registry, url->text()).with_precise("locked");
  }
  if (protocol == "sparse") {
    return make(SourceKind::sparse_registry, text.substr(plus + 1)).with_precise("locked");
  }
  if (protocol == "path") {
    return make(SourceKind::path, url->text());
  }
  return bad_source(text, fmt::format("`{}` is no kind of source", protocol));
}

base::Path SourceId::path() const
{
  return path_of_file_url(url()).value_or(base::Path{});
}

SourceId SourceId::with_precise(std::string_view precise) const
{
  if (m_inner->precise == precise) {
    return *this;
  }
  if (precise.empty()) {
    return SourceId(m_inner->identity);
  }
  Inner inner = *m_inner;
  inner.precise = std::string(precise);
  return intern(std::move(inner));
}

SourceId SourceId::without_precise() const
{
  return SourceId(m_inner->identity);
}

std::string SourceId::to_lock_string(bool encode_query) const
{
  std::string out = std::string(protocol_of(kind())) + '+' + url();
  if (is_git()) {
    out += query_of(git_reference(), encode_query);
    out += precise().empty() ? "" : "#" + precise();
  }
  return out;
}

std::string SourceId::display() const
{
  switch (kind()) {
  case SourceKind::git:
    return url() + query_of(git_reference(), true) + (precise().empty() ? "" : "#" + precise().substr(0, k_short_commit));
  case SourceKind::path:
    return shown_url(url());
  case SourceKind::registry:
  case SourceKind::sparse_registry: {
    const std::string& name = registry_name().empty() ? m_inner->identity->registry_name : registry_name();
    const std::string_view prefix = kind() == SourceKind::sparse_registry ? k_sparse_prefix : "";
    return fmt::format("registry `{}`", name.empty() ? std::string(prefix) + shown_url(url()) : name);
  }
  case SourceKind::local_registry:
    return fmt::format("registry `{}`", shown_url(url()));
  case SourceKind::directory:
    return "dir " + shown_url(url());
  }
  return url();
}

std::strong_ordering SourceId::operator<=>(SourceId other) const
{
  if (*this == other) {
    return std::strong_ordering::equal;
  }
  if (const auto order = kind() <=> other.kind(); order != 0) {
    return order;
  }
  if (const auto order = git_reference() <=> other.git_reference(); order != 0) {
    return order;
  }
  return canonical() <=> other.canonical();
}

} // namespace cargo_wasm::spec
