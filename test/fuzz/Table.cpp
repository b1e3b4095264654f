// A table in text, plain or gzip, from its bytes to the shares of a data set. The first byte
// chooses how it is read.
#include "Input.h"

#include "runtime/data/Dataset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  const unsigned choice = data[0];
  const auto chosen = [&](unsigned bit) { return (choice >> bit & 1) != 0; };
  const nnx::fuzz::Input input({data + 1, size - 1});
  nnxrt::DatasetSpec spec;
  spec.kind = "csv";
  spec.isFlat = true;
  spec.shape = {1, 0, 1};
  spec.table.header = !chosen(0);
  const std::string target = chosen(0) ? "column_1" : "y", word = chosen(0) ? "column_2" : "c";
  (chosen(1) ? spec.classes : spec.targets) = chosen(1) ? 3 : 1;
  spec.table.targets = {target};
  if (chosen(2))
    spec.table.categorical = {word};
  spec.table.separator = chosen(3) ? '\t' : ',';
  spec.table.missing = chosen(4) ? "median" : "error";
  spec.table.unseen = chosen(4) ? "zero" : "error";
  spec.standardize = chosen(5);
  if (chosen(6))
    spec.split = {
        .validation = 0.25, .test = 0.25, .stratified = chosen(1) && chosen(7), .seed = 1};
  const std::filesystem::path path = input.path();
  spec.train.files = {{path.filename().string(), ""}};
  try {
    const nnxrt::Dataset dataset(spec, {path.parent_path()});
    const auto numbers = static_cast<size_t>(dataset.train.count * dataset.features);
    volatile float last = numbers > 0 ? dataset.train.values[numbers - 1] : 0;
    (void)last;
  } catch (const nnxrt::DataError &) {
  } catch (const nnxrt::MemoryError &) {
  }
  return 0;
}
