#include <cargo_wasm/source/reading_tokens.hpp>

#include <cargo_wasm/source/credentials.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace cargo_wasm::source {

namespace {

// Whether this error says that there is no token, and not that something is wrong.
bool is_no_token(const Error& error)
{
  return error.id == "CW0401" || error.id == "CW0424";
}

// As the configuration calls it, for messages and credential providers; a name that the document gives counts only when both mean one
// index.
spec::SourceId registry_of(const manifest::Config& config, const registry_trust::Federation& federation)
{
  const spec::SourceId plain = spec::SourceId::for_registry(federation.canonical);
  const auto named = config.source_of_registry(federation.name);
  return named && named->same_source(plain) ? *named : plain;
}

bool lists(const registry_trust::Federation& federation, const std::string& base)
{
  return federation.canonical == "sparse+" + base ||
         std::ranges::find(federation.mirrors, base, &registry_trust::Mirror::base) != federation.mirrors.end();
}

// `kept` is the registry's own token once somebody has given it.
Result<std::string> token_for_address(const Env& env,
                                      const manifest::Config& config,
                                      const std::string& base,
                                      const registry_trust::Federation* federation,
                                      bool on_first_use,
                                      std::optional<std::string>& kept)
{
  const std::string index = "sparse+" + base;
  auto own = find_token(env, config, spec::SourceId::for_registry(index), TokenUse{});
  if (own || !is_no_token(own.error()) || federation == nullptr) {
    return own;
  }
  if (!lists(*federation, base)) {
    return fail(Error("CW1082", fmt::format("no token is sent to `{}`", base), Blame::environment)
                    .note(fmt::format("the signed document of the registry `{}` does not list this address", federation->name))
                    .help("give it a name and a token of its own in `[registries]` of the configuration, if it is meant"));
  }
  if (on_first_use && federation->canonical != index) {
    return fail(Error("CW1082", fmt::format("no token is sent to `{}`", base), Blame::environment)
                    .note(fmt::format("nobody has compared the keys of the registry `{}`, which lists this address", federation->name))
                    .help("`cargo-wasm registry remove` it, and `registry add` it with `--key KEY`"));
  }
  if (!kept) {
    CW_TRY_ASSIGN(kept, find_token(env, config, registry_of(config, *federation), TokenUse{}));
  }
  return *kept;
}

} // namespace

Result<std::string> token_to_read(const Env& env,
                                  const manifest::Config& config,
                                  const std::string& base,
                                  const registry_trust::Federation* federation,
                                  bool on_first_use)
{
  std::optional<std::string> kept;
  return token_for_address(env, config, base, federation, on_first_use, kept);
}

registry_client::TokenSource tokens_to_read(const Env& env, const manifest::Config& config, const registry_client::KnownRegistry& known)
{
  return [&env, &config, &known, kept = std::make_shared<std::optional<std::string>>()](const std::string& base) {
    return token_for_address(env, config, base, &known.federation, known.on_first_use, *kept);
  };
}

Result<std::string> token_to_read(const Env& env, const manifest::Config& config, const std::string& base)
{
  CW_TRY_ASSIGN(const std::vector<registry_client::KnownRegistry> known, registry_client::known_registries(env.fs, config.cargo_home()));
  const auto listing = std::ranges::find_if(known, [&](const registry_client::KnownRegistry& one) { return lists(one.federation, base); });
  return listing == known.end() ? token_to_read(env, config, base, nullptr, false)
                                : token_to_read(env, config, base, &listing->federation, listing->on_first_use);
}

} // namespace cargo_wasm::source
