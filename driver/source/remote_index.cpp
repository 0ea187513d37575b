#include "remote_index.hpp"

#include <utility>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "cargo_hash.hpp"
#include "server_answer.hpp"

namespace cargo_wasm::source {

namespace {

/// The largest index file known is some 30 MB; far above that somebody is sending rubbish.
constexpr std::uint64_t k_max_index_bytes = std::uint64_t{256} << 20;

std::string what_of(const std::string& key)
{
  return fmt::format("the index file of `{}`", key);
}

std::int64_t now_ns(const Session& session)
{
  return std::chrono::duration_cast<std::chrono::nanoseconds>(session.env().clock.now().time_since_epoch()).count();
}

} // namespace

class RemoteIndex::Transfer final : public base::HttpHandler
{
public:
  using Done = std::function<void(Result<base::HttpResponse>, std::string)>;
  Transfer(Session& session, Done done) : m_session(session), m_done(std::move(done)) {}
  void on_start() override { m_body.clear(); }
  void on_retry(const Error& why, std::chrono::milliseconds, std::uint32_t left) override { m_session.note_retry(why, left); }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }
  void on_done(Result<base::HttpResponse> outcome) override { m_done(std::move(outcome), std::move(m_body)); }

private:
  Session& m_session;
  Done m_done;
  std::string m_body;
};

RemoteIndex::RemoteIndex(Session& session, spec::SourceId registry, std::optional<registry_client::KnownRegistry> known)
    : m_session(session), m_registry(registry), m_directory(session.registry_directory("index", registry_directory_name(registry))),
      m_known(std::move(known))
{
}

RemoteIndex::~RemoteIndex()
{
  if (m_verified) {
    m_verified->keep_health();
  }
}

void RemoteIndex::make_current()
{
  if (!m_session.offline()) {
    m_current = true;
  }
}

base::Path RemoteIndex::cache_path(const std::string& key) const
{
  return m_directory / ".cache" / registry_protocol::index_path(key);
}

RemoteIndex::Slot& RemoteIndex::slot_of(const std::string& key)
{
  Slot& slot = m_slots[key];
  if (!slot.looked_on_disk) {
    slot.looked_on_disk = true;
    if (auto bytes = m_session.fs().read_if_exists(cache_path(key)); bytes && *bytes) {
      slot.file = IndexFile::from_cache(std::move(**bytes));
    }
  }
  return slot;
}

Result<IndexFile*> RemoteIndex::cached(std::string_view name)
{
  CW_TRY(m_session.lock());
  Slot& slot = slot_of(base::to_lower(name));
  return slot.file ? &*slot.file : nullptr;
}

bool RemoteIndex::is_ready(std::string_view name) const
{
  const auto found = m_slots.find(base::to_lower(name));
  return found != m_slots.end() && (found->second.fresh || found->second.error || (found->second.file && !m_current));
}

Result<bool> RemoteIndex::request(std::string_view name)
{
  CW_TRY(m_session.lock());
  const std::string key = base::to_lower(name);
  Slot& slot = slot_of(key);
  const bool is_enough = slot.fresh || slot.error || (slot.file && !m_current);
  if (m_session.offline() || is_enough) {
    return true;
  }
  if (slot.in_flight) {
    return false;
  }
  CW_TRY(m_known ? refresh_state() : ensure_config());
  slot.in_flight = true;
  ++m_pending;
  if (auto sent = m_known ? ask_mirrors(key) : send_index(key); !sent) {
    slot.in_flight = false;
    --m_pending;
    return fail(std::move(sent).error());
  }
  return !m_slots[key].in_flight;
}

Result<> RemoteIndex::confirm(std::span<const std::string> names, std::chrono::seconds age)
{
  if (m_session.offline()) {
    return {};
  }
  CW_TRY(m_session.lock());
  const std::int64_t now = now_ns(m_session);
  std::vector<std::string> old;
  for (const std::string& name : names) {
    const std::string key = base::to_lower(name);
    const Slot& slot = slot_of(key);
    const auto stat = slot.file ? m_session.fs().stat(cache_path(key)) : Result<std::optional<base::FileStat>>();
    const bool is_young = stat && *stat && (*stat)->mtime_ns <= now && now - (*stat)->mtime_ns < std::chrono::nanoseconds(age).count();
    if (!slot.fresh && !is_young) {
      old.push_back(key);
    }
  }
  if (old.empty()) {
    return {};
  }
  const bool was_current = std::exchange(m_current, true);
  m_keeps_time = true;
  Result<> asked = ask_for(old);
  m_keeps_time = false;
  if (!asked) {
    m_current = was_current; // to those who come later nothing was confirmed
  }
  return asked;
}

