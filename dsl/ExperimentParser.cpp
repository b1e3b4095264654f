// Items of an experiment's block.
#include "dsl/ExperimentParser.h"

namespace nnx::dsl {

void ExperimentParser::parseExperimentBody(ExperimentNode &node) {
  if (at(TokenKind::string))
    node.title = decodeString(take().text);
  parseBlock([&] { parseItemOf(node); });
}

void ExperimentParser::parseItemOf(ExperimentNode &node) {
  const TokenKind next = peek(1).kind;
  if (next == TokenKind::equal || !at(TokenKind::word)) {
    if (!atWord("reference"))
      return node.settings.push_back(parseSetting(false));
    take();
    take();
    node.references.push_back({parseExpr(), {}});
  } else if (atWord("grid")) {
    parseGrid(node);
  } else if (atWord("sample")) {
    parseSample(node);
  } else if (atWord("train")) {
    parseTrain(node);
  } else if (atWord("reference")) {
    parseReferenceRows(node);
  } else if (atWord("expect")) {
    parseClaim(node);
  } else if (atWord("report")) {
    parseReport(node);
  } else {
    if (next != TokenKind::dot)
      demandKnown({std::begin(experimentWords), std::end(experimentWords)}, "item");
    node.settings.push_back(parseSetting(false));
  }
}

const Token &ExperimentParser::takeOnce(const SourceLocation &first) {
  const Token &word = take();
  if (first.line)
    sink.report(DiagnosticId::given_twice, word.location, {word.text},
                {"first in line " + std::to_string(first.line)});
  return word;
}

void ExperimentParser::parseGrid(ExperimentNode &node) {
  node.gridLocation = takeOnce(node.gridLocation).location;
  parseAxes(node);
}

// `sample 50 seed 7 { }`
void ExperimentParser::parseSample(ExperimentNode &node) {
  const Token &word = take();
  if (node.gridLocation.line)
    sink.report(DiagnosticId::grid_and_sample, word.location, {});
  node.gridLocation = word.location;
  SampleNode sample;
  sample.count = parseExpr();
  expectWord("seed");
  sample.seed = parseExpr();
  node.sample = std::move(sample);
  parseAxes(node);
}

void ExperimentParser::parseAxes(ExperimentNode &node) {
  parseBlock([&] { node.axes.push_back(parseAxis()); });
  if (acceptWord("where"))
    node.where = parseExpr();
}

AxisNode ExperimentParser::parseAxis() {
  AxisNode axis;
  auto takeAxis = [&] {
    const Token &name = takeName();
    axis.names.emplace_back(name.text);
    axis.locations.push_back(name.location);
  };
  if (accept(TokenKind::paren_open)) {
    do
      takeAxis();
    while (accept(TokenKind::comma));
    expect(TokenKind::paren_close);
  } else {
    takeAxis();
  }
  expectWord("in");
  axis.values = parseExpr();
  return axis;
}

void ExperimentParser::parseTrain(ExperimentNode &node) {
  const Token &word = takeOnce(node.train ? node.train->location : SourceLocation());
  TrainNode train;
  train.location = word.location;
  train.network = parseExpr();
  if (train.network.kind != ExprKind::name && train.network.kind != ExprKind::call) {
    sink.report(DiagnosticId::expected_token, train.network.location,
                {"a network", "another value"});
    throw SyntaxFailure();
  }
  expectWord("on");
  const Token &dataset = takeName();
  train.dataset = dataset.text;
  train.datasetLocation = dataset.location;
  if (acceptWord("with")) {
    const Token &training = takeName();
    train.training = training.text;
    train.trainingLocation = training.location;
  }
  node.train = std::move(train);
  if (at(TokenKind::brace_open) && !peek().startsLine)
    parseSettings(node.train->overrides, true);
}

// `act = relu, width = 64: recall = 0.99`; the figures alone where no axis is named.
ReferenceRowNode ExperimentParser::parseReferenceRow() {
  ReferenceRowNode row;
  row.location = peek().location;
  auto parsePairs = [&](std::vector<SettingNode> &pairs) {
    do
      pairs.push_back(parseSetting(false));
    while (!at(TokenKind::colon) && accept(TokenKind::comma) && !at(TokenKind::brace_close));
  };
  parsePairs(row.figures);
  if (accept(TokenKind::colon)) {
    row.coordinates = std::move(row.figures);
    row.figures.clear();
    parsePairs(row.figures);
  }
  return row;
}

void ExperimentParser::parseReferenceRows(ExperimentNode &node) {
  take();
  ReferenceNode reference;
  parseBlock([&] {
    reference.rows.push_back(parseReferenceRow());
    checkItems(reference.rows.size(), "rows of a reference");
  });
  node.references.push_back(std::move(reference));
}

void ExperimentParser::parseClaim(ExperimentNode &node) {
  take();
  ClaimNode claim;
  claim.condition = parseExpr();
  if (acceptWord("where"))
    claim.where = parseExpr();
  node.claims.push_back(std::move(claim));
  checkItems(node.claims.size(), "claims");
}

void ExperimentParser::parseReport(ExperimentNode &node) {
  node.reportLocation = takeOnce(node.reportLocation).location;
  parseBlock([&] {
    const Token &kind = takeName();
    ReportPartNode part{std::string(kind.text), kind.location, {}};
    parseSettings(part.settings, false);
    node.report.push_back(std::move(part));
  });
}

} // namespace nnx::dsl
