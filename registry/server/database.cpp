#include "database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace cargo_wasm::registry_server {

struct Database::State
{
  struct Closer
  {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Closer> connection;
  base::Path file;

  [[nodiscard]] Error error(std::string_view sql) const
  {
    Error problem("CW1202",
                  fmt::format("the registry's database `{}` failed: {}", file.native(), sqlite3_errmsg(connection.get())),
                  Blame::environment);
    if (!sql.empty()) {
      problem.notes.push_back(fmt::format("the statement: {}", sql));
    }
    return problem;
  }
};

namespace {

struct StatementCloser
{
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

int bind(sqlite3_stmt* statement, int place, const Value& value)
{
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, place, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_blob64(statement, place, text->data(), text->size(), SQLITE_TRANSIENT);
  }
  return sqlite3_bind_null(statement, place);
}

Value column(sqlite3_stmt* statement, int place)
{
  switch (sqlite3_column_type(statement, place)) {
  case SQLITE_INTEGER:
    return sqlite3_column_int64(statement, place);
  case SQLITE_NULL:
    return {};
  default: {
    const void* const bytes = sqlite3_column_blob(statement, place);
    return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement, place)));
  }
  }
}

} // namespace

Database::Database(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Result<Database> Database::open(const base::Path& file)
{
  auto state = std::make_unique<State>();
  state->file = file;
  sqlite3* connection = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  state->connection.reset(connection);
  if (opened != SQLITE_OK) {
    return fail(state->error(""));
  }
  constexpr int k_patience_ms = 10'000;
  sqlite3_busy_timeout(connection, k_patience_ms);
  Database database(std::move(state));
  CW_TRY(database.run("PRAGMA journal_mode=WAL"));
  CW_TRY(database.run("PRAGMA synchronous=FULL"));
  return database;
}

Result<std::vector<Row>> Database::run(std::string_view sql, std::initializer_list<Value> parameters)
{
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(m_state->connection.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK) {
    return fail(m_state->error(sql));
  }
  const std::unique_ptr<sqlite3_stmt, StatementCloser> statement(raw);
  int place = 1;
  for (const Value& parameter : parameters) {
    if (bind(raw, place++, parameter) != SQLITE_OK) {
      return fail(m_state->error(sql));
    }
  }
  std::vector<Row> rows;
  int step = 0;
  while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      row.push_back(column(raw, i));
    }
  }
  return step == SQLITE_DONE ? Result<std::vector<Row>>(std::move(rows)) : fail(m_state->error(sql));
}

Result<> Database::transaction(const std::function<Result<>()>& work)
{
  CW_TRY(run("BEGIN IMMEDIATE"));
  const Result<> done = work();
  const auto ended = run(done ? "COMMIT" : "ROLLBACK");
  if (!done) {
    return done;
  }
  CW_TRY(ended);
  return {};
}

} // namespace cargo_wasm::registry_server
