// TensorFlow's files of records.
#pragma once

#include <string>
#include <string_view>

namespace nnx::tensorboard {

// `data` as one record: its length (u64), the masked CRC-32C of that (u32), the data, the masked
// CRC of these (https://www.tensorflow.org/tutorials/load_data/tfrecord).
std::string recordOf(std::string_view data);

} // namespace nnx::tensorboard
