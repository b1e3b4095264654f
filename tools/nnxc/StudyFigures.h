// What a study takes: runs, arithmetic, memory and time, from its points and the plans of its
// variants.
#pragma once

#include "compiler/Pipeline.h"
#include "compiler/emit/ObjectStore.h"

#include <map>
#include <string>
#include <vector>

namespace nnx {

struct DatasetSize {
  int64_t train = 0, test = 0; // samples; 0 where the files were not found
  std::string problem;
};

struct PointFigures {
  int64_t epochs = 0;
  uint64_t bytes = 0; // weights, optimizer state and the arena of a step
  double flops = 0;   // of one run; 0 where the data set is not there
  double seconds = 0; // of one run on one core; 0 likewise
};

struct StudyFigures {
  std::size_t points = 0;
  int64_t runs = 0;              // points times repeats
  int64_t distinctRuns = 0;      // equal ones once; of runs that differ in epochs alone the longest
  int64_t epochs = 0;            // of the distinct runs
  double flops = 0, seconds = 0; // of the distinct runs
  std::size_t newKernels = 0;
  std::vector<DatasetSize> datasets;
  std::vector<std::vector<PointFigures>> experiments; // by experiment and point
  std::vector<bool> isKept;                           // by kernel
};

StudyFigures computeFigures(const dsl::Study &study, const CompiledStudy &compiled,
                            const kernels::KernelTarget &target, const emit::ObjectStore &store,
                            const std::string &dataFolder);

} // namespace nnx
