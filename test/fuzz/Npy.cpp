// An array of NumPy: alone, or member `x` of an archive.
#include "runtime/data/Npy.h"
#include "runtime/data/FileBytes.h"
#include "runtime/data/Zip.h"

static void readAll(std::span<const std::byte> bytes) {
  const nnxrt::NpyArray array = nnxrt::readNpy(bytes, "input");
  double sum = 0;
  for (uint64_t i = 0; i < array.count; ++i)
    sum += array.number(i);
  volatile double kept = sum;
  (void)kept;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    if (size > 1 && data[0] == 'P' && data[1] == 'K')
      readAll(nnxrt::readZipMember(bytes, "x.npy", "input").bytes());
    else
      readAll(bytes);
  } catch (const nnxrt::DataError &) {
  } catch (const nnxrt::MemoryError &) {
  }
  return 0;
}
