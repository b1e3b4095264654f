// The features of tables, each counted once: a table is read whole for it, and files are analysed
// with every key.
#pragma once

#include "dsl/FeatureCounter.h"

#include <map>
#include <string>

namespace nnx::lsp {

class FeatureCounts {
public:
  // What `count` says of a data set of the study at `path`, or said before.
  dsl::FeatureCount count(const std::string &path, dsl::Dataset dataset,
                          const dsl::FeatureCounter &count);
  void forget() { known.clear(); }

private:
  std::map<std::string, dsl::FeatureCount> known; // by path and all that is said of the data set
};

} // namespace nnx::lsp
