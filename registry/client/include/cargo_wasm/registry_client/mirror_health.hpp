// What this machine has seen of each mirror: how fast it answers, whether it fails, whether it served what it should not. Kept in a file
// beside the federation's document, so that the next command does not learn it anew.
//
// A mirror is *open* to requests until it fails three times in a row, or serves wrong bytes once: then it is left alone for a minute, twice
// as long each further time, ten minutes at most. Left alone means asked last, not never.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_client {

struct MirrorHealth
{
  double latency_ms = 0;          ///< moving average of the time to an answer; 0: never measured
  std::uint32_t failures = 0;     ///< in a row: no connection, time-outs, 5xx
  std::uint32_t strikes = 0;      ///< wrong bytes, in all
  std::uint32_t pauses = 0;       ///< in a row
  std::uint64_t paused_until = 0; ///< seconds since 1970
  std::uint64_t last_size = 0;    ///< entries of the log in its newest checkpoint
  std::uint64_t last_seen = 0;    ///< when it answered last, seconds since 1970
  std::string last_trouble;       ///< one line; may be empty
  bool operator==(const MirrorHealth&) const = default;
};

/// By the mirror's id.
using HealthTable = std::map<std::string, MirrorHealth, std::less<>>;

/// What is no such table is an empty one: nothing but speed depends on it.
[[nodiscard]] HealthTable parse_health(std::string_view json);
[[nodiscard]] std::string to_json(const HealthTable& table);

void note_answer(MirrorHealth& health, double latency_ms, std::uint64_t now);
void note_failure(MirrorHealth& health, std::string_view why, std::uint64_t now);
void note_strike(MirrorHealth& health, std::string_view why, std::uint64_t now);

/// The places of mirrors in the order in which they are asked: those that are not paused, those the user names (ids or regions,
/// `preferred`), by priority, by latency. A mirror that was never measured comes before a slow one.
[[nodiscard]] std::vector<std::size_t> asking_order(std::span<const registry_trust::Mirror> mirrors,
                                                    const HealthTable& table,
                                                    std::span<const std::string> preferred,
                                                    std::uint64_t now);

} // namespace cargo_wasm::registry_client
