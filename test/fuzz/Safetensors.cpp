// A file of weights. One that is read is written again and reads the same.
#include "Input.h"

#include "runtime/data/FileBytes.h"
#include "runtime/data/Safetensors.h"

#include <cstring>

static void require(bool holds) {
  if (!holds)
    std::abort();
}

static void writeAgain(const nnxrt::WeightsFile &file) {
  for (const nnxrt::WeightTensor &tensor : file.tensors)
    if (tensor.type != "F32")
      return;
  const std::string text = nnxrt::safetensorsOf(file.tensors, file.notes);
  const nnx::fuzz::Input input({reinterpret_cast<const uint8_t *>(text.data()), text.size()});
  const nnxrt::WeightsFile again(input.path());
  require(again.notes == file.notes && again.tensors.size() == file.tensors.size());
  for (size_t i = 0; i < file.tensors.size(); ++i) {
    const nnxrt::WeightTensor &was = file.tensors[i], &is = again.tensors[i];
    require(is.name == was.name && is.shape == was.shape && is.values.size() == was.values.size());
    require(was.values.empty() ||
            std::memcmp(is.values.data(), was.values.data(), 4 * was.values.size()) == 0);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const nnx::fuzz::Input input({data, size});
  try {
    const nnxrt::WeightsFile file(input.path());
    writeAgain(file);
  } catch (const nnxrt::DataError &) {
  } catch (const nnxrt::MemoryError &) {
  }
  return 0;
}
