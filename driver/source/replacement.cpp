#include "replacement.hpp"

#include <cargo_wasm/source/credentials.hpp>

#include <set>

#include <fmt/format.h>

namespace cargo_wasm::source {

namespace {

constexpr std::string_view k_crates_io = "crates-io";

bool has_checksums(spec::SourceId source)
{
  return source.is_registry() || source.kind() == spec::SourceKind::directory;
}

} // namespace

spec::SourceId crates_io_sparse()
{
  // Composed from the registry's name, the one place where its index is addressed by us.
  return spec::SourceId::for_registry(std::string("sparse+https://index.") + "crates.io/", k_crates_io);
}

Result<Replacements> Replacements::read(const manifest::Config& config)
{
  Replacements out;
  out.m_config = &config;
  CW_TRY_ASSIGN(auto entries, config.source_replacements());
  for (auto& entry : entries) {
    for (const auto& [other_name, other] : out.m_entries) {
      if (entry.source && other.source && *entry.source == *other.source && entry.name != k_crates_io && other_name != k_crates_io) {
        return fail(Error("CW0443", fmt::format("`source.{}` and `source.{}` are the same source", other_name, entry.name))
                        .note(fmt::format("the second is defined in {}", entry.definition.display()))
                        .help("keep one of the two"));
      }
    }
    out.m_entries.emplace(entry.name, std::move(entry));
  }
  return out;
}

Result<spec::SourceId> Replacements::resolve(spec::SourceId source) const
{
  std::string name;
  for (const auto& [key, entry] : m_entries) {
    const bool is_crates_io = key == k_crates_io && (!entry.source || entry.source->is_crates_io());
    if ((entry.source && *entry.source == source) || (is_crates_io && source.is_crates_io())) {
      name = key;
    }
  }
  const auto end_of = [](spec::SourceId id) { return id.is_crates_io() ? crates_io_sparse() : id; };
  if (name.empty()) {
    return end_of(source);
  }
  const std::string first = name;
  const manifest::Definition* defined = nullptr;
  std::set<std::string> seen;
  spec::SourceId end = source;
  for (;;) {
    if (!seen.insert(name).second) {
      return fail(Error("CW0440", fmt::format("source `{}` is replaced by itself in the end", name))
                      .note(fmt::format("the last step is in {}", defined->display()))
                      .help("let the chain of `replace-with` end at a source that is not replaced"));
    }
    const auto entry = m_entries.find(name);
    if (entry == m_entries.end()) {
      if (auto registry = m_config->source_of_registry(name)) {
        end = *registry;
        break;
      }
      return fail(
          Error("CW0441", fmt::format("source `{}` is to be replaced by `{}`, which is defined nowhere", first, name))
              .note(fmt::format("`replace-with` is in {}", defined == nullptr ? std::string("the configuration") : defined->display()))
              .help(fmt::format("add `[source.{0}]`, or a registry `{0}` under `[registries]`", name)));
    }
    defined = &entry->second.definition;
    if (!entry->second.replace_with) {
      end = entry->second.source.value_or(spec::SourceId::crates_io());
      break;
    }
    name = *entry->second.replace_with;
  }
  if (end == source) {
    return end_of(source);
  }
  if (has_checksums(source) && !has_checksums(end)) {
    return fail(Error("CW0442", fmt::format("{} cannot be replaced by {}", source.display(), end.display()))
                    .note("packages of the first have checksums that the lock file records; the second has none")
                    .help("replace it by a registry, a local registry or a vendored directory"));
  }
  if (source.is_git() && end.kind() == spec::SourceKind::directory && source.precise().empty()) {
    return fail(Error("CW0444", fmt::format("`{}` needs a lock file before it can be read from a vendored directory", source.display()))
                    .help("remove the replacement, run `cargo-wasm generate-lockfile`, then put it back"));
  }
  return end_of(source.is_git() ? end : end.without_precise());
}

Result<> Replacements::check() const
{
  for (const auto& [name, entry] : m_entries) {
    if (entry.source && !entry.source->is_git()) {
      CW_TRY(resolve(*entry.source));
    }
  }
  return {};
}

spec::SourceId sparse_address_of(spec::SourceId registry)
{
  return registry.is_crates_io() ? crates_io_sparse() : registry;
}

} // namespace cargo_wasm::source
