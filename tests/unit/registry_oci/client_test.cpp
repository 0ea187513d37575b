#include <cargo_wasm/registry_oci/artifact.hpp>

#include <support/catch.hpp>
#include <support/fake_http.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cargo_wasm::registry_oci {
namespace {

using test::FakeHttp;
using test::FakeResponse;

constexpr const char* k_base = "https://registry.example/v2/acme/my/calc/";

struct World
{
  FakeHttp http;
  std::unique_ptr<base::HttpClient> transport = http.make({}).value();

  Client client(Credentials credentials = {}, ClientOptions options = {})
  {
    return {*transport, {"registry.example", "acme/my/calc"}, std::move(credentials), std::move(options)};
  }
  World& serve(const std::string& path, std::string body, int status = 200)
  {
    http.serve(k_base + path, std::move(body), status);
    return *this;
  }
  World& answer(const std::string& path, FakeResponse response)
  {
    http.on(k_base + path, [response](const base::HttpRequest&) { return Result<FakeResponse>(response); });
    return *this;
  }
  [[nodiscard]] std::vector<std::string> sent() const
  {
    std::vector<std::string> all;
    for (const auto& request : http.requests) {
      all.push_back(request.method + " " + request.url);
    }
    return all;
  }
};

std::string shown(const Error& error)
{
  return render(error, base::Severity::error, false);
}

std::string authorization(const base::HttpRequest& request)
{
  const auto found = std::ranges::find_if(request.headers, [](const std::string& header) { return header.starts_with("Authorization: "); });
  return found == request.headers.end() ? "" : found->substr(15);
}

std::string blob_path(std::string_view content)
{
  return "blobs/" + digest_text(base::sha256(content));
}

} // namespace

TEST_CASE("oci: a manifest by digest is that manifest or an error, by tag whatever stands there", "[oci]")
{
  World world;
  const std::string digest = digest_text(base::sha256("a"));
  world.serve("manifests/1.0.0", "b").serve("manifests/" + digest, "b");
  CHECK(world.client().manifest("1.0.0").value()->digest == base::sha256("b"));
  CHECK_FALSE(world.client().manifest("2.0.0").value());
  CHECK(
      shown(world.client().manifest(digest).error()) ==
      fmt::format("error[CW1154]: `registry.example` sent other bytes for the manifest `acme/my/calc:{}`\n   = note: their digest is `{}`\n"
                  "   = help: do not use what this registry sends; a proxy in between may have changed it\n",
                  digest,
                  digest_text(base::sha256("b"))));
}

TEST_CASE("oci: nothing is asked compressed, and no redirect is left to the transport", "[oci]")
{
  World world;
  world.serve("manifests/1", "{}");
  REQUIRE(world.client().manifest("1").has_value());
  CHECK_FALSE(world.http.requests[0].compressed);
  CHECK(world.http.requests[0].max_redirects == 0U);
}

TEST_CASE("oci: a blob that leads to another host is fetched there without what lets us in, and verified", "[oci]")
{
  World world;
  world.answer(blob_path("content"), {307, "", {{"location", "https://cdn.example/x?sig=1"}}});
  world.http.serve("https://cdn.example/x?sig=1", "content");
  Client client = world.client({.bearer = "secret", .basic = {}, .missing = {}});
  CHECK(client.blob(describe("a", "content")).value() == "content");
  REQUIRE(world.http.requests.size() == 2);
  CHECK(authorization(world.http.requests[0]) == "Bearer secret");
  CHECK(authorization(world.http.requests[1]).empty());
  world.http.serve("https://cdn.example/x?sig=1", "c0ntent");
  CHECK(client.blob(describe("a", "content")).error().id == "CW1154");
}

TEST_CASE("oci: a blob's redirect within the host keeps what lets us in; one to plain http, a file or a user is not followed", "[oci]")
{
  World world;
  world.answer(blob_path("content"), {302, "", {{"location", "/v2/acme/my/calc/store/7"}}}).serve("store/7", "content");
  Client client = world.client({.bearer = "secret", .basic = {}, .missing = {}});
  CHECK(client.blob(describe("a", "content")).value() == "content");
  CHECK(authorization(world.http.requests.at(1)) == "Bearer secret");
  for (const char* const location :
       {"http://registry.example/x", "file:///etc/passwd", "https://a:b@cdn.example/x", "", "http://127.0.0.1/x", "https:///x"}) {
    INFO(location);
    world.answer(blob_path("content"), {307, "", {{"location", location}}});
    CHECK(client.blob(describe("a", "content")).error().id == "CW1157");
  }
}

