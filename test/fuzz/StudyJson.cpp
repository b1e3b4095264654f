// The study inside a results folder or a trainer that others may have made.
#include "runtime/train/Study.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  try {
    (void)nnxrt::parseStudy({reinterpret_cast<const char *>(data), size});
  } catch (const nnxrt::StudyError &) {
  }
  return 0;
}
