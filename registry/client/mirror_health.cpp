#include <cargo_wasm/registry_client/mirror_health.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace cargo_wasm::registry_client {
namespace {

constexpr std::uint32_t k_failures_before_pause = 3;
constexpr std::uint64_t k_first_pause_s = 60, k_longest_pause_s = 600;
/// The share of a new measurement in the average.
constexpr double k_new_share = 0.3;
/// Latencies are compared in steps, so that noise does not move requests from one mirror to another.
constexpr double k_latency_step_ms = 20;

void pause(MirrorHealth& health, std::uint64_t now)
{
  const std::uint32_t doublings = std::min(health.pauses, 4U);
  health.paused_until = now + std::min(k_first_pause_s << doublings, k_longest_pause_s);
  ++health.pauses;
}

} // namespace

HealthTable parse_health(std::string_view json)
{
  HealthTable table;
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) {
    return table;
  }
  for (const auto& [id, entry] : parsed.items()) {
    if (!entry.is_object()) {
      continue;
    }
    const auto number = [&entry = entry](const char* name) -> std::uint64_t {
      return entry.contains(name) && entry[name].is_number_unsigned() ? entry[name].get<std::uint64_t>() : 0;
    };
    const auto count = [&](const char* name) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(number(name), UINT32_MAX)); };
    MirrorHealth health;
    health.latency_ms = static_cast<double>(number("latency_us")) / 1000;
    health.failures = count("failures");
    health.strikes = count("strikes");
    health.pauses = count("pauses");
    health.paused_until = number("paused_until");
    health.last_size = number("last_size");
    health.last_seen = number("last_seen");
    health.last_trouble =
        entry.contains("last_trouble") && entry["last_trouble"].is_string() ? entry["last_trouble"].get<std::string>() : "";
    table.emplace(id, std::move(health));
  }
  return table;
}

std::string to_json(const HealthTable& table)
{
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [id, health] : table) {
    json[id] = {{"latency_us", static_cast<std::uint64_t>(health.latency_ms * 1000)},
                {"failures", health.failures},
                {"strikes", health.strikes},
                {"pauses", health.pauses},
                {"paused_until", health.paused_until},
                {"last_size", health.last_size},
                {"last_seen", health.last_seen},
                {"last_trouble", health.last_trouble}};
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void note_answer(MirrorHealth& health, double latency_ms, std::uint64_t now)
{
  health.latency_ms = health.latency_ms == 0 ? latency_ms : health.latency_ms * (1 - k_new_share) + latency_ms * k_new_share;
  health.failures = 0;
  health.pauses = 0;
  health.paused_until = 0;
  health.last_seen = now;
}

void note_failure(MirrorHealth& health, std::string_view why, std::uint64_t now)
{
  health.last_trouble = why;
  if (++health.failures >= k_failures_before_pause) {
    pause(health, now);
  }
}

void note_strike(MirrorHealth& health, std::string_view why, std::uint64_t now)
{
  health.last_trouble = why;
  ++health.strikes;
  pause(health, now);
}

std::vector<std::size_t> asking_order(std::span<const registry_trust::Mirror> mirrors,
                                      const HealthTable& table,
                                      std::span<const std::string> preferred,
                                      std::uint64_t now)
{
  const auto rank = [&](std::size_t place) {
    const registry_trust::Mirror& mirror = mirrors[place];
    const auto found = table.find(mirror.id);
    const MirrorHealth health = found == table.end() ? MirrorHealth() : found->second;
    const auto named = std::ranges::find_if(preferred, [&](const std::string& name) { return name == mirror.id || name == mirror.region; });
    return std::tuple(health.paused_until > now,
                      named - preferred.begin(),
                      mirror.priority,
                      static_cast<std::uint64_t>(health.latency_ms / k_latency_step_ms),
                      place);
  };
  std::vector<std::size_t> order(mirrors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, rank);
  return order;
}

} // namespace cargo_wasm::registry_client
