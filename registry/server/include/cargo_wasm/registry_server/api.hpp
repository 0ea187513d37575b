// What a registry answers over HTTP beside its public files (static_files.hpp): cargo's Web API (cargo book, "Registry Web API"), and pages
// for people. Values in, values out: sockets are elsewhere.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_server/published_crate.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>

namespace cargo_wasm::registry_server {

struct HttpQuestion
{
  std::string_view method, target;
  std::string_view authorization; ///< the header's value; empty without one
  std::string_view if_none_match;
  std::string_view body;
};

struct HttpAnswer
{
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string etag;                                              ///< with quotes; empty: none
  std::string cache_control;                                     ///< empty: none
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< further ones
};

class PageAnswers;
class RateLimiter;

struct ApiLimits
{
  /// By one token, or one key where none is sent; as many at once. 0: any number. What is there already, with the same bytes, does not
  /// count.
  std::uint32_t publications_per_hour = 2000;
};

class Api
{
public:
  /// Both outlive it.
  Api(const Env& env, Registry& registry, ApiLimits limits = {});

  /// Never fails: what goes wrong is an answer. Faults of the registry itself are also told to the reporter.
  [[nodiscard]] HttpAnswer answer(const HttpQuestion& question);

private:
  HttpAnswer publish(const HttpQuestion& question);
  HttpAnswer publish_set(const HttpQuestion& question);
  HttpAnswer stage_component(const HttpQuestion& question, std::string_view crate);
  HttpAnswer change_keys(const HttpQuestion& question);
  HttpAnswer yank(const HttpQuestion& question, std::string_view crate, std::string_view version, bool yanked);
  HttpAnswer owners(const HttpQuestion& question, std::string_view asked);
  HttpAnswer search(std::string_view query);
  /// Whether a signed statement is about what a request asks for.
  using NoteCheck = std::function<Result<>(const PublisherNote&)>;
  /// Who asks: the user of a token, of a signed change, or of both; or the refusal. Without a check no statement admits: a token has to.
  Result<Author> admitted(const registry_trust::Authorization& authorization, Scope scope, std::string_view asked, const NoteCheck& check);
  /// What a note has to state to be of this registry, and of now.
  [[nodiscard]] ExpectedChange expected(const PublisherNote& note, std::string name, std::string version) const;
  /// A publication whose author may make it.
  Result<Publication> publication(const PublishBody& body, const registry_trust::Authorization& authorization);
  /// CW1084: too many of this token or key.
  Result<> paced(const std::string& name,
                 const std::string& version,
                 std::string_view archive,
                 const Author& author,
                 const registry_trust::Authorization& authorization);
  /// One more request of whoever was admitted by this that costs the registry something. Errors: CW1084.
  Result<> take_turn(const Author& author, const registry_trust::Authorization& authorization);
  HttpAnswer refusal(const Error& error);

  const Env& m_env;
  Registry& m_registry;
  std::shared_ptr<PageAnswers> m_pages;
  std::shared_ptr<RateLimiter> m_publications; ///< nullptr: no limit
  std::uint64_t m_wait_s = 0;                  ///< of the last refusal by it
};

/// What cargo reads of a refusal: it prints `detail`.
[[nodiscard]] HttpAnswer error_answer(int status, const std::string& detail);
/// One line for a person who sees it through another program.
[[nodiscard]] std::string detail_of(const Error& error);

} // namespace cargo_wasm::registry_server
