#include <cargo_wasm/registry_client/known_registry.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/root_pin.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_client {
namespace {

constexpr std::string_view k_hash_prefix = "sha256:", k_first_use_mark = "trusted-on-first-use";

base::Path directory_of_all(const base::Path& cargo_home)
{
  return cargo_home / "cargo-wasm" / "federations";
}

// A name stands in a path and in lines for people.
bool is_plain_name(std::string_view name)
{
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name[0] != '.' && name.size() <= 64 && std::ranges::all_of(name, fits);
}

// Whether the document is what was named: its hash, or a root that has signed it. The key of a log signs no documents, and is none.
Result<bool> is_pinned(const Pin& pin, std::string_view document)
{
  if (pin.document) {
    CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::payload_hash(document));
    return hash == *pin.document;
  }
  return pin.key ? registry_trust::is_signed_by_root(document, *pin.key) : Result<bool>(pin.first_use);
}

// The registry is known: what is kept of it has to be what is named now, too. What was believed at first use is then known for sure.
Result<KnownRegistry> confirm(base::Filesystem& fs, KnownRegistry known, std::string_view offered, const Pin& pin)
{
  if (pin.first_use) {
    return known;
  }
  CW_TRY_ASSIGN(const std::string kept, fs.read(known.document_file()));
  CW_TRY_ASSIGN(const bool is_kept_one, is_pinned(pin, kept));
  CW_TRY_ASSIGN(const registry_trust::Federation named, registry_trust::open_federation(offered));
  if (!is_kept_one && !registry_trust::follow_federation(named, kept)) {
    return fail(Error("CW1104",
                      fmt::format("what is known as `{}` is not the registry that was asked for", known.federation.name),
                      Blame::integrity)
                    .note(known.on_first_use ? "it was believed when it was seen first (`--trust-on-first-use`)"
                                             : "it was added with another key or hash")
                    .note(fmt::format("`{}` is not {}",
                                      known.document_file().native(),
                                      pin.key ? fmt::format("signed by `{}`", to_text(*pin.key)) : "the document with this hash"))
                    .help(fmt::format("`cargo-wasm registry remove {}` forgets it; then add it again", known.federation.name)));
  }
  if (known.on_first_use) {
    CW_TRY(fs.remove(known.directory / k_first_use_mark));
    known.on_first_use = false;
  }
  return known;
}

} // namespace

Result<std::vector<KnownRegistry>> known_registries(const base::ReadOnlyFilesystem& fs, const base::Path& cargo_home)
{
  const base::Path all = directory_of_all(cargo_home);
  std::vector<KnownRegistry> known;
  if (!fs.is_directory(all)) {
    return known;
  }
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, fs.list(all));
  for (const base::DirectoryEntry& entry : entries) {
    KnownRegistry registry{.directory = all / entry.name, .federation = {}};
    CW_TRY_ASSIGN(const std::optional<std::string> document, fs.read_if_exists(registry.document_file()));
    if (!document) {
      continue;
    }
    Result<registry_trust::Federation> federation = registry_trust::open_federation(*document);
    if (!federation) {
      return fail(
          Error("CW1102", fmt::format("what is known of the registry `{}` is damaged", entry.name), Blame::environment)
              .note(fmt::format("`{}`: {}", registry.document_file().native(), federation.error().message))
              .help(fmt::format("remove `{}`, and add the registry again with `cargo-wasm registry add`", registry.directory.native())));
    }
    registry.federation = std::move(*federation);
    registry.on_first_use = fs.exists(registry.directory / k_first_use_mark);
    known.push_back(std::move(registry));
  }
  return known;
}

Result<std::optional<KnownRegistry>>
find_known_registry(const base::ReadOnlyFilesystem& fs, const base::Path& cargo_home, std::string_view canonical)
{
  CW_TRY_ASSIGN(std::vector<KnownRegistry> known, known_registries(fs, cargo_home));
  const auto found = std::ranges::find_if(known, [&](const KnownRegistry& one) { return one.federation.canonical == canonical; });
  return found == known.end() ? std::nullopt : std::optional(std::move(*found));
}

