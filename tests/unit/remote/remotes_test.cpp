#include <cargo_wasm/remote/remotes.hpp>

#include <cargo_wasm/action/protobuf.hpp>

#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>
#include <support/test_env.hpp>

#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

/// A server in memory. Every connection to it is a `FakeService`.
struct FakeServer
{
  std::mutex mutex;
  std::map<Digest, std::string> results, blobs;
  std::optional<Error> trouble; ///< of every call
  bool lies = false;
  bool hangs = false; ///< in `upload`, until stopped
  int calls = 0, connections = 0;
  std::string token;

  void add(const Digest& action, std::string entry, const std::vector<Blob>& those)
  {
    results[action] = std::move(entry);
    for (const Blob& blob : those) {
      blobs[blob.digest] = std::get<std::string>(blob.content);
    }
  }
};

class FakeService final : public CacheService
{
public:
  FakeService(FakeServer& server, std::stop_token stop) : m_server(server), m_stop(std::move(stop)) {}

  Result<std::optional<std::string>> get_action_result(const Digest& action) override
  {
    CW_TRY(call());
    const auto found = m_server.results.find(action);
    return found == m_server.results.end() ? std::nullopt : std::optional(found->second);
  }
  Result<> put_action_result(const Digest& action, std::string_view encoded) override
  {
    CW_TRY(call());
    m_server.results[action] = encoded;
    return {};
  }
  Result<std::vector<Digest>> find_missing(std::span<const Digest> digests) override
  {
    CW_TRY(call());
    std::vector<Digest> missing;
    for (const Digest& digest : digests) {
      if (!m_server.blobs.contains(digest)) {
        missing.push_back(digest);
      }
    }
    return missing;
  }
  Result<std::vector<Digest>> download(std::span<const WantedBlob> blobs) override
  {
    CW_TRY(call());
    std::vector<Digest> absent;
    for (const WantedBlob& blob : blobs) {
      const auto found = m_server.blobs.find(blob.digest);
      if (found == m_server.blobs.end()) {
        absent.push_back(blob.digest);
      } else if (m_server.lies) {
        return fail(
            Error("CW1267", "other bytes came than those that were asked for", Blame::integrity).note("asked for A").note("B came"));
      } else {
        std::ofstream(blob.file) << found->second;
      }
    }
    return absent;
  }
  Result<std::optional<std::string>> read(const Digest& digest) override
  {
    CW_TRY(call());
    const auto found = m_server.blobs.find(digest);
    return found == m_server.blobs.end() ? std::nullopt : std::optional(found->second);
  }
  Result<> upload(std::span<const Blob> blobs) override
  {
    CW_TRY(call());
    if (m_server.hangs) {
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait(lock, m_stop, [] { return false; });
      return fail(Error("CW1277", "stopped", Blame::network));
    }
    for (const Blob& blob : blobs) {
      m_server.blobs[blob.digest] = std::get<std::string>(blob.content);
    }
    return {};
  }

private:
  Result<> call()
  {
    const std::lock_guard lock(m_server.mutex);
    ++m_server.calls;
    return m_server.trouble ? Result<>(fail(*m_server.trouble)) : Result<>();
  }
  FakeServer& m_server;
  std::stop_token m_stop;
};

class MemorySink final : public BlobSink
{
public:
  explicit MemorySink(const test::TempDir& directory) : m_directory(directory) {}
  bool has(const Digest& digest) override { return kept.contains(digest); }
  Result<Path> place(const Digest& digest) override
  {
    if (is_full) {
      return fail(Error("CW0003", "cannot write `/store`", Blame::environment).note("no space left on device"));
    }
    return m_directory / base::to_hex(digest.hash);
  }
  Result<> keep(const Digest& digest, const Path& file) override
  {
    kept[digest] = m_directory.read(file.filename().native());
    return {};
  }
  std::map<Digest, std::string> kept;
  bool is_full = false;

private:
  const test::TempDir& m_directory;
};

struct World
{
  World() : real(directory.path()) {}

