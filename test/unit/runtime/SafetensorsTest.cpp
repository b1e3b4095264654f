// Files of weights: what is written comes back, nothing wrong is taken, and runs start from them.
#include "runtime/data/Safetensors.h"

#include "runtime/data/FileBytes.h"
#include "runtime/train/StartWeights.h"
#include "test/unit/runtime/TrainingFixture.h"

#include <gmock/gmock.h>

#include <cstring>

namespace nnxrt::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct SafetensorsTest : testing::Test {
  const ScratchFolder folder;

  [[nodiscard]] std::filesystem::path write(const std::string &bytes) const {
    writeFile(folder / "w", {bytes.begin(), bytes.end()});
    return folder / "w";
  }
  [[nodiscard]] WeightsFile read(const std::string &bytes) const {
    return WeightsFile(write(bytes));
  }
  /// A file with this header and so many bytes behind it.
  static std::string fileOf(const std::string &header, size_t data) {
    const uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + std::string(data, '\1');
  }
  void expectRefused(const std::string &bytes, const char *why) const {
    try {
      (void)read(bytes);
      ADD_FAILURE() << "taken: " << bytes.substr(0, 200);
    } catch (const DataError &error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
  }
};

const std::vector<WeightTensor> twoTensors = {{"a/kernel", "F32", {2, 3}, {1, 2, 3, 4, 5, 6}},
                                              {"a/bias", "F32", {3}, {-1, 0.5F, 1e-30F}}};

TEST_F(SafetensorsTest, what_is_written_comes_back) {
  const std::string bytes = safetensorsOf(twoTensors, {{"study", "a \"b\"\n"}, {"seed", "1"}});
  EXPECT_EQ(bytes.size() % 4, 0U);
  const WeightsFile file = read(bytes);
  ASSERT_EQ(file.tensors.size(), 2U);
  for (const WeightTensor &tensor : twoTensors) {
    const WeightTensor *const found = file.find(tensor.name);
    ASSERT_TRUE(found) << tensor.name;
    EXPECT_EQ(found->shape, tensor.shape);
    EXPECT_EQ(found->values, tensor.values);
  }
  EXPECT_FALSE(file.find("a"));
  EXPECT_EQ(file.note("study"), "a \"b\"\n");
  EXPECT_EQ(file.note("seed"), "1");
  EXPECT_EQ(file.note("none"), "");
}

TEST_F(SafetensorsTest, no_tensors_and_scalars_are_files_too) {
  EXPECT_TRUE(read(safetensorsOf({}, {})).tensors.empty());
  const std::vector<WeightTensor> scalar = {{"s", "F32", {}, {7}}};
  EXPECT_THAT(read(safetensorsOf(scalar, {})).tensors.at(0).values, ElementsAre(7));
}

TEST_F(SafetensorsTest, a_file_that_breaks_off_is_refused_wherever_it_does) {
  const std::string bytes = safetensorsOf(twoTensors, {{"seed", "1"}});
  for (size_t length = 0; length < bytes.size(); ++length)
    expectRefused(bytes.substr(0, length), "is no right safetensors file");
  expectRefused(bytes + "x", "behind the header are 37");
}

TEST_F(SafetensorsTest, lengths_are_checked_before_anything_is_allocated) {
  std::string bytes = fileOf("{}", 0);
  std::memset(bytes.data(), 0xff, 8);
  expectRefused(bytes, "its header of 18446744073709551615 bytes does not fit");
  const auto tensor = [](const char *type, const char *shape, const char *offsets) {
    return fileOf(std::string(R"({"t": {"dtype": ")") + type + R"(", "shape": )" + shape +
                      R"(, "data_offsets": )" + offsets + "}}",
                  16);
  };
  EXPECT_EQ(read(tensor("F32", "[2,2]", "[0,16]")).tensors.at(0).values.size(), 4U);
  EXPECT_TRUE(read(tensor("F64", "[2]", "[0,16]")).tensors.at(0).values.empty());
  expectRefused(tensor("F32", "[4611686018427387904,4]", "[0,16]"), "no right `shape`");
  expectRefused(tensor("F32", "[4611686018427387904]", "[0,16]"), "not 4 for each number");
  expectRefused(tensor("F32", "[18446744073709551615]", "[0,16]"), "no right `shape`");
  expectRefused(tensor("F32", "[-4]", "[0,16]"), "no right `shape`");
  expectRefused(tensor("F32", "[4.0]", "[0,16]"), "no right `shape`");
  expectRefused(tensor("F32", "4", "[0,16]"), "no right `shape`");
  expectRefused(tensor("F32", "[3]", "[0,16]"), "not 4 for each number");
  expectRefused(tensor("F32", "[4]", "[0,20]"), "lies at bytes 0 to 20, of 16");
  expectRefused(tensor("F32", "[4]", "[16,0]"), "lies at bytes 16 to 0, of 16");
  expectRefused(tensor("F32", "[4]", "[0]"), "no right `data_offsets`");
  expectRefused(tensor("F32", "[3]", "[0,12]"), "take 12 bytes, behind the header are 16");
  expectRefused(tensor("F32", "[3]", "[4,16]"), "does not begin where");
}

TEST_F(SafetensorsTest, headers_that_are_none_are_refused) {
  expectRefused(fileOf("", 0), "no JSON object");
  expectRefused(fileOf("[]", 0), "no JSON object");
  expectRefused(fileOf("{", 0), "no JSON object");
  expectRefused(fileOf(std::string(100000, '['), 0), "no JSON object");
  expectRefused(fileOf(R"({"t": 1})", 0), "`t` has no right `dtype`");
  expectRefused(fileOf(R"({"t": {"dtype": 1, "shape": [], "data_offsets": [0, 0]}})", 0),
                "`t` has no right `dtype`");
  expectRefused(fileOf(R"({"__metadata__": {"a": 1}})", 0), "`a` of its metadata is no text");
  expectRefused(fileOf(R"({"__metadata__": []})", 0), "metadata is no JSON object");
  const std::string row = R"({"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})";
  expectRefused(fileOf(R"({"a": )" + row + R"(, "b": )" + row + "}", 4),
                "`b` does not begin where the one before it ends");
}

