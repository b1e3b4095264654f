// Reading data sets, good and hostile ones, and gathering batches.
#include "runtime/data/Gather.h"

#include "test/unit/runtime/LoadedData.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <numeric>

using namespace nnxrt;
using namespace nnxrt::test;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// Samples of 3 x 5 (x 2), 4 classes.
class DataTest : public LoadedDataTest {
protected:
  DataTest() {
    spec.shape = {3, 5, 1};
    spec.classes = 4;
    spec.kind = "idx";
    spec.train.files = {{"train-images", ""}, {"train-labels", ""}};
    spec.test.files = {{"test-images", ""}, {"test-labels", ""}};
    for (const std::string share : {"train", "test"}) {
      writeFile(folder / (share + "-images"), images);
      writeFile(folder / (share + "-labels"), labels);
    }
  }

  static Bytes counted(size_t count) {
    Bytes bytes(count);
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    return bytes;
  }

  const Bytes images = idxFile({6, 3, 5}, counted(90));
  const Bytes labels = idxFile({6}, {0, 1, 2, 3, 0, 1});
};

} // namespace

TEST_F(DataTest, reads_plain_and_packed_files) {
  writeFile(folder / "test-images", gzip(images)); // packed without the name saying so
  std::filesystem::remove(folder / "train-labels");
  writeFile(folder / "train-labels.gz", gzip(labels));
  const Dataset data = load();
  for (const SampleSet *set : {&data.train, &data.test}) {
    EXPECT_EQ(set->count, 6);
    EXPECT_EQ(set->sampleBytes(), 15);
    EXPECT_EQ(set->sample(5)[14], 89);
    EXPECT_EQ(set->labels[3], 3);
  }
}

TEST_F(DataTest, reads_gzip_of_several_members) {
  Bytes packed = gzip(Bytes(images.begin(), images.begin() + 40));
  const Bytes rest = gzip(Bytes(images.begin() + 40, images.end()));
  packed.insert(packed.end(), rest.begin(), rest.end());
  writeFile(folder / "test-images", packed);
  EXPECT_EQ(load().test.sample(5)[14], 89);
}

TEST_F(DataTest, checks_digests_of_the_file_or_its_contents) {
  const std::string digest = sha256Hex(std::as_bytes(std::span(images)));
  spec.train.files[0].sha256 = spec.test.files[0].sha256 = digest;
  writeFile(folder / "test-images", gzip(images));
  EXPECT_EQ(load().train.count, 6);
  spec.train.files[0].sha256[0] = digest[0] == '0' ? '1' : '0';
  EXPECT_THAT(failure(), AllOf(HasSubstr("train-images: its sha256 is " + digest)));
}

