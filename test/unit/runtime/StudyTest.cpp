// Reading the study's JSON, what is wrong with it, and what a machine must offer.
#include "runtime/train/Study.h"

#include "runtime/device/Processor.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <nnxrt/abi.h>

using namespace nnxrt;
using nlohmann::ordered_json;
using testing::HasSubstr;

namespace {

ordered_json fakeJson() {
  return ordered_json::parse(
      std::string_view(nnxrt_study_table.json, nnxrt_study_table.json_bytes));
}

std::string failure(const ordered_json &json) {
  try {
    parseStudy(json.dump());
  } catch (const StudyError &error) {
    return error.what();
  }
  return "nothing was wrong";
}

} // namespace

TEST(Study, is_read_whole) {
  const Study study = parseStudy(fakeJson().dump());
  EXPECT_EQ(study.name(), "fake");
  EXPECT_EQ(study.datasets[0].test.files[1].name, "test-labels");
  EXPECT_EQ(study.datasets[0].shape, (std::array<int64_t, 3>{28, 28, 1}));
  ASSERT_EQ(study.experiments.size(), 4U);
  const Point &point = study.experiments[0].points[1];
  EXPECT_EQ(point.label, "lr = 0.01");
  EXPECT_EQ(point.axes[0], (std::pair<std::string, std::string>("lr", "0.01")));
  EXPECT_EQ(point.settings.batch, 50);
  EXPECT_TRUE(point.settings.stopOnDivergence);
  EXPECT_EQ(point.settings.optimizer.text(), "sgd(lr = 0.01, momentum = 0.9)");
  double value = 0;
  EXPECT_TRUE(point.settings.optimizer.number("momentum", value));
  EXPECT_EQ(value, 0.9);
  EXPECT_TRUE(point.settings.optimizer.number("nesterov", value));
  EXPECT_EQ(value, 0);
  EXPECT_FALSE(point.settings.optimizer.number("decay", value));
  EXPECT_EQ(point.layers[0].output, std::vector<int64_t>{10});
  EXPECT_FALSE(study.experiments[2].points[1].settings.stopOnDivergence);
  EXPECT_EQ(study.experiments[2].points[0].settings.steps, 3);
}

TEST(Study, names_what_is_missing_or_wrong) {
  const ordered_json good = fakeJson();
  const auto failureWith = [&](const char *place, const ordered_json &value) {
    ordered_json json = good;
    json[ordered_json::json_pointer(place)] = value;
    return failure(json);
  };
  EXPECT_THAT(failureWith("/schema", 7), HasSubstr("/schema is 7; this trainer reads 1"));
  EXPECT_THAT(failureWith("/datasets/0/kind", "sql"), HasSubstr("/datasets/0/kind is `sql`"));
  EXPECT_THAT(failureWith("/datasets/0/classes", 0), HasSubstr("is 0, not in 1 to 256"));
  EXPECT_THAT(failureWith("/datasets/0/shape", {28, 28}),
              HasSubstr("has neither one nor three numbers"));
  const char *const settings = "/experiments/0/points/0/settings";
  EXPECT_THAT(failureWith((std::string(settings) + "/batch").c_str(), 0),
              HasSubstr("/experiments/0/points/0/settings/batch is 0, not in 1 to"));
  EXPECT_THAT(failureWith((std::string(settings) + "/batch").c_str(), 1.5),
              HasSubstr("is no whole number"));
  EXPECT_THAT(failureWith((std::string(settings) + "/on_divergence").c_str(), "pray"),
              HasSubstr("is neither `stop` nor `continue`"));
  EXPECT_THAT(failureWith(settings, ordered_json::object()), HasSubstr("has no `loss`"));
  EXPECT_THAT(failureWith("/experiments/0/points/0/dataset", 1),
              HasSubstr("names data set 1, of 1"));
  EXPECT_THROW(parseStudy("{"), StudyError);
  EXPECT_THROW(parseStudy("[]"), StudyError);
}

TEST(Processor, names_missing_features) {
  EXPECT_TRUE(missingFeatures(nnxrt_study_table.target).empty());
#if defined(__x86_64__)
  EXPECT_EQ(missingFeatures("x86-64-linux-sse41-quantum"), std::vector<std::string>{"quantum"});
#endif
  EXPECT_EQ(missingFeatures("vax-32-vms"), std::vector<std::string>{"vax-32-vms"});
  EXPECT_GE(availableCores(), 1);
}
