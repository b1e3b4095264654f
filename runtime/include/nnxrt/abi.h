/* What a compiled study and the runtime share, and all that they share: plain C structs.
 *
 * The compiler emits one `nnxrt_study_table` into the object it links with the runtime. Everything
 * in it is constant data and lives as long as the program. The code of a variant (step, evaluate)
 * keeps no state of its own, so any number of threads may run it, each with its own nnxrt_call.
 *
 * A tensor over samples is laid out (lane, inner dimensions..., tile): sixteen samples side by side
 * are one tile, and the number of tiles is known at run time only. Lanes past the last sample of a
 * batch may hold anything, NaN included.
 */
#ifndef NNXRT_ABI_H
#define NNXRT_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NNXRT_ABI_VERSION 5
#define NNXRT_LANES 16
#define NNXRT_MAX_RANK 6
#define NNXRT_TILES (-1) /* as an extent: the number of tiles of the call */
#define NNXRT_NO_BUFFER 0xffffffffu
#define NNXRT_NO_HYPER 0xffffffffu
#define NNXRT_ALIGNMENT 64         /* bytes: every buffer starts on a cache line */
#define NNXRT_DEVICE_ALIGNMENT 256 /* the same in the memory of a device */

/* Models that one call on a device works for: at most NNXRT_MOST_MODELS, each in one of as many
 * slots, whose number has NNXRT_SLOT_BITS. */
#define NNXRT_SLOT_BITS 4
#define NNXRT_MOST_MODELS 16

/* The words of nnxrt_call.numbers, 32 bits each. */
#define NNXRT_NUMBER_SEED 0 /* the low half, then the high one */
#define NNXRT_NUMBER_STEP 2
#define NNXRT_NUMBER_HYPER 3 /* the first of the hyper numbers, as floats */

struct halide_buffer_t;

enum nnxrt_type { NNXRT_F32 = 0, NNXRT_U8 = 1, NNXRT_I32 = 2 };

enum nnxrt_space {
  NNXRT_ARENA = 0, /* lives within one call; its place is in nnxrt_plan.offsets */
  NNXRT_STATE = 1, /* weights and optimizer state, at `offset` in the block of state_bytes;
                      the whole block, row padding included, starts as zero bytes */
  NNXRT_IO = 2     /* input, label, loss, output: memory of the runtime's, one piece each */
};

/* One operand of the kernels. Dimension 0 is innermost; strides are in elements. In a buffer over
 * samples, dimension 0 is the lane and the last one the tile, with extent NNXRT_TILES. */
typedef struct nnxrt_buffer {
  const char *name;
  uint8_t type;  /* enum nnxrt_type */
  uint8_t space; /* enum nnxrt_space */
  uint8_t rank;
  uint32_t alias_of; /* NNXRT_NO_BUFFER, or the buffer whose memory this one views (flatten) */
  uint64_t offset;   /* bytes, NNXRT_STATE only */
  uint64_t bytes;    /* of the whole buffer; of one tile where the last extent is NNXRT_TILES */
  int32_t extent[NNXRT_MAX_RANK];
  int32_t stride[NNXRT_MAX_RANK];
} nnxrt_buffer;

/* One array that steps change: trained weights, or the moving averages of a batch_norm, which the
 * layer itself renews and the optimizer leaves alone. Both are initialized, digested and saved
 * alike. dim and stride describe it in Keras's logical order (row major, outermost
 * first): element (i0, i1, ...) is at sum(i_d * stride[d]) of its buffer. `dim` may split a
 * dimension of `shape` (the rows of a dense kernel behind a flatten are stored x, y, c; Keras
 * counts y, x, c), so the product of dim equals the product of shape and the order is the same. */
typedef struct nnxrt_parameter {
  const char *name; /* "conv2d_1/kernel", "dense_1/bias" */
  const char *init; /* a row of dsl/tables/Inits.def: "he_uniform" */
  double init_argument[2];
  int64_t fan_in, fan_out;
  uint32_t stream; /* which random numbers: the same for layers of the same place and shape */
  uint32_t buffer;
  uint32_t shape_rank, rank;
  int64_t shape[NNXRT_MAX_RANK];
  int64_t dim[NNXRT_MAX_RANK];
  int64_t stride[NNXRT_MAX_RANK];
  const uint32_t *slots;       /* buffers of the optimizer's state, laid out as `buffer` is */
  const uint32_t *slot_starts; /* the hyper number that each slot starts at, everywhere in its
                                  buffer; NNXRT_NO_HYPER: zero */
  uint32_t slot_count;         /* 0 where trained is 0 */
  uint32_t trained; /* 1: the optimizer updates it; 0: it follows the batches it has seen */
} nnxrt_parameter;

