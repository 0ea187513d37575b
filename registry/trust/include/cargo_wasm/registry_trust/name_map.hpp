// The name map: every name that a registry has, with the hash of its index file, behind one hash. With it "there is no such crate" can be
// proven, an old index file is seen, and all index files are of one moment.
//
// Names fall into 256 shards by the first byte of their SHA-256; a shard is lines `NAME INDEX-SHA256 CHAIN-SHA256 VERSIONS`, sorted; the
// table is the 256 hashes of the shards, 8192 bytes; its hash is in the snapshot that ends every checkpoint. Whoever looks up one name
// needs the table and one shard.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_trust {

using base::Sha256;

inline constexpr std::size_t k_shards = 256;
inline constexpr std::size_t k_table_bytes = k_shards * 32;

struct NameRecord
{
  Sha256 index_file;          ///< of its bytes
  Sha256 chain;               ///< leaf hash of the newest statement about this name
  std::uint64_t versions = 0; ///< lines of the index file
  bool operator==(const NameRecord&) const = default;
};

/// The shard of a name as it is in index paths: lower case.
[[nodiscard]] std::size_t shard_of(std::string_view lower_case_name);

/// The whole map, as a registry keeps it.
class NameMap
{
public:
  using Shard = std::map<std::string, NameRecord, std::less<>>;

  void set(const std::string& lower_case_name, const NameRecord& record);
  void remove(std::string_view lower_case_name);
  [[nodiscard]] const NameRecord* find(std::string_view lower_case_name) const;
  [[nodiscard]] std::uint64_t size() const;
  /// The bytes of a shard; of an empty one none.
  [[nodiscard]] std::string shard_text(std::size_t shard) const;
  /// The bytes of the table. Cost: hashes the shards that were changed since.
  [[nodiscard]] std::string table();

private:
  std::array<Shard, k_shards> m_shards;
  std::array<std::optional<Sha256>, k_shards> m_hashes;
};

/// A shard's hash in a table. Errors: CW1021 the table does not have 8192 bytes.
[[nodiscard]] Result<Sha256> shard_hash(std::string_view table, std::size_t shard);
/// A shard as it was served and its hash checked. Errors: CW1021 with the line: what is not such a line, not sorted, not of this shard.
[[nodiscard]] Result<NameMap::Shard> parse_shard(std::string_view text, std::size_t shard);

} // namespace cargo_wasm::registry_trust
