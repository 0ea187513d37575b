// Interning of package ids, in shards so that threads which read different index files seldom meet.
#include <cargo_wasm/spec/package_id.hpp>

#include <fmt/format.h>

#include <array>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::spec {

namespace {

constexpr std::size_t k_shard_count = 16;

std::size_t mixed(std::size_t hash, std::size_t value)
{
  return (hash ^ value) * 0x9E3779B97F4A7C15ULL + (hash >> 29U);
}

} // namespace

PackageId::PackageId(InternedString name, const Version& version, SourceId source) : m_inner(intern(name, version, source)) {}

const PackageId::Inner* PackageId::intern(InternedString name, const Version& version, SourceId source)
{
  struct alignas(64) Shard
  {
    std::mutex mutex;
    std::deque<Inner> values; // addresses stay
    std::unordered_multimap<std::size_t, const Inner*> by_hash;
  };
  static auto* const shards = new std::array<Shard, k_shard_count>();

  std::size_t hash = std::hash<InternedString>{}(name);
  hash = mixed(hash, version.major);
  hash = mixed(hash, version.minor);
  hash = mixed(hash, version.patch);
  if (!version.pre.empty() || !version.build.empty()) {
    hash = mixed(hash, std::hash<std::string>{}(version.pre));
    hash = mixed(hash, std::hash<std::string>{}(version.build));
  }
  // Ids that differ in the precise part alone share hash and shard: the identity is found under the
  // same lock.
  hash = mixed(hash, reinterpret_cast<std::size_t>(source.address()));
  Shard& shard = (*shards)[(hash >> 48U) % k_shard_count];
  const std::lock_guard lock(shard.mutex);
  const auto find_or_add = [&](SourceId wanted, const Inner* identity) {
    const auto [first, last] = shard.by_hash.equal_range(hash);
    for (auto place = first; place != last; ++place) {
      const Inner& inner = *place->second;
      if (inner.name == name && inner.source.m_inner == wanted.m_inner && inner.version == version) {
        return place->second;
      }
    }
    Inner& added = shard.values.emplace_back(Inner{name, version, wanted, identity});
    added.identity = identity == nullptr ? &added : identity;
    const Inner* const result = &added;
    shard.by_hash.emplace(hash, result);
    return result;
  };
  const Inner* const identity = find_or_add(source.without_precise(), nullptr);
  return source.precise().empty() ? identity : find_or_add(source, identity);
}

PackageId PackageId::with_source(SourceId source) const
{
  return PackageId(name(), version(), source);
}

std::string PackageId::display() const
{
  std::string out = fmt::format("{} v{}", name(), to_string(version()));
  if (!source().is_crates_io()) {
    out += fmt::format(" ({})", source().display());
  }
  return out;
}

std::strong_ordering PackageId::operator<=>(PackageId other) const
{
  if (*this == other) {
    return std::strong_ordering::equal;
  }
  if (const auto order = name() <=> other.name(); order != 0) {
    return order;
  }
  if (const auto order = version() <=> other.version(); order != 0) {
    return order;
  }
  return source() <=> other.source();
}

} // namespace cargo_wasm::spec
