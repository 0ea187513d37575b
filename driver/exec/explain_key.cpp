#include <cargo_wasm/exec/explain_key.hpp>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/exec/observed.hpp>
#include <cargo_wasm/exec/state_log.hpp>

#include "freshness.hpp"
#include "out_dir_before.hpp"
#include "result_cache.hpp"
#include "result_notes.hpp"

namespace cargo_wasm::exec {
namespace {

std::string short_text(const base::Digest& digest)
{
  return base::to_hex(digest.hash);
}

void add_parts(std::vector<KeyPart>& parts, const SealedAction& sealed, const SharedKey& key)
{
  const std::vector<std::string>& arguments = sealed.command.arguments;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string text = arguments[i];
    const bool takes_next = text.starts_with('-') && text.find('=') == std::string::npos && i + 1 < arguments.size();
    if (takes_next && !arguments[i + 1].starts_with('-')) {
      text += " " + arguments[++i]; // "-C opt-level=3"
    }
    parts.push_back({"argument", text, {}});
  }
  for (const auto& [name, value] : sealed.command.environment) {
    parts.push_back({"variable", name, value});
  }
  for (const auto& [name, value] : sealed.command.platform) {
    parts.push_back({"platform", name, value});
  }
  for (const SealedFile& file : key.input.sources) {
    parts.push_back({"file", file.name, short_text(file.digest) + (file.executable ? " executable" : "")});
  }
  for (const auto& [name, digest] : key.input.dependencies) {
    parts.push_back({"dependency", name, short_text(digest)});
  }
}

Error not_built(const plan::ActionTemplate& tmpl, const plan::ActionTemplate& dependency)
{
  return Error("CW1244", fmt::format("the key of {} is not known: {} is not built", tmpl.label.description, dependency.label.description))
      .note("what a unit depends on is part of its key by its digest")
      .help("build it first: `cargo-wasm build` with the same options");
}

} // namespace

Result<std::vector<ExplainedKey>> explain_keys(const Env& env,
                                               const plan::ActionGraph& graph,
                                               const CacheUse& use,
                                               const std::function<bool(const plan::ActionTemplate&)>& wanted)
{
  CW_TRY_ASSIGN(const auto log, StateLog::open(env.fs, profile_file(graph, "state"), false));
  const PlaceNames places = places_of(graph);
  FileDigests digests(env.fs, env.clock);
  CW_TRY_ASSIGN(auto key_of_names, key_of_variables(env.fs, graph.state_directory, false));
  const Context context{env, graph, places, digests, std::move(key_of_names)};
  FreshnessChecker checker(context, *log, true);
  ResultCache cache(context, use);
  std::vector<KnownResult> results(graph.actions.size());
  std::vector<bool> is_known(graph.actions.size());
  std::vector<ExplainedKey> explained;
  for (plan::ActionIndex action = 0; action < graph.actions.size(); ++action) {
    const plan::ActionTemplate& tmpl = graph.actions[action];
    std::optional<plan::ActionIndex> unknown;
    for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
      if (!is_known[dependency.action] && !unknown) {
        unknown = dependency.action;
      }
    }
    if (unknown) {
      if (wanted(tmpl)) {
        return fail(not_built(tmpl, graph.actions[*unknown]));
      }
      continue;
    }
    CW_TRY_ASSIGN(Verdict verdict, checker.check(action, results));
    if (wanted(tmpl)) {
      CW_TRY_ASSIGN(ExplainedKey key, cache.explain(action, verdict));
      explained.push_back(std::move(key));
    }
    if (!verdict.dirty) {
      results[action] = std::move(verdict.result);
      is_known[action] = true;
    }
  }
  return explained;
}

Result<ExplainedKey> ResultCache::explain(plan::ActionIndex action, Verdict& verdict)
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  CW_TRY_ASSIGN(SharedKey made, m_keys.make(action, verdict));
  auto key = std::make_shared<const SharedKey>(std::move(made));
  ExplainedKey explained;
  explained.action = action;
  explained.private_because = tmpl.cacheable ? key->only_here : tmpl.not_cacheable_because;
  std::optional<Observations> observed;
  const auto take = [&](const KeptResult& kept) -> Result<bool> {
    const auto said = notes_in(kept.result);
    const auto told = said ? decode_notes(*said) : std::nullopt;
    if (told) {
      explained.first = kept.first;
      explained.second = kept.second;
      explained.state = kept.scope == Scope::anywhere ? KeyState::for_anyone
                        : kept.scope == Scope::user   ? KeyState::for_user
                                                      : KeyState::for_checkout;
      if (explained.private_because.empty()) {
        explained.private_because = told->private_because;
      }
      observed = kept.observed;
    }
    return told.has_value();
  };
  CW_TRY(visit_results(action, verdict, *key, take));
  if (!observed) {
    CW_TRY_ASSIGN(const auto of_here, with_out_dir_before(m_context, tmpl, key));
    CW_TRY(visit_results(action, verdict, *of_here, take));
    key = observed ? of_here : key;
  }
  const SealedAction shown = m_keys.first(action, verdict.command, *key, Scope::anywhere);
  add_parts(explained.parts, shown, *key);
  if (observed) {
    CW_TRY(add_observations(explained.parts, action, verdict.command, *observed));
  } else {
    explained.first = shown.digest;
  }
  return explained;
}

Result<> ResultCache::add_observations(std::vector<KeyPart>& parts,
                                       plan::ActionIndex action,
                                       const ExpandedCommand& command,
                                       const Observations& observed) const
{
  const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
  for (const std::string& name : observed.variables) {
    CW_TRY_ASSIGN(const auto value, m_keys.key_value(tmpl, command, name));
    parts.push_back({"looked at: variable", name, value ? *value : "(not set)"});
  }
  CW_TRY_ASSIGN(const auto files, look_at_sources(m_context, observed.files, observed.trees, {}, false));
  for (const RecordedFile& file : files) {
    parts.push_back({"looked at: file",
                     file.name,
                     file.known == absent_file() ? "(not there)" : short_text(m_keys.key_digest(file.name, file.known.digest))});
  }
  return {};
}

} // namespace cargo_wasm::exec
