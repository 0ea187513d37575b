#include <cargo_wasm/ops/publish_verbs.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/package/publish_json.hpp>
#include <cargo_wasm/publish/publisher.hpp>
#include <cargo_wasm/publish/quorum.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

#include "packaging.hpp"
#include "publish_component.hpp"
#include "publish_registries.hpp"

namespace cargo_wasm::ops {

namespace {

using publish::OutboxEntry;
using publish::TargetState;

class Publication
{
public:
  Publication(const Env& env, const GlobalOptions& options, const PublishRequest& request)
      : m_env(env), m_options(options), m_request(request)
  {
  }

  Result<> run()
  {
    CW_TRY_ASSIGN(m_project, open_project(m_env, m_options));
    const auto& config = *m_project.config;
    if (config.offline()) {
      return fail(Error("CW1049", "a registry cannot be asked without the network", Blame::usage)
                      .help(fmt::format("run it without {}", config.offline_reason())));
    }
    m_outbox.emplace(m_env.fs, m_project.workspace.target_directory / "cargo-wasm" / "publish");
    std::vector<OutboxEntry> entries;
    if (m_request.resume) {
      CW_TRY_ASSIGN(entries, m_outbox->entries());
      if (entries.empty()) {
        m_env.reporter.status("Finished", "nothing is left to publish");
        return {};
      }
      CW_TRY(check_quorums(entries));
    } else {
      CW_TRY_ASSIGN(entries, prepare());
      if (entries.empty()) {
        return {};
      }
    }
    CW_TRY_ASSIGN(const auto http_options, config.http_options());
    CW_TRY_ASSIGN(const auto http, m_env.http.make(http_options));
    publish::Publisher publisher(seams(*http), *m_outbox);
    if (!m_request.resume) {
      CW_TRY(publisher.look(entries));
    }
    if (m_request.dry_run) {
      m_env.reporter.result(publish::table_of(entries));
      m_env.reporter.note("nothing was sent: --dry-run");
      return {};
    }
    if (!m_request.resume) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        CW_TRY(m_outbox->add(entries[i], m_crates[i], m_component));
      }
    }
    CW_TRY(publisher.send(entries));
    return conclude(entries);
  }

private:
  publish::PublisherSeams seams(base::HttpClient& http)
  {
    return {.http = http,
            .clock = m_env.clock,
            .reporter = m_env.reporter,
            .sleep = m_request.sleep,
            .token = [this](const publish::TokenQuestion& question) { return token(question); },
            .sign =
                [this](const publish::TokenQuestion& question, const std::string& token) {
                  return signed_authorization(
                      m_env, m_project.config->cargo_home(), question, token, source_of(question.registry).registry_name());
                },
            .stopped = [this] { return m_request.package.compile.exec.stop.stop_requested(); }};
  }

  /// The registry of an entry as the configuration has it now: its token is found by its name.
  [[nodiscard]] spec::SourceId source_of(const publish::Registry& registry) const
  {
    if (const auto named = m_project.config->source_of_registry(registry.name)) {
      if (package::index_url(source::sparse_address_of(*named)) == registry.index) {
        return *named;
      }
    }
    if (const auto mirror = named_mirror(m_env, *m_project.config, registry.name); mirror && *mirror) {
      return (*mirror)->id;
    }
    return spec::SourceId::for_registry(registry.index);
  }

  Result<std::string> token(const publish::TokenQuestion& question)
  {
    const bool is_mirror = !question.registry.canonical.empty() && question.registry.canonical != question.registry.index;
    if (is_mirror && question.operation == "read") {
      return source::token_to_read(m_env, *m_project.config, question.registry.index_base());
    }
    source::TokenUse use;
    use.operation = question.operation;
    use.name = question.name;
    use.version = question.version;
    use.checksum = question.sha256;
    return source::find_token(m_env, *m_project.config, source_of(question.registry), use);
  }

  Result<std::vector<PackagePtr>> members()
  {
    CW_TRY_ASSIGN(const auto selected, plan::select_packages(m_project.workspace, m_request.package.compile.packages));
    if (!selected.outside.empty()) {
      return fail(Error("CW1041", fmt::format("`{}` is not a package of this workspace", selected.outside.front()), Blame::usage)
                      .help("only members can be published: `cargo-wasm metadata --no-deps` lists them"));
    }
    for (const Error& warning : selected.warnings) {
      m_env.reporter.warning(warning);
    }
    const auto& wanted = m_request.package.compile.packages;
    const bool takes_all = wanted.workspace || (wanted.packages.empty() && m_project.workspace.root_manifest->is_virtual);
    std::vector<PackagePtr> out;
    for (const PackagePtr& member : selected.members) {
      const auto& allowed = member->manifest->info.publish;
      if (!allowed || !allowed->empty()) {
        out.push_back(member);
      } else if (!takes_all) {
        return fail(Error("CW1040", fmt::format("`{}` may not be published", member->id().name().str()), Blame::usage)
                        .note("`package.publish` is `false`, or an empty list")
                        .help("remove it, or name the registries that it may go to"));
      }
    }
    if (out.empty()) {
      m_env.reporter.warning(Error("CW1040", "none of the packages may be published: `package.publish` of each is `false`"));
    }
    return in_dependency_order(out);
  }

