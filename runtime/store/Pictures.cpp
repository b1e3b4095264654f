// The table `picture`.
#include "runtime/store/Pictures.h"

#include "runtime/data/Dataset.h"

#include <algorithm>
#include <cmath>

namespace nnxrt {

std::vector<WrongSample> surestWrong(std::span<const uint16_t> labels,
                                     std::span<const uint16_t> predicted,
                                     std::span<const float> confidence) {
  constexpr size_t most = 24;
  std::vector<WrongSample> wrong;
  for (size_t i = 0; i < labels.size(); ++i)
    if (labels[i] != predicted[i] && !std::isnan(confidence[i]))
      wrong.push_back({.sample = static_cast<int64_t>(i),
                       .label = labels[i],
                       .predicted = predicted[i],
                       .confidence = confidence[i],
                       .pixels = {}});
  std::ranges::stable_sort(wrong, std::greater(), &WrongSample::confidence);
  wrong.resize(std::min(wrong.size(), most));
  return wrong;
}

void loadPictures(Database &database, StoredRun &run) {
  Statement query(database,
                  "SELECT sample, height, width, channels, pixels FROM picture WHERE run = ?");
  query.bind(run.row);
  while (query.step()) {
    const auto found = std::ranges::find(run.wrong, query.integer(), &WrongSample::sample);
    if (found == run.wrong.end())
      continue;
    found->height = static_cast<int>(query.integer());
    found->width = static_cast<int>(query.integer());
    found->channels = static_cast<int>(query.integer());
    found->pixels = query.text();
    const int64_t bytes = int64_t{found->height} * found->width * found->channels;
    if (static_cast<int64_t>(found->pixels.size()) != bytes)
      found->pixels.clear();
  }
}

void keepPicturesOf(Database &database, const SampleSet &test, StoredRun &run) {
  constexpr int64_t largest = 256;
  if (test.pixels == nullptr || test.height < 2 || test.width < 2 || test.height > largest ||
      test.width > largest || (test.channels != 1 && test.channels != 3))
    return;
  Statement insert(database, "INSERT OR REPLACE INTO picture VALUES (?,?,?,?,?,?)");
  for (WrongSample &wrong : run.wrong) {
    if (wrong.sample >= test.count)
      continue;
    const std::span<const uint8_t> pixels = test.sample(wrong.sample);
    wrong.height = static_cast<int>(test.height);
    wrong.width = static_cast<int>(test.width);
    wrong.channels = static_cast<int>(test.channels);
    wrong.pixels.assign(pixels.begin(), pixels.end());
    insert.bindAll(run.row, wrong.sample, wrong.height, wrong.width, wrong.channels)
        .bindArray(pixels)
        .run();
  }
}

void dropPictures(Database &database, const std::set<int64_t> &kept) {
  std::vector<int64_t> rows;
  Statement query(database, "SELECT DISTINCT run FROM picture");
  while (query.step())
    rows.push_back(query.integer());
  Statement remove(database, "DELETE FROM picture WHERE run = ?");
  for (const int64_t row : rows)
    if (!kept.contains(row))
      remove.bind(row).run();
}

} // namespace nnxrt
