// Writing and reading the record of a report.
#include "runtime/report/Record.h"

#include "runtime/data/FileBytes.h"
#include "runtime/data/Sha256.h"
#include "runtime/report/Page.h"
#include "runtime/store/ResultReader.h"
#include "runtime/store/StoreError.h"
#include "runtime/train/SameStudy.h"

#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nnxrt {

using Json = nlohmann::ordered_json;

namespace {
constexpr int recordSchema = 1;
constexpr std::string_view opening =
    "<script type=\"application/json\" id=\"record\" data-sha256=\"";
constexpr std::string_view closing = "</script>\n";
constexpr size_t digestLength = 64;
constexpr int64_t mostExtent = 1 << 20; // of a sample, so that three of them multiply
} // namespace

static std::string digestOf(std::string_view text) {
  return sha256Hex(std::as_bytes(std::span(text)));
}

static Json toJson(const std::vector<SourceFile> &files) {
  Json json = Json::array();
  for (const SourceFile &file : files)
    json.push_back({{"file", file.file}, {"source", file.source}});
  return json;
}

static Json toJson(const StoredRun &run) {
  return {{"repeat", run.repeat},
          {"seed", run.seed},
          {"run", run.name},
          {"status", nameOf(run.result.status)},
          {"steps", run.result.steps},
          {"loss", fmt::format("{}", run.result.test.loss)}, // a text: it may be no finite number
          {"weights", run.result.weightsSha256}};
}

