/* What a compiled network needs to predict, and all of it: nothing is allocated, nothing is kept
 * between calls, so any number of threads may predict, each with an arena of its own. The archive
 * that `nnxc build --inference` writes holds this file's object. */
#include <HalideRuntime.h>
#include <nnxrt/abi.h>

#include <stddef.h>
#include <string.h>

/* Weak: a program that has Halide's runtime may keep its own. */
__attribute__((weak)) int halide_do_par_for(void *user, halide_task_t task, int first, int count,
                                            uint8_t *closure) {
  for (int i = first; i < first + count; ++i) {
    const int error = task(user, i, closure);
    if (error != 0)
      return error;
  }
  return 0;
}

static size_t aligned(size_t bytes) {
  return (bytes + NNXRT_ALIGNMENT - 1) / NNXRT_ALIGNMENT * NNXRT_ALIGNMENT;
}

/* The plan of the most tiles. */
static const nnxrt_plan *planOf(const nnxrt_variant *network) {
  return &network->evaluate.plans[network->evaluate.plan_count - 1];
}

static int isTiled(const nnxrt_buffer *buffer) {
  return buffer->rank > 0 && buffer->extent[buffer->rank - 1] == NNXRT_TILES;
}

static size_t batchBytes(const nnxrt_buffer *buffer, int32_t tiles) {
  if (buffer->space != NNXRT_IO || buffer->alias_of != NNXRT_NO_BUFFER)
    return 0;
  return aligned(isTiled(buffer) ? buffer->bytes * (size_t)tiles : buffer->bytes);
}

/* Memory of one call, laid out in the arena. */
typedef struct {
  halide_dimension_t *dimensions; /* NNXRT_MAX_RANK for each buffer */
  halide_buffer_t *buffers;
  halide_buffer_t **pointers;
  uint8_t *batch, *scratch;
} Frame;

size_t nnx_inference_arena_bytes(const nnxrt_variant *network) {
  const size_t count = network->buffer_count;
  const nnxrt_plan *plan = planOf(network);
  size_t bytes = NNXRT_ALIGNMENT + aligned(count * NNXRT_MAX_RANK * sizeof(halide_dimension_t)) +
                 aligned(count * sizeof(halide_buffer_t)) +
                 aligned(count * sizeof(halide_buffer_t *)) + aligned(plan->arena_bytes);
  for (size_t b = 0; b < count; ++b)
    bytes += batchBytes(&network->buffers[b], plan->tiles);
  return bytes;
}

static Frame frameIn(const nnxrt_variant *network, void *arena) {
  const size_t count = network->buffer_count;
  uint8_t *place = (uint8_t *)arena;
  place += aligned((size_t)(uintptr_t)place) - (size_t)(uintptr_t)place;
  Frame frame;
  frame.dimensions = (halide_dimension_t *)place;
  place += aligned(count * NNXRT_MAX_RANK * sizeof(halide_dimension_t));
  frame.buffers = (halide_buffer_t *)place;
  place += aligned(count * sizeof(halide_buffer_t));
  frame.pointers = (halide_buffer_t **)place;
  place += aligned(count * sizeof(halide_buffer_t *));
  frame.scratch = place;
  frame.batch = place + aligned(planOf(network)->arena_bytes);
  return frame;
}

