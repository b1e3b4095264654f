// Drawing the shares of a data set.
#include "runtime/data/Split.h"

#include "runtime/data/FileBytes.h"
#include "runtime/train/Random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace nnxrt;

/// Moves `wanted` rows out of `order`, evenly spaced over it: of n rows, row k goes where
/// floor((k + 1) * wanted / n) exceeds floor(k * wanted / n).
static std::vector<uint32_t> takeEvenly(std::vector<uint32_t> &order, uint64_t wanted) {
  const uint64_t count = order.size();
  std::vector<uint32_t> taken, left;
  for (uint64_t k = 0; k < count; ++k)
    ((k + 1) * wanted / count > k * wanted / count ? taken : left).push_back(order[k]);
  order = std::move(left);
  std::ranges::sort(taken);
  return taken;
}

SplitRows nnxrt::splitRows(const SplitSpec &spec, uint32_t count, std::span<const uint32_t> strata,
                           const std::string &place) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  shuffle(order, RandomStream(spec.seed, RandomPurpose::split, 0));
  if (spec.stratified)
    std::ranges::stable_sort(order, {}, [&](uint32_t row) { return strata[row]; });
  const auto take = [&](double share, const char *name) {
    const auto wanted = static_cast<uint64_t>(std::llround(share * count));
    if (share > 0 && (wanted == 0 || wanted > order.size()))
      throw DataError(
          fmt::format("{}: a share of {} of {} rows leaves {} empty", place, share, count, name));
    return takeEvenly(order, wanted);
  };
  SplitRows split;
  split.test = take(spec.test, "`test`");
  split.validation = take(spec.validation, "`validation`");
  if (order.empty())
    throw DataError(fmt::format("{}: the split of {} rows leaves `train` empty", place, count));
  return split;
}

std::vector<uint32_t> nnxrt::rowsLeft(uint32_t count, const SplitRows &split) {
  std::vector<uint32_t> rows;
  auto test = split.test.begin(), validation = split.validation.begin();
  for (uint32_t row = 0; row < count; ++row)
    if (test != split.test.end() && *test == row)
      ++test;
    else if (validation != split.validation.end() && *validation == row)
      ++validation;
    else
      rows.push_back(row);
  return rows;
}
