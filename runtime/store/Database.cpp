// The few SQLite calls that the results store needs.
#include "runtime/store/Database.h"

#include "runtime/store/StoreError.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <sqlite3.h>

namespace nnxrt {

Database::Database(const std::filesystem::path &path, Access access) : file(path.string()) {
  const int flags =
      SQLITE_OPEN_FULLMUTEX |
      (access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (sqlite3_open_v2(file.c_str(), &connection, flags, nullptr) != SQLITE_OK) {
    const std::string message =
        fmt::format("{}: {}", file, connection ? sqlite3_errmsg(connection) : "not enough memory");
    sqlite3_close(connection);
    throw StoreError(message);
  }
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, 10000); // ms: another process may be reading
}

Database::~Database() {
  sqlite3_close(connection);
}

void Database::fail() const {
  throw StoreError(fmt::format("{}: {}", file, sqlite3_errmsg(connection)));
}

void Database::execute(const char *sql) {
  if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail();
}

int64_t Database::lastRowId() const {
  return sqlite3_last_insert_rowid(connection);
}

Statement::Statement(Database &owner, const char *sql) : database(owner) {
  if (sqlite3_prepare_v2(database.connection, sql, -1, &statement, nullptr) != SQLITE_OK)
    database.fail();
}

Statement::~Statement() {
  sqlite3_finalize(statement);
}

Statement &Statement::bind(int64_t value) {
  sqlite3_bind_int64(statement, ++parameter, value);
  return *this;
}

Statement &Statement::bind(double value) {
  sqlite3_bind_double(statement, ++parameter, value); // SQLite stores NaN as NULL
  return *this;
}

Statement &Statement::bind(std::string_view value) {
  if (sqlite3_bind_text64(statement, ++parameter, value.data() ? value.data() : "", value.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
    database.fail();
  return *this;
}

Statement &Statement::bindBytes(const void *data, size_t bytes) {
  if (sqlite3_bind_blob64(statement, ++parameter, data, bytes, SQLITE_TRANSIENT) != SQLITE_OK)
    database.fail();
  return *this;
}

bool Statement::step() {
  column = 0;
  const int status = sqlite3_step(statement);
  if (status != SQLITE_ROW && status != SQLITE_DONE)
    database.fail();
  return status == SQLITE_ROW;
}

void Statement::run() {
  step();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  parameter = 0;
}

int64_t Statement::integer() {
  return sqlite3_column_int64(statement, column++);
}

double Statement::number() {
  const int at = column++;
  return sqlite3_column_type(statement, at) == SQLITE_NULL
             ? std::numeric_limits<double>::quiet_NaN()
             : sqlite3_column_double(statement, at);
}

std::string Statement::text() {
  const int at = column++;
  const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(statement, at));
  if (bytes == nullptr && sqlite3_errcode(database.connection) == SQLITE_NOMEM)
    database.fail();
  return {bytes ? bytes : "", static_cast<size_t>(sqlite3_column_bytes(statement, at))};
}

Transaction::Transaction(Database &owner) : database(owner) {
  database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Fails where SQLite has rolled back by itself, as on a full disk.
  if (open)
    sqlite3_exec(database.connection, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database.execute("COMMIT");
  open = false;
}

} // namespace nnxrt
