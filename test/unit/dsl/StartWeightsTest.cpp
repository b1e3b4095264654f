// The file that runs start from is part of their meaning, and meanings without one stay as they
// were.
#include "dsl/StartWeights.h"

#include <gtest/gtest.h>

namespace nnx::dsl {
namespace {

TEST(StartWeightsTest, a_line_reads_back) {
  for (const std::string file : {"w.safetensors", "a \"b\"\n", "../x/init safetensors \""})
    EXPECT_EQ(startFileOf("before\n" + startLine(file)), file);
  EXPECT_EQ(startLine(""), "");
  EXPECT_EQ(startFileOf("shuffle true\non_divergence stop\n"), "");
  EXPECT_EQ(startFileOf("init safetensors"), "");
}

} // namespace
} // namespace nnx::dsl
