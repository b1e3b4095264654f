// Which rows of a data set become which share: a function of the seed and the rows alone.
#pragma once

#include "runtime/train/Study.h"

#include <cstdint>
#include <span>
#include <vector>

namespace nnxrt {

/// Rows that leave the training share, each list ascending.
struct SplitRows {
  std::vector<uint32_t> validation, test;
};

/// round(count * share) rows each, drawn from the whole; with `strata`, the class of each row,
/// every class gives its part, up to one row. `place` names the data set in messages. Throws
/// DataError where a share that is wanted, or what is left to train, would be empty.
SplitRows splitRows(const SplitSpec &spec, uint32_t count, std::span<const uint32_t> strata,
                    const std::string &place);

/// Rows of `count` that are in neither list.
std::vector<uint32_t> rowsLeft(uint32_t count, const SplitRows &split);

} // namespace nnxrt