  /// What was named, or the one registry that every package names.
  Result<std::vector<NamedRegistry>> registries(const std::vector<PackagePtr>& members)
  {
    std::vector<std::string> names = m_request.registries;
    if (names.empty() && !m_request.index) {
      for (const PackagePtr& member : members) {
        const auto& allowed = member->manifest->info.publish;
        if (allowed && allowed->size() == 1 && (names.empty() || names == *allowed)) {
          names = *allowed;
        } else if (allowed) {
          return fail(Error("CW1040", "the packages may go to several registries: which is meant?", Blame::usage)
                          .note(fmt::format("`package.publish` of `{}` is `{}`", member->id().name().str(), base::join(*allowed, "`, `")))
                          .help("`--registry NAME`"));
        }
      }
    }
    for (const PackagePtr& member : members) {
      const auto& allowed = member->manifest->info.publish;
      for (const std::string& name : names) {
        if (allowed && std::ranges::find(*allowed, name) == allowed->end()) {
          return fail(Error("CW1040", fmt::format("`{}` may not be published to `{}`", member->id().name().str(), name), Blame::usage)
                          .note(fmt::format("`package.publish` names `{}`", base::join(*allowed, "`, `")))
                          .help("name one of those, or add this one"));
        }
      }
    }
    std::vector<NamedRegistry> out;
    if (names.empty()) {
      CW_TRY_ASSIGN(NamedRegistry one, named_registry(*m_project.config, std::nullopt, m_request.index));
      out.push_back(std::move(one));
    }
    for (const std::string& name : names) {
      CW_TRY_ASSIGN(const std::optional<NamedRegistry> mirror, named_mirror(m_env, *m_project.config, name));
      CW_TRY_ASSIGN(NamedRegistry one, mirror ? Result<NamedRegistry>(*mirror) : named_registry(*m_project.config, name, std::nullopt));
      if (std::ranges::any_of(out, [&](const NamedRegistry& other) { return other.registry.index == one.registry.index; })) {
        return fail(
            Error("CW1041", fmt::format("registry `{}` is named twice", name), Blame::usage).note("two names may have one address"));
      }
      CW_TRY(name_canonical(m_env, *m_project.config, one));
      out.push_back(std::move(one));
    }
    return out;
  }

  Result<std::vector<OutboxEntry>> prepare()
  {
    CW_TRY_ASSIGN(const auto chosen, members());
    if (chosen.empty()) {
      return std::vector<OutboxEntry>();
    }
    CW_TRY_ASSIGN(const auto targets, registries(chosen));
    CW_TRY(publish::required_registries(m_request.quorum, targets.size()));
    for (const PackagePtr& member : chosen) {
      CW_TRY(package::check_dependencies(*member, true));
      CW_TRY(check_registries_of(*member, targets));
    }
    if (!m_request.dry_run) {
      for (const NamedRegistry& target : targets) {
        // Before anything is built; programs are asked when there is something to publish.
        CW_TRY_ASSIGN(const bool is_kept_by_us, source::wants_token_for_login(*m_project.config, target.id));
        if (is_kept_by_us) {
          source::TokenUse use;
          use.operation = "publish";
          CW_TRY(source::find_token(m_env, *m_project.config, target.id, use));
        }
      }
    }
    if (m_request.component && chosen.size() != 1) {
      return fail(Error("CW1167", "one package at a time is published with its component", Blame::usage)
                      .note(fmt::format("{} packages were chosen", chosen.size()))
                      .help("choose one with `-p`"));
    }
    CW_TRY_ASSIGN(auto packed, package_members(m_env, m_project, m_options, m_request.package, chosen, targets.front().id));
    std::vector<OutboxEntry> entries;
    CW_TRY_ASSIGN(const auto waiting, m_outbox->entries());
    for (PackagedMember& one : packed) {
      OutboxEntry entry;
      entry.name = one.published->id().name().str();
      entry.version = spec::to_string(one.published->id().version());
      entry.sha256 = one.sha256;
      entry.order = entries.size();
      entry.quorum = m_request.quorum;
      for (const auto& dependency : one.published->manifest->summary->dependencies) {
        const bool is_packed =
            std::ranges::any_of(entries, [&](const OutboxEntry& other) { return other.name == dependency->package_name.str(); });
        if (is_packed && std::ranges::find(entry.after, dependency->package_name.str()) == entry.after.end()) {
          entry.after.push_back(dependency->package_name.str());
        }
      }
      for (const NamedRegistry& target : targets) {
        publish::Target to;
        to.registry = target.registry.name;
        to.index = target.registry.index;
        to.canonical = target.registry.canonical;
        to.follows = target.follows;
        to.request = package::publish_json(*one.published, target.id, one.readme);
        entry.targets.push_back(std::move(to));
      }
      if (m_request.component) {
        CW_TRY_ASSIGN(entry.component, build_component(*one.published));
      }
      CW_TRY(take_over(waiting, entry));
      entries.push_back(std::move(entry));
      m_crates.push_back(std::move(one.crate));
    }
    return entries;
  }

