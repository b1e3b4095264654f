// A compiled study written by hand: softmax regression on 28 x 28 images with SGD and momentum, as
// plain loops behind the tables of abi.h. It stands in for the compiler in the runtime's tests, and
// needs nothing but libc and the hooks of Halide's runtime, as a compiled study does.
#include "test/unit/runtime/FakeStudy.h"

#include <HalideRuntime.h>

#include <math.h>

namespace {

enum Buffer {
  input,
  flat,
  label,
  loss,
  output,
  logits,
  weights,
  bias,
  weightsSlot,
  biasSlot,
  count
};

constexpr int lanes = NNXRT_LANES, height = 28, width = 28, pixels = height * width, classes = 10,
              row = 16; // floats of a row of weights, padded
constexpr uint64_t biasOffset = uint64_t{pixels} * row * 4, slotOffset = biasOffset + row * 4,
                   biasSlotOffset = slotOffset + biasOffset, stateBytes = biasSlotOffset + row * 4;

constexpr nnxrt_buffer buffers[count] = {
    {"input",
     NNXRT_F32,
     NNXRT_IO,
     5,
     NNXRT_NO_BUFFER,
     0,
     pixels * lanes * 4,
     {lanes, width, height, 1, NNXRT_TILES},
     {1, lanes, lanes * width, lanes * pixels, lanes * pixels}},
    {"flat",
     NNXRT_F32,
     NNXRT_IO,
     3,
     input,
     0,
     pixels * lanes * 4,
     {lanes, pixels, NNXRT_TILES},
     {1, lanes, lanes * pixels}},
    {"label",
     NNXRT_I32,
     NNXRT_IO,
     2,
     NNXRT_NO_BUFFER,
     0,
     lanes * 4,
     {lanes, NNXRT_TILES},
     {1, lanes}},
    {"loss",
     NNXRT_F32,
     NNXRT_IO,
     2,
     NNXRT_NO_BUFFER,
     0,
     lanes * 4,
     {lanes, NNXRT_TILES},
     {1, lanes}},
    {"output",
     NNXRT_F32,
     NNXRT_IO,
     3,
     NNXRT_NO_BUFFER,
     0,
     classes * lanes * 4,
     {lanes, classes, NNXRT_TILES},
     {1, lanes, lanes * classes}},
    {"step.0 outputs dense_1",
     NNXRT_F32,
     NNXRT_ARENA,
     3,
     NNXRT_NO_BUFFER,
     0,
     classes * lanes * 4,
     {lanes, classes, NNXRT_TILES},
     {1, lanes, lanes * classes}},
    {"weights",
     NNXRT_F32,
     NNXRT_STATE,
     2,
     NNXRT_NO_BUFFER,
     0,
     biasOffset,
     {classes, pixels},
     {1, row}},
    {"bias", NNXRT_F32, NNXRT_STATE, 1, NNXRT_NO_BUFFER, biasOffset, row * 4, {classes}, {1}},
    {"weights/momentum",
     NNXRT_F32,
     NNXRT_STATE,
     2,
     NNXRT_NO_BUFFER,
     slotOffset,
     biasOffset,
     {classes, pixels},
     {1, row}},
    {"bias/momentum",
     NNXRT_F32,
     NNXRT_STATE,
     1,
     NNXRT_NO_BUFFER,
     biasSlotOffset,
     row * 4,
     {classes},
     {1}},
};

constexpr uint32_t slotStarts[] = {NNXRT_NO_HYPER};
constexpr uint32_t weightsSlots[] = {weightsSlot}, biasSlots[] = {biasSlot};
constexpr nnxrt_parameter parameters[] = {
    // Keras counts rows y, x; they are stored x, y, which is the same order for one channel.
    {"dense_1/kernel",
     "glorot_uniform",
     {0, 0},
     pixels,
     classes,
     1,
     weights,
     2,
     3,
     {pixels, classes},
     {height, width, classes},
     {width * row, row, 1},
     weightsSlots,
     slotStarts,
     1,
     1},
    {"dense_1/bias",
     "zeros",
     {0, 0},
     pixels,
     classes,
     2,
     bias,
     1,
     1,
     {classes},
     {classes},
     {1},
     biasSlots,
     slotStarts,
     1,
     1},
};

constexpr uint64_t none = UINT64_MAX;
constexpr uint64_t offsets[count] = {none, none, none, none, none, 0, none, none, none, none};
constexpr nnxrt_plan plans[] = {{4, 4 * classes * lanes * 4, offsets},
                                {64, 64 * classes * lanes * 4, offsets}};
constexpr nnxrt_plan hugePlans[] = {{64, uint64_t{1} << 60, offsets}};
constexpr const char *hyperNames[] = {"lr", "momentum", "iteration"};
constexpr double hyperStarts[] = {NAN, NAN, NAN};
enum Hyper { lr, momentum, iteration };

float *data(const nnxrt_call *call, Buffer buffer) {
  return reinterpret_cast<float *>(call->buffers[buffer]->host);
}

/// Logits of one class, for all samples.
int forwardTask(void *, int c, uint8_t *closure) {
  const auto *call = reinterpret_cast<const nnxrt_call *>(closure);
  const float *x = data(call, flat), *w = data(call, weights);
  for (int tile = 0; tile < call->tiles; ++tile) {
    float sums[lanes];
    for (float &sum : sums)
      sum = data(call, bias)[c];
    for (int k = 0; k < pixels; ++k)
      for (int lane = 0; lane < lanes; ++lane)
        sums[lane] += w[k * row + c] * x[(tile * pixels + k) * lanes + lane];
    for (int lane = 0; lane < lanes; ++lane)
      data(call, logits)[(tile * classes + c) * lanes + lane] = sums[lane];
  }
  return 0;
}

void softmax(const nnxrt_call *call) {
  for (int i = 0; i < call->samples; ++i) {
    const int tile = i / lanes, lane = i % lanes;
    const float *z = data(call, logits) + tile * classes * lanes + lane;
    float *p = data(call, output) + tile * classes * lanes + lane;
    float largest = z[0], sum = 0;
    for (int c = 1; c < classes; ++c)
      largest = z[c * lanes] > largest ? z[c * lanes] : largest;
    for (int c = 0; c < classes; ++c)
      sum += p[c * lanes] = expf(z[c * lanes] - largest);
    for (int c = 0; c < classes; ++c)
      p[c * lanes] /= sum;
    const int32_t truth = reinterpret_cast<const int32_t *>(data(call, label))[i];
    data(call, loss)[i] = logf(sum) - (z[truth * lanes] - largest);
  }
  // What lies past the last sample is rubbish on purpose: nobody may read it.
  for (int i = call->samples; i < call->tiles * lanes; ++i) {
    data(call, loss)[i] = NAN;
    for (int c = 0; c < classes; ++c)
      data(call, output)[(i / lanes * classes + c) * lanes + i % lanes] = NAN;
  }
}

void update(const nnxrt_call *call, float &weight, float &velocity, float gradient) {
  velocity = static_cast<float>(call->hyper[momentum]) * velocity -
             static_cast<float>(call->hyper[lr]) * gradient;
  weight += velocity;
}

/// Gradient and update of the weights of one class.
int updateTask(void *, int c, uint8_t *closure) {
  const auto *call = reinterpret_cast<const nnxrt_call *>(closure);
  const float *x = data(call, flat), *p = data(call, output);
  const auto *truth = reinterpret_cast<const int32_t *>(data(call, label));
  const auto delta = [&](int i) {
    return (p[(i / lanes * classes + c) * lanes + i % lanes] - (truth[i] == c ? 1.0F : 0.0F)) /
           static_cast<float>(call->samples);
  };
  for (int k = 0; k < pixels; ++k) {
    float gradient = 0;
    for (int i = 0; i < call->samples; ++i)
      gradient += delta(i) * x[(i / lanes * pixels + k) * lanes + i % lanes];
    update(call, data(call, weights)[k * row + c], data(call, weightsSlot)[k * row + c], gradient);
  }
  float gradient = 0;
  for (int i = 0; i < call->samples; ++i)
    gradient += delta(i);
  update(call, data(call, bias)[c], data(call, biasSlot)[c], gradient);
  return 0;
}

int32_t evaluate(const nnxrt_call *call) {
  auto *closure = reinterpret_cast<uint8_t *>(const_cast<nnxrt_call *>(call));
  const int error = halide_do_par_for(call->user, forwardTask, 0, classes, closure);
  if (error == 0)
    softmax(call);
  return error;
}

int32_t step(const nnxrt_call *call) {
  const int32_t error = evaluate(call);
  auto *closure = reinterpret_cast<uint8_t *>(const_cast<nnxrt_call *>(call));
  return error != 0 ? error : halide_do_par_for(call->user, updateTask, 0, classes, closure);
}

int32_t failingStep(const nnxrt_call *call) {
  if (call->hyper[iteration] < 3)
    return step(call);
  halide_error(call->user, "buffer weights is too small");
  return -4;
}

constexpr nnxrt_variant variant(const char *name, int32_t (*run)(const nnxrt_call *),
                                const nnxrt_plan *stepPlans, uint32_t stepPlanCount) {
  return {name,
          height,
          width,
          1,
          classes,
          /*targets=*/0,
          buffers,
          parameters,
          hyperNames,
          hyperStarts,
          count,
          2,
          3,
          input,
          label,
          loss,
          output,
          stateBytes,
          nullptr,
          {run, stepPlans, stepPlanCount},
          {evaluate, plans, 2}};
}

constexpr nnxrt_variant variants[] = {variant("softmax", step, plans, 2),
                                      variant("failing", failingStep, plans, 2),
                                      variant("huge", step, hugePlans, 1)};

// clang-format off
#define POINT(label, axis, variant, lr, batch, epochs, more)                                       \
  KEYED_POINT("key " label, label, axis, variant, lr, batch, epochs, more)
#define KEYED_POINT(key, label, axis, variant, lr, batch, epochs, more)                            \
  R"_({"label": ")_" label R"_(", "axes": {"lr": ")_" axis R"_("}, "dataset": 0, "variant": )_"    \
  #variant R"_(, "network": "softmax()", "line": 20, "settings": {"loss": "cross_entropy",)_"      \
  R"_("optimizer": {"kind": "sgd", "lr": )_" #lr R"_(, "momentum": 0.9, "nesterov": false},)_"     \
  R"_("batch": )_" #batch R"_(, "epochs": )_" #epochs R"_(, "seed": 1, )_" more R"_(},)_"          \
  R"_("layers": [{"name": "dense_1", "kind": "dense", "text": "dense(10)", "input": [784],)_"      \
  R"_("output": [10], "parameters": 7850, "line": 11}], "parameters": 7850, "flops": 15700,)_"     \
  R"_("key": ")_" key R"_("})_"
#define ORDINARY R"_("shuffle": true, "steps": 0, "on_divergence": "stop")_"
#define STEPS R"_("shuffle": false, "steps": 3, "on_divergence": "stop")_"
#define FOURTEEN R"_("shuffle": true, "steps": 14, "on_divergence": "stop")_"
#define CONTINUE R"_("shuffle": true, "steps": 0, "on_divergence": "continue")_"

constexpr char json[] = R"_({
  "schema": 1, "file": "fake.nnx", "source": "", "compiler": "nnx 0.1.0", "numerics": 1,
  "datasets": [{
    "name": "digits", "kind": "idx",
    "train": {"images": "train-images", "labels": "train-labels",
              "images_sha256": null, "labels_sha256": null},
    "test": {"images": "test-images", "labels": "test-labels",
             "images_sha256": null, "labels_sha256": null},
    "shape": [28, 28, 1], "classes": 10, "scale": 0.00392156862745098, "labels": null, "line": 3
  }],
  "experiments": [{
    "name": "rates", "title": "Learning rates", "line": 18, "repeats": 2,
    "axes": [{"name": "lr", "values": ["0.1", "0.01", "3e38"]}], "points": [)_"
    POINT("lr = 0.1", "0.1", 0, 0.1, 32, 2, ORDINARY) ","
    POINT("lr = 0.01", "0.01", 0, 0.01, 50, 2, ORDINARY) ","
    POINT("lr = 3e38", "3e38", 0, 3e38, 32, 2, ORDINARY) R"_(
  ]}, {
    "name": "failures", "title": "", "line": 30, "repeats": 1,
    "axes": [{"name": "lr", "values": ["0.1", "0.2", "0.3"]}], "points": [)_"
    POINT("lr = 0.1", "0.1", 1, 0.1, 32, 1, ORDINARY) ","
    POINT("lr = 0.2", "0.2", 2, 0.2, 32, 1, ORDINARY) ","
    POINT("lr = 0.3", "0.3", 0, 0.3, 32, 1, ORDINARY) R"_(
  ]}, {
    "name": "plain", "title": "", "line": 40, "repeats": 1,
    "axes": [{"name": "lr", "values": ["steps", "continue", "long"]}], "points": [)_"
    POINT("lr = steps", "steps", 0, 0.1, 32, 9, STEPS) ","
    POINT("lr = continue", "continue", 0, 3e38, 32, 1, CONTINUE) ","
    POINT("lr = long", "long", 0, 0.1, 16, 1000000, ORDINARY)
    R"_(
  ]}, {
    "name": "lengths", "title": "", "line": 50, "repeats": 1,
    "axes": [{"name": "lr", "values": ["one", "inside", "four", "equal"]}], "points": [)_"
    KEYED_POINT("shared", "lr = one", "one", 0, 0.1, 32, 1, ORDINARY) ","
    KEYED_POINT("shared", "lr = inside", "inside", 0, 0.1, 32, 9, FOURTEEN) ","
    KEYED_POINT("shared", "lr = four", "four", 0, 0.1, 32, 4, ORDINARY) ","
    KEYED_POINT("shared", "lr = equal", "equal", 0, 0.1, 32, 4, ORDINARY)
    "]}]}";
// clang-format on

#if defined(__x86_64__)
constexpr char target[] = "x86-64-linux-sse41";
#elif defined(__aarch64__)
constexpr char target[] = "arm-64-linux";
#endif

} // namespace

extern "C" const nnxrt_study nnxrt_study_table = {
    NNXRT_ABI_VERSION, 3, variants, target, json, sizeof json - 1, nullptr, 0};
