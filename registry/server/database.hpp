// SQLite, for what a registry knows beside its public files: tokens, owners, what is on its way into the log. One writer; every
// transaction is on the disk when it returns (WAL, synchronous=FULL).
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::registry_server {

using Value = std::variant<std::monostate, std::int64_t, std::string>;
using Row = std::vector<Value>;

class Database
{
public:
  /// Opens or creates. Errors: CW1202 (the file, and what SQLite says), of every function here.
  [[nodiscard]] static Result<Database> open(const base::Path& file);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// One statement with its parameters; its rows.
  Result<std::vector<Row>> run(std::string_view sql, std::initializer_list<Value> parameters = {});
  /// `work` within a transaction, which counts only when it succeeds.
  Result<> transaction(const std::function<Result<>()>& work);

private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
