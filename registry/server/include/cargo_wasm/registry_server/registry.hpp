// A registry in a directory, as its one writer has it.
//
//   DIR/public/    what clients read, static: any web server can serve it, a copy is a mirror
//   DIR/private/   keys (for their owner alone) and the database: tokens, owners, what is on its way into the log
//
// A change goes through in this order: the archive; a row of the database with the entry and its place in the log; tiles and the name map;
// the checkpoint; the index file; the row is taken away. Whatever moment the process ends at, opening the registry again finishes or
// forgets the change: the signed checkpoint decides which.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>

namespace cargo_wasm::registry_server {

struct RegistrySettings
{
  std::string name;     ///< of the federation
  std::string base_url; ///< where clients reach DIR/public, with a slash at its end: "https://registry.example/"
};

/// What a change became.
struct Recorded
{
  std::uint64_t entry = 0;    ///< its index in the log
  std::uint64_t log_size = 0; ///< of the checkpoint that has it
  bool was_there = false;     ///< the same bytes had been published before
};

struct CrateListing
{
  std::string name, newest, description;
};

class Registry
{
public:
  /// Makes an empty one: keys, and, when its address is known, the federation's first document and an empty log. An empty `base_url` is
  /// filled in by the first `open`. Errors: CW1200 something is there already; CW0003.
  static Result<> create(const Env& env, const base::Path& directory, const RegistrySettings& settings);
  /// Opens one for writing; finishes what an earlier process left. `address` becomes the address of a registry that has none yet, for ever.
  /// Errors: CW1201 not a registry, or another process has it; CW1202; those of reading the log, when files were damaged.
  [[nodiscard]] static Result<Registry> open(const Env& env, const base::Path& directory, const std::string& address);
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  [[nodiscard]] const RegistrySettings& settings() const;
  [[nodiscard]] const base::Path& public_directory() const;
  [[nodiscard]] Accounts& accounts();
  /// "sparse+" and the address.
  [[nodiscard]] std::string canonical() const;

  /// A version, by a user whose token was checked. The same bytes again are no error. Errors: CW1213 other bytes were published under this
  /// version; CW1214 a name that differs from another one in case, `-` and `_` alone; those of writing.
  Result<Recorded> publish(const registry_protocol::IndexEntry& entry, std::string_view archive, const std::string& user);
  /// Errors: CW1215 there is no such version; those of writing.
  Result<Recorded> set_yanked(std::string_view name, std::string_view version, bool yanked, const std::string& user);
  /// The lines of a crate's index file; empty when there is none.
  [[nodiscard]] Result<std::string> index_file(std::string_view name) const;
  /// Crates whose names contain this lower-case text, at most a hundred, by name; with their newest version that is not yanked.
  Result<std::vector<CrateListing>> search(const std::string& text);

private:
  struct State;
  explicit Registry(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