Result<> RemoteIndex::ask_for(std::span<const std::string> keys)
{
  for (const std::string& key : keys) {
    CW_TRY(request(key));
  }
  for (const std::string& key : keys) {
    CW_TRY(get(key));
  }
  return {};
}

Result<bool> RemoteIndex::poll()
{
  CW_TRY_ASSIGN(auto* const http, m_session.http());
  if (!m_verified) {
    return http->poll(std::chrono::milliseconds(200));
  }
  CW_TRY_ASSIGN(const bool more, http->poll(std::chrono::milliseconds(20)));
  tick();
  return more || m_verified->pending();
}

Result<IndexFile*> RemoteIndex::get(std::string_view name)
{
  CW_TRY_ASSIGN(bool ready, request(name));
  Slot& slot = m_slots[base::to_lower(name)];
  while (!ready && slot.in_flight) {
    CW_TRY_ASSIGN(const bool more, poll());
    if (!more && slot.in_flight) {
      return fail(
          Error("CW0032", fmt::format("the transfer of {} ended without an answer", what_of(base::to_lower(name))), Blame::network));
    }
  }
  if (!ready) {
    show_progress();
  }
  if (slot.error) {
    Error error = *slot.error;
    error.context.push_back(fmt::format("while updating the index of {}", m_registry.display()));
    return fail(std::move(error));
  }
  return slot.file ? &*slot.file : nullptr;
}

Result<> RemoteIndex::send(const std::string& path, std::vector<std::string> headers, Transfer::Done done)
{
  if (!m_announced) {
    m_announced = true;
    m_session.reporter().status("Updating",
                                m_registry.is_crates_io()            ? std::string("crates.io index")
                                : m_registry.registry_name().empty() ? fmt::format("`{}` index", url_without_secrets(m_registry.url()))
                                                                     : fmt::format("`{}` index", m_registry.registry_name()));
  }
  headers.emplace_back("cargo-protocol: version=1");
  headers.emplace_back("accept: text/plain");
  if (m_auth_required) {
    CW_TRY_ASSIGN(const auto token, m_session.token(m_registry, m_auth_headers, m_login_url));
    headers.push_back("authorization: " + token);
  }
  CW_TRY_ASSIGN(auto* const http, m_session.http());
  http->enqueue({url_of(path), std::move(headers), k_max_index_bytes}, std::make_unique<Transfer>(m_session, std::move(done)));
  return {};
}

Result<> RemoteIndex::send_index(const std::string& key)
{
  std::vector<std::string> headers;
  m_slots[key].was_sent_token = m_auth_required;
  if (m_slots[key].was_asked_plainly) {
    headers.emplace_back("cache-control: no-cache");
  }
  if (const Slot& slot = m_slots[key]; slot.file) {
    const std::string_view version = slot.file->server_version();
    const std::string_view value = base::trim(version.substr(std::min(version.find(':') + 1, version.size())));
    if (version.starts_with("etag:")) {
      headers.push_back(fmt::format("if-none-match: {}", value));
    } else if (version.starts_with("last-modified:")) {
      headers.push_back(fmt::format("if-modified-since: {}", value));
    }
  }
  return send(registry_protocol::index_path(key), std::move(headers), [this, key](Result<base::HttpResponse> outcome, std::string body) {
    finish_index(key, std::move(outcome), std::move(body));
  });
}

void RemoteIndex::note_unauthorized(const base::HttpResponse& response)
{
  m_auth_required = true;
  m_auth_headers = header_lines(response);
  m_login_url = login_url_of(response);
}