  Remotes open(bool writes = false, std::shared_ptr<const registry_tlog::SignerKey> key = nullptr)
  {
    RemotesOptions options;
    for (const std::string& name : names) {
      RemoteSettings settings{.name = name, .url = "http://" + at + name, .writes = writes, .trust = {}, .token_variable = {}};
      settings.trust.keys = {samples::key().verifier};
      settings.trust.everybody = trusts_all;
      if (name == token_of) {
        settings.token_variable = "TOKEN";
      }
      options.settings.remotes.push_back(settings);
    }
    options.settings.key = std::move(key);
    options.spool = directory / "spool";
    options.upload_threads = 1;
    options.make_service =
        [this](const RemoteSettings& remote, const std::string& token, std::stop_token stop) -> Result<std::unique_ptr<CacheService>> {
      FakeServer& server = remote.name == "near" ? near_one : far_one;
      ++server.connections;
      server.token = token;
      return std::make_unique<FakeService>(server, std::move(stop));
    };
    return Remotes(real.env(), std::move(options));
  }

  test::TempDir directory;
  test::RealEnv real;
  FakeServer near_one, far_one;
  bool trusts_all = false;
  std::string token_of;
  std::string at; ///< before the names in the URLs
  std::vector<std::string> names = {"near", "far"};
};

const Error k_refused =
    Error("CW0030", "cannot connect for `http://near/ac/x`", Blame::network).note("connection refused").help("check the network");

} // namespace

TEST_CASE("remotes: the first that has a signed result is taken, with its blobs", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const auto key = samples::key();
  const std::vector<Blob> blobs = {samples::blob("one"), samples::blob("two"), samples::blob("one")};
  const auto result = samples::result(blobs);
  world.far_one.add(samples::k_action, make_entry(samples::k_action, result, &key), blobs);
  Remotes remotes = world.open();
  const auto found = remotes.fetch(samples::k_action, sink);
  REQUIRE(found);
  CHECK(found->remote == "far");
  CHECK(found->signer == "team/ci");
  CHECK(found->encoded == action::encode(result));
  CHECK(found->fetched_bytes == 6);
  CHECK(sink.kept.size() == 2);
  CHECK(world.real.reporter.err().empty());
  // What is here is not fetched again, and connections are kept.
  CHECK(remotes.fetch(samples::k_action, sink)->fetched_bytes == 0);
  CHECK(world.far_one.connections == 1);
}

TEST_CASE("remotes: one that fails is left out, with one warning", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  world.near_one.trouble = k_refused;
  Remotes remotes = world.open();
  CHECK(remotes.reads());
  CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  CHECK(world.near_one.calls == 1);
  CHECK(world.far_one.calls == 2);
  CHECK(world.real.reporter.err() ==
        "warning[CW1266]: remote cache `near` is left out of this build\n"
        "   = note: cannot connect for `http://near/ac/x`\n"
        "   = note: connection refused\n"
        "   = help: nothing else is lost: what it has is built here; its `timeout` says how long it is waited for\n");
  world.far_one.trouble = k_refused;
  CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  CHECK_FALSE(remotes.reads());
}

TEST_CASE("remotes: other bytes than those asked for are a lie", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const auto key = samples::key();
  const std::vector<Blob> blobs = {samples::blob("one")};
  for (FakeServer* const server : {&world.near_one, &world.far_one}) {
    server->add(samples::k_action, make_entry(samples::k_action, samples::result(blobs), &key), blobs);
  }
  world.near_one.lies = true;
  Remotes remotes = world.open();
  CHECK(remotes.fetch(samples::k_action, sink)->remote == "far");
  CHECK(world.real.reporter.err() == "warning[CW1267]: remote cache `near` sent other bytes than those that were asked for\n"
                                     "   = note: asked for A\n"
                                     "   = note: B came\n"
                                     "   = note: none of them are used, and it is left out of this build\n");
}

TEST_CASE("remotes: nobody believes a result that is not signed, unless that was asked for", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const auto stranger = samples::key("stranger", 9);
  const std::vector<Blob> blobs = {samples::blob("one")};
  world.near_one.add(samples::k_action, make_entry(samples::k_action, samples::result(blobs), &stranger), blobs);
  {
    Remotes remotes = world.open();
    CHECK_FALSE(remotes.fetch(samples::k_action, sink));
    CHECK_FALSE(remotes.fetch(samples::k_action, sink));
    CHECK(sink.kept.empty());
    CHECK(remotes.reads());
  }
  CHECK(world.real.reporter.err() ==
        "warning[CW1269]: remote cache `near` has results that nobody trusted has signed\n"
        "   = note: the first is that of action `" +
            base::to_hex(samples::k_action.hash) +
            "`\n"
            "   = note: they are not used\n"
            "   = help: who fills it needs a key (`cargo-wasm cache keygen`), and `trust` of its table must name it\n");
  world.trusts_all = true;
  Remotes remotes = world.open();
  const auto found = remotes.fetch(samples::k_action, sink);
  REQUIRE(found);
  CHECK(found->signer == std::nullopt);
}

