// Messages from the inside out.
#include "Events.h"

#include "Records.h"

#include "compiler/Protobuf.h"

namespace nnx::tensorboard {
namespace {

using protobuf::Message;

// Event: wall_time 1, step 2, file_version 3, summary 5.
Message eventOf(double time, int64_t step) {
  return Message().real64(1, time).number(2, step);
}

// Summary: value 1.
std::string recordOf(double time, int64_t step, const Message &value) {
  return tensorboard::recordOf(eventOf(time, step).message(5, Message().message(1, value)).bytes);
}

// google.protobuf.Value: number_value 2, string_value 3, bool_value 4.
struct ValueWriter {
  Message operator()(bool value) const { return Message().number(4, value ? 1 : 0); }
  Message operator()(double value) const { return Message().real64(2, value); }
  Message operator()(const std::string &value) const { return Message().text(3, value); }
};

// TensorProto without elements: dtype 1 (float), tensor_shape 2; its dim 2, of size 0.
Message emptyTensor() {
  return Message().number(1, 1).message(2, Message().message(2, Message()));
}

// Summary.Value: tag 1, tensor 8, metadata 9; SummaryMetadata: plugin_data 1; its plugin_name 1,
// content 2.
Message hyperparameterValue(const std::string &tag, const Message &content) {
  const Message plugin = Message().text(1, "hparams").message(2, content);
  return Message()
      .text(1, "_hparams_/" + tag)
      .message(8, emptyTensor())
      .message(9, Message().message(1, plugin));
}

} // namespace

EventFile::EventFile(double time)
    : records(tensorboard::recordOf(Message().real64(1, time).text(3, "brain.Event:2").bytes)) {}

// HParamsPluginData: session_start_info 3; its hparams 1 (key 1, value 2), group_name 4,
// start_time_secs 5.
void EventFile::startSession(double time, const std::string &group,
                             const std::vector<Setting> &settings) {
  Message start;
  for (const auto &[name, value] : settings)
    start.message(1, Message().text(1, name).message(2, std::visit(ValueWriter(), value)));
  start.text(4, group).real64(5, time);
  records +=
      recordOf(time, 0, hyperparameterValue("session_start_info", Message().message(3, start)));
}

// Summary.Value: simple_value 2.
void EventFile::addScalar(double time, int64_t step, const std::string &tag, double value) {
  records += recordOf(time, step, Message().text(1, tag).real(2, static_cast<float>(value)));
}

// HParamsPluginData: session_end_info 4; its status 1, end_time_secs 2.
void EventFile::endSession(double time, SessionStatus status) {
  const Message end = Message().number(1, static_cast<int64_t>(status)).real64(2, time);
  records += recordOf(time, 0, hyperparameterValue("session_end_info", Message().message(4, end)));
}

} // namespace nnx::tensorboard
