// Layout of results.sqlite.
#pragma once

namespace nnxrt {

class Database;

/// Number of the layout, kept in the file's user_version.
inline constexpr int storeSchema = 2;

/// Makes the tables of a new file. Throws StoreError where the file has another layout.
void prepareSchema(Database &database);

/// The same for a file that is only read: tables that it lacks are there, empty, in memory.
void prepareReading(Database &database);

} // namespace nnxrt
