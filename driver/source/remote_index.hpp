// The index of a sparse registry: cargo's cache files, revalidated over HTTP with as many requests in flight as there are
// names asked for. Event driven: `request` starts, the client's poll completes, `get` waits for one.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include <cargo_wasm/registry_client/verified_registry.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include "index_file.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

class RemoteIndex
{
public:
  /// `registry`: the one that is read (after replacement).
  /// `known`: what this machine knows of its federation, for a registry that has one.
  RemoteIndex(Session& session, spec::SourceId registry, std::optional<registry_client::KnownRegistry> known);
  ~RemoteIndex();

  /// From now on a cached file counts only after the server confirmed it (once per command). Nothing offline.
  void make_current();
  [[nodiscard]] bool is_current() const { return m_current; }

  /// Makes the files of these names current that were not confirmed by the server for this long, all of them at once. When one was is the
  /// time stamp of its file. Nothing offline. Errors: the first of those of `get`; what the cache holds counts on.
  Result<> confirm(std::span<const std::string> names, std::chrono::seconds age);

  /// What the cache holds, without asking the server; nullptr: nothing.
  [[nodiscard]] Result<IndexFile*> cached(std::string_view name);
  /// Whether `get` would answer at once.
  [[nodiscard]] bool is_ready(std::string_view name) const;
  /// Starts to get a file if it has to be got. True when `get` would not wait.
  Result<bool> request(std::string_view name);
  /// The file, current if that was asked for; nullptr: the registry has no such crate. Errors: CW0400–CW0409, CW0411, CW0412.
  [[nodiscard]] Result<IndexFile*> get(std::string_view name);

  /// Called with the (lower case) name when a requested file has come, or has failed.
  void on_loaded(std::function<void(const std::string&)> callback) { m_on_loaded = std::move(callback); }
  /// Handles network events. False when nothing is in flight.
  Result<bool> poll();

  /// config.json, from the cache where that suffices.
  [[nodiscard]] Result<registry_protocol::RegistryConfig> config();
  /// The registry through its mirrors, when it is one whose federation is known; nullptr for any other. Errors: those of the HTTP client.
  [[nodiscard]] Result<registry_client::VerifiedRegistry*> verified();
  [[nodiscard]] bool has_federation() const { return m_known.has_value(); }
  [[nodiscard]] const std::optional<registry_client::KnownRegistry>& known() const { return m_known; }
  /// For slow mirrors, now and then while somebody else polls.
  void tick();
  [[nodiscard]] bool pending() const { return m_pending != 0; }

  /// The header that downloads need, if any.
  [[nodiscard]] Result<std::optional<std::string>> authorization();

private:
  struct Slot
  {
    std::optional<IndexFile> file;
    std::optional<Error> error;
    bool looked_on_disk = false;
    bool in_flight = false;
    bool fresh = false;             ///< the server answered in this command
    bool was_asked_plainly = false; ///< once more, after an answer that cannot be
    bool was_sent_token = false;    ///< with the request that is under way
  };
  class Transfer;

  Slot& slot_of(const std::string& key);
  Result<>
  send(const std::string& path, std::vector<std::string> headers, std::function<void(Result<base::HttpResponse>, std::string)> done);
  Result<> send_index(const std::string& key);
  Result<> refresh_state();
  Result<> ask_mirrors(const std::string& key);
  void finish_verified(const std::string& key, Result<std::optional<std::string>> bytes);
  Result<> keep_body(const std::string& key, Slot& slot, const std::string& body, const std::string& server_version);
  Result<> send_config();
  void finish_slot(const std::string& key, Slot& slot);
  Result<> ask_for(std::span<const std::string> keys);
  void finish_index(const std::string& key, Result<base::HttpResponse> outcome, std::string body);
  Result<> accept_body(const std::string& key, Slot& slot, const base::HttpResponse& response, const std::string& body);
  void finish_config(Result<base::HttpResponse> outcome, const std::string& body);
  Result<> ensure_config();
  void note_unauthorized(const base::HttpResponse& response);
  void show_progress();
  [[nodiscard]] base::Path cache_path(const std::string& key) const;
  [[nodiscard]] std::string url_of(std::string_view path) const { return m_registry.url() + std::string(path); }

  Session& m_session;
  spec::SourceId m_registry;
  base::Path m_directory;
  std::optional<registry_client::KnownRegistry> m_known;
  std::unique_ptr<registry_client::VerifiedRegistry> m_verified;
  std::optional<Error> m_verified_error;
  std::unordered_map<std::string, Slot> m_slots;
  std::function<void(const std::string&)> m_on_loaded;
  std::optional<registry_protocol::RegistryConfig> m_config;
  std::optional<Error> m_config_error;
  bool m_config_in_flight = false, m_config_fresh = false;
  bool m_config_was_sent_token = false;
  bool m_current = false;
  bool m_keeps_time = false; ///< of confirmations
  bool m_announced = false;
  bool m_auth_required = false;
  bool m_warned_about_cache = false;
  std::vector<std::string> m_auth_headers;
  std::optional<std::string> m_login_url;
  std::uint64_t m_complete = 0, m_pending = 0;
};

} // namespace cargo_wasm::source
