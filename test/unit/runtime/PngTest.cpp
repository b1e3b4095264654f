// Folders of PNG files: every kind of pixel, and everything that can be wrong with one.
#include "test/unit/runtime/LoadedData.h"

#include <png.h>

#include <cstring>

using namespace nnxrt;
using namespace nnxrt::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

namespace {

struct PngKind {
  int bits, colour, channels;
};

/// A file of 2 x 3 pixels, written row by row as `rows` holds them.
Bytes pngFile(const PngKind &kind, const Bytes &rows, uint32_t height = 2, uint32_t width = 3) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp to, png_bytep bytes, size_t count) {
        auto &all = *static_cast<Bytes *>(png_get_io_ptr(to));
        all.insert(all.end(), bytes, bytes + count);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, kind.bits, kind.colour, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}};
  if (kind.colour == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE(png, info, palette, 3);
  png_write_info(png, info);
  const size_t stride = rows.size() / height;
  for (uint32_t row = 0; row < height; ++row)
    png_write_row(png, rows.data() + row * stride);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

constexpr PngKind grey{8, PNG_COLOR_TYPE_GRAY, 1};

class PngTest : public LoadedDataTest {
protected:
  PngTest() {
    spec.kind = "png";
    spec.shape = {2, 3, 1};
    spec.classes = 2;
    spec.train.files = {{"train", ""}};
    spec.test.files = {{"test", ""}};
    for (const char *const share : {"train", "test"})
      for (const char *const name : {"cat", "dog"}) {
        std::filesystem::create_directories(folder / share / name);
        put(std::string(share) + "/" + name + "/1.png", pngFile(grey, {1, 2, 3, 4, 5, 6}));
      }
  }
  void put(const std::string &name, const Bytes &bytes) const { writeFile(folder / name, bytes); }
  [[nodiscard]] std::vector<int> firstSample() const {
    const Dataset data = load();
    const auto sample = data.train.sample(0);
    return {sample.begin(), sample.end()};
  }
};

} // namespace

TEST_F(PngTest, folders_are_the_classes_in_order) {
  put("train/cat/0.PNG", pngFile(grey, {9, 9, 9, 9, 9, 9}));
  put("train/.hidden", {1});
  const Dataset data = load();
  EXPECT_THAT(data.labels, ElementsAre("cat", "dog"));
  EXPECT_THAT(std::vector<int>(data.train.labels, data.train.labels + 3), ElementsAre(0, 0, 1));
  EXPECT_THAT(firstSample(), ElementsAre(9, 9, 9, 9, 9, 9));
  spec.labels = {"dog", "cat"};
  EXPECT_EQ(load().test.labels[0], 1);
}

TEST_F(PngTest, digests_cover_names_and_contents) {
  const std::string before = load().digest;
  put("test/dog/1.png", pngFile(grey, {1, 2, 3, 4, 5, 7}));
  const std::string changed = load().digest;
  EXPECT_NE(changed, before);
  std::filesystem::rename(folder / "test/dog/1.png", folder / "test/dog/2.png");
  EXPECT_NE(load().digest, changed);
}

TEST_F(PngTest, reads_every_kind_of_pixel) {
  const Bytes counted{10, 20, 30, 40, 50, 60, 70, 80, 90, 11, 22, 33, 44, 55, 66, 77, 88, 99};
  const auto show = [&](const PngKind &kind, const Bytes &rows, int64_t channels) {
    spec.shape[2] = channels;
    for (const char *const place :
         {"train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"})
      put(place, pngFile(kind, rows));
    return firstSample();
  };
  EXPECT_THAT(show({8, PNG_COLOR_TYPE_RGB, 3}, counted, 3), ElementsAreArray(counted));
  const Bytes four{1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 128,
                   1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 0};
  EXPECT_THAT(show({8, PNG_COLOR_TYPE_RGB_ALPHA, 4}, four, 4), ElementsAreArray(four));
  EXPECT_THAT(show({8, PNG_COLOR_TYPE_PALETTE, 1}, {0, 1, 2, 2, 1, 0}, 3),
              ElementsAre(255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0));
  EXPECT_THAT(show({1, PNG_COLOR_TYPE_GRAY, 1}, {0b10100000, 0b01000000}, 1),
              ElementsAre(255, 0, 255, 0, 255, 0));
  // 16 bits, the high byte first: v / 257, rounded.
  EXPECT_THAT(show({16, PNG_COLOR_TYPE_GRAY, 1}, {0, 0, 255, 255, 128, 128, 1, 1, 0, 200, 2, 2}, 1),
              ElementsAre(0, 255, 128, 1, 1, 2));
  EXPECT_THAT(show(grey, {1, 2, 3, 4, 5, 6}, 3),
              ElementsAre(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6));
}

TEST_F(PngTest, wrong_folders_are_named) {
  put("train/notes.txt", {1});
  EXPECT_THAT(failure(), HasSubstr("notes.txt: lies beside the folders of the classes"));
  std::filesystem::remove(folder / "train/notes.txt");
  put("train/cat/notes.txt", {1});
  EXPECT_THAT(failure(), HasSubstr("train/cat/notes.txt: is no PNG file"));
  std::filesystem::remove(folder / "train/cat/notes.txt");
  std::filesystem::create_directory(folder / "test/cow");
  EXPECT_THAT(failure(), HasSubstr("test: `cow` is none of the classes cat, dog"));
  std::filesystem::create_directory(folder / "train/cow");
  EXPECT_THAT(failure(), AllOf(HasSubstr("train: holds folders for 3 classes (cat, cow, dog)"),
                               HasSubstr("data set `small` (line 3) has 2")));
  spec.classes = 3;
  EXPECT_THAT(failure(), HasSubstr("train/cow: holds no PNG file"));
  spec.train.files[0].name = "nowhere";
  EXPECT_THAT(failure(), HasSubstr("nowhere: not found (data set `small`)"));
  spec.train.files[0].name = "train/cat/1.png";
  EXPECT_THAT(failure(), HasSubstr("train/cat/1.png: is no folder"));
}

TEST_F(PngTest, wrong_files_are_named) {
  put("train/dog/2.png", pngFile(grey, Bytes(12), 3, 4));
  EXPECT_THAT(failure(), HasSubstr("train/dog/2.png: is 3x4 (height x width); the data set's shape "
                                   "says 2x3"));
  put("train/dog/2.png", {'G', 'I', 'F'});
  EXPECT_THAT(failure(), HasSubstr("train/dog/2.png: cannot be read as PNG: "));
  const Bytes whole = pngFile(grey, {1, 2, 3, 4, 5, 6});
  constexpr size_t end = 12; // the last chunk holds nothing
  for (size_t length = 0; length < whole.size() - end; ++length) {
    put("train/dog/2.png", Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(length)));
    EXPECT_THAT(failure(), HasSubstr("train/dog/2.png: cannot be read as PNG: ")) << length;
  }
}

TEST_F(PngTest, a_header_of_a_huge_image_allocates_nothing) {
  Bytes huge = pngFile(grey, {1, 2, 3, 4, 5, 6});
  huge[16] = 0x40; // the width's first byte; its chunk's check sum follows the 13 bytes of IHDR
  const auto sum = static_cast<uint32_t>([&] {
    uint32_t crc = 0xffffffff;
    for (size_t i = 12; i < 29; ++i) {
      crc ^= huge[i];
      for (int bit = 0; bit < 8; ++bit)
        crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
  }());
  for (size_t i = 0; i < 4; ++i)
    huge[29 + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
  put("train/dog/2.png", huge);
  EXPECT_THAT(failure(), HasSubstr("train/dog/2.png: "));
}