/* Where the arena's buffers lie for calls of up to `tiles` tiles. */
typedef struct nnxrt_plan {
  int32_t tiles;
  uint64_t arena_bytes;
  const uint64_t *offsets; /* one per buffer of the variant; read for NNXRT_ARENA buffers that are
                              no alias and that the function uses (UINT64_MAX elsewhere) */
} nnxrt_plan;

typedef struct nnxrt_call {
  void *user;                             /* handed to every kernel as Halide's user context */
  struct halide_buffer_t *const *buffers; /* one per buffer of the variant, prebuilt */
  const double *hyper;                    /* the numbers of nnxrt_variant.hyper_names */
  int32_t samples;                        /* of the batch, without padding */
  int32_t tiles;
  uint64_t seed; /* of the run, and */
  uint64_t step; /* the number of the step, from 1: all that dropout's numbers depend on, so that a
                    resumed run draws the same; evaluate reads neither */
  /* On a device alone, where `buffers` are those of the model in slot 0, and `hyper`, `seed` and
   * `step` are not read. */
  int32_t models;       /* that the call works for */
  int32_t model_blocks; /* from a slot to the next, in blocks of NNXRT_DEVICE_ALIGNMENT bytes */
  int64_t slots;        /* theirs, the first in the lowest bits */
  struct halide_buffer_t *numbers; /* i32: those of slot 0; each model's are in its slot */
} nnxrt_call;

typedef struct nnxrt_function {
  int32_t (*run)(const nnxrt_call *call); /* 0, or the error code of the kernel that failed */
  const nnxrt_plan *plans;                /* ascending by tiles */
  uint32_t plan_count;
} nnxrt_function;

typedef struct nnxrt_variant {
  const char *name;
  int32_t height, width, channels; /* of one sample */
  int32_t classes;                 /* 0 for regression */
  int32_t targets;                 /* numbers to predict for a sample; 0 for classification */
  const nnxrt_buffer *buffers;
  const nnxrt_parameter *parameters;
  /* The hyper numbers: what the updates of one step share. The trainer keeps them as doubles, from
   * step to step; a checkpoint holds them beside the state block. Where hyper_starts is NaN the
   * trainer gives the number: "iteration" before each step (it counts updates, from 1), anything
   * else is a setting of the point's optimizer ("lr", "momentum"), set before the first step and
   * again whenever it changes (a schedule changes "lr"). The others start at hyper_starts and are
   * `prepare`'s. */
  const char *const *hyper_names;
  const double *hyper_starts;
  uint32_t buffer_count, parameter_count, hyper_count;
  uint32_t input;  /* f32 (lane, x, y, c, tile) */
  uint32_t label;  /* i32 (lane, tile); for regression f32 (lane, target, tile) */
  uint32_t loss;   /* f32 (lane, tile), one loss per sample, not divided by the count */
  uint32_t output; /* f32 (lane, class or target, tile): what the network gives */
  uint64_t state_bytes;
  void (*prepare)(double *hyper); /* called before each step, when the trainer has set its numbers:
                                     computes the rest, such as bias corrections; null where there
                                     are none */
  nnxrt_function step;            /* forward, backward, update: writes loss, output (of the weights
                                     before the update), weights and optimizer state */
  nnxrt_function evaluate;        /* forward: writes loss and output */
} nnxrt_variant;

/* The variants once more, compiled for a device beside the processor. Their buffers lie in its
 * memory: nnxrt_call.buffers have a device handle each, and offsets are those of one block. */
typedef struct nnxrt_device_code {
  const char *device;            /* "opencl", "cuda" */
  const nnxrt_variant *variants; /* variant_count, in the order of nnxrt_study.variants */
} nnxrt_device_code;

typedef struct nnxrt_study {
  uint32_t abi_version;
  uint32_t variant_count;
  const nnxrt_variant *variants;
  const char *target; /* CPU features that the code needs: "x86-64-linux-avx-avx2-fma-f16c-sse41" */
  const char *json;   /* the points and what is made of them: docs/architecture.md, "Study JSON" */
  uint64_t json_bytes;
  const nnxrt_device_code *devices;
  uint32_t device_count;
} nnxrt_study;

extern const nnxrt_study nnxrt_study_table;

#ifdef __cplusplus
}
#endif
#endif
