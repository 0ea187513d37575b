#include "publish_component.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wit/decode.hpp>

namespace cargo_wasm::ops {

namespace {

using registry_oci::ComponentNames;
using registry_oci::PackageName;
using registry_oci::Sha256;

constexpr const char* k_key_variable = "CARGO_WASM_PUBLISH_KEY";
constexpr const char* k_time_variable = "SOURCE_DATE_EPOCH";

std::vector<std::string> names_of(const wit::Model& model, const std::vector<wit::WorldItem>& items)
{
  std::vector<std::string> names;
  for (const wit::WorldItem& item : items) {
    names.push_back(full_name(model, item));
  }
  return names;
}

/// Of a package of WIT: all its interfaces and worlds, as what it gives.
ComponentNames names_of_package(const wit::PackageOf& decoded)
{
  ComponentNames names;
  const wit::Package& package = decoded.model.packages[decoded.package];
  for (const wit::Index interface : package.interfaces) {
    names.exports.push_back(full_name(decoded.model, decoded.model.interfaces[interface]));
  }
  for (const wit::Index world : package.worlds) {
    names.exports.push_back(full_name(decoded.model, wit::Interface{decoded.model.worlds[world].name, decoded.package, {}, {}}));
  }
  return names;
}

Error not_pushable(const Path& file, std::string note)
{
  return Error("CW1167", fmt::format("`{}` cannot be pushed", file.native()), Blame::usage)
      .note(std::move(note))
      .help("give it a component, a package of WIT in the form of a component, or a module");
}

/// nullopt: a module.
Result<std::optional<ComponentNames>> component_names(const Path& file, const wasm::Source& source)
{
  const wasm::FileKind kind = wasm::file_kind(source);
  if (kind == wasm::FileKind::module) {
    return std::optional<ComponentNames>();
  }
  if (kind != wasm::FileKind::component) {
    return fail(not_pushable(file, "it is neither a component nor a module that is linked"));
  }
  CW_TRY_ASSIGN(const auto package, wit::decode_package(source));
  if (package) {
    return std::optional(names_of_package(*package));
  }
  CW_TRY_ASSIGN(const wit::WorldOf world, wit::decode_world(source));
  const wit::World& own = world.model.worlds[world.world];
  return std::optional(ComponentNames{names_of(world.model, own.exports), names_of(world.model, own.imports), {}});
}

/// A time that does not depend on when it is pushed, so that the same bytes make the same manifest.
Result<std::string> created_time(const Env& env)
{
  const auto* const text = env.var(k_time_variable);
  if (text == nullptr || text->empty()) {
    return registry_trust::to_utc_text(0);
  }
  constexpr std::uint64_t k_end_of_9999 = 253402300799;
  std::uint64_t seconds = 0;
  const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (wrong != std::errc() || end != text->data() + text->size() || seconds > k_end_of_9999) {
    return fail(Error("CW1167", fmt::format("`{}` of {} is no time", *text, k_time_variable), Blame::usage)
                    .help("seconds since 1970, as in `1767225600`"));
  }
  return registry_trust::to_utc_text(seconds);
}

Result<std::optional<registry_tlog::SignerKey>> publish_key(const Env& env)
{
  const auto* const text = env.var(k_key_variable);
  if (text == nullptr || text->empty()) {
    return std::optional<registry_tlog::SignerKey>();
  }
  auto key = registry_tlog::parse_signer_key(*text);
  if (!key) {
    return fail(Error("CW1169", fmt::format("the key of {} cannot be used", k_key_variable), Blame::usage)
                    .note(key.error().message)
                    .help("a key is the text `PRIVATE+KEY+NAME+…`, whole"));
  }
  return std::optional(std::move(*key));
}

std::string short_digest(const Sha256& digest)
{
  constexpr std::size_t k_shown = 19;
  return registry_oci::digest_text(digest).substr(0, k_shown);
}

Error missing_registries(const ComponentPublication& publication, std::size_t published, bool is_enough)
{
  return Error(is_enough ? "CW1055" : "CW1045",
               fmt::format("{} of {} registries have `{}` {}, and {} {} wanted",
                           published,
                           publication.targets.size(),
                           to_string(publication.package),
                           spec::to_string(publication.version),
                           publication.required,
                           publication.required == 1 ? "is" : "are"),
               Blame::network)
      .help("the same command again goes on from here: what is there is not sent twice");
}

} // namespace

Result<std::optional<FileIdentity>> identity_of(const Env& env, const Path& file)
{
  CW_TRY_ASSIGN(const base::MappedFile mapped, env.fs.map(file));
  const wasm::Source source(mapped.path(), mapped.bytes());
  if (wasm::file_kind(source) != wasm::FileKind::component) {
    return std::optional<FileIdentity>();
  }
  CW_TRY_ASSIGN(const auto decoded, wit::decode_package(source));
  if (!decoded) {
    return std::optional<FileIdentity>();
  }
  const wit::PackageName& name = decoded->model.packages[decoded->package].name;
  FileIdentity found;
  CW_TRY_ASSIGN(found.package, registry_oci::parse_package_name(name.space + ":" + name.name));
  if (!name.version.empty()) {
    CW_TRY_ASSIGN(found.version, spec::parse_version(name.version));
  }
  return std::optional(std::move(found));
}

std::string component_statement(const PackageName& package, std::string_view version, const Sha256& manifest, const Sha256& content)
{
  return fmt::format("cargo-wasm/component/v1\npackage {} {}\nmanifest {}\ncontent {}\n",
                     to_string(package),
                     version,
                     registry_oci::digest_text(manifest),
                     registry_oci::digest_text(content));
}

Result<> check_publisher_key(const std::string& key)
{
  const auto parsed = registry_tlog::parse_verifier_key(key);
  if (parsed) {
    return {};
  }
  Error error("CW1169", fmt::format("`{}` is not the key of a publisher", key), Blame::usage);
  error.notes = parsed.error().notes;
  error.helps.emplace_back("a key is the text `NAME+…+…`, as its owner gives it out");
  return fail(std::move(error));
}

Result<> verify_statement(std::string_view text, const SignedVersion& version, const std::string& key)
{
  CW_TRY(check_publisher_key(key));
  const auto parsed = registry_tlog::parse_verifier_key(key);
  const auto note = registry_tlog::parse_note(text);
  const bool holds = note && note->text == component_statement(version.package, version.version, version.manifest, version.content) &&
                     registry_tlog::verify(*note, {&*parsed, 1}, "the statement").has_value();
  return holds ? Result<>()
               : fail(Error("CW1170",
                            fmt::format("`{}` {} is not signed by `{}`", to_string(version.package), version.version, parsed->name),
                            Blame::integrity)
                          .help("ask its publisher which key it was signed with, and do not use it before you know"));
}

Result<std::string> find_statement(registry_oci::Client& client, const SignedVersion& version, const std::string& key)
{
  constexpr std::uint64_t k_most_statement_bytes = registry_tlog::k_max_note_bytes;
  CW_TRY_ASSIGN(const auto statements, registry_oci::attached(client, version.manifest, registry_oci::k_statement_type));
  for (const registry_oci::Descriptor& entry : statements) {
    CW_TRY_ASSIGN(const auto fetched, client.manifest(registry_oci::digest_text(entry.digest)));
    const auto manifest = fetched ? registry_oci::parse_manifest(fetched->text) : fail(Error());
    if (!manifest || manifest->layers.size() != 1 || manifest->layers[0].size > k_most_statement_bytes) {
      continue;
    }
    CW_TRY_ASSIGN(std::string text, client.blob(manifest->layers[0]));
    if (verify_statement(text, version, key)) {
      return text;
    }
  }
  Error error = verify_statement("", version, key).error();
  if (error.id == "CW1170") {
    error.notes.push_back(statements.empty() ? std::string("no statement stands beside it")
                                             : fmt::format("{} {} beside it, none of this key for these bytes",
                                                           statements.size(),
                                                           statements.size() == 1 ? "statement stands" : "statements stand"));
  }
  return fail(std::move(error));
}

Result<registry_oci::Artifact> component_artifact(
    const Env& env, const Path& file, const std::string& name, const std::string& version, registry_oci::Annotations annotations)
{
  registry_oci::ArtifactFacts facts;
  facts.title = name + ".wasm";
  facts.version = version;
  facts.annotations = std::move(annotations);
  CW_TRY_ASSIGN(facts.created, created_time(env));
  CW_TRY_ASSIGN(std::string bytes, env.fs.read(file));
  CW_TRY_ASSIGN(facts.component, component_names(file, wasm::Source(file, std::string_view(bytes))));
  return registry_oci::make_artifact(std::move(bytes), facts);
}

Result<std::vector<PublishedComponent>>
publish_component(const Env& env, ComponentRegistry& registry, const ComponentPublication& publication)
{
  const std::string version = spec::to_string(publication.version);
  CW_TRY_ASSIGN(const auto key, publish_key(env));
  CW_TRY_ASSIGN(const std::string tag, registry_oci::tag_of(version));
  CW_TRY_ASSIGN(const registry_oci::Artifact artifact,
                component_artifact(env, publication.file, publication.package.name, version, publication.annotations));
  const registry_oci::Descriptor subject = registry_oci::describe(registry_oci::k_manifest_type, artifact.manifest_text);
  const auto bring_to = [&](const std::string& target) -> Result<PublishedComponent> {
    CW_TRY_ASSIGN(const registry_oci::Place place, registry.place_of(publication.package, target));
    CW_TRY_ASSIGN(const registry_oci::Repository repository, registry_oci::repository_of(place, publication.package));
    PublishedComponent done{fmt::format("{}:{}", to_string(repository), tag), subject.digest, false, {}};
    if (publication.dry_run) {
      env.reporter.status(
          "Would push", fmt::format("{} ({}, {})", done.reference, base::human_bytes(artifact.layer.size()), short_digest(subject.digest)));
      return done;
    }
    CW_TRY_ASSIGN(const auto client, registry.client(repository, true));
    CW_TRY_ASSIGN(const auto outcome, registry_oci::push_artifact(*client, artifact, tag));
    done.was_there = outcome == registry_oci::PushOutcome::was_there;
    if (key) {
      const std::string text = component_statement(publication.package, version, subject.digest, base::sha256(artifact.layer));
      const registry_tlog::SignedNote note{text, {registry_tlog::sign(text, *key)}};
      CW_TRY_ASSIGN(done.statement, registry_oci::attach(*client, subject, registry_oci::k_statement_type, to_text(note)));
    }
    env.reporter.status(done.was_there ? "Unchanged" : "Pushed",
                        fmt::format("{} ({}, {}{})",
                                    done.reference,
                                    base::human_bytes(artifact.layer.size()),
                                    short_digest(subject.digest),
                                    done.statement ? fmt::format(", signed by {}", key->verifier.name) : std::string()));
    return done;
  };
  std::vector<PublishedComponent> published;
  std::vector<std::pair<std::string, Error>> unreached;
  for (const std::string& target : publication.targets) {
    Result<PublishedComponent> done = bring_to(target);
    if (done) {
      published.push_back(std::move(*done));
    } else if (publication.targets.size() > 1 && done.error().blame == Blame::network) {
      unreached.emplace_back(target, std::move(done).error());
    } else {
      return fail(std::move(done).error());
    }
  }
  if (!unreached.empty()) {
    const bool is_enough = published.size() >= publication.required;
    Error error = missing_registries(publication, published.size(), is_enough);
    for (const auto& [target, why] : unreached) {
      error.notes.push_back(fmt::format("`{}`: {} [{}]", target, why.message, why.id));
    }
    if (!is_enough) {
      return fail(std::move(error));
    }
    env.reporter.warning(error);
  }
  return published;
}

} // namespace cargo_wasm::ops
