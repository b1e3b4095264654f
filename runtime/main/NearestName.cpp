// Names by their distance.
#include "runtime/main/NearestName.h"

#include <algorithm>
#include <numeric>

using namespace nnxrt;

/// Levenshtein: insertions, deletions and replacements that make `a` of `b`.
static size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string nnxrt::nearestName(std::string_view name, const std::vector<std::string> &names) {
  std::string nearest;
  size_t least = name.size() / 3 + 1;
  for (const std::string &each : names)
    if (const size_t apart = distance(name, each); apart < least) {
      least = apart;
      nearest = each;
    }
  return nearest;
}

std::string nnxrt::didYouMean(std::string_view name, const std::vector<std::string> &names) {
  const std::string nearest = nearestName(name, names);
  return nearest.empty() ? "" : "; did you mean `" + nearest + "`?";
}
