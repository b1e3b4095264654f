// Declarations and their blocks. Every block is a list of items separated by a line's end or a
// comma; a wrong item is skipped to where the next one starts.
#include "dsl/Parser.h"

#include "dsl/ExprParser.h"
#include "dsl/Later.h"
#include "dsl/Signature.h"

#include <algorithm>
#include <array>

namespace nnx::dsl {
namespace {

constexpr std::array declarations = {std::string_view("dataset"),    std::string_view("let"),
                                     std::string_view("activation"), std::string_view("network"),
                                     std::string_view("training"),   std::string_view("experiment"),
                                     std::string_view("include")};

class FileParser : public ExprParser {
public:
  FileParser(const std::vector<Token> &tokens, File &file, const IncludeHandler &include,
             DiagnosticSink &sink)
      : ExprParser(tokens, sink), file(file), include(include) {}

  std::vector<std::size_t> run() {
    while (!at(TokenKind::end_of_file))
      parseItem([&] { parseDeclaration(); }, false);
    return std::move(itemStarts);
  }

private:
  // Runs `item`, then wants its end; skips the rest of it after an error.
  template <typename Item> void parseItem(Item item, bool inBlock) {
    const Token *start = &peek();
    itemStarts.push_back(index());
    try {
      item();
      if (!accept(TokenKind::comma) && !at(TokenKind::brace_close) && !peek().startsLine &&
          !at(TokenKind::end_of_file))
        failExpected("a line's end or `,`");
    } catch (const SyntaxFailure &) {
      skipItem(start, inBlock);
    }
  }

  void skipItem(const Token *start, bool inBlock) {
    std::size_t open = 0;
    for (bool moved = &peek() != start; !at(TokenKind::end_of_file); moved = true) {
      if (atDeclaration() && moved)
        return;
      if (open == 0 && ((moved && peek().startsLine) || (inBlock && at(TokenKind::brace_close))))
        return;
      if (at(TokenKind::brace_open))
        ++open;
      else if (at(TokenKind::brace_close) && open > 0)
        --open;
      take();
    }
  }

  // At the start of a line without indentation: a block that is still open has lost its end.
  bool atDeclaration() const {
    const Token &token = peek();
    return token.kind == TokenKind::word && token.startsLine && token.location.column == 1 &&
           std::find(declarations.begin(), declarations.end(), token.text) != declarations.end() &&
           peek(1).kind == (token.text == "include" ? TokenKind::string : TokenKind::word);
  }

  template <typename Item> void parseBlock(Item item) {
    Level guard(*this);
    SourceLocation open = expect(TokenKind::brace_open).location;
    while (!accept(TokenKind::brace_close)) {
      if (gaveUp)
        throw SyntaxFailure();
      if (at(TokenKind::end_of_file) || atDeclaration()) {
        sink.report(DiagnosticId::unclosed_block, open, {});
        return;
      }
      parseItem(item, true);
    }
  }

  // A name of the file's own.
  const Token &takeName() {
    const Token &token = expect(TokenKind::word);
    if (isKeyword(token.text)) {
      sink.report(DiagnosticId::keyword_as_name, token.location, {token.text});
      throw SyntaxFailure();
    }
    return token;
  }

  bool refuseLater(std::string_view where) {
    if (!at(TokenKind::word) || !isLater(where, peek().text))
      return false;
    sink.report(DiagnosticId::not_supported, peek().location, {peek().text});
    take();
    throw SyntaxFailure();
  }

  void parseDeclaration() {
    checkItems(++file.declarations, "declarations");
    refuseLater("file");
    const Token &word = expect(TokenKind::word);
    if (word.text == "let")
      parseLet();
    else if (word.text == "activation")
      parseActivation();
    else if (word.text == "dataset")
      parseDataset();
    else if (word.text == "network")
      parseNetwork();
    else if (word.text == "training")
      parseTraining();
    else if (word.text == "experiment")
      parseExperiment();
    else if (word.text == "include")
      parseInclude();
    else {
      std::vector<std::string> known(declarations.begin(), declarations.end());
      sink.report(DiagnosticId::unknown_declaration, word.location,
                  {word.text, suggest(word.text, known)});
      throw SyntaxFailure();
    }
  }

