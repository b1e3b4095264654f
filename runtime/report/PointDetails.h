// The settings, the network and the runs of each point, for the page's script to show.
#pragma once

#include "runtime/report/Figures.h"
#include "runtime/report/PageParts.h"

namespace nnxrt {

/// One object per point of an experiment:
///   name, score: texts; line: of the source
///   facts: [name, value] of every setting
///   layers: [text, input, output, parameters, line]
///   runs: [repeat, seed, score, loss, steps, samples/s, time, memory, status, run, weights]
/// Numbers in facts and layers are places in the page's texts.
nlohmann::json pointDetails(PageParts &page, const Study &study, const ExperimentFigures &figures);

} // namespace nnxrt