TEST_CASE("remotes: texts that a server has moved to blobs are fetched before the signature is looked at", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const auto key = samples::key();
  const auto result = samples::result({});
  std::string entry = make_entry(samples::k_action, result, &key);
  auto bare = result;
  bare.stdout_raw.clear();
  action::ProtobufWriter moved;
  moved.element(6, action::encode(base::digest_of(result.stdout_raw)));
  const std::string metadata = entry.substr(action::encode(result).size());
  world.near_one.add(samples::k_action, action::encode(bare) + std::move(moved).take() + metadata, {samples::blob(result.stdout_raw)});
  Remotes remotes = world.open();
  const auto found = remotes.fetch(samples::k_action, sink);
  REQUIRE(found);
  CHECK(found->result.stdout_raw == "said\n");
  CHECK(found->signer == "team/ci");
}

TEST_CASE("remotes: a full disk here is not the remote's fault", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  sink.is_full = true;
  const auto key = samples::key();
  const std::vector<Blob> blobs = {samples::blob("one")};
  for (FakeServer* const server : {&world.near_one, &world.far_one}) {
    server->add(samples::k_action, make_entry(samples::k_action, samples::result(blobs), &key), blobs);
  }
  Remotes remotes = world.open();
  CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  CHECK(remotes.reads());
  CHECK(world.real.reporter.err() == "warning[CW1273]: cannot write `/store`\n"
                                     "   = note: no space left on device\n"
                                     "   = note: what remote caches have is not used as long as that is so\n");
}

TEST_CASE("remotes: a token comes from its variable, and without it the remote is left out", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  world.token_of = "near";
  world.real.vars.erase("TOKEN");
  {
    Remotes remotes = world.open();
    CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  }
  CHECK(world.near_one.connections == 0);
  CHECK(world.real.reporter.err() == "warning[CW1265]: remote cache `near` is left out of this build\n"
                                     "   = note: variable `TOKEN`, which should hold its token, is not set\n");
  world.real.vars["TOKEN"] = "s3cr3t";
  Remotes remotes = world.open();
  CHECK_FALSE(remotes.fetch(samples::k_action, sink));
  CHECK(world.near_one.token == "s3cr3t");
  CHECK(world.far_one.token.empty());
}

TEST_CASE("remotes: what is offered goes to all that are written to, signed", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const std::vector<Blob> blobs = {samples::blob("one"), samples::blob("two")};
  {
    Remotes remotes = world.open(true, std::make_shared<const registry_tlog::SignerKey>(samples::key()));
    CHECK(remotes.writes());
    remotes.offer(samples::k_action, samples::result(blobs), blobs);
    const UploadSummary summary = remotes.finish(std::chrono::seconds(20));
    CHECK(summary.sent == 1);
    CHECK(summary.spooled + summary.dropped == 0);
  }
  CHECK(world.near_one.results == world.far_one.results);
  CHECK(world.near_one.blobs.size() == 2);
  CHECK(world.open().fetch(samples::k_action, sink)->signer == "team/ci");
  CHECK_FALSE(std::filesystem::exists(world.directory / "spool"));
}

TEST_CASE("remotes: what is not sent in time waits in the spool, and is sent later", "[remote]")
{
  World world;
  const std::vector<Blob> blobs = {samples::blob("one")};
  const auto other = base::digest_of("another action");
  world.far_one.hangs = true;
  {
    Remotes remotes = world.open(true);
    remotes.offer(samples::k_action, samples::result(blobs), blobs);
    remotes.offer(other, samples::result(blobs), blobs);
    const UploadSummary summary = remotes.finish(std::chrono::milliseconds(50));
    CHECK(summary.spooled == 2);
    CHECK(summary.sent == 0);
  }
  CHECK(world.real.reporter.err().empty());
  world.far_one.hangs = false;
  Remotes remotes = world.open(true);
  const auto pushed = remotes.push();
  REQUIRE(pushed);
  CHECK(pushed->sent == 2);
  CHECK(world.far_one.results.size() == 2);
  CHECK(world.near_one.results.size() == 2);
  CHECK(remotes.push()->sent == 0);
}

