// What is known of a file, whether it is right or not: editors ask it while one types.
#pragma once

#include "dsl/Analyse.h"
#include "dsl/Value.h"

#include <functional>
#include <memory>
#include <set>

namespace nnx::dsl {

using NetworkVisitor = std::function<void(const NetworkValue &, const Dataset &, const Network &)>;

// Values, scopes and `broken` point into `file`.
struct Exploration {
  File file;
  Study study;                          // data sets and points that are right
  Scope globals;                        // what `let`s name
  std::set<const NetworkNode *> broken; // networks with errors of their own
};

// Lexes, parses, applies `overrides`, checks, expands the grids; analyse() is this and the study if
// `sink` has no errors. `visit` is called for each distinct network that points train.
std::unique_ptr<Exploration> explore(SourceFile &source, const Overrides &overrides,
                                     DiagnosticSink &sink, const FeatureCounter &countFeatures = {},
                                     const FileLoader &load = SourceFile::load,
                                     NetworkVisitor visit = nullptr);

// The layers of `node` with all its defaults; nothing if a parameter has none, or after an error.
std::optional<Network> unrollDefaults(const Exploration &exploration, const NetworkNode &node,
                                      const Dataset &dataset);

} // namespace nnx::dsl
