// SQLite with errors as exceptions and handles that close themselves.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace nnxrt {

/// What a connection may do: `read` changes nothing, and a trainer that writes does not wait for
/// it.
enum class Access { write, read };

/// One connection; used under its owner's lock. Throws StoreError, whose message names the file.
class Database {
public:
  /// Opens the file; makes it where missing, unless it is only read.
  explicit Database(const std::filesystem::path &file, Access access = Access::write);
  ~Database();
  Database(const Database &) = delete;
  Database &operator=(const Database &) = delete;

  /// Runs one or several commands that give no rows.
  void execute(const char *sql);
  [[nodiscard]] int64_t lastRowId() const;

private:
  friend class Statement;
  friend class Transaction;
  [[noreturn]] void fail() const;

  std::string file;
  sqlite3 *connection = nullptr;
};

/// One prepared command. Parameters are bound in order, columns read in order; a double that is NaN
/// is stored as NULL, and NULL reads as NaN.
class Statement {
public:
  Statement(Database &database, const char *sql);
  ~Statement();
  Statement(const Statement &) = delete;
  Statement &operator=(const Statement &) = delete;

  Statement &bind(int64_t value);
  Statement &bind(int value) { return bind(static_cast<int64_t>(value)); }
  Statement &bind(uint64_t value) { return bind(static_cast<int64_t>(value)); }
  Statement &bind(bool value) { return bind(static_cast<int64_t>(value)); }
  Statement &bind(double value);
  Statement &bind(std::string_view value);
  Statement &bind(const std::string &value) { return bind(std::string_view(value)); }
  Statement &bind(const char *value) { return bind(std::string_view(value)); }
  Statement &bindBytes(const void *data, size_t bytes);
  template <typename T> Statement &bindArray(std::span<const T> values) {
    return bindBytes(values.data(), values.size_bytes());
  }
  template <typename... Values> Statement &bindAll(const Values &...values) {
    (bind(values), ...);
    return *this;
  }

  /// Moves to the next row; false after the last.
  bool step();
  /// Runs a command without rows and makes it ready for the next binding.
  void run();

  int64_t integer();
  double number();
  std::string text();
  /// A column that bindArray wrote.
  template <typename T> std::vector<T> array() {
    const std::string bytes = text();
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
  }

private:
  Database &database;
  sqlite3_stmt *statement = nullptr;
  int parameter = 0, column = 0;
};

/// Everything until commit() or nothing.
class Transaction {
public:
  explicit Transaction(Database &database);
  ~Transaction();
  Transaction(const Transaction &) = delete;
  Transaction &operator=(const Transaction &) = delete;

  void commit();

private:
  Database &database;
  bool open = true;
};

} // namespace nnxrt