TEST_CASE("remotes: what waits goes to no remote of the same name that lies elsewhere, and stays", "[remote]")
{
  World world;
  const std::vector<Blob> blobs = {samples::blob("one")};
  world.far_one.hangs = true;
  {
    Remotes remotes = world.open(true);
    remotes.offer(samples::k_action, samples::result(blobs), blobs);
    CHECK(remotes.finish(std::chrono::milliseconds(50)).spooled == 1);
  }
  world.far_one.hangs = false;
  const auto near_before = world.near_one.results;
  world.at = "other-"; // another project's configuration
  {
    const auto pushed = world.open(true).push();
    REQUIRE(pushed);
    CHECK(pushed->sent + pushed->dropped == 0);
    CHECK(pushed->spooled == 1);
    CHECK(pushed->elsewhere == 1);
  }
  CHECK(world.near_one.results == near_before);
  CHECK(world.far_one.results.empty());
  world.at.clear();
  CHECK(world.open(false).push()->elsewhere == 1); // read only here
  world.names = {"near"};
  CHECK(world.open(true).push()->elsewhere == 1);
  CHECK(world.near_one.results.size() == 1);
  world.names = {"far"};
  CHECK(world.open(true).push()->sent == 1);
  CHECK(world.far_one.results.size() == 1);
  CHECK(count_spooled(world.real.env(), world.directory / "spool") == 0U);
}

TEST_CASE("remotes: one that is full is still read from", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const std::vector<Blob> blobs = {samples::blob("one")};
  Remotes remotes = world.open(true);
  world.near_one.trouble = Error("CW1271", "it has no room for what was sent", Blame::network).note("it answers with status 507");
  remotes.offer(samples::k_action, samples::result(blobs), blobs);
  const UploadSummary summary = remotes.finish(std::chrono::seconds(20));
  CHECK(summary.dropped == 1);
  CHECK(summary.spooled == 0);
  CHECK(world.far_one.results.size() == 1);
  world.near_one.trouble.reset();
  CHECK(remotes.reads());
  CHECK_FALSE(remotes.fetch(base::digest_of("unknown"), sink));
  CHECK(world.near_one.calls == 2);
  CHECK(world.real.reporter.err() ==
        "warning[CW1271]: remote cache `near` takes no results\n"
        "   = note: it has no room for what was sent\n"
        "   = note: it answers with status 507\n"
        "   = help: write `mode = \"read\"` if it is not to be written to, or see to its room and its limits\n");
}

TEST_CASE("remotes: one that refuses what is sent is still read from, and what it refused waits", "[remote]")
{
  World world;
  MemorySink sink(world.directory);
  const std::vector<Blob> blobs = {samples::blob("one")};
  Remotes remotes = world.open(true);
  world.near_one.trouble = Error("CW1248", "it answers with status 403", Blame::network);
  remotes.offer(samples::k_action, samples::result(blobs), blobs);
  const UploadSummary summary = remotes.finish(std::chrono::seconds(20));
  CHECK(summary.dropped == 0);
  CHECK(summary.spooled == 1);
  CHECK(world.far_one.results.size() == 1);
  world.near_one.trouble.reset();
  CHECK_FALSE(remotes.fetch(base::digest_of("unknown"), sink));
  CHECK(world.near_one.calls == 2);
  CHECK(world.real.reporter.err() == "warning[CW1248]: remote cache `near` refuses what is sent to it\n"
                                     "   = note: it answers with status 403\n"
                                     "   = note: it is read from, and not written to for the rest of this build\n"
                                     "   = help: write `mode = \"read\"` if it is not to be written to from here\n");
  CHECK(world.open(true).push()->sent == 1);
}

TEST_CASE("remotes: two processes do not send the spool at the same time", "[remote]")
{
  World world;
  Remotes remotes = world.open(true);
  REQUIRE(world.real.fs().create_directories(world.directory / "spool"));
  const auto held = world.real.fs().lock(world.directory / "spool/lock", base::LockMode::exclusive, [] {});
  REQUIRE(held);
  const auto pushed = remotes.push();
  REQUIRE_FALSE(pushed);
  CHECK(base::render(pushed.error(), base::Severity::error, false) == "error[CW1276]: another process is sending the spool\n"
                                                                      "   = note: it holds the lock of `" +
                                                                          (world.directory / "spool").native() +
                                                                          "`\n"
                                                                          "   = help: wait for it, and look again\n");
}