bool was_read_lately(const base::ReadOnlyFilesystem& fs, const KnownRegistry& known, std::uint64_t now, std::uint64_t seconds)
{
  const auto text = fs.read_if_exists(known.refreshed_file());
  const std::optional<std::uint64_t> time = text && *text ? registry_trust::parse_utc_time(base::trim(**text)) : std::nullopt;
  return time && *time <= now && now - *time < seconds;
}

Result<Pin> parse_pin(std::string_view text)
{
  Pin pin;
  if (text.starts_with(k_hash_prefix)) {
    pin.document = base::parse_sha256(text.substr(k_hash_prefix.size()));
  } else if (auto key = registry_tlog::parse_verifier_key(text)) {
    pin.key = std::move(*key);
  }
  if (!pin.document && !pin.key) {
    return fail(Error("CW1104", fmt::format("`{}` does not say which registry is meant", text), Blame::usage)
                    .help("`sha256:` and 64 digits: the hash of its document, or a key as `registry keys` prints it: `NAME+ID+KEY`"));
  }
  return pin;
}

Result<KnownRegistry> learn(base::Filesystem& fs, const base::Path& cargo_home, std::string_view document, const Pin& pin)
{
  CW_TRY_ASSIGN(registry_trust::Federation federation, registry_trust::open_federation(document));
  CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::payload_hash(document));
  if (!is_plain_name(federation.name)) {
    return fail(Error("CW1104", "the federation's name cannot be used", Blame::integrity)
                    .note("names have letters, digits, `-`, `_` and `.`, at most 64 of them"));
  }
  CW_TRY_ASSIGN(const bool is_named, is_pinned(pin, document));
  if (!is_named) {
    return fail(Error("CW1104", fmt::format("this is not the registry that was asked for: `{}`", federation.name), Blame::integrity)
                    .note(fmt::format("its document has SHA-256 {}", base::to_hex(hash)))
                    .note(pin.key        ? fmt::format("the key `{}` is no root of it that has signed it", to_text(*pin.key))
                          : pin.document ? fmt::format("asked for was {}", base::to_hex(*pin.document))
                                         : "neither a key nor a hash was named")
                    .help("nothing was kept; compare with what its operators have published elsewhere"));
  }
  CW_TRY_ASSIGN(const std::vector<KnownRegistry> others, known_registries(fs, cargo_home));
  for (const KnownRegistry& other : others) {
    const bool same_name = other.federation.name == federation.name, same_address = other.federation.canonical == federation.canonical;
    if (same_name != same_address) {
      return fail(Error("CW1105", fmt::format("another registry is known as `{}`", other.federation.name), Blame::integrity)
                      .note(fmt::format("known is `{}` at `{}`", other.federation.name, other.federation.canonical))
                      .note(fmt::format("this one is `{}` at `{}`", federation.name, federation.canonical))
                      .help(fmt::format("`cargo-wasm registry remove {}` forgets the other one", other.federation.name)));
    }
    if (same_name) {
      return other.federation.version >= federation.version
                 ? confirm(fs, other, document, pin)
                 : Result<KnownRegistry>(
                       fail(Error("CW1105",
                                  fmt::format("`{}` is known already, in version {}", other.federation.name, other.federation.version),
                                  Blame::integrity)
                                .help("newer versions are followed by themselves, one by one, when the registry is read")));
    }
  }
  KnownRegistry known{.directory = directory_of_all(cargo_home) / federation.name, .federation = {}, .on_first_use = pin.first_use};
  known.federation = std::move(federation);
  if (pin.first_use) {
    CW_TRY(fs.write_atomic(known.directory / k_first_use_mark, base::to_hex(hash) + "\n"));
  }
  CW_TRY(fs.write_atomic(known.document_file(), document));
  return known;
}

Result<> follow(base::Filesystem& fs, KnownRegistry& known, std::string_view document)
{
  CW_TRY_ASSIGN(registry_trust::Federation next, registry_trust::follow_federation(known.federation, document));
  CW_TRY(fs.write_atomic(known.document_file(), document));
  known.federation = std::move(next);
  return {};
}

} // namespace cargo_wasm::registry_client
