// Shapes, parameters and FLOPs, against counting by hand and by brute force.
#include "dsl/Layers.h"

#include <gtest/gtest.h>

namespace nnx::dsl {
namespace {

LayerSizes sizesOf(const LayerResult &result) {
  const LayerProblem *problem = std::get_if<LayerProblem>(&result);
  EXPECT_FALSE(problem) << (problem ? problem->text() : "");
  return problem ? LayerSizes{} : std::get<LayerSizes>(result);
}

DiagnosticId problemOf(const LayerResult &result) {
  const LayerProblem *problem = std::get_if<LayerProblem>(&result);
  EXPECT_TRUE(problem);
  return problem ? problem->id : DiagnosticId::file_unreadable;
}

// Keras's summary of the baseline: 320, 0, 0, 540900, 1010 parameters.
TEST(Layers, count_the_baseline_as_keras_does) {
  LayerSizes conv = sizesOf(conv2dSizes({28, 28, 1}, 32, {3, 3}, {1, 1}, {1, 1}, false, true));
  EXPECT_EQ(conv.output, (Shape{26, 26, 32}));
  EXPECT_EQ(conv.parameters, 320);
  EXPECT_EQ(conv.flops, 26 * 26 * 32 * (2 * 9 + 1));
  EXPECT_EQ(sizesOf(poolSizes(LayerKind::max_pool, conv.output, {2, 2}, {2, 2}, false)).output,
            (Shape{13, 13, 32}));
  EXPECT_EQ(sizesOf(flattenSizes({13, 13, 32})).output, Shape{5408});
  LayerSizes dense = sizesOf(denseSizes({5408}, 100, true));
  EXPECT_EQ(dense.parameters, 540900);
  EXPECT_EQ(dense.flops, 100 * (2 * 5408 + 1));
  EXPECT_EQ(sizesOf(denseSizes({100}, 10, false)).parameters, 1000);
}

// Places a window step by step instead of dividing.
TEST(Layers, place_windows_where_they_fit) {
  for (int64_t extent = 1; extent <= 12; ++extent)
    for (int64_t window = 1; window <= 5; ++window)
      for (int64_t stride = 1; stride <= 4; ++stride) {
        int64_t valid = 0, same = 0;
        for (int64_t at = 0; at + window <= extent; at += stride)
          ++valid;
        for (int64_t at = 0; at < extent; at += stride)
          ++same;
        Shape input = {extent, extent, 2}, size = {window, window}, step = {stride, stride};
        if (valid == 0) {
          EXPECT_EQ(problemOf(poolSizes(LayerKind::max_pool, input, size, step, false)),
                    DiagnosticId::window_too_large);
        } else {
          EXPECT_EQ(sizesOf(poolSizes(LayerKind::max_pool, input, size, step, false)).output,
                    (Shape{valid, valid, 2}));
          EXPECT_EQ(sizesOf(conv2dSizes(input, 3, size, step, {1, 1}, false, true)).output,
                    (Shape{valid, valid, 3}));
        }
        EXPECT_EQ(sizesOf(conv2dSizes(input, 3, size, step, {1, 1}, true, true)).output,
                  (Shape{same, same, 3}));
        int64_t missing = std::max<int64_t>(0, (same - 1) * stride + window - extent);
        EXPECT_EQ(paddingBefore(extent, window, stride), missing / 2);
      }
}

TEST(Layers, refuse_inputs_they_cannot_take) {
  EXPECT_EQ(problemOf(conv2dSizes({784}, 1, {1, 1}, {1, 1}, {1, 1}, false, true)),
            DiagnosticId::wants_image);
  EXPECT_EQ(problemOf(denseSizes({2, 2, 2}, 1, true)), DiagnosticId::wants_flat);
  EXPECT_EQ(problemOf(flattenSizes({4})), DiagnosticId::already_flat);
}

TEST(Layers, refuse_sizes_that_overflow) {
  constexpr int64_t big = maxElements;
  EXPECT_EQ(problemOf(denseSizes({big}, big, true)), DiagnosticId::too_many_elements);
  EXPECT_EQ(problemOf(denseSizes({big}, 1, true)), DiagnosticId::too_many_elements);
  EXPECT_EQ(sizesOf(denseSizes({big - 1}, 1, true)).parameters, big);
  EXPECT_EQ(problemOf(conv2dSizes({65536, 65536, 1}, 65536, {1, 1}, {1, 1}, {1, 1}, false, true)),
            DiagnosticId::too_many_elements);
  EXPECT_EQ(problemOf(conv2dSizes({4096, 4096, 1}, 128, {4096, 4096}, {1, 1}, {1, 1}, true, true)),
            DiagnosticId::too_many_elements);
  EXPECT_FALSE(multiply(INT64_MAX, 2));
}

} // namespace
} // namespace nnx::dsl
