// The table is cut into shards by hash, so that threads which intern different names seldom meet. Texts are
// nodes of a set (their address never changes) and are never freed: the values handed out live as long
// as the process.
#include <cargo_wasm/base/interned_string.hpp>

#include <array>
#include <mutex>
#include <unordered_set>

namespace cargo_wasm::base {
namespace {

struct TextHash
{
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

struct alignas(64) Shard
{
  std::mutex mutex;
  std::unordered_set<std::string, TextHash, std::equal_to<>> texts;
};

constexpr std::size_t k_shard_count = 16;

std::array<Shard, k_shard_count>& shards()
{
  static auto* const table = new std::array<Shard, k_shard_count>();
  return *table;
}

const std::string& empty_text()
{
  static const auto* const text = new std::string();
  return *text;
}

} // namespace

InternedString::InternedString(std::string_view text)
{
  if (text.empty()) {
    m_text = &empty_text();
    return;
  }
  // The set uses the low bits for its buckets; the shard is chosen by high ones.
  Shard& shard = shards()[(TextHash{}(text) >> 48U) % k_shard_count];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.texts.find(text);
  if (found == shard.texts.end()) {
    found = shard.texts.emplace(text).first;
  }
  m_text = &*found;
}

} // namespace cargo_wasm::base
