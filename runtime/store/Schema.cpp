// The tables of results.sqlite. A number that is not finite as NaN is NULL.
#include "runtime/store/Schema.h"

#include "runtime/store/Database.h"
#include "runtime/store/StoreError.h"

#include <fmt/format.h>

namespace nnxrt {

static constexpr const char *tables = R"sql(
-- One row per start of the trainer.
CREATE TABLE study (
  id INTEGER PRIMARY KEY, file TEXT, source TEXT, compiler TEXT, numerics INTEGER,
  json TEXT,                         -- the whole study, docs/architecture.md, "Study JSON"
  arguments TEXT,                    -- JSON array, program first
  target TEXT, cpu TEXT, cores INTEGER, jobs INTEGER, threads INTEGER, quick INTEGER,
  started TEXT, ended TEXT, seconds REAL);

-- One row per result: a training at its end, or after the goal of one of its snapshots. key, seed,
-- quick and target say what was trained, goal how many steps of it were wanted: equal values, equal
-- weights. meaning is the key without the digest of the data. experiment and point name where it
-- was trained first.
CREATE TABLE run (
  id INTEGER PRIMARY KEY, study INTEGER REFERENCES study(id),
  meaning TEXT, key TEXT, seed INTEGER, quick INTEGER, target TEXT, goal INTEGER,
  experiment TEXT, point TEXT, repeat INTEGER,
  steps_per_epoch INTEGER, train_samples INTEGER, test_samples INTEGER,
  started TEXT, ended TEXT,
  status TEXT,                       -- running, finished, diverged, failed, interrupted
  message TEXT, epochs_begun INTEGER, steps INTEGER, diverged_step INTEGER,
  train_loss REAL, train_accuracy REAL, train_seconds REAL, test_seconds REAL, seconds REAL,
  samples_per_second REAL, memory_bytes INTEGER, weights_sha256 TEXT,
  evaluated INTEGER, classes INTEGER);
CREATE INDEX run_meaning ON run(meaning, seed);

CREATE TABLE epoch (
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, epoch INTEGER, steps INTEGER,
  train_loss REAL, train_accuracy REAL, test_loss REAL, test_accuracy REAL,
  train_seconds REAL, test_seconds REAL, samples_per_second REAL,
  PRIMARY KEY (run, epoch)) WITHOUT ROWID;

-- Figures on the test set, and those of other shares with the share in front, as in
-- validation.f1; class is NULL for those of all classes together.
CREATE TABLE metric (
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, class INTEGER, name TEXT, value REAL);
CREATE INDEX metric_run ON metric(run);

-- One row per run, one array element per test sample in the file's order: classes as unsigned
-- 16-bit, probabilities as 32-bit floats, little endian. Of regression: label and predicted are
-- 32-bit floats, the targets of a sample side by side.
CREATE TABLE prediction (
  run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE, samples INTEGER,
  label BLOB, predicted BLOB, confidence BLOB, label_probability BLOB);

-- Counts that are not zero.
CREATE TABLE confusion (
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, label INTEGER, predicted INTEGER,
  count INTEGER, PRIMARY KEY (run, label, predicted)) WITHOUT ROWID;
)sql";

/// What came later; where it is missing it is made. Older trainers leave it alone.
struct LaterTable {
  const char *name, *columns;
};
static constexpr LaterTable laterTables[] = {
    // One row per epoch of a run with a validation share.
    {"validation", R"sql((
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, epoch INTEGER, loss REAL, accuracy REAL,
  PRIMARY KEY (run, epoch)) WITHOUT ROWID)sql"},

    // One row per epoch and share (train, test, validation) of a run that predicts numbers.
    {"epoch_errors", R"sql((
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, epoch INTEGER, share TEXT,
  rmse REAL, mae REAL, r2 REAL, PRIMARY KEY (run, epoch, share)) WITHOUT ROWID)sql"},

    // One row per run that could stop early: whether it did, and the epoch whose weights it ended
    // with (0: those of its last step).
    {"early_stop", R"sql((
  run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE, stopped INTEGER,
  best_epoch INTEGER))sql"},

    // How many runs of a point were asked for beyond those of its study (--repeats). seed is that
    // of the first; repeat r has seed + r, as in a study that asks for as many.
    {"more_repeats", R"sql((
  meaning TEXT, seed INTEGER, count INTEGER, PRIMARY KEY (meaning, seed)) WITHOUT ROWID)sql"},

    // What a replay of a run that diverged found, as JSON (train/Autopsy.h).
    {"autopsy", R"sql((
  run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE, json TEXT))sql"},

    // Test samples that the best runs have wrong though they are sure: bytes, row major, 1 or 3
    // channels.
    {"picture", R"sql((
  run INTEGER REFERENCES run(id) ON DELETE CASCADE, sample INTEGER,
  height INTEGER, width INTEGER, channels INTEGER, pixels BLOB,
  PRIMARY KEY (run, sample)) WITHOUT ROWID)sql"}};

/// `kind`: "TABLE" or "TEMP TABLE", which a connection that only reads has in memory.
static void makeLaterTables(Database &database, const char *kind) {
  Statement query(database, "SELECT count(*) FROM main.sqlite_master WHERE name = ?");
  for (const LaterTable &table : laterTables) {
    query.bind(table.name).step();
    const bool isThere = query.integer() > 0;
    query.run();
    if (!isThere)
      database.execute(
          fmt::format("CREATE {} IF NOT EXISTS {} {}", kind, table.name, table.columns).c_str());
  }
}

/// The layout of the file, 0 of a new one. Throws StoreError where it is neither ours nor 0.
static int64_t knownVersion(Database &database) {
  Statement query(database, "PRAGMA user_version");
  query.step();
  const int64_t version = query.integer();
  if (version != 0 && version < storeSchema)
    throw StoreError(fmt::format("results.sqlite has layout {}, which an older version wrote; this "
                                 "one knows layout {}; choose another folder with --out",
                                 version, storeSchema));
  if (version > storeSchema)
    throw StoreError(fmt::format("results.sqlite has layout {}, which a newer version wrote; this "
                                 "one knows layouts up to {}; choose another folder with --out",
                                 version, storeSchema));
  return version;
}

void prepareSchema(Database &database) {
  const int64_t version = knownVersion(database);
  database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                   "PRAGMA foreign_keys = ON");
  if (version == storeSchema)
    return makeLaterTables(database, "TABLE");
  Transaction transaction(database);
  database.execute(tables);
  makeLaterTables(database, "TABLE");
  database.execute(fmt::format("PRAGMA user_version = {}", storeSchema).c_str());
  transaction.commit();
}

void prepareReading(Database &database) {
  if (knownVersion(database) == 0)
    throw StoreError("results.sqlite holds no results yet");
  makeLaterTables(database, "TEMP TABLE");
}

} // namespace nnxrt
