// Layout of results.sqlite.
#pragma once

namespace nnxrt {

class Database;

/// Number of the layout, kept in the file's user_version.
inline constexpr int storeSchema = 2;

/// Makes the tables of a new file. Throws StoreError where the file was written by a newer layout.
void prepareSchema(Database &database);

} // namespace nnxrt