  void parseInclude() {
    const Token &path = expect(TokenKind::string);
    include({decodeString(path.text), path.location});
  }

  void parseLet() {
    const Token &name = takeName();
    LetNode let{std::string(name.text), name.location, {}};
    try {
      expect(TokenKind::equal);
      let.value = parseExpr();
    } catch (const SyntaxFailure &) {
      file.lets.push_back(std::move(let));
      throw;
    }
    file.lets.push_back(std::move(let));
  }

  void parseActivation() {
    parseNamed(file.activations, [&](ActivationNode &node) {
      expect(TokenKind::paren_open);
      const Token &variable = takeName();
      node.variable = variable.text;
      node.variableLocation = variable.location;
      while (accept(TokenKind::comma)) {
        node.parameters.push_back(parseParameter());
        checkItems(node.parameters.size(), "parameters");
      }
      expect(TokenKind::paren_close);
      expect(TokenKind::equal);
      node.formula = parseExpr();
    });
  }

  // Settings: `name = value`, `name.part = value`, or a bare name where `allowBare`.
  SettingNode parseSetting(bool allowBare) {
    const Token &name = expect(TokenKind::word);
    SettingNode setting;
    setting.name = name.text;
    setting.location = name.location;
    if (accept(TokenKind::dot)) {
      const Token &part = expect(TokenKind::word);
      setting.part = part.text;
      setting.partLocation = part.location;
    }
    bool ends = at(TokenKind::comma) || at(TokenKind::brace_close) || peek().startsLine;
    if (allowBare && ends && setting.part.empty()) {
      setting.isBare = true;
      setting.value.kind = ExprKind::name;
      setting.value.text = setting.name;
      setting.value.location = setting.location;
      return setting;
    }
    expect(TokenKind::equal);
    setting.value = parseExpr();
    return setting;
  }

  void parseSettings(std::vector<SettingNode> &settings, std::string_view where, bool allowBare) {
    parseBlock([&] {
      refuseLater(where);
      settings.push_back(parseSetting(allowBare));
    });
  }

  // A declaration is kept whatever its body holds, so that its name stays known.
  template <typename Node, typename Body> void parseNamed(std::vector<Node> &nodes, Body body) {
    const Token &name = takeName();
    Node node;
    node.name = name.text;
    node.location = name.location;
    std::size_t before = sink.errorCount();
    try {
      body(node);
    } catch (const SyntaxFailure &) {
      node.isWhole = false;
      nodes.push_back(std::move(node));
      throw;
    }
    node.isWhole = sink.errorCount() == before;
    nodes.push_back(std::move(node));
  }

  void parseDataset() {
    parseNamed(file.datasets,
               [&](DatasetNode &node) { parseSettings(node.settings, "dataset", false); });
  }

  void parseTraining() {
    parseNamed(file.trainings, [&](TrainingNode &node) {
      if (acceptWord("with")) {
        const Token &base = takeName();
        node.base = base.text;
        node.baseLocation = base.location;
      }
      parseSettings(node.settings, "training", false);
    });
  }

  void parseNetwork() {
    parseNamed(file.networks, [&](NetworkNode &node) {
      expect(TokenKind::paren_open);
      while (!accept(TokenKind::paren_close)) {
        node.parameters.push_back(parseParameter());
        checkItems(node.parameters.size(), "parameters");
        if (!accept(TokenKind::comma) && !at(TokenKind::paren_close))
          failExpected("`,` or `)`");
      }
      parseStatements(node.body, Body::layers);
    });
  }

  ParameterNode parseParameter() {
    const Token &name = takeName();
    expect(TokenKind::colon);
    const Token &type = expect(TokenKind::word);
    ParameterNode parameter{std::string(name.text), name.location, std::string(type.text),
                            type.location, std::nullopt};
    if (accept(TokenKind::equal))
      parameter.fallback = parseExpr();
    return parameter;
  }

  // The body of a network or branch holds layers, that of a join branches.
  enum class Body : uint8_t { layers, branches };

