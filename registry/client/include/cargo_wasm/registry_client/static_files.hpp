// The static files of a registry, by their paths below its address, from wherever they are: one server, or several that stand in for each
// other. What comes is not believed: callers compare it with hashes and signatures.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/registry_client/tokens.hpp>

namespace cargo_wasm::registry_client {

struct FileWanted
{
  std::string path; ///< "checkpoint", "tile/0/000", "my/cr/my-crate"
  std::uint64_t max_bytes = 0;
};

/// The most that files of each kind may have (reference §5.4).
inline constexpr std::uint64_t k_max_config_bytes = 16 * 1024, k_max_document_bytes = 64 * 1024, k_max_tile_bytes = 8192,
                               k_max_shard_bytes = std::uint64_t{4} << 20, k_max_index_bytes = std::uint64_t{16} << 20,
                               k_max_archive_bytes = std::uint64_t{64} << 20;

class StaticFiles
{
public:
  virtual ~StaticFiles() = default;
  /// The files, in the order of `wanted`, all asked for at once; nullopt for one that is not there. Errors: those of the transfers.
  [[nodiscard]] virtual Result<std::vector<std::optional<std::string>>> get(std::span<const FileWanted> wanted) = 0;
};

/// The files of one server.
class ServerFiles final : public StaticFiles
{
public:
  /// `base`: its address with a slash at the end. `client` outlives it. `tokens` is asked when it answers 401.
  ServerFiles(base::HttpClient& client, std::string base, TokenSource tokens = {});

  /// Errors: those of HttpClient; CW1100 a status that is neither 200 nor one of absence (404, 410, 451); CW1081 it wants a token, and
  /// there is none that is good. Redirects are not followed.
  [[nodiscard]] Result<std::vector<std::optional<std::string>>> get(std::span<const FileWanted> wanted) override;

private:
  base::HttpClient& m_client;
  Result<std::vector<std::shared_ptr<base::HttpAnswer>>> ask(std::span<const FileWanted> wanted);
  [[nodiscard]] Error refusal(const FileWanted& wanted, std::string why) const;

  std::string m_base;
  Tokens m_tokens;
};

/// One file, which must be there. Errors: those of `get`; CW1101 it is not.
[[nodiscard]] Result<std::string> get_file(StaticFiles& files, const FileWanted& wanted);

} // namespace cargo_wasm::registry_client
