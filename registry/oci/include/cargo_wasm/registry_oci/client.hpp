// A client of the OCI distribution protocol for one repository.
//
// Nothing that comes is believed: manifests asked for by digest and blobs are hashed, everything has a limit, and a tag is only ever a
// claim. Redirects are followed for blobs alone, by hand, without the Authorization header where they lead to another host, and never to
// plain http except from loopback to loopback. What was uploaded and not answered is looked up before it is called a failure.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/registry_oci/credentials.hpp>
#include <cargo_wasm/registry_oci/manifest.hpp>
#include <cargo_wasm/registry_oci/names.hpp>

namespace cargo_wasm::registry_oci {

struct ClientOptions
{
  std::size_t chunk_bytes = 16 * 1024 * 1024;        ///< blobs above it are sent in pieces
  std::uint64_t max_blob_bytes = 1024 * 1024 * 1024; ///< larger ones are not taken, whatever a manifest says
  bool pushes = false;                               ///< what lets us in is asked for with the right to push from the start
  std::function<void(const Error&)> on_retry;        ///< a passing trouble that is tried again
};

struct FetchedManifest
{
  std::string text;
  Sha256 digest; ///< of `text`
};

class Client
{
public:
  /// `http` lives on. Cost: nothing until something is asked for.
  Client(base::HttpClient& http, Repository repository, Credentials credentials, ClientOptions options = {});

  [[nodiscard]] const Repository& repository() const noexcept { return m_repository; }

  /// By tag or digest ("sha256:…"); nullopt: the registry has none. Errors: CW1151 to CW1153, CW1154 another digest than asked for, CW1157,
  /// CW1158 longer than k_max_manifest_bytes, those of HTTP.
  Result<std::optional<FetchedManifest>> manifest(const std::string& reference);
  /// Puts it under a tag or its digest. True: the registry keeps track of its subject by itself.
  Result<bool> put_manifest(const std::string& reference, std::string_view media_type, const std::string& text);

  /// Errors: CW1154 what came is shorter, longer or other bytes; CW1157 a redirect that is not followed; CW1151 no such blob.
  Result<std::string> blob(const Descriptor& descriptor);
  /// Uploads it unless it is there.
  Result<> push_blob(const std::string& bytes);

  /// All tags, in the registry's order; nullopt: no such repository.
  Result<std::optional<std::vector<std::string>>> tags();

private:
  enum class Action : std::uint8_t { pull, push };
  struct Answer
  {
    base::HttpResponse response;
    std::string body;
  };
  struct Limits
  {
    std::uint64_t bytes = 0;
    Error too_long;
  };

  Result<Answer> transfer(base::HttpRequest request, const Limits& limits);
  /// With what lets us in; asks for that at a first 401.
  Result<Answer> send(base::HttpRequest request, Action action, const Limits& limits, std::string_view what);
  Result<> authorize(const Answer& refused, Action action, std::string_view what);
  Result<std::string> token_of(const Challenge& challenge, Action action, std::string_view what);
  Result<Answer> follow(base::HttpRequest request, const Limits& limits, std::string_view what);
  Result<std::string> upload_location(const Answer& answer, std::string_view what) const;
  Result<Answer> upload(std::string location, const std::string& bytes, const std::string& digest, std::string_view what);
  Result<bool> has_blob(const Sha256& digest);

  [[nodiscard]] std::string url(std::string_view rest) const;
  [[nodiscard]] base::HttpRequest request_for(std::string url, std::string method = "GET") const;
  [[nodiscard]] Error answer_error(const Answer& answer, std::string_view what) const;
  [[nodiscard]] Limits limits_for(std::string_view what, std::uint64_t bytes) const;

  base::HttpClient& m_http;
  Repository m_repository;
  Credentials m_credentials;
  ClientOptions m_options;
  std::map<Action, std::string> m_authorization; ///< header values
};

} // namespace cargo_wasm::registry_oci