class StartWeightsTest : public TrainingTest {
protected:
  static constexpr size_t pixels = 784, classes = 10;

  static std::vector<WeightTensor> rightTensors() {
    std::vector<WeightTensor> tensors = {
        {"dense_1/kernel", "F32", {pixels, classes}, std::vector<float>(pixels * classes)},
        {"dense_1/bias", "F32", {classes}, std::vector<float>(classes)}};
    for (WeightTensor &tensor : tensors)
      for (size_t i = 0; i < tensor.values.size(); ++i)
        tensor.values[i] = 0.001F * static_cast<float>(i % 17) - 0.008F;
    return tensors;
  }
  static WeightsFile fileOf(const std::vector<WeightTensor> &tensors) {
    const std::string bytes = safetensorsOf(tensors, {});
    writeFile(*folder / "w", {bytes.begin(), bytes.end()});
    return WeightsFile(*folder / "w");
  }
  static std::string refusal(const std::vector<WeightTensor> &tensors) {
    try {
      checkWeights(fileOf(tensors), nnxrt_study_table.variants[0], *study,
                   study->experiments[0].points[0]);
    } catch (const DataError &error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(StartWeightsTest, what_does_not_fit_is_named_with_its_layer) {
  EXPECT_EQ(refusal(rightTensors()), "");
  std::vector<WeightTensor> tensors = rightTensors();
  tensors.pop_back();
  EXPECT_THAT(refusal(tensors), HasSubstr("w: lacks `dense_1/bias`, 10 numbers, which dense_1 = "
                                          "dense(10) (fake.nnx, line 11; point `lr = 0.1`) needs"));
  tensors = rightTensors();
  tensors[0].shape = {classes, pixels};
  EXPECT_THAT(refusal(tensors),
              HasSubstr("`dense_1/kernel` is 10x784; dense_1 = dense(10) (fake.nnx, line 11; "
                        "point `lr = 0.1`) needs 784x10"));
  tensors = rightTensors();
  tensors.push_back({"dense_2/bias", "F32", {1}, {0}});
  EXPECT_THAT(refusal(tensors), HasSubstr("holds `dense_2/bias`, which the network `softmax()`"));
}

TEST_F(StartWeightsTest, a_run_starts_from_them_and_its_key_says_so) {
  const WeightsFile weights = fileOf(rightTensors());
  RunRequest request = requestOf(2, 0); // three steps
  const RunResult random = train(request);
  const std::string key = request.info.key;
  request.info = planRun(request.info.point, 0, *dataset, false, &weights);
  request.start = &weights;
  EXPECT_NE(request.info.key, key);
  const RunResult started = train(request);
  EXPECT_EQ(started.steps, 3);
  EXPECT_NE(started.weightsSha256, random.weightsSha256);

  ThreadPool pool(1);
  KernelContext context(pool);
  const nnxrt_variant &variant = nnxrt_study_table.variants[0];
  Model model(variant, 32, 64, context);
  setWeights(model, variant, weights);
  const std::vector<WeightTensor> back = weightsOf(model, variant);
  for (size_t i = 0; i < back.size(); ++i)
    EXPECT_EQ(back[i].values, rightTensors()[i].values);
}

} // namespace
} // namespace nnxrt::test
