// Analyses stored texts, and compares what comes out with what is stored.
#include "StoredSource.h"

#include "compiler/emit/StudyJson.h"
#include "compiler/emit/Target.h"
#include "dsl/Analyse.h"
#include "runtime/train/SameStudy.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sstream>
#include <stdexcept>

namespace nnx {

namespace {

dsl::FileLoader loaderOf(const nnxrt::Study &stored) {
  return [&stored](const std::string &path) -> std::variant<dsl::SourceFile, dsl::ReadProblem> {
    for (const auto *files : {&stored.includes, &stored.published})
      for (const nnxrt::SourceFile &file : *files)
        if (file.file == path)
          return dsl::SourceFile(path, file.source);
    return dsl::ReadProblem{dsl::DiagnosticId::file_unreadable, {std::strerror(ENOENT)}, {}, {}};
  };
}

dsl::FeatureCounter counterOf(const nnxrt::Study &stored) {
  return [&stored](const dsl::Dataset &dataset) -> dsl::FeatureCount {
    for (const nnxrt::DatasetSpec &spec : stored.datasets)
      if (spec.name == dataset.name && spec.isShapeKnown())
        return {spec.features(), {}};
    return {0, "the results do not say its shape"};
  };
}

void demandEqual(const nnxrt::Study &stored, const nnxrt::Study &now, const std::string &origin) {
  if (const std::string difference = nnxrt::differenceOf(stored, now); !difference.empty())
    throw std::runtime_error(fmt::format(
        "{}: this nnxc ({}, numerics {}) makes another study of the source than {} (numerics {}) "
        "did: {} differs",
        origin, now.compiler, now.numerics, stored.compiler, stored.numerics, difference));
}

} // namespace

dsl::Study readStoredStudy(const nnxrt::Study &stored, const std::string &target,
                           const std::string &origin) {
  auto parsed = emit::parseTarget(target);
  if (!parsed)
    throw std::runtime_error(toString(parsed.takeError()));
  dsl::SourceFile source(stored.file, stored.source);
  dsl::DiagnosticSink sink(false);
  std::optional<dsl::Study> study =
      dsl::analyse(source, stored.options, sink, counterOf(stored), loaderOf(stored));
  if (!study) {
    std::ostringstream text;
    sink.render(text, stored.file, &source, false);
    throw std::runtime_error(fmt::format("{}: this nnxc does not take the source of these "
                                         "results:\n{}",
                                         origin, text.str()));
  }
  demandEqual(stored, nnxrt::parseStudy(emit::studyJson(*study, *parsed)), origin);
  return std::move(*study);
}

} // namespace nnx
