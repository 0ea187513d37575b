#include <cargo_wasm/registry_trust/name_map.hpp>

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace cargo_wasm::registry_trust {
namespace {

Error no_map(std::string why)
{
  return Error("CW1021", "this is not part of a registry's name map", Blame::integrity).note(std::move(why));
}

std::optional<NameRecord> parse_record(const std::vector<std::string_view>& words)
{
  if (words.size() != 4) {
    return std::nullopt;
  }
  const std::optional<Sha256> index = base::parse_sha256(words[1]), chain = base::parse_sha256(words[2]);
  NameRecord record;
  const auto [rest, error] = std::from_chars(words[3].data(), words[3].data() + words[3].size(), record.versions);
  if (!index || !chain || error != std::errc() || rest != words[3].data() + words[3].size()) {
    return std::nullopt;
  }
  record.index_file = *index;
  record.chain = *chain;
  return record;
}

std::string record_line(std::string_view name, const NameRecord& record)
{
  return fmt::format("{} {} {} {}\n", name, base::to_hex(record.index_file), base::to_hex(record.chain), record.versions);
}

} // namespace

std::size_t shard_of(std::string_view lower_case_name)
{
  return base::sha256(lower_case_name).bytes[0];
}

void NameMap::set(const std::string& lower_case_name, const NameRecord& record)
{
  const std::size_t shard = shard_of(lower_case_name);
  m_shards[shard][lower_case_name] = record;
  m_hashes[shard].reset();
}

void NameMap::remove(std::string_view lower_case_name)
{
  const std::size_t shard = shard_of(lower_case_name);
  if (const auto found = m_shards[shard].find(lower_case_name); found != m_shards[shard].end()) {
    m_shards[shard].erase(found);
    m_hashes[shard].reset();
  }
}

const NameRecord* NameMap::find(std::string_view lower_case_name) const
{
  const Shard& shard = m_shards[shard_of(lower_case_name)];
  const auto found = shard.find(lower_case_name);
  return found == shard.end() ? nullptr : &found->second;
}

std::uint64_t NameMap::size() const
{
  std::uint64_t names = 0;
  for (const Shard& shard : m_shards) {
    names += shard.size();
  }
  return names;
}

std::string NameMap::shard_text(std::size_t shard) const
{
  std::string text;
  for (const auto& [name, record] : m_shards[shard]) {
    text += record_line(name, record);
  }
  return text;
}

std::string NameMap::table()
{
  std::string bytes;
  for (std::size_t shard = 0; shard < k_shards; ++shard) {
    if (!m_hashes[shard]) {
      m_hashes[shard] = base::sha256(shard_text(shard));
    }
    bytes.append(reinterpret_cast<const char*>(m_hashes[shard]->bytes.data()), m_hashes[shard]->bytes.size());
  }
  return bytes;
}

Result<Sha256> shard_hash(std::string_view table, std::size_t shard)
{
  if (table.size() != k_table_bytes) {
    return fail(no_map(fmt::format("the table has {} bytes instead of {}", table.size(), k_table_bytes)));
  }
  Sha256 hash;
  std::ranges::transform(
      table.substr(shard * hash.bytes.size(), hash.bytes.size()), hash.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return hash;
}

Result<NameMap::Shard> parse_shard(std::string_view text, std::size_t shard)
{
  NameMap::Shard records;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::vector<std::string_view> words = base::split(line, ' ');
    const std::optional<NameRecord> record = parse_record(words);
    if (end == text.size() || !record || record_line(words[0], *record) != text.substr(0, end + 1)) {
      return fail(no_map(fmt::format("line {}: here stand a name, two hashes and a number", number)));
    }
    if (shard_of(words[0]) != shard || (!records.empty() && records.rbegin()->first >= words[0])) {
      return fail(no_map(fmt::format("line {}: `{}` does not stand in this place", number, words[0])));
    }
    records.emplace_hint(records.end(), words[0], *record);
    text.remove_prefix(end + 1);
  }
  return records;
}

} // namespace cargo_wasm::registry_trust