/* Describes every buffer for calls of `tiles`; kernels only read the state. */
static void describe(const nnxrt_variant *network, const uint8_t *state, Frame *frame,
                     int32_t tiles) {
  const nnxrt_plan *plan = planOf(network);
  static const halide_type_code_t codes[] = {halide_type_float, halide_type_uint, halide_type_int};
  static const uint8_t bits[] = {32, 8, 32}; /* by nnxrt_type */
  uint8_t *batch = frame->batch;
  for (uint32_t b = 0; b < network->buffer_count; ++b) {
    const nnxrt_buffer *buffer = &network->buffers[b];
    halide_dimension_t *dimensions = frame->dimensions + (size_t)b * NNXRT_MAX_RANK;
    for (int d = 0; d < buffer->rank; ++d) {
      dimensions[d].min = 0;
      dimensions[d].extent = buffer->extent[d] == NNXRT_TILES ? tiles : buffer->extent[d];
      dimensions[d].stride = buffer->stride[d];
      dimensions[d].flags = 0;
    }
    halide_buffer_t *target = &frame->buffers[b];
    memset(target, 0, sizeof *target);
    target->type.code = codes[buffer->type];
    target->type.bits = bits[buffer->type];
    target->type.lanes = 1;
    target->dimensions = buffer->rank;
    target->dim = dimensions;
    if (buffer->alias_of != NNXRT_NO_BUFFER)
      target->host = frame->buffers[buffer->alias_of].host;
    else if (buffer->space == NNXRT_STATE)
      target->host = (uint8_t *)(uintptr_t)(state + buffer->offset);
    else if (buffer->space == NNXRT_ARENA)
      target->host = plan->offsets[b] == UINT64_MAX ? NULL : frame->scratch + plan->offsets[b];
    else {
      target->host = batch;
      batch += batchBytes(buffer, plan->tiles);
    }
    frame->pointers[b] = target;
  }
}

/* Samples, row major (y, x, channel), to sixteen side by side; lanes without one are zero. */
static void gather(const nnxrt_variant *network, const nnxrt_buffer *input, float *target,
                   const float *samples, int32_t count, int32_t tiles) {
  const int isImage = input->rank == 5;
  const int64_t elements = (int64_t)network->height * network->width * network->channels;
  for (int32_t i = 0; i < tiles * NNXRT_LANES; ++i) {
    const float *sample = samples + i * elements;
    float *start =
        target + (int64_t)(i / NNXRT_LANES) * input->stride[input->rank - 1] + i % NNXRT_LANES;
    for (int64_t e = 0; e < elements; ++e) {
      const int64_t c = e % network->channels, x = e / network->channels % network->width,
                    y = e / network->channels / network->width;
      start[isImage ? x * input->stride[1] + y * input->stride[2] + c * input->stride[3]
                    : e * input->stride[1]] = i < count ? sample[e] : 0;
    }
  }
}

static void scatter(const nnxrt_buffer *output, const float *source, float *outputs,
                    int32_t count) {
  const int32_t classes = output->extent[1];
  for (int32_t i = 0; i < count; ++i)
    for (int32_t c = 0; c < classes; ++c)
      outputs[(int64_t)i * classes + c] =
          source[(int64_t)(i / NNXRT_LANES) * output->stride[output->rank - 1] +
                 (int64_t)c * output->stride[1] + i % NNXRT_LANES];
}

int nnx_inference_predict(const nnxrt_variant *network, const uint8_t *state, const float *samples,
                          size_t count, float *outputs, void *arena) {
  Frame frame = frameIn(network, arena);
  const nnxrt_plan *plan = planOf(network);
  const size_t most = (size_t)plan->tiles * NNXRT_LANES;
  const size_t inputs =
      (size_t)network->height * (size_t)network->width * (size_t)network->channels;
  describe(network, state, &frame, plan->tiles);
  memset(frame.buffers[network->label].host, 0,
         batchBytes(&network->buffers[network->label], plan->tiles));
  for (size_t first = 0; first < count; first += most) {
    const int32_t now = (int32_t)(count - first < most ? count - first : most);
    const int32_t tiles = (now + NNXRT_LANES - 1) / NNXRT_LANES;
    if (tiles != plan->tiles)
      describe(network, state, &frame, tiles);
    gather(network, &network->buffers[network->input], (float *)frame.buffers[network->input].host,
           samples + first * inputs, now, tiles);
    nnxrt_call call;
    memset(&call, 0, sizeof call);
    call.buffers = frame.pointers;
    call.samples = now;
    call.tiles = tiles;
    const int error = network->evaluate.run(&call);
    if (error != 0)
      return error;
    const nnxrt_buffer *output = &network->buffers[network->output];
    scatter(output, (const float *)frame.buffers[network->output].host,
            outputs + first * (size_t)output->extent[1], now);
  }
  return 0;
}