TEST_CASE("oci: a blob has the length that its manifest says", "[oci]")
{
  World world;
  world.serve(blob_path("content"), "content and more");
  Descriptor wanted = describe("a", "content");
  CHECK(world.client().blob(wanted).error().notes.at(0) == "they are more than the 7 bytes that its manifest says");
  world.serve(blob_path("content"), "cont");
  CHECK(world.client().blob(wanted).error().notes.at(0) == "they are 4 bytes, its manifest says 7");
  wanted.size = 2'000'000'000;
  CHECK(shown(world.client().blob(wanted).error()).find("its manifest says 1.9 GiB, at most 1.0 GiB are taken") != std::string::npos);
}

TEST_CASE("oci: a token is asked for once, with the password, for this repository alone", "[oci]")
{
  World world;
  world.http.on(std::string(k_base) + "manifests/1", [](const base::HttpRequest& request) {
    return authorization(request) == "Bearer t"
               ? Result<FakeResponse>(FakeResponse{200, "{}", {}})
               : FakeResponse{
                     401,
                     "",
                     {{"www-authenticate", R"(Bearer realm="https://auth.example/t?x=1",service="s",scope="repository:other:push")"}}};
  });
  const std::string token = "https://auth.example/t?x=1&service=s&scope=repository%3Aacme%2Fmy%2Fcalc%3Apull";
  world.http.serve(token, R"({"access_token":"t"})");
  Client client = world.client({.bearer = {}, .basic = "alice:secret", .missing = {}});
  REQUIRE(client.manifest("1").has_value());
  REQUIRE(client.manifest("1").has_value());
  const std::string manifest = std::string("GET ") + k_base + "manifests/1";
  CHECK(world.sent() == std::vector<std::string>{manifest, "GET " + token, manifest, manifest});
  CHECK(authorization(world.http.requests[1]) == "Basic YWxpY2U6c2VjcmV0");
}

TEST_CASE("oci: a password goes to no place by plain http", "[oci]")
{
  World world;
  world.answer("manifests/1", {401, "", {{"www-authenticate", "Bearer realm=\"http://127.0.0.1/token\""}}});
  const auto refused = world.client({.bearer = {}, .basic = "alice:secret", .missing = {}}).manifest("1");
  CHECK(shown(refused.error()) == "error[CW1152]: `registry.example` sends us to a place for tokens that is not used\n"
                                  "   = note: its realm is `http://127.0.0.1/token`\n   = help: tokens are asked for by https only\n");
  CHECK(world.http.requests.size() == 1);
}

TEST_CASE("oci: tags come in pages of the same host", "[oci]")
{
  World world;
  world.answer("tags/list", {200, R"({"tags":["1.0.0"]})", {{"link", "</v2/acme/my/calc/tags/list?last=1.0.0&n=1>; rel=\"next\""}}});
  world.serve("tags/list?last=1.0.0&n=1", R"({"tags":["2.0.0"]})");
  CHECK(world.client().tags().value().value() == std::vector<std::string>{"1.0.0", "2.0.0"});
  world.answer("tags/list", {200, R"({"tags":["1.0.0"]})", {{"link", "<https://other.example/x>; rel=\"next\""}}});
  CHECK(world.client().tags().error().id == "CW1151");
  world.serve("tags/list", R"({"tags":null})");
  CHECK(world.client().tags().value().value().empty());
}

namespace {

/// A registry that keeps what it is given.
struct KeepingRegistry : World
{
  std::map<std::string, std::string> kept; ///< by path
  std::string received;                    ///< of an upload in pieces
  int manifests_to_fail = 0;

  KeepingRegistry()
  {
    for (const char* const tag : {"1.0.0", "2.0.0"}) {
      keep("manifests/" + std::string(tag));
    }
    http.on(std::string(k_base) + "blobs/uploads/", [](const base::HttpRequest&) {
      return Result<FakeResponse>(FakeResponse{202, "", {{"location", "/v2/acme/my/calc/upload?_state=1"}}});
    });
    http.on(std::string(k_base) + "upload?_state=1", [this](const base::HttpRequest& request) {
      received += request.body;
      return Result<FakeResponse>(FakeResponse{202, "", {{"location", "https://registry.example/v2/acme/my/calc/upload?_state=1"}}});
    });
  }
  void keep(const std::string& path)
  {
    http.on(k_base + path, [this, path](const base::HttpRequest& request) -> Result<FakeResponse> {
      if (request.method == "PUT") {
        kept[path] = request.body;
        return manifests_to_fail-- > 0 ? FakeResponse{503, "", {}} : FakeResponse{201, "", {}};
      }
      return kept.contains(path) ? FakeResponse{200, kept[path], {}} : FakeResponse{404, "", {}};
    });
  }
  /// Lets a blob be uploaded and found.
  void expect(const std::string& content)
  {
    const std::string digest = digest_text(base::sha256(content));
    keep("blobs/" + digest);
    http.on(std::string(k_base) + "upload?_state=1&digest=sha256%3A" + digest.substr(7), [this, digest](const base::HttpRequest& request) {
      kept["blobs/" + digest] = received + request.body;
      received.clear();
      return Result<FakeResponse>(FakeResponse{201, "", {}});
    });
  }
  Artifact artifact(const std::string& content)
  {
    Artifact made = make_artifact(content, {"calc.wasm", "1.0.0", "1970-01-01T00:00:00Z", {}, {}});
    for (const std::string* part : {&made.config, &made.layer}) {
      expect(*part);
    }
    keep("manifests/" + digest_text(base::sha256(made.manifest_text)));
    return made;
  }
};

} // namespace

TEST_CASE("oci: a version is pushed once, again without a byte, and never changed", "[oci]")
{
  KeepingRegistry world;
  Client client = world.client();
  const Artifact first = world.artifact("first");
  CHECK(push_artifact(client, first, "1.0.0").value() == PushOutcome::pushed);
  CHECK(world.kept["manifests/1.0.0"] == first.manifest_text);
  CHECK(world.kept[blob_path("first")] == "first");
  const std::size_t before = world.http.requests.size();
  CHECK(push_artifact(client, first, "1.0.0").value() == PushOutcome::was_there);
  CHECK(world.http.requests.size() == before + 1);
  const Artifact second = world.artifact("second");
  CHECK(shown(push_artifact(client, second, "1.0.0").error()) ==
        fmt::format(
            "error[CW1156]: `registry.example/acme/my/calc:1.0.0` is published already, with other content\n   = note: there it is `{}`\n"
            "   = note: this one is `{}`\n   = help: a version is never changed once it is published: give this one a new version\n",
            digest_text(base::sha256(first.manifest_text)),
            digest_text(base::sha256(second.manifest_text))));
  CHECK(world.kept["manifests/1.0.0"] == first.manifest_text);
  CHECK(pull_artifact(client, "1.0.0").value().layer == "first");
}

TEST_CASE("oci: an upload that arrived although the answer says otherwise is found to have arrived", "[oci]")
{
  KeepingRegistry world;
  world.manifests_to_fail = 2;
  Client client = world.client();
  CHECK(push_artifact(client, world.artifact("first"), "1.0.0").value() == PushOutcome::pushed);
}

TEST_CASE("oci: what is larger than a piece is sent in pieces", "[oci]")
{
  KeepingRegistry world;
  world.expect("0123456789");
  ClientOptions options;
  options.chunk_bytes = 4;
  Client client = world.client({}, options);
  REQUIRE(client.push_blob("0123456789").has_value());
  CHECK(world.kept[blob_path("0123456789")] == "0123456789");
  std::vector<std::string> ranges;
  for (const auto& request : world.http.requests) {
    for (const std::string& header : request.headers) {
      if (header.starts_with("Content-Range: ")) {
        ranges.push_back(request.method + " " + header.substr(15));
      }
    }
  }
  CHECK(ranges == std::vector<std::string>{"PATCH 0-3", "PATCH 4-7", "PATCH 8-9"});
}

TEST_CASE("oci: an upload that would go to another host is not sent", "[oci]")
{
  KeepingRegistry world;
  world.http.on(std::string(k_base) + "blobs/uploads/", [](const base::HttpRequest&) {
    return Result<FakeResponse>(FakeResponse{202, "", {{"location", "https://other.example/upload"}}});
  });
  CHECK(world.client().push_blob("x").error().id == "CW1157");
  CHECK(std::ranges::none_of(world.sent(), [](const std::string& line) { return line.find("other.example") != std::string::npos; }));
}

TEST_CASE("oci: what is attached is found by the fallback tag, once, beside what others have attached", "[oci]")
{
  KeepingRegistry world;
  Client client = world.client();
  const Descriptor subject = describe(k_manifest_type, "manifest");
  const std::string tag = "manifests/sha256-" + base::to_hex(subject.digest);
  world.keep(tag);
  Descriptor other = describe(k_manifest_type, "other");
  other.artifact_type = "application/other";
  world.kept[tag] = to_json(ImageIndex{{other}});
  world.expect("{}");
  world.expect("note");
  Manifest expected;
  expected.artifact_type = k_statement_type;
  expected.config = describe(k_empty_type, "{}");
  expected.layers = {describe(k_statement_type, "note")};
  expected.subject = subject;
  const Sha256 digest = base::sha256(to_json(expected));
  world.keep("manifests/" + digest_text(digest));
  CHECK(attach(client, subject, k_statement_type, "note").value() == digest);
  CHECK(attach(client, subject, k_statement_type, "note").value() == digest);
  CHECK(parse_index(world.kept[tag]).value().manifests.size() == 2);
  const auto found = attached(client, subject.digest, k_statement_type).value();
  REQUIRE(found.size() == 1);
  CHECK(found[0].digest == digest);
}

} // namespace cargo_wasm::registry_oci
