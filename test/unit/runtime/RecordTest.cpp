// The record of a report: what comes back of it, and every change of the file that is found.
#include "runtime/report/Record.h"

#include "runtime/data/Sha256.h"
#include "runtime/report/Report.h"
#include "runtime/store/ResultStore.h"
#include "runtime/store/StoreError.h"
#include "test/unit/runtime/StudyFixture.h"

#include <gmock/gmock.h>

#include <cmath>

namespace nnxrt {
namespace {

using namespace fixture;
using testing::HasSubstr;

class RecordTest : public testing::Test {
protected:
  RecordTest() : study(makeStudy()), info(infoOf(study)), folder(temporary.path) {
    ResultStore store(folder, false);
    playStudy(study, info, store);
    results = store.load();
    file = temporary.path / "report.html";
    page = htmlReport(results);
    replaceFile(file, page);
  }

  static Study makeStudy() {
    Study study = studyOfActivations(2);
    study.includes = {{"parts/data.nnx", "# </script> data\n"}};
    study.published = {{"figures.csv", "act,accuracy\n"}};
    study.options = {"training.batch=8"};
    return study;
  }

  /// What reading says of a file with this text.
  [[nodiscard]] std::string problemOf(const std::string &text) const {
    replaceFile(file, text);
    try {
      readRecord(file);
    } catch (const StoreError &error) {
      return error.what();
    }
    return "";
  }

  [[nodiscard]] std::string changed(const std::string &what, const std::string &by) const {
    std::string text = page;
    const size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
  }

  TemporaryFolder temporary;
  Study study;
  StudyInfo info;
  ResultsFolder folder;
  StudyResults results;
  std::filesystem::path file;
  std::string page;
};

TEST_F(RecordTest, holds_what_the_report_was_made_from) {
  const auto record = readRecord(file);
  EXPECT_EQ(record->study.file, study.file);
  EXPECT_EQ(record->study.source, study.source);
  EXPECT_EQ(record->study.includes.at(0).source, study.includes[0].source);
  EXPECT_EQ(record->study.published.at(0).file, "figures.csv");
  EXPECT_EQ(record->study.options, study.options);
  EXPECT_EQ(record->info.target, info.target);
  EXPECT_EQ(record->study.datasets.at(0).shape, study.datasets[0].shape);
  const StudyResults back = resultsFor(*record, info, file);
  ASSERT_EQ(back.points.size(), results.points.size());
  for (size_t p = 0; p < back.points.size(); ++p) {
    ASSERT_EQ(back.points[p].runs.size(), 2U);
    for (size_t r = 0; r < 2; ++r) {
      const StoredRun &left = back.points[p].runs[r], &right = results.points[p].runs[r];
      EXPECT_EQ(left.repeat, right.repeat);
      EXPECT_EQ(left.seed, right.seed);
      EXPECT_EQ(left.name, right.name);
      EXPECT_EQ(left.result.status, right.result.status);
      EXPECT_EQ(left.result.steps, right.result.steps);
      EXPECT_EQ(left.result.weightsSha256, right.result.weightsSha256);
      EXPECT_TRUE(left.result.test.loss == right.result.test.loss ||
                  (std::isnan(left.result.test.loss) && std::isnan(right.result.test.loss)));
    }
  }
}

TEST_F(RecordTest, every_change_is_found) {
  EXPECT_THAT(problemOf("a text"), HasSubstr("report.html: is no report"));
  EXPECT_THAT(problemOf("<html></html>"), HasSubstr("no report with a record of its runs"));
  EXPECT_THAT(problemOf(page.substr(0, page.size() * 99 / 100)), HasSubstr("report.html: "));
  EXPECT_THAT(problemOf(page.substr(0, page.rfind("</script>"))), HasSubstr("breaks off"));
  EXPECT_THAT(problemOf(changed("\"seed\":", "\"seed\": ")), HasSubstr("its record was changed"));
  // A figure that a reader sees.
  EXPECT_THAT(problemOf(changed("<h1>", "<h1> ")),
              HasSubstr("the page was changed since it was written"));
  EXPECT_EQ(problemOf(page), "");
}

TEST_F(RecordTest, numbers_of_a_forged_record_have_limits) {
  // With the digest of the changed record, so that nothing but its numbers is wrong.
  const auto forged = [&](const std::string &what, const std::string &by) {
    std::string text = changed(what, by);
    const std::string opening = "id=\"record\" data-sha256=\"";
    const size_t digest = text.find(opening) + opening.size(), begin = digest + 66;
    const std::string record = text.substr(begin, text.find("</script>", begin) - begin);
    return problemOf(text.replace(digest, 64, sha256Hex(std::as_bytes(std::span(record)))));
  };
  EXPECT_THAT(forged("\"repeat\":1,\"seed\"", "\"repeat\":2000000000,\"seed\""),
              HasSubstr("its record is not whole: 2000000000 is not from 0 to 9999"));
  EXPECT_THAT(forged("\"repeat\":1,\"seed\"", "\"repeat\":-1,\"seed\""),
              HasSubstr("-1 is not from 0 to 9999"));
  EXPECT_THAT(forged("\"shape\":[", "\"shape\":[1e300,"), HasSubstr("is not from 0 to 1048576"));
  EXPECT_THAT(forged("\"seed\":", "\"saat\":"), HasSubstr("its record is not whole"));
}

TEST_F(RecordTest, another_study_is_refused) {
  const auto record = readRecord(file);
  const auto problem = [&](const StudyInfo &other) {
    try {
      resultsFor(*record, other, file);
    } catch (const StoreError &error) {
      return std::string(error.what());
    }
    return std::string();
  };
  StudyInfo other = info;
  other.target = "x86-64-linux-avx512";
  EXPECT_THAT(problem(other), HasSubstr("is the report of another study: compiled for"));
  Study changedStudy = study;
  changedStudy.experiments[0].points[1].key = "other";
  other = infoOf(changedStudy);
  EXPECT_THAT(problem(other), HasSubstr("another study: point activations/2 (act = tanh)"));
}

} // namespace
} // namespace nnxrt