  void parseStatements(std::vector<Statement> &body, Body kind) {
    parseBlock([&] { body.push_back(parseStatement(kind)); });
  }

  Statement parseStatement(Body kind) {
    if (atWord("repeat"))
      return parseRepeat(kind);
    if (atWord("if"))
      return parseIf(kind);
    if (kind == Body::branches)
      return parseArm();
    if (!at(TokenKind::word))
      failExpected("a layer");
    bool isCall = peek(1).kind == TokenKind::paren_open;
    if (findJoinKind(peek().text) && !isCall)
      return parseJoin();
    Statement statement;
    statement.location = peek().location;
    if (!isCall) {
      takeName();
      failExpected("`(`");
    }
    statement.expr = parseExpr();
    return statement;
  }

  Statement parseJoin() {
    Statement statement;
    statement.kind = StatementKind::join;
    statement.location = peek().location;
    statement.expr.kind = ExprKind::name;
    statement.expr.location = peek().location;
    statement.expr.text = take().text;
    parseStatements(statement.body, Body::branches);
    return statement;
  }

  Statement parseArm() {
    if (!atWord("branch"))
      failExpected("`branch`");
    Statement statement;
    statement.kind = StatementKind::arm;
    statement.location = take().location;
    parseStatements(statement.body, Body::layers);
    return statement;
  }

  Statement parseRepeat(Body kind) {
    Statement statement;
    statement.kind = StatementKind::repeat;
    statement.location = take().location;
    if (at(TokenKind::word) && isWord(peek(1), "in")) {
      const Token &variable = takeName();
      statement.variable = variable.text;
      statement.variableLocation = variable.location;
      take();
    }
    statement.expr = parseExpr();
    parseStatements(statement.body, kind);
    return statement;
  }

  Statement parseIf(Body kind) {
    Level guard(*this);
    Statement statement;
    statement.kind = StatementKind::branch;
    statement.location = take().location;
    statement.expr = parseExpr();
    parseStatements(statement.body, kind);
    if (acceptWord("else")) {
      if (atWord("if"))
        statement.otherwise.push_back(parseIf(kind));
      else
        parseStatements(statement.otherwise, kind);
    }
    return statement;
  }

  void parseExperiment() {
    parseNamed(file.experiments, [&](ExperimentNode &node) {
      if (at(TokenKind::string))
        node.title = decodeString(take().text);
      parseBlock([&] {
        refuseLater("experiment");
        if (atWord("grid") && peek(1).kind != TokenKind::equal)
          parseGrid(node);
        else if (atWord("train") && peek(1).kind != TokenKind::equal)
          parseTrain(node);
        else
          node.settings.push_back(parseSetting(false));
      });
    });
  }

  void parseGrid(ExperimentNode &node) {
    const Token &word = take();
    if (node.gridLocation.line)
      sink.report(DiagnosticId::given_twice, word.location, {word.text},
                  {"first in line " + std::to_string(node.gridLocation.line)});
    node.gridLocation = word.location;
    parseBlock([&] { node.axes.push_back(parseAxis()); });
    if (acceptWord("where"))
      node.where = parseExpr();
  }

  AxisNode parseAxis() {
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

  void parseTrain(ExperimentNode &node) {
    const Token &word = take();
    if (node.train)
      sink.report(DiagnosticId::given_twice, word.location, {word.text},
                  {"first in line " + std::to_string(node.train->location.line)});
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
      parseSettings(node.train->overrides, "training", true);
  }

  File &file;
  const IncludeHandler &include;
  std::vector<std::size_t> itemStarts;
};

} // namespace

std::vector<std::size_t> parseFile(const std::vector<Token> &tokens, File &file,
                                   const IncludeHandler &include, DiagnosticSink &sink) {
  return FileParser(tokens, file, include, sink).run();
}

std::optional<Expr> parseExpression(const std::vector<Token> &tokens, DiagnosticSink &sink) {
  ExprParser parser(tokens, sink);
  try {
    Expr expr = parser.parseExpr();
    parser.expectEnd();
    return expr;
  } catch (const SyntaxFailure &) {
    return std::nullopt;
  }
}

} // namespace nnx::dsl
