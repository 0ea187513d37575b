// Brings entries of the outbox to their registries: the first of each entry leads, since two publishers cannot both win there; the others
// follow. A registry that takes sets gets what it lacks of a workspace as one, which becomes visible by one checkpoint or not at all;
// others get one after another, as they depend on each other. A version that is there with our checksum is published, whoever sent it; with
// another one it never will be. A request without an answer is not repeated before the index was asked.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/publish/outbox.hpp>
#include <cargo_wasm/publish/web_api.hpp>

namespace cargo_wasm::publish {

/// Where a token comes from, and what it is for.
struct TokenQuestion
{
  Registry registry;
  std::string operation; ///< "read", "publish"
  std::string name, version, sha256;
  std::string component = {}; ///< hexadecimal SHA-256 of its manifest; empty: none
};

struct PublisherSeams
{
  base::HttpClient& http;
  base::Clock& clock;
  base::Reporter& reporter;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<Result<std::string>(const TokenQuestion&)> token;
  /// The value of `Authorization` for a registry that takes signatures, from its token; nullopt: no key is configured.
  std::function<Result<std::optional<std::string>>(const TokenQuestion&, const std::string& token)> sign;
  std::function<bool()> stopped = {};      ///< somebody pressed Ctrl-C
  std::chrono::seconds visible_within{60}; ///< how long the index may take
};

class Publisher
{
public:
  Publisher(PublisherSeams seams, Outbox& outbox) : m_seams(std::move(seams)), m_outbox(outbox) {}

  /// Asks every registry what it has, without sending anything. Errors: CW1043 one has other bytes for a version.
  [[nodiscard]] Result<> look(std::vector<OutboxEntry>& entries);
  /// Sends what is missing, in the order of the entries; each step is in the outbox before the next. Fails only where the outbox does: what
  /// became of it stands in the entries. CW1058 where somebody asked to stop: the rest is in the outbox.
  [[nodiscard]] Result<> send(std::vector<OutboxEntry>& entries);

private:
  struct Known
  {
    Registry registry;
    std::optional<RegistryFacts> facts;
    std::optional<std::string> read_token;
  };

  [[nodiscard]] bool is_stopped() const { return m_seams.stopped && m_seams.stopped(); }
  [[nodiscard]] Result<Known*> known(const Target& target);
  [[nodiscard]] Result<std::optional<IndexedVersion>> indexed(const OutboxEntry& entry, const Target& target);
  /// Compares with the index. True: there is nothing left to do at this registry.
  [[nodiscard]] bool settle(const OutboxEntry& entry, Target& target, const std::optional<IndexedVersion>& found) const;
  /// A version on its way to one registry.
  struct Part
  {
    OutboxEntry* entry;
    Target* target;
  };
  struct Parcel;

  [[nodiscard]] Result<> send_set(std::vector<OutboxEntry>& entries, const std::string& index);
  [[nodiscard]] Result<> send_in_order(std::vector<OutboxEntry>& entries);
  [[nodiscard]] Result<> bring(OutboxEntry& entry, Target& target);
  /// True: it wants no request yet, and that is written down.
  [[nodiscard]] bool must_wait(Target& target) const;
  /// Sends one version, or several as a set, and writes down what the answer says of each.
  [[nodiscard]] Result<> put(const std::vector<Part>& parts);
  /// What is sent: nullopt where a part may not be, which is written down then.
  /// Before the version that it stands beside. False: it did not get there, which is written down.
  [[nodiscard]] Result<bool> send_component(const Part& part, const Known& at, const std::string& authorization);
  [[nodiscard]] Result<std::optional<Parcel>> parcel_of(const std::vector<Part>& parts, const Known& at);
  void tell(const Part& part, bool was_there) const;
  [[nodiscard]] Result<> wait_until_visible(OutboxEntry& entry, Target& target);
  [[nodiscard]] std::optional<std::string>
  missing_before(const std::vector<OutboxEntry>& all, const OutboxEntry& entry, const Target& target) const;

  PublisherSeams m_seams;
  Outbox& m_outbox;
  std::map<std::string, Known> m_known; ///< by index
  std::set<const Target*> m_in_sets;    ///< what was sent as part of one is not sent by itself
};

/// How an entry stands: a line a registry, aligned.
[[nodiscard]] std::string table_of(const std::vector<OutboxEntry>& entries);

/// The error of a publication as a whole: nullopt when every entry reached its quorum. CW1043 a conflict, CW1044 a registry refuses, CW1045
/// the quorum is missed.
[[nodiscard]] Result<std::optional<Error>> verdict_of(const std::vector<OutboxEntry>& entries);

} // namespace cargo_wasm::publish
