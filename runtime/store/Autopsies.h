// Autopsies of runs in results.sqlite.
#pragma once

#include "runtime/store/Database.h"
#include "runtime/train/Autopsy.h"

#include <memory>

namespace nnxrt {

/// Keeps the autopsy of the run in row `run`, in place of one before. Throws StoreError.
void keepAutopsy(Database &database, int64_t run, const Autopsy &autopsy);

/// Null where there is none. Throws StoreError.
std::shared_ptr<const Autopsy> loadAutopsy(Database &database, int64_t run);

} // namespace nnxrt