void RemoteIndex::finish_index(const std::string& key, Result<base::HttpResponse> outcome, std::string body)
{
  Slot& slot = m_slots[key];
  if (outcome && outcome->status == 401 && !slot.was_sent_token) {
    // Perhaps it is known by now, from the `config.json` that came meanwhile.
    note_unauthorized(*outcome);
    if (auto sent = send_index(key); sent) {
      return;
    } else {
      outcome = fail(std::move(sent).error());
    }
  }
  if (outcome && outcome->status == 304 && !slot.file && !slot.was_asked_plainly) {
    // "What you have is current", and there is nothing here: some cache in between mixes its askers up.
    slot.was_asked_plainly = true;
    if (send_index(key)) {
      return;
    }
  }
  if (!outcome) {
    slot.error = std::move(outcome).error();
  } else if (auto accepted = accept_body(key, slot, *outcome, body); !accepted) {
    slot.error = std::move(accepted).error();
  }
  finish_slot(key, slot);
}

void RemoteIndex::finish_slot(const std::string& key, Slot& slot)
{
  slot.in_flight = false;
  slot.fresh = true;
  if (m_keeps_time && slot.file && !slot.error) {
    (void)m_session.fs().set_mtime_ns(cache_path(key), now_ns(m_session)); // else it is asked for again too early
  }
  --m_pending;
  ++m_complete;
  show_progress();
  if (m_on_loaded) {
    m_on_loaded(key);
  }
}

Result<> RemoteIndex::accept_body(const std::string& key, Slot& slot, const base::HttpResponse& response, const std::string& body)
{
  const std::string url = url_of(registry_protocol::index_path(key));
  if (response.status == 304 && slot.file) {
    return {};
  }
  if (response.status == 304) {
    return fail(status_error(response, url, what_of(key), m_registry, Token::sent)
                    .note("that says that the copy here is current, and there is none here")
                    .help("a cache or proxy between you and the registry mixes answers up"));
  }
  if (is_not_found(response.status)) {
    slot.file.reset();
    (void)m_session.fs().remove(cache_path(key)); // nothing depends on it: the next command asks again
    return {};
  }
  if (response.status != 200) {
    return fail(status_error(response, url, what_of(key), m_registry, Token::sent));
  }
  std::string server_version(k_unknown_server_version);
  if (const auto etag = response.header("etag")) {
    server_version = fmt::format("etag: {}", *etag);
  } else if (const auto modified = response.header("last-modified")) {
    server_version = fmt::format("last-modified: {}", *modified);
  }
  return keep_body(key, slot, body, server_version);
}

Result<> RemoteIndex::keep_body(const std::string& key, Slot& slot, const std::string& body, const std::string& server_version)
{
  const std::string url = url_of(registry_protocol::index_path(key));
  std::size_t rejected = 0;
  CacheFile cache;
  cache.versions = split_index_lines(body, rejected);
  const bool is_truncated = rejected == 1 && !cache.versions.empty() && body.back() != '\n' &&
                            cache.versions.back().json.data() + cache.versions.back().json.size() + 1 < body.data() + body.size();
  if (is_truncated) {
    return fail(Error("CW0407", fmt::format("{} ends in the middle of a line", what_of(key)), Blame::network)
                    .note(fmt::format("the request was for {}", url_without_secrets(url)))
                    .help("the transfer was cut off: try again"));
  }
  bool is_of_this_crate = !cache.versions.empty();
  if (is_of_this_crate) {
    const auto head = registry_protocol::parse_index_head(cache.versions.front().json);
    is_of_this_crate = head && base::to_lower(head->name) == key;
  }
  if (!is_of_this_crate && !base::trim(body).empty()) {
    return fail(wrong_content_error(url, what_of(key), body));
  }
  cache.server_version = server_version;
  std::string bytes = write_cache_file(cache);
  if (auto written = m_session.fs().write_atomic(cache_path(key), bytes); !written && !m_warned_about_cache) {
    m_warned_about_cache = true;
    m_session.reporter().warning(std::move(written).error().during("while keeping index files for the next command"));
  }
  slot.file = IndexFile::from_cache(std::move(bytes));
  return {};
}

void RemoteIndex::show_progress()
{
  if (m_pending == 0) {
    m_session.reporter().clear_progress();
    return;
  }
  m_session.reporter().progress({"Fetch", m_complete, m_complete + m_pending, m_registry.registry_name()});
}

} // namespace cargo_wasm::source
