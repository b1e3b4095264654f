// What a report shows of single samples: reliability, wrong samples and their pictures, source
// lines.
#include "runtime/data/Dataset.h"
#include "runtime/metrics/Reliability.h"
#include "runtime/report/Picture.h"
#include "runtime/report/SourceHtml.h"
#include "runtime/store/Pictures.h"
#include "runtime/store/ResultStore.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>
#include <limits>
#include <png.h>
#include <sodium.h>

namespace nnxrt {
namespace {

using namespace fixture;
using ::testing::HasSubstr;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
const std::vector<uint16_t> labels = {0, 1, 2, 1, 0}, predicted = {0, 2, 2, 0, 1};
const std::vector<float> confidence = {1.0F, 0.9F, 0.05F, 0.99F, nan};

TEST(Reliability, bins_are_open_below_and_closed_above) {
  const auto bins = reliabilityOf(labels, predicted, confidence);
  EXPECT_EQ(bins[14].samples, 2); // 1 and 0.99
  EXPECT_EQ(bins[14].hits, 1);
  EXPECT_NEAR(bins[14].confidence, 1.99, 1e-6);
  EXPECT_EQ(bins[13].samples, 1); // 0.9 lies in (13/15, 14/15]
  EXPECT_EQ(bins[0].hits, 1);
}

TEST(WrongSamples, are_the_surest_and_no_nan) {
  const auto wrong = surestWrong(labels, predicted, confidence);
  ASSERT_EQ(wrong.size(), 2U);
  EXPECT_EQ(wrong[0].sample, 3);
  EXPECT_EQ(wrong[1].sample, 1);
  EXPECT_EQ(wrong[1].predicted, 2);
}

TEST(WrongSamples, have_pictures_that_outlive_the_data) {
  TemporaryFolder temporary;
  const Study study = studyOfActivations();
  const StudyInfo info = infoOf(study);
  const ResultsFolder folder(temporary.path);
  ResultStore store(folder, false);
  playStudy(study, info, store);
  StoredRun run = store.load().points[0].runs[0];
  ASSERT_EQ(run.wrong.size(), 24U);
  EXPECT_TRUE(run.wrong[0].pixels.empty());

  std::vector<uint8_t> pixels(10000 * 6);
  for (size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<uint8_t>(i / 6 + i % 6);
  SampleSet test;
  test.count = 10000;
  test.height = 2;
  test.width = 3;
  test.channels = 1;
  test.pixels = pixels.data();
  Database database(temporary.path / "results.sqlite");
  keepPicturesOf(database, test, run);
  const StoredRun again = store.load().points[0].runs[0];
  for (const WrongSample &sample : again.wrong) {
    EXPECT_EQ(sample.pixels.size(), 6U);
    EXPECT_EQ(static_cast<uint8_t>(sample.pixels[5]), static_cast<uint8_t>(sample.sample + 5));
  }
  dropPictures(database, {});
  EXPECT_TRUE(store.load().points[0].runs[0].wrong[0].pixels.empty());
}

TEST(Picture, is_a_png_of_the_pixels) {
  WrongSample sample;
  sample.height = 2;
  sample.width = 3;
  sample.channels = 1;
  sample.pixels = std::string("\x00\x10\x20\x30\x40\xff", 6);
  const std::string address = pictureAddress(sample), head = "data:image/png;base64,";
  ASSERT_TRUE(address.starts_with(head));
  std::vector<unsigned char> file(address.size());
  size_t bytes = 0;
  ASSERT_EQ(sodium_base642bin(file.data(), file.size(), address.data() + head.size(),
                              address.size() - head.size(), nullptr, &bytes, nullptr,
                              sodium_base64_VARIANT_ORIGINAL),
            0);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_TRUE(png_image_begin_read_from_memory(&image, file.data(), bytes));
  image.format = PNG_FORMAT_GRAY;
  std::string read(PNG_IMAGE_SIZE(image), '\0');
  ASSERT_TRUE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr));
  EXPECT_EQ(read, sample.pixels);
}

TEST(SourceHtml, colours_text_and_counts_lines_over_files) {
  Study study;
  study.file = "a.nnx";
  study.source = "# a <b>\nlet x = [1e-3, 28x28x1]\ntrain cnn(act) on mnist with \"s\\\"<\"";
  study.includes = {{.file = "b.nnx", .source = "grid { lr in 1..3 }\n"}};
  const std::string html = sourceHtml(study);
  EXPECT_THAT(html, HasSubstr("<span id=\"L1\"><i class=\"c\"># a &lt;b&gt;</i></span>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"k\">let</i> <i class=\"a\">x</i> = [<i "
                              "class=\"n\">1e-3</i>, <i class=\"n\">28x28x1</i>]"));
  EXPECT_THAT(html, HasSubstr("<i class=\"k\">train</i> <i class=\"f\">cnn</i>(act) <i "
                              "class=\"k\">on</i> mnist <i class=\"k\">with</i> <i "
                              "class=\"s\">&quot;s\\&quot;&lt;&quot;</i>"));
  EXPECT_THAT(html, HasSubstr("<span id=\"L4\"><i class=\"k\">grid</i> { lr <i class=\"k\">in</i> "
                              "<i class=\"n\">1</i>..<i class=\"n\">3</i> }</span>"));
}

} // namespace
} // namespace nnxrt
