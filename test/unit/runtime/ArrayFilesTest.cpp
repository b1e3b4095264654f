// Arrays of NumPy, alone and in archives, as NumPy wrote them and damaged.
#include "test/unit/runtime/LoadedData.h"

#include "runtime/data/Npy.h"

using namespace nnxrt;
using namespace nnxrt::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class ArrayFilesTest : public LoadedDataTest {
protected:
  ArrayFilesTest() {
    spec.kind = "npy";
    spec.isFlat = true;
    spec.shape = {1, 4, 1};
    spec.classes = 3;
    spec.train.files = {{"x.npy", ""}, {"y.npy", ""}};
    spec.test = spec.train;
    put("x.npy", golden["arrays"]["<f4"]);
    put("y.npy", golden["labels"]);
  }

  void put(const std::string &name, const nlohmann::json &base64) const {
    writeFile(folder / name, fromBase64(base64));
  }
  void useArchive(const char *which) {
    spec.kind = "npz";
    spec.train.files = {{"data.npz", ""}};
    spec.train.x = "x";
    spec.train.y = "y";
    spec.test = spec.train;
    put("data.npz", golden[which]);
  }
  [[nodiscard]] std::string failureOf(const char *x) const {
    put("x.npy", golden[x]);
    return failure();
  }

  const nlohmann::json golden = goldenData();
};

} // namespace

TEST_F(ArrayFilesTest, reads_every_type) {
  for (const auto &[type, base64] : golden["arrays"].items()) {
    put("x.npy", base64);
    const Dataset data = load();
    ASSERT_EQ(data.train.count, 6);
    for (int64_t row = 0; row < 6; ++row)
      for (size_t f = 0; f < 4; ++f) {
        const int number = golden["x"][static_cast<size_t>(row)][f];
        if (type == "|u1")
          EXPECT_EQ(data.train.sample(row)[f], std::abs(number));
        else
          EXPECT_EQ(rowOf(data.train, row)[f], static_cast<float>(number)) << type;
      }
    EXPECT_THAT(std::vector<int>(data.train.labels, data.train.labels + 6),
                ElementsAre(0, 2, 1, 1, 0, 2));
  }
}

TEST_F(ArrayFilesTest, reads_every_version_and_both_packings) {
  for (const auto &[version, base64] : golden["versions"].items()) {
    put("x.npy", base64);
    EXPECT_THAT(rowOf(load().train, 5), ElementsAre(39, 42, 45, 48)) << version;
  }
  for (const char *const archive : {"stored", "deflated"}) {
    useArchive(archive);
    EXPECT_THAT(rowOf(load().train, 5), ElementsAre(39, 42, 45, 48)) << archive;
  }
}

TEST_F(ArrayFilesTest, bytes_of_images_stay_bytes) {
  put("x.npy", golden["images"]);
  spec.isFlat = false;
  spec.shape = {3, 5, 2};
  spec.scale = 0.5;
  const Dataset data = load();
  EXPECT_EQ(data.train.values, nullptr);
  EXPECT_EQ(data.train.sample(5)[29], 179);
  EXPECT_EQ(data.scale, 0.5);
}

TEST_F(ArrayFilesTest, targets_are_numbers) {
  spec.classes = 0;
  spec.targets = 1;
  spec.standardize = true;
  EXPECT_THAT(load().train.targets, ElementsAre(0, 2, 1, 1, 0, 2));
}

TEST_F(ArrayFilesTest, what_cannot_be_read_is_named) {
  EXPECT_THAT(failureOf("fortran"), HasSubstr("x.npy: the array lies in Fortran order"));
  EXPECT_THAT(failureOf("big"), HasSubstr("x.npy: elements of type `>f4`; read are u1, and i4"));
  EXPECT_THAT(failureOf("objects"), HasSubstr("(this file holds Python objects)"));
  EXPECT_THAT(failureOf("records"), HasSubstr("holds records of several fields"));
  EXPECT_THAT(failureOf("infinite"), HasSubstr("x.npy: sample 2, number 1: inf"));
  EXPECT_THAT(failureOf("labels"),
              HasSubstr("is an array of 6; samples of 4 are wanted by data set `small` (line 3)"));
  EXPECT_THAT(failureOf("stored"), HasSubstr("is no NPY file"));
  put("x.npy", golden["arrays"]["<f4"]);
  put("y.npy", golden["arrays"]["<i4"]);
  EXPECT_THAT(failure(), HasSubstr("y.npy: is an array of 6x4; 6 samples of"));
  put("y.npy", golden["labels"]);
  spec.classes = 2;
  EXPECT_THAT(failure(), HasSubstr("y.npy: label 1 is 2; data set `small` (line 3) has 2 classes"));
}

TEST_F(ArrayFilesTest, every_truncation_is_found) {
  const Bytes whole = fromBase64(golden["arrays"]["<f4"]);
  for (size_t length = 0; length < whole.size(); ++length) {
    writeFile(folder / "x.npy", Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(length)));
    EXPECT_THAT(failure(), HasSubstr("x.npy: ")) << length;
  }
  Bytes longer = whole;
  longer.push_back(0);
  writeFile(folder / "x.npy", longer);
  EXPECT_THAT(failure(), HasSubstr("96 bytes, but 97 follow"));
}

TEST_F(ArrayFilesTest, damaged_archives_are_errors) {
  useArchive("deflated");
  const Bytes whole = fromBase64(golden["deflated"]);
  for (size_t length = 0; length < whole.size(); ++length) {
    writeFile(folder / "data.npz",
              Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(length)));
    EXPECT_THAT(failure(), HasSubstr("data.npz: ")) << length;
  }
  for (size_t place = 0; place < whole.size(); ++place) {
    Bytes damaged = whole;
    damaged[place] ^= 0x11;
    writeFile(folder / "data.npz", damaged);
    static_cast<void>(failure()); // an error or, in what nobody reads, none; never a crash
  }
  spec.train.x = "images";
  writeFile(folder / "data.npz", whole);
  EXPECT_THAT(failure(), HasSubstr("data.npz: has no member `images.npy`; it has x.npy, y.npy"));
}

TEST_F(ArrayFilesTest, headers_that_promise_too_much_allocate_nothing) {
  Bytes huge = fromBase64(golden["arrays"]["<f4"]);
  const std::string from = "(6, 4), }", to = "(9223372036854775807, 4), }";
  const auto place = std::search(huge.begin(), huge.end(), from.begin(), from.end());
  ASSERT_NE(place, huge.end());
  std::copy(to.begin(), to.end(), place); // the header is padded with spaces
  writeFile(folder / "x.npy", huge);
  EXPECT_THAT(failure(), HasSubstr("9223372036854775807x4: more than memory holds"));
}