static std::string recordOf(const StudyResults &results, const std::string &pageDigest) {
  const Study &study = *results.info->study;
  Json datasets = Json::array(), experiments = Json::array();
  for (const DatasetSpec &dataset : study.datasets)
    datasets.push_back({{"name", dataset.name}, {"shape", dataset.shape}});
  for (size_t e = 0; e < study.experiments.size(); ++e) {
    Json points = Json::array();
    for (const PointResults &each : results.points) {
      if (each.experiment != e)
        continue;
      Json runs = Json::array();
      for (const StoredRun &run : each.runs)
        runs.push_back(toJson(run));
      const Point &point = study.experiments[e].points[each.point];
      points.push_back({{"label", point.label}, {"key", point.key}, {"runs", runs}});
    }
    experiments.push_back({{"name", study.experiments[e].name}, {"points", points}});
  }
  const Json json = {{"schema", recordSchema},
                     {"page", pageDigest},
                     {"compiler", study.compiler},
                     {"numerics", study.numerics},
                     {"target", results.info->target},
                     {"quick", results.info->quick},
                     {"file", study.file},
                     {"source", study.source},
                     {"includes", toJson(study.includes)},
                     {"options", study.options},
                     {"published", toJson(study.published)},
                     {"datasets", datasets},
                     {"experiments", experiments}};
  return scriptText(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string withRecord(std::string page, const StudyResults &results) {
  const std::string record = recordOf(results, digestOf(page));
  page.insert(page.rfind("</body>"),
              fmt::format("{}{}\">{}{}", opening, digestOf(record), record, closing));
  return page;
}

static std::vector<SourceFile> readFiles(const Json &json) {
  std::vector<SourceFile> files;
  for (const Json &each : json)
    files.push_back({each.at("file").get<std::string>(), each.at("source").get<std::string>()});
  return files;
}

/// A whole number of [0, most]. Throws std::out_of_range.
static int64_t readCount(const Json &json, int64_t most) {
  const auto number = json.get<double>();
  if (!(number >= 0) || number > static_cast<double>(most))
    throw std::out_of_range(fmt::format("{} is not from 0 to {}", number, most));
  return json.get<int64_t>();
}

static StoredRun readRun(const Json &json) {
  StoredRun run;
  run.repeat = static_cast<int>(readCount(json.at("repeat"), mostRepeats - 1));
  run.seed = json.at("seed").get<uint64_t>();
  run.name = json.at("run").get<std::string>();
  const auto status = json.at("status").get<std::string>();
  for (const RunStatus each : {RunStatus::finished, RunStatus::diverged, RunStatus::interrupted})
    if (status == nameOf(each))
      run.result.status = each;
  run.result.steps = readCount(json.at("steps"), int64_t{1} << 53);
  run.result.test.loss = std::strtod(json.at("loss").get<std::string>().c_str(), nullptr);
  run.result.weightsSha256 = json.at("weights").get<std::string>();
  return run;
}

static void readExperiments(const Json &json, ReportRecord &record) {
  for (const Json &each : json) {
    Experiment experiment;
    experiment.name = each.at("name").get<std::string>();
    for (const Json &written : each.at("points")) {
      Point point;
      point.label = written.at("label").get<std::string>();
      point.key = written.at("key").get<std::string>();
      PointResults results{.experiment = record.study.experiments.size(),
                           .point = experiment.points.size(),
                           .selected = false,
                           .runs = {}};
      for (const Json &run : written.at("runs"))
        results.runs.push_back(readRun(run));
      experiment.points.push_back(std::move(point));
      record.results.points.push_back(std::move(results));
    }
    record.study.experiments.push_back(std::move(experiment));
  }
}

static std::unique_ptr<ReportRecord> parseRecord(const Json &json) {
  auto record = std::make_unique<ReportRecord>();
  Study &study = record->study;
  study.compiler = json.at("compiler").get<std::string>();
  study.numerics = json.at("numerics").get<int>();
  study.file = json.at("file").get<std::string>();
  study.source = json.at("source").get<std::string>();
  study.includes = readFiles(json.at("includes"));
  study.options = json.at("options").get<std::vector<std::string>>();
  study.published = readFiles(json.at("published"));
  for (const Json &each : json.at("datasets")) {
    DatasetSpec dataset;
    dataset.name = each.at("name").get<std::string>();
    for (size_t d = 0; d < dataset.shape.size(); ++d)
      dataset.shape[d] = readCount(each.at("shape").at(d), mostExtent);
    study.datasets.push_back(std::move(dataset));
  }
  readExperiments(json.at("experiments"), *record);
  record->info.study = &study;
  record->info.target = json.at("target").get<std::string>();
  record->info.quick = json.at("quick").get<bool>();
  record->results.info = &record->info;
  return record;
}

std::unique_ptr<ReportRecord> readRecord(const std::filesystem::path &file) {
  const FileBytes bytes(file);
  const std::string_view page(reinterpret_cast<const char *>(bytes.bytes().data()),
                              bytes.bytes().size());
  const auto fail = [&](const std::string &what) {
    throw StoreError(fmt::format("{}: {}", file.string(), what));
  };
  const size_t begin = page.rfind(opening), text = begin + opening.size() + digestLength + 2;
  if (begin == std::string_view::npos)
    fail(page.find("<html") == std::string_view::npos
             ? "is no report"
             : "is no report with a record of its runs; `nnxc report DIR` writes one");
  const size_t end = page.find(closing, begin);
  if (end == std::string_view::npos || end < text)
    fail("breaks off inside its record");
  const std::string_view record = page.substr(text, end - text);
  const std::string said(page.substr(begin + opening.size(), digestLength));
  if (const std::string found = digestOf(record); found != said)
    fail(fmt::format("its record was changed: it has the digest {}, not {}", found, said));
  try {
    const Json json = Json::parse(record);
    if (json.at("schema") != recordSchema)
      fail(fmt::format("its record has form {}; this version reads {}", json.at("schema").dump(),
                       recordSchema));
    std::string rest(page.substr(0, begin));
    rest += page.substr(end + closing.size());
    if (const auto whole = json.at("page").get<std::string>(); digestOf(rest) != whole)
      fail("the page was changed since it was written: it has the digest " + digestOf(rest) +
           ", not " + whole);
    return parseRecord(json);
  } catch (const Json::exception &error) {
    fail(fmt::format("its record is not whole: {}", error.what()));
  } catch (const std::out_of_range &error) {
    fail(fmt::format("its record is not whole: {}", error.what()));
  }
  return nullptr;
}

StudyResults resultsFor(const ReportRecord &record, const StudyInfo &info,
                        const std::filesystem::path &origin) {
  const auto demand = [&](bool holds, const std::string &what) {
    if (!holds)
      throw StoreError(
          fmt::format("{}: is the report of another study: {}", origin.string(), what));
  };
  demand(info.target == record.info.target && info.quick == record.info.quick,
         fmt::format("compiled for {}{}", record.info.target,
                     record.info.quick ? ", trained with --quick" : ""));
  const std::string difference = differenceOf(record.study, *info.study);
  demand(difference.empty(), difference);
  StudyResults results = record.results;
  results.info = &info;
  return results;
}

} // namespace nnxrt
