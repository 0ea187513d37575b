// What people do with an account at a registry: `login`, `logout`, `owner`, `yank`; and what everybody may ask it: `search`, `info`.
#include <cargo_wasm/ops/publish_verbs.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "publish_registries.hpp"
#include "publisher_keys.hpp"

namespace cargo_wasm::ops {

namespace {

using nlohmann::json;

Result<std::unique_ptr<manifest::Config>> load_config(const Env& env, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(auto config, manifest::Config::load(env, options.config));
  for (const auto& warning : config->warnings()) {
    env.reporter.warning(warning);
  }
  return config;
}

Error bad_words(std::string what, std::string help)
{
  return Error("CW1056", std::move(what), Blame::usage).help(std::move(help));
}

/// A name and perhaps a version; without words those of the package here.
struct Subject
{
  std::string name;
  std::optional<std::string> version;
};

Result<Subject> subject_of(const Env& env, const GlobalOptions& options, const std::vector<std::string>& words, std::string_view verb)
{
  if (words.size() > 1) {
    return fail(bad_words("one crate at a time", fmt::format("`cargo-wasm {} NAME`", verb)));
  }
  if (words.empty()) {
    CW_TRY_ASSIGN(const auto project, open_project(env, options));
    const PackagePtr package = project.workspace.current_package();
    if (package == nullptr) {
      return fail(bad_words("which crate?", fmt::format("`cargo-wasm {} NAME`, or run it in a package", verb)));
    }
    return Subject{package->id().name().str(), std::nullopt};
  }
  const auto at = words.front().find('@');
  Subject subject{words.front().substr(0, at), std::nullopt};
  if (at != std::string::npos) {
    subject.version = words.front().substr(at + 1);
  }
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (subject.name.empty() || !std::ranges::all_of(subject.name, fits) || (subject.version && !spec::parse_version(*subject.version))) {
    return fail(bad_words(fmt::format("`{}` names no crate", words.front()), fmt::format("`cargo-wasm {} NAME` or `NAME@1.2.3`", verb)));
  }
  return subject;
}

Result<RegistryAccess> open_access(const Env& env, const manifest::Config& config, const AccountRequest& request)
{
  CW_TRY_ASSIGN(NamedRegistry registry, named_registry(config, request.registry, request.index));
  return RegistryAccess::open(env, config, std::move(registry));
}

std::string percent_encoded(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string text_in(const json& object, const char* key)
{
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

Result<> login(const Env& env, const GlobalOptions& options, const LoginRequest& request)
{
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(const NamedRegistry registry, named_registry(*config, request.account.registry, request.account.index));
  std::optional<std::string> token = request.token;
  CW_TRY_ASSIGN(const bool is_asked, source::wants_token_for_login(*config, registry.id));
  if (!token && is_asked) {
    env.reporter.note(fmt::format("please type the token for registry `{}`, and press return", registry.registry.name));
    token = request.read_line ? request.read_line() : std::nullopt;
    token = token ? std::optional(std::string(base::trim(*token))) : std::nullopt;
    const auto is_allowed = [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; };
    if (!token || token->empty() || !std::ranges::all_of(*token, is_allowed)) {
      return fail(bad_words(!token || token->empty() ? "no token was given" : "a token has letters, digits and signs of ASCII only",
                            "a registry hands tokens out to its users; `login` reads one line"));
    }
  }
  CW_TRY_ASSIGN(const std::string provider, source::store_token(env, *config, registry.id, token, request.provider_args));
  env.reporter.status("Login", fmt::format("token for `{}` saved by `{}`", registry.registry.name, provider));
  return {};
}

Result<> logout(const Env& env, const GlobalOptions& options, const LoginRequest& request)
{
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(const NamedRegistry registry, named_registry(*config, request.account.registry, request.account.index));
  auto forgotten = source::forget_token(env, *config, registry.id, request.provider_args);
  if (!forgotten && forgotten.error().id == "CW1047" && forgotten.error().blame == Blame::environment) {
    env.reporter.status("Logout", fmt::format("not logged in to `{}`", registry.registry.name));
    return {};
  }
  CW_TRY(forgotten);
  env.reporter.status("Logout", fmt::format("token for `{}` removed by `{}`", registry.registry.name, *forgotten));
  env.reporter.note("the registry still takes it: whoever has a copy can use it until it is revoked there");
  return {};
}

Result<> owner(const Env& env, const GlobalOptions& options, const OwnerRequest& request)
{
  CW_TRY_ASSIGN(const Subject subject, subject_of(env, options, request.account.words, "owner"));
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(RegistryAccess access, open_access(env, *config, request.account));
  source::TokenUse use;
  use.operation = "owners";
  use.name = subject.name;
  const std::string path = fmt::format("/api/v1/crates/{}/owners", subject.name);
  const auto change = [&](const char* method, const std::vector<std::string>& users) -> Result<> {
    if (users.empty()) {
      return {};
    }
    CW_TRY_ASSIGN(const std::string answer, access.ask({method, path, json({{"users", users}}).dump()}, use, true));
    const std::string text = text_in(json::parse(answer, nullptr, false), "msg");
    env.reporter.status(
        "Owner",
        text.empty()
            ? fmt::format("{} {} for `{}`", std::string_view(method) == "PUT" ? "added" : "removed", base::join(users, ", "), subject.name)
            : text);
    return {};
  };
  CW_TRY(change("PUT", request.add));
  CW_TRY(change("DELETE", request.remove));
  if (!request.list && (!request.add.empty() || !request.remove.empty())) {
    return {};
  }
  CW_TRY_ASSIGN(const std::string answer, access.ask({"GET", path}, use, true));
  const json owners = json::parse(answer, nullptr, false);
  std::string lines;
  if (owners.is_object() && owners.contains("users") && owners["users"].is_array()) {
    for (const json& user : owners["users"]) {
      const std::string name = text_in(user, "name");
      lines += text_in(user, "login") + (name.empty() ? "" : fmt::format(" ({})", name)) + "\n";
    }
  }
  env.reporter.result(lines);
  return {};
}

Result<> yank(const Env& env, const GlobalOptions& options, const YankRequest& request)
{
  CW_TRY_ASSIGN(Subject subject, subject_of(env, options, request.account.words, request.undo ? "unyank" : "yank"));
  if (request.version && subject.version && *request.version != *subject.version) {
    return fail(bad_words("two versions are named", "`--version 1.2.3`, or `NAME@1.2.3`"));
  }
  const std::optional<std::string> version = request.version ? request.version : subject.version;
  if (!version || !spec::parse_version(*version)) {
    return fail(bad_words(version ? fmt::format("`{}` is not a version", *version) : std::string("which version?"),
                          "`--version 1.2.3`, or `NAME@1.2.3`"));
  }
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(RegistryAccess access, open_access(env, *config, request.account));
  source::TokenUse use;
  use.operation = request.undo ? "unyank" : "yank";
  use.name = subject.name;
  use.version = *version;
  env.reporter.status(request.undo ? "Unyank" : "Yank", fmt::format("{}@{}", subject.name, *version));
  const std::string path =
      fmt::format("/api/v1/crates/{}/{}/{}", subject.name, percent_encoded(*version), request.undo ? "unyank" : "yank");
  registry_trust::YankStatement statement;
  statement.registry = access.registry().canonical.empty() ? access.registry().index : access.registry().canonical;
  statement.name = subject.name;
  statement.version = *version;
  statement.yanked = !request.undo;
  statement.nonce = fresh_nonce();
  statement.time = registry_trust::utc_seconds(env.clock.now());
  CW_TRY(access.ask({request.undo ? "PUT" : "DELETE", path}, use, true, registry_trust::Statement(statement)));
  return {};
}

Result<> search(const Env& env, const GlobalOptions& options, const AccountRequest& request, std::uint64_t limit)
{
  if (request.words.empty()) {
    return fail(bad_words("search for what?", "`cargo-wasm search WORD`"));
  }
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(RegistryAccess access, open_access(env, *config, request));
  constexpr std::uint64_t k_most = 100;
  const std::string path = fmt::format(
      "/api/v1/crates?q={}&per_page={}", percent_encoded(base::join(request.words, " ")), std::clamp<std::uint64_t>(limit, 1, k_most));
  CW_TRY_ASSIGN(const std::string answer, access.ask({"GET", path}, {}, false));
  const json found = json::parse(answer, nullptr, false);
  if (!found.is_object() || !found.contains("crates") || !found["crates"].is_array()) {
    return fail(Error("CW1052", fmt::format("registry `{}` answers a search with something else", access.registry().name), Blame::network));
  }
  std::vector<std::pair<std::string, std::optional<std::string>>> rows;
  std::size_t width = 0;
  for (const json& crate : found["crates"]) {
    std::string description = text_in(crate, "description");
    std::ranges::replace(description, '\n', ' ');
    const bool has_description = crate.is_object() && crate.contains("description") && crate["description"].is_string();
    rows.emplace_back(fmt::format("{} = \"{}\"", text_in(crate, "name"), text_in(crate, "max_version")),
                      has_description ? std::optional(std::move(description)) : std::nullopt);
    width = std::max(width, rows.back().first.size());
  }
  std::string lines;
  for (const auto& [crate, description] : rows) {
    lines += description ? fmt::format("{:<{}}    # {}\n", crate, width, *description) : crate + "\n";
  }
  env.reporter.result(lines);
  std::uint64_t total = rows.size();
  if (found.contains("meta") && found["meta"].is_object() && found["meta"].contains("total") &&
      found["meta"]["total"].is_number_unsigned()) {
    total = found["meta"]["total"].get<std::uint64_t>();
  }
  if (total > rows.size()) {
    env.reporter.note(fmt::format("{} more: `--limit N` shows up to {}", total - rows.size(), k_most));
  }
  return {};
}

Result<> info(const Env& env, const GlobalOptions& options, const AccountRequest& request)
{
  CW_TRY_ASSIGN(const Subject subject, subject_of(env, options, request.words, "info"));
  CW_TRY_ASSIGN(const auto config, load_config(env, options));
  CW_TRY_ASSIGN(const NamedRegistry registry, named_registry(*config, request.registry, request.index));
  CW_TRY_ASSIGN(const auto sources, source::SourceMap::create(env, *config));
  manifest::Dependency wanted;
  wanted.package_name = subject.name;
  wanted.name_in_toml = subject.name;
  wanted.source = registry.id;
  CW_TRY_ASSIGN(auto versions, sources->query_all_versions(wanted));
  std::ranges::sort(versions, [](const auto& a, const auto& b) { return b->id.version() < a->id.version(); });
  const auto fits = [&](const auto& summary) {
    return subject.version ? spec::to_string(summary->id.version()) == *subject.version : !summary->yanked;
  };
  auto chosen = std::ranges::find_if(versions, fits);
  if (chosen == versions.end() && !subject.version) {
    chosen = versions.begin(); // all of them are yanked
  }
  if (chosen == versions.end()) {
    return fail(Error("CW1057",
                      versions.empty() ? fmt::format("registry `{}` has no crate `{}`", registry.registry.name, subject.name)
                                       : fmt::format("`{}` has no version {}", subject.name, *subject.version),
                      Blame::usage)
                    .help(fmt::format("`cargo-wasm search {}` looks for similar names", subject.name)));
  }
  CW_TRY_ASSIGN(const auto package, sources->load((*chosen)->id, (*chosen)->checksum));
  const manifest::Manifest& manifest = *package->manifest;
  const manifest::PackageInfo& about = manifest.info;
  std::string text = subject.name;
  for (const std::string& keyword : about.keywords) {
    text += " #" + keyword;
  }
  text += "\n";
  if (about.description) {
    text += std::string(base::trim(*about.description)) + "\n";
  }
  const auto line = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) {
      text += fmt::format("{}: {}\n", key, *value);
    }
  };
  text += fmt::format("version: {}{}{}\n",
                      spec::to_string(package->id().version()),
                      (*chosen)->yanked ? " (yanked)" : "",
                      chosen == versions.begin() ? "" : fmt::format(" (latest {})", spec::to_string(versions.front()->id.version())));
  line("license", about.license ? about.license : about.license_file);
  text += fmt::format("rust-version: {}\n", about.rust_version_text.value_or("unknown"));
  line("documentation", about.documentation);
  line("homepage", about.homepage);
  line("repository", about.repository);
  if (!manifest.summary->features.empty()) {
    text += "features:\n";
    for (const auto& [name, values] : manifest.summary->features) {
      std::vector<std::string> list;
      for (const auto& value : values) {
        list.push_back(manifest::to_string(value));
      }
      text += fmt::format("  {} = [{}]\n", name.str(), base::join(list, ", "));
    }
  }
  env.reporter.result(text);
  return {};
}

} // namespace cargo_wasm::ops