TEST(Sha256, agrees_with_the_standard) { // FIPS 180-4, "abc"
  const Bytes abc{'a', 'b', 'c'};
  EXPECT_EQ(sha256Hex(std::as_bytes(std::span(abc))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(DataTest, missing_file_says_where_it_looked_and_how_to_fetch) {
  std::filesystem::remove(folder / "test-labels");
  EXPECT_THAT(failure(), AllOf(HasSubstr("test-labels: not found (data set `small`)"),
                               HasSubstr(folder.path.string()), HasSubstr("tools/fetch-data small"),
                               HasSubstr("--data")));
}

TEST_F(DataTest, every_truncation_is_found) {
  for (size_t length = 0; length < images.size(); ++length) {
    writeFile(folder / "train-images", Bytes(images.begin(), images.begin() + length));
    EXPECT_THAT(failure(), HasSubstr("train-images: ")) << length;
  }
  EXPECT_THAT(failure(), HasSubstr("the header says 6x3x5"));
}

TEST_F(DataTest, every_truncation_of_a_packed_file_is_found) {
  const Bytes packed = gzip(images);
  for (size_t length = 0; length < packed.size(); ++length) {
    writeFile(folder / "train-images", Bytes(packed.begin(), packed.begin() + length));
    EXPECT_THAT(failure(), HasSubstr("train-images: ")) << length;
  }
  EXPECT_THAT(failure(), HasSubstr("the gzip data breaks off at byte"));
}

TEST_F(DataTest, no_damaged_byte_of_a_packed_file_is_believed) {
  const Bytes packed = gzip(images);
  constexpr size_t header = 10; // of gzip: its time and system may be anything
  for (size_t place = header; place < packed.size(); ++place) {
    Bytes damaged = packed;
    damaged[place] ^= 0x40;
    writeFile(folder / "train-images", damaged);
    if (const std::string found = failure(); found == "nothing was wrong") {
      // Bits between the end of the packed data and its check sum mean nothing.
      const Dataset data = load();
      EXPECT_GT(place, packed.size() - 10);
      EXPECT_TRUE(std::equal(images.begin() + 16, images.end(), data.train.pixels)) << place;
    } else {
      EXPECT_THAT(found, HasSubstr("train-images: ")) << place;
    }
  }
}

TEST_F(DataTest, trailing_bytes_are_found) {
  Bytes longer = images;
  longer.push_back(1);
  writeFile(folder / "train-images", longer);
  EXPECT_THAT(failure(), HasSubstr("106 bytes, but more follow"));
  writeFile(folder / "train-images", gzip(longer));
  EXPECT_THAT(failure(), HasSubstr("106 bytes, but more follow"));
  Bytes rubbish = gzip(images);
  rubbish.push_back('x');
  writeFile(folder / "train-images", rubbish);
  EXPECT_THAT(failure(), HasSubstr("gzip"));
}

TEST_F(DataTest, swapped_files_are_named) {
  std::swap(spec.test.files[0], spec.test.files[1]);
  EXPECT_THAT(failure(), AllOf(HasSubstr("the two are swapped"), HasSubstr("(line 3)")));
}

TEST_F(DataTest, wrong_headers_are_named) {
  const auto failureWith = [&](size_t place, uint8_t value) {
    Bytes wrong = images;
    wrong[place] = value;
    writeFile(folder / "train-images", wrong);
    return failure();
  };
  EXPECT_THAT(failureWith(0, 0x42), HasSubstr("is no IDX file: starts with the bytes 42 00"));
  EXPECT_THAT(failureWith(2, 0x0d), HasSubstr("byte 2: the element type is 0x0d (32-bit floats)"));
  EXPECT_THAT(failureWith(2, 0x77), HasSubstr("0x77 (unknown)"));
  EXPECT_THAT(failureWith(3, 0), HasSubstr("byte 3: 0 dimensions"));
  EXPECT_THAT(failureWith(3, 200), HasSubstr("byte 3: 200 dimensions"));
  EXPECT_THAT(failureWith(7, 0), HasSubstr("0x3x5: no elements"));
  EXPECT_THAT(failureWith(7, 7),
              HasSubstr("truncated: the header says 7x3x5, 121 bytes, but 106 are there"));
}

TEST_F(DataTest, huge_dimensions_allocate_nothing) {
  for (const uint32_t extent : {0xffffffffU, 0x80000000U, 0x10000U}) {
    const Bytes huge = idxFile({extent, extent, extent}, counted(90));
    writeFile(folder / "train-images", huge);
    EXPECT_THAT(failure(), HasSubstr("more than a file of 106 bytes can hold"));
    writeFile(folder / "train-images", gzip(huge));
    EXPECT_THAT(failure(), HasSubstr("more than a file of"));
  }
}

TEST_F(DataTest, counts_shapes_and_labels_must_fit) {
  writeFile(folder / "test-labels", idxFile({5}, {0, 1, 2, 3, 0}));
  EXPECT_THAT(failure(),
              AllOf(HasSubstr("test-images: 6 images, but "), HasSubstr("holds 5 labels")));
  writeFile(folder / "test-labels", idxFile({6}, {0, 1, 2, 3, 4, 9}));
  EXPECT_THAT(failure(), HasSubstr("test-labels: label 4 is 4; data set `small` (line 3) has 4 "
                                   "classes, 0 to 3"));
  spec.shape = {5, 3, 1};
  EXPECT_THAT(failure(), HasSubstr("holds samples of 3x5x1; data set `small` (line 3) says 5x3x1"));
  writeFile(folder / "train-images", idxFile({6, 15}, counted(90)));
  EXPECT_THAT(failure(), HasSubstr("2 dimensions; images have 3"));
}

TEST_F(DataTest, folders_and_unreadable_paths_are_errors) {
  std::filesystem::remove(folder / "train-images");
  std::filesystem::create_directory(folder / "train-images");
  EXPECT_THAT(failure(), HasSubstr("is no regular file"));
}

TEST(DataFolders, follow_their_order) {
  using Paths = std::vector<std::filesystem::path>;
  EXPECT_EQ(dataFolders("mnist", "given", "studies/a.nnx"), (Paths{"given/mnist", "given"}));
  setenv("NNX_DATA_HOME", "home", 1);
  EXPECT_EQ(dataFolders("mnist", "", "studies/a.nnx"), (Paths{"studies", "home/mnist"}));
  unsetenv("NNX_DATA_HOME");
  setenv("XDG_CACHE_HOME", "cache", 1);
  EXPECT_EQ(dataFolders("mnist", "", "a.nnx"), (Paths{".", "cache/nnx/data/mnist"}));
  unsetenv("XDG_CACHE_HOME");
}

TEST(Gather, writes_lanes_x_y_c_tiles) {
  for (const auto &[height, width, channels] :
       {std::tuple(3, 5, 2), std::tuple(28, 28, 1), std::tuple(4, 4, 3), std::tuple(1, 1, 1)}) {
    constexpr int64_t count = 50;
    const int64_t bytes = int64_t{height} * width * channels;
    Bytes pixels(static_cast<size_t>(count * bytes)), labels(count);
    for (size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<uint8_t>(i * 2654435761U >> 13);
    std::iota(labels.begin(), labels.end(), uint8_t{0});
    const SampleSet set{count, height, width, channels, pixels.data(), labels.data(), {}};
    for (const size_t batch : {1U, 15U, 16U, 17U, 32U, 50U}) {
      std::vector<uint32_t> indices(batch);
      for (size_t i = 0; i < batch; ++i)
        indices[i] = static_cast<uint32_t>((i * 7 + 3) % count);
      const size_t lanes = (batch + 15) / 16 * 16;
      const Memory memory(lanes * static_cast<uint64_t>(bytes) * 4);
      auto *const input = reinterpret_cast<float *>(memory.data());
      std::fill_n(input, lanes * static_cast<size_t>(bytes), -1.0F);
      std::vector<int32_t> batchLabels(lanes, -1);
      gatherSamples(set, indices, 0.5F, input, batchLabels.data());
      for (size_t i = 0; i < lanes; ++i) {
        ASSERT_EQ(batchLabels[i], i < batch ? static_cast<int32_t>(indices[i]) : 0);
        for (int y = 0; y < height; ++y)
          for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
              const int64_t place = x + int64_t{width} * (y + int64_t{height} * c);
              const float expected =
                  i < batch
                      ? 0.5F * set.sample(
                                   indices[i])[static_cast<size_t>((y * width + x) * channels + c)]
                      : 0;
              ASSERT_EQ(input[(static_cast<int64_t>(i / 16) * bytes + place) * 16 +
                              static_cast<int64_t>(i % 16)],
                        expected);
            }
      }
    }
  }
}
