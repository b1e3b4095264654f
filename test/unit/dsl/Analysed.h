// A text, analysed: the study if there is one, and what was reported.
#pragma once

#include "dsl/Analyse.h"

#include <algorithm>
#include <sstream>

namespace nnx::dsl {

struct Analysed {
  explicit Analysed(const std::string &text, const Overrides &overrides = {},
                    bool warningsAreErrors = false, const std::string &path = "test.nnx")
      : source(path, text), sink(warningsAreErrors) {
    study = analyse(source, overrides, sink);
  }

  bool reports(DiagnosticId id) const {
    auto all = sink.sorted();
    return std::any_of(all.begin(), all.end(), [&](const auto &each) { return each.id == id; });
  }

  std::string rendered() const {
    std::ostringstream out;
    sink.render(out, source.path(), &source, false);
    return out.str();
  }

  SourceFile source;
  DiagnosticSink sink;
  std::optional<Study> study;
};

// Declarations of a data set, a training and a network that experiments of tests build on.
inline const std::string mnistText = R"(
dataset mnist { train = idx("a", "b"), test = idx("a", "b"), shape = 28x28x1, classes = 10 }
training standard { loss = cross_entropy, optimizer = sgd(momentum = 0.9), epochs = 2 }
)";

// A study whose network has these layers.
inline std::string studyOf(const std::string &layers, const std::string &parameters = "",
                           const std::string &train = "train net() on mnist with standard") {
  return mnistText + "network net(" + parameters + ") {\n" + layers + "\n}\nexperiment e {\n" +
         train + "\n}\n";
}

} // namespace nnx::dsl