  /// Builds what stands beside the version; the digest of its manifest, hexadecimal.
  Result<std::string> build_component(const manifest::Package& package)
  {
    CW_TRY_ASSIGN(const BuiltComponent built, built_component(m_env, m_options, m_request.package.compile));
    CW_TRY_ASSIGN(
        const registry_oci::Artifact artifact,
        component_artifact(m_env, built.file, package.id().name().str(), spec::to_string(package.id().version()), annotations_of(package)));
    for (const std::string_view part :
         {std::string_view(artifact.manifest_text), std::string_view(artifact.config), std::string_view(artifact.layer)}) {
      publish::append_part(m_component, part);
    }
    return base::to_hex(base::sha256(artifact.manifest_text));
  }

  /// What an earlier run has left of the same publication.
  static Result<> take_over(const std::vector<OutboxEntry>& waiting, OutboxEntry& entry)
  {
    for (const OutboxEntry& old : waiting) {
      if (old.id() != entry.id()) {
        continue;
      }
      const bool is_begun = std::ranges::any_of(old.targets, [](const publish::Target& target) {
        return target.state == TargetState::sent || target.state == TargetState::stored || target.state == TargetState::confirmed;
      });
      if ((old.sha256 != entry.sha256 || old.component != entry.component) && is_begun) {
        return fail(
            Error("CW1054", fmt::format("`{} {}` is being published with other contents", entry.name, entry.version), Blame::integrity)
                .note(fmt::format("the one that was begun has checksum {}, this one {}", old.sha256, entry.sha256))
                .help("finish it with `cargo-wasm publish --resume`, and publish these changes as another version"));
      }
      for (publish::Target& target : entry.targets) {
        for (const publish::Target& before : old.targets) {
          if (old.sha256 == entry.sha256 && old.component == entry.component && before.index == target.index) {
            target.state = before.state;
            target.entry = before.entry;
            target.retry_at = before.retry_at;
          }
        }
      }
    }
    return {};
  }

  /// crates.io takes nothing that depends on another registry.
  static Result<> check_registries_of(const manifest::Package& member, const std::vector<NamedRegistry>& targets)
  {
    const bool to_crates_io = std::ranges::any_of(targets, [](const NamedRegistry& target) { return target.id.is_crates_io(); });
    for (const auto& dependency : member.manifest->summary->dependencies) {
      const bool is_elsewhere = dependency->registry_id && !dependency->registry_id->is_crates_io();
      if (to_crates_io && is_elsewhere && dependency->kind != manifest::DependencyKind::development) {
        return fail(Error("CW1034",
                          fmt::format("dependency `{}` of `{}` comes from {}",
                                      dependency->name_in_toml.str(),
                                      member.id().name().str(),
                                      dependency->registry_id->display()))
                        .note("what is published to crates.io can only depend on crates.io"));
      }
    }
    return {};
  }

  static Result<> check_quorums(const std::vector<OutboxEntry>& entries)
  {
    for (const OutboxEntry& entry : entries) {
      CW_TRY(publish::required_registries(entry.quorum, entry.targets.size()));
    }
    return {};
  }

  Result<> conclude(const std::vector<OutboxEntry>& entries)
  {
    m_env.reporter.result(publish::table_of(entries));
    std::size_t left = 0;
    for (const OutboxEntry& entry : entries) {
      // Behind a conflict at the first registry nothing will ever follow.
      const bool is_lost = entry.targets.front().state == TargetState::conflict;
      const bool is_over = is_lost || std::ranges::all_of(entry.targets, [](const publish::Target& target) {
                             return target.state == TargetState::confirmed || target.state == TargetState::conflict;
                           });
      if (is_over) {
        CW_TRY(m_outbox->remove(entry));
      }
      for (const publish::Target& target : entry.targets) {
        left += target.state == TargetState::confirmed ? 0U : 1U;
      }
    }
    CW_TRY_ASSIGN(auto verdict, publish::verdict_of(entries));
    if (verdict) {
      return fail(std::move(*verdict));
    }
    if (left > 0) {
      m_env.reporter.warning(Error("CW1055", fmt::format("{} publication{} still under way", left, left == 1 ? " is" : "s are"))
                                 .note("enough registries have what was published; the table says what is missing")
                                 .help("`cargo-wasm publish --resume` brings it to the others"));
    }
    return {};
  }

  const Env& m_env;
  const GlobalOptions& m_options;
  const PublishRequest& m_request;
  Project m_project;
  std::optional<publish::Outbox> m_outbox;
  std::vector<std::string> m_crates; ///< of the entries
  std::string m_component;           ///< the request that sends the one beside the only entry; empty: there is none
};

} // namespace

Result<> publish_packages(const Env& env, const GlobalOptions& options, const PublishRequest& request)
{
  return Publication(env, options, request).run();
}

} // namespace cargo_wasm::ops
