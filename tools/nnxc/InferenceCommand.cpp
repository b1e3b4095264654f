// Compiles one trained network to a library that only predicts.
#include "InferenceCommand.h"

#include "compiler/emit/KernelObjects.h"
#include "compiler/emit/Link.h"
#include "compiler/emit/Object.h"
#include "compiler/emit/Target.h"
#include "runtime/store/ResultsFolder.h"

#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <numeric>

namespace nnx {
namespace {

namespace fs = std::filesystem;

// The value, or its error thrown.
template <typename T> T take(llvm::Expected<T> value) {
  if (!value)
    throw std::runtime_error(toString(value.takeError()));
  return std::move(*value);
}

void demand(llvm::Error error) {
  if (error)
    throw std::runtime_error(toString(std::move(error)));
}

// A name of C from a file's: what cannot stand in one becomes `_`.
std::string identifierOf(const fs::path &output) {
  std::string name = output.filename().string();
  for (char &c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0)
      c = '_';
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0 ? "_" + name : name;
}

// The point alone, with the optimizer that needs nothing: steps are left out.
dsl::Study onlyThe(const TrainedPoint &trained) {
  dsl::Study study = trained.study;
  dsl::Experiment experiment = study.experiments[trained.experiment];
  dsl::Point point = trained.get();
  study.variants = {trained.variant()};
  study.variants.front().optimizer = "sgd(nesterov=false)";
  point.variant = 0;
  experiment.points = {point};
  experiment.claims.clear();
  experiment.report.clear();
  study.experiments = {experiment};
  return study;
}

// The state block of the variant with the weights in it, each where its layout says.
std::string stateOf(const emit::VariantRow &row, const TrainedPoint &trained) {
  std::string state(row.stateBytes, '\0');
  for (const emit::ParameterRow &parameter : row.parameters) {
    const std::vector<float> &values = trained.array(parameter.name, parameter.shape);
    char *const start = state.data() + row.buffers[parameter.buffer].offset;
    std::vector<int64_t> place(parameter.dim.size(), 0);
    for (float value : values) {
      const int64_t offset =
          std::inner_product(place.begin(), place.end(), parameter.stride.begin(), int64_t{0});
      std::memcpy(start + offset * int64_t{sizeof value}, &value, sizeof value);
      for (size_t d = place.size(); d > 0; --d) {
        if (++place[d - 1] < parameter.dim[d - 1])
          break;
        place[d - 1] = 0;
      }
    }
  }
  return state;
}

std::string headerOf(const TrainedPoint &trained, const emit::VariantRow &row,
                     const std::string &name, const std::string &target) {
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  const dsl::Dataset &dataset = trained.study.datasets[size_t(trained.get().dataset)];
  const std::string weights = trained.weights.note("weights");
  return fmt::format(
      R"(/* Predicts with {network} of {file}{weights}.
 * Written by nnxc {version}; the code is for {target}. */
#ifndef {upper}_H
#define {upper}_H

#include <stddef.h>

#define {upper}_HEIGHT {height}
#define {upper}_WIDTH {width}
#define {upper}_CHANNELS {channels}
#define {upper}_INPUTS {inputs} /* numbers of a sample */
#define {upper}_OUTPUTS {outputs} /* numbers that come out for one */
#define {upper}_SCALE {scale} /* what the data set's numbers are multiplied by */

#ifdef __cplusplus
extern "C" {{
#endif

/* Bytes of an arena; always the same. */
size_t {name}_arena_bytes(void);

/* Gives count x {upper}_OUTPUTS numbers for count samples of {upper}_INPUTS, each in the order of
 * height, width, channel, the last one fastest, and multiplied by {upper}_SCALE. Allocates and keeps
 * nothing: any number of threads may call it, each with its own arena. 0, or an error's number. */
int {name}_predict(const float *samples, size_t count, float *outputs, void *arena);

#ifdef __cplusplus
}}
#endif
#endif
)",
      fmt::arg("network", trained.get().network), fmt::arg("file", trained.study.file),
      fmt::arg("weights", weights.empty() ? "" : ", weights " + weights.substr(0, 16)),
      fmt::arg("version", NNX_VERSION), fmt::arg("target", target), fmt::arg("upper", upper),
      fmt::arg("name", name), fmt::arg("height", row.height), fmt::arg("width", row.width),
      fmt::arg("channels", row.channels),
      fmt::arg("inputs", int64_t{row.height} * row.width * row.channels),
      fmt::arg("outputs", row.buffers[row.output].extent[1]), fmt::arg("scale", dataset.scale));
}

void writeArchive(const std::vector<std::string> &objects, const std::string &output) {
  std::vector<llvm::NewArchiveMember> members;
  for (const std::string &object : objects)
    members.push_back(take(llvm::NewArchiveMember::getFile(object, /*Deterministic=*/true)));
  for (size_t i = 0; i < members.size(); ++i)
    members[i].MemberName = members[i].Buf->getBufferIdentifier();
  const auto archive = take(llvm::writeArchiveToBuffer(
      members, llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
      /*Deterministic=*/true, /*Thin=*/false, llvm::warnToStderr));
  nnxrt::replaceFile(output, {archive->getBufferStart(), archive->getBufferSize()});
}

} // namespace

void writeInference(const CompileOptions &options, const TrainedPoint &trained,
                    const fs::path &output) {
  const kernels::KernelTarget target = take(emit::parseTarget(options.target));
  PipelineOptions pipeline{target};
  pipeline.onlyEvaluates = true;
  CompiledStudy compiled = take(compileStudy(onlyThe(trained), pipeline));
  const emit::VariantRow &row = compiled.variants.front();
  const std::string name = identifierOf(output);
  emit::emitInference(*compiled.module, row, stateOf(row, trained), name);

  const emit::ScratchFolder scratch = take(emit::ScratchFolder::create());
  const emit::ObjectStore store(emit::ObjectStore::defaultFolder());
  std::vector<std::string> objects{scratch.pathOf(name + ".o"),
                                   take(emit::findRuntimeFile("nnx_inference.o"))};
  nnxrt::replaceFile(objects.front(),
                     take(emit::emitCode(*compiled.module, emit::CodeForm::Object)));
  for (const emit::KernelObject &object :
       take(emit::makeKernelObjects(compiled.kernels, target, store, scratch, llvm::errs())))
    objects.push_back(object.path);

  const auto beside = [&](const std::string &file) {
    return (output.parent_path() / file).string();
  };
  const std::string stem = output.filename().string();
  writeArchive(objects, beside("lib" + stem + ".a"));
  demand(emit::link(emit::LinkMode::Shared, objects, beside("lib" + stem + ".so")));
  nnxrt::replaceFile(beside(stem + ".h"), headerOf(trained, row, name, target.text));
}

int buildInference(const CompileOptions &options, const TrainedPointOptions &which,
                   const std::string &output) {
  try {
    const std::optional<TrainedPoint> trained = readTrainedPoint(options, which);
    if (!trained)
      return 2;
    writeInference(options, *trained, output);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << '\n';
    return 2;
  }
}

} // namespace nnx
