// The index of a registry whose federation is known: files come from its mirrors, and each is compared with the registry's signed state. A
// cached file that is the right one by that state costs no request.
#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

#include "remote_index.hpp"
#include "server_answer.hpp"

namespace cargo_wasm::source {

namespace {

/// In place of the server's version of a file: the hash of its bytes.
constexpr std::string_view k_hash_mark = "cw-sha256: ";

} // namespace

Result<registry_client::VerifiedRegistry*> RemoteIndex::verified()
{
  if (!m_known) {
    return nullptr;
  }
  if (!m_verified) {
    base::HttpClient* http = nullptr;
    if (!m_session.offline()) {
      CW_TRY_ASSIGN(http, m_session.http());
    }
    registry_client::ReadingOptions options;
    options.offline = m_session.offline();
    CW_TRY_ASSIGN(const auto preferred, m_session.config().get_string_list("cargo-wasm.mirrors"));
    if (preferred) {
      options.pool.preferred = preferred->value;
    }
    options.pool.tokens = tokens_to_read(m_session.env(), m_session.config(), *m_known);
    m_verified = std::make_unique<registry_client::VerifiedRegistry>(m_session.env(), http, *m_known, std::move(options));
  }
  return m_verified.get();
}

void RemoteIndex::tick()
{
  if (m_verified) {
    m_verified->tick();
  }
}

Result<> RemoteIndex::refresh_state()
{
  if (m_verified_error) {
    return fail(*m_verified_error);
  }
  CW_TRY_ASSIGN(auto* const registry, verified());
  if (!m_announced) {
    m_announced = true;
    m_session.reporter().status("Updating", fmt::format("`{}` index, verified", m_known->federation.name));
  }
  if (Result<> refreshed = registry->refresh(); !refreshed) {
    m_verified_error = std::move(refreshed).error();
    return fail(*m_verified_error);
  }
  return {};
}

Result<> RemoteIndex::ask_mirrors(const std::string& key)
{
  m_verified->index_file(
      key,
      [this, key](const base::Sha256& hash) {
        const Slot& slot = m_slots[key];
        return slot.file && slot.file->server_version() == std::string(k_hash_mark) + base::to_hex(hash);
      },
      [this, key](Result<std::optional<std::string>> bytes) { finish_verified(key, std::move(bytes)); });
  return {};
}

void RemoteIndex::finish_verified(const std::string& key, Result<std::optional<std::string>> bytes)
{
  Slot& slot = m_slots[key];
  if (!bytes) {
    slot.error = std::move(bytes).error();
  } else if (!*bytes) {
    slot.file.reset();
    (void)m_session.fs().remove(cache_path(key)); // it is proven that there is no such crate
  } else if (!(*bytes)->empty()) {
    const std::string mark = std::string(k_hash_mark) + base::to_hex(base::sha256(**bytes));
    if (auto kept = keep_body(key, slot, **bytes, mark); !kept) {
      slot.error = std::move(kept).error();
    }
  }
  finish_slot(key, slot);
}

} // namespace cargo_wasm::source
