// The whole way from text to a study.
#pragma once

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/FeatureCounter.h"
#include "dsl/SourceFile.h"
#include "dsl/Study.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nnx::dsl {

// `--set` options, each PATH=VALUE: training.batch=64 (all trainings), standard.optimizer.lr=0.1,
// mnist.scale=1, baseline.repeats=3, or the name of a `let`.
using Overrides = std::vector<std::string>;

// How a file that the study names is read: from the disk, from what an editor holds unsaved, or
// from what results say they were made from.
using FileLoader = std::function<std::variant<SourceFile, ReadProblem>(const std::string &path)>;

// Lexes, parses, applies `overrides` (which become lines of `source`), checks, expands the grids.
// Nothing if `sink` has errors.
// `countFeatures` is asked for the shape of a table that the file does not state.
std::optional<Study> analyse(SourceFile &source, const Overrides &overrides, DiagnosticSink &sink,
                             const FeatureCounter &countFeatures = {},
                             const FileLoader &load = SourceFile::load);

// The first steps of it alone: reads the file and, into `source`, those that it includes.
File parse(SourceFile &source, DiagnosticSink &sink, const FileLoader &load = SourceFile::load);

// Changes `file` as `overrides` say.
void applyOverrides(File &file, SourceFile &source, const Overrides &overrides,
                    DiagnosticSink &sink);

} // namespace nnx::dsl
