// The block of an experiment: what varies, what is trained, what is claimed and what is shown.
#pragma once

#include "dsl/BlockParser.h"

namespace nnx::dsl {

class ExperimentParser : public BlockParser {
public:
  using BlockParser::BlockParser;

protected:
  // The title and the block, from behind the name.
  void parseExperimentBody(ExperimentNode &node);

private:
  // The word in front of a part that an experiment has once; reports a second one.
  const Token &takeOnce(const SourceLocation &first);
  void parseItemOf(ExperimentNode &node);
  void parseGrid(ExperimentNode &node);
  void parseSample(ExperimentNode &node);
  void parseAxes(ExperimentNode &node);
  AxisNode parseAxis();
  void parseTrain(ExperimentNode &node);
  void parseReferenceRows(ExperimentNode &node);
  ReferenceRowNode parseReferenceRow();
  void parseClaim(ExperimentNode &node);
  void parseReport(ExperimentNode &node);
};

} // namespace nnx::dsl
