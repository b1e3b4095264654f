// Messages of TensorBoard: Event and Summary (tensorboard/compat/proto), and what its page of
// hyperparameters reads (tensorboard/plugins/hparams). Numbers of fields are those of its .proto
// files.
#pragma once

#include "runtime/train/Study.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nnx::tensorboard {

using Setting = std::pair<std::string, nnxrt::SettingValue>;

// As the hparams plugin numbers them.
enum class SessionStatus { unknown, success, failure, running };

// One file of events as it grows. Times are seconds since 1970.
class EventFile {
public:
  explicit EventFile(double time);

  // Sessions of equal group are repeats: they have the same settings.
  void startSession(double time, const std::string &group, const std::vector<Setting> &settings);
  void addScalar(double time, int64_t step, const std::string &tag, double value);
  void endSession(double time, SessionStatus status);

  [[nodiscard]] const std::string &bytes() const { return records; }

private:
  std::string records;
};

} // namespace nnx::tensorboard
