// An IDX file, plain or gzip.
#include "Input.h"

#include "runtime/data/Idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const nnx::fuzz::Input input({data, size});
  try {
    const nnxrt::IdxArray array = nnxrt::readIdx(nnxrt::FileBytes(input.path()), "input");
    uint64_t elements = 1;
    for (const uint64_t dim : array.dims)
      elements *= dim;
    volatile uint8_t last = elements > 0 ? array.data()[elements - 1] : 0;
    (void)last;
  } catch (const nnxrt::DataError &) {
  } catch (const nnxrt::MemoryError &) {
  }
  return 0;
}
