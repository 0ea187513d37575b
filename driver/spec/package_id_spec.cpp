// `-p` and the package ids in JSON: `name`, `name@version`, `URL`, `URL#version`,
// `URL#name@version`.
#include "url.hpp"
#include "version_text.hpp"

#include <cargo_wasm/spec/package_id.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::spec {
namespace {

tl::unexpected<Error> bad_spec(std::string_view text, std::string_view reason)
{
  return fail(Error("CW0266", fmt::format("`{}` does not name a package: {}", text, reason), Blame::usage)
                  .help("write `name`, `name@1.2.3` or `URL#name@1.2.3`"));
}

/// "1", "1.2", "1.2.3", "1.2.3-pre", "1.2.3+build"; nullopt with the reason when it is none of
/// them.
struct PartialVersion
{
  std::uint64_t major = 0;
  std::optional<std::uint64_t> minor, patch;
  std::optional<std::string> pre, build;
};

std::optional<PartialVersion> parse_partial(std::string_view text)
{
  PartialVersion out;
  if (const Result<Version> full = parse_version(text)) {
    out.major = full->major;
    out.minor = full->minor;
    out.patch = full->patch;
    if (!full->pre.empty()) {
      out.pre = full->pre;
    }
    if (!full->build.empty()) {
      out.build = full->build;
    }
    return out;
  }
  const Result<RustVersion> partial = parse_rust_version(text);
  if (!partial) {
    return std::nullopt;
  }
  out.major = partial->major;
  out.minor = partial->minor;
  out.patch = partial->patch;
  return out;
}

bool matches_partial(const PartialVersion& wanted, const Version& version)
{
  // A pre-release has to be named.
  if (!version.pre.empty() && !wanted.pre) {
    return false;
  }
  return wanted.major == version.major && wanted.minor.value_or(version.minor) == version.minor &&
         wanted.patch.value_or(version.patch) == version.patch && wanted.pre.value_or(version.pre) == version.pre &&
         wanted.build.value_or(version.build) == version.build;
}

bool is_name(std::string_view text)
{
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80; };
  return !text.empty() && !is_digit(text.front()) && text.front() != '-' && std::all_of(text.begin(), text.end(), is_part);
}

/// "name@version" or "name:version"; false when there is no version in it.
bool split_name_version(std::string_view text, std::string_view& name, std::string_view& version)
{
  std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) {
    at = text.rfind(':');
    if (at == std::string_view::npos || (at > 0 && text[at - 1] == ':')) {
      return false;
    }
  }
  name = text.substr(0, at);
  version = text.substr(at + 1);
  return true;
}

std::string kind_text(SourceId source)
{
  switch (source.kind()) {
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
    break;
  }
  const std::string lock = SourceId::for_git(source.url(), source.git_reference()).to_lock_string(true);
  const std::size_t query = lock.find('?');
  return query == std::string::npos ? "git" : "git+" + lock.substr(query + 1);
}

std::string spec_url(SourceId source)
{
  return source.kind() == SourceKind::sparse_registry ? "sparse+" + source.url() : source.url();
}

/// Name and version from the part after '#', or from the last segment of the path.
Result<> read_fragment(std::string_view text, const Url& url, std::string_view fragment, PackageIdSpec& out)
{
  const std::string last = url.path.substr(std::min(url.path.rfind('/') + 1, url.path.size()));
  std::string_view name;
  std::string_view version;
  if (fragment.empty()) {
    return bad_spec(text, "nothing follows the `#`");
  }
  if (split_name_version(fragment, name, version)) {
    out.name = std::string(name);
  } else if (is_digit(fragment.front())) {
    out.name = last;
    version = fragment;
  } else {
    out.name = std::string(fragment);
  }
  if (!version.empty() && !parse_partial(version)) {
    return bad_spec(text, fmt::format("`{}` is not a version", version));
  }
  out.partial_version = std::string(version);
  return {};
}

Result<PackageIdSpec> parse_url_spec(std::string_view text, Url url)
{
  PackageIdSpec out;
  const std::optional<std::string> fragment = std::exchange(url.fragment, std::nullopt);
  const std::optional<std::string> query = std::exchange(url.query, std::nullopt);
  const std::size_t plus = url.scheme.find('+');
  const std::string protocol = plus == std::string::npos ? std::string{} : url.scheme.substr(0, plus);
  if (query && protocol != "git") {
    return bad_spec(text, "a query (`?…`) belongs to `git+` URLs only");
  }
  if (plus != std::string::npos && protocol != "sparse") {
    url.scheme = url.scheme.substr(plus + 1);
  }
  if (protocol == "git") {
    CW_TRY_ASSIGN(const SourceId source, SourceId::parse(fmt::format("git+{}{}", url.text(), query ? "?" + *query : "")));
    out.kind = kind_text(source);
  } else if (protocol == "registry" || protocol == "sparse" || (protocol == "path" && url.scheme == "file")) {
    out.kind = protocol;
  } else if (!protocol.empty()) {
    return bad_spec(text, fmt::format("`{}` is no kind of source", protocol));
  }
  const std::optional<Url> normal = parse_url(url.text());
  out.url = normal ? normal->text() : url.text();
  if (fragment) {
    CW_TRY(read_fragment(text, url, *fragment, out));
  } else {
    out.name = url.path.substr(std::min(url.path.rfind('/') + 1, url.path.size()));
  }
  if (!is_name(*out.name)) {
    return bad_spec(text, fmt::format("`{}` is not a package's name", *out.name));
  }
  return out;
}

} // namespace

bool PackageIdSpec::matches(PackageId id) const
{
  if (name && id.name() != std::string_view(*name)) {
    return false;
  }
  if (!partial_version.empty()) {
    const std::optional<PartialVersion> wanted = parse_partial(partial_version);
    if (!wanted || !matches_partial(*wanted, id.version())) {
      return false;
    }
  }
  return (!url || *url == spec_url(id.source())) && (!kind || *kind == kind_text(id.source()));
}

Result<PackageIdSpec> parse_package_id_spec(std::string_view text)
{
  if (text.find("://") != std::string_view::npos) {
    if (std::optional<Url> url = parse_url(text)) {
      return parse_url_spec(text, std::move(*url));
    }
  }
  PackageIdSpec out;
  std::string_view name = text;
  std::string_view version;
  if (split_name_version(text, name, version)) {
    if (!parse_partial(version)) {
      return bad_spec(text, fmt::format("`{}` is not a version", version));
    }
    out.partial_version = std::string(version);
  }
  if (!is_name(name)) {
    return bad_spec(text,
                    name.empty()                               ? "the name is empty"
                    : name.find('/') != std::string_view::npos ? "it looks like a path; a package is named, or given as a `file://` URL"
                                                               : "a name consists of letters, digits, `-` and `_`");
  }
  out.name = std::string(name);
  return out;
}

std::string to_spec_string(PackageId id)
{
  const SourceId source = id.source();
  std::string out = source.without_precise().to_lock_string(true);
  const std::string& url = source.url();
  const std::string_view last = std::string_view(url).substr(url.rfind('/') + 1);
  const std::string version = to_string(id.version());
  return id.name() == last ? fmt::format("{}#{}", out, version) : fmt::format("{}#{}@{}", out, id.name(), version);
}

} // namespace cargo_wasm::spec
