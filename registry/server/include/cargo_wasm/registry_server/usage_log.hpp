// What a registry has served and who changed something, as a chain of lines (base/chained_file.hpp), a file a day below DIR/private/usage.
// Its head is sealed into the registry's log every hour, so that not even the operator can change it afterwards unseen. No address of a
// client is in it: only a keyed hash, with a key that stays beside it (docs/formats/usage-log.md).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::registry_server {

/// An answer that went out.
struct Use
{
  std::string_view peer;   ///< the other side's address, without its port
  std::string_view method; ///< "GET"
  std::string_view target; ///< with its query
  int status = 0;
};

/// The end of the chain.
struct UsageHead
{
  std::uint64_t records = 0;
  base::Sha256 hash; ///< of the last line; of none: of the empty text
  bool operator==(const UsageHead&) const = default;
};

/// DIR/private/usage
[[nodiscard]] base::Path usage_directory(const base::Path& directory);
/// As the files are, without checking the chain. Errors: CW0001, CW0002; CW1131 the last line is no record.
[[nodiscard]] Result<UsageHead> usage_head(const base::ReadOnlyFilesystem& fs, const base::Path& directory);

class UsageLog
{
public:
  /// Goes on where the files end. A thread of its own writes, once a second; what cannot be written is told of, kept for a while, and then
  /// counted. `env` outlives it. Errors: CW0003; CW1131; CW1132 another process writes there.
  [[nodiscard]] static Result<std::unique_ptr<UsageLog>> open(const Env& env, const base::Path& directory);
  /// Writes what is left.
  ~UsageLog();
  UsageLog(const UsageLog&) = delete;
  UsageLog& operator=(const UsageLog&) = delete;

  /// Archives and components that were served, and whatever was to change something, let in or not; everything else is passed over. From
  /// any thread. Cost: two hashes under a lock.
  void note(const Use& use);
  /// Writes what was noted so far.
  Result<UsageHead> flush();

private:
  struct State;
  explicit UsageLog(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

/// A place where the chain was sealed.
struct UsageSeal
{
  std::uint64_t entry = 0; ///< of the registry's log
  UsageHead head;
};

struct UsageCheck
{
  UsageHead head;
  std::uint64_t sealed = 0; ///< records that stand before a seal
  std::size_t torn_bytes = 0;
};

/// Reads the whole chain, and compares it with every seal. Errors: CW1131 the file and line that does not follow from the one before, or a
/// seal that is not met; CW0002.
[[nodiscard]] Result<UsageCheck>
check_usage(const base::ReadOnlyFilesystem& fs, const base::Path& directory, const std::vector<UsageSeal>& seals);

} // namespace cargo_wasm::registry_server
