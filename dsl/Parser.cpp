// Declarations and their blocks. Every block is a list of items separated by a line's end or a
// comma; a wrong item is skipped to where the next one starts.
#include "dsl/Parser.h"

#include "dsl/ExperimentParser.h"
#include "dsl/Signature.h"

#include <algorithm>
#include <array>

namespace nnx::dsl {
namespace {

class FileParser : public ExperimentParser {
public:
  FileParser(const std::vector<Token> &tokens, File &file, const IncludeHandler &include,
             DiagnosticSink &sink)
      : ExperimentParser(tokens, sink), file(file), include(include) {}

  std::vector<std::size_t> run() {
    while (!at(TokenKind::end_of_file))
      parseItem([&] { parseDeclaration(); }, false);
    return std::move(itemStarts);
  }

private:
  void parseDeclaration() {
    checkItems(++file.declarations, "declarations");
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
      std::vector<std::string> known(declarationWords.begin(), declarationWords.end());
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
    parseNamed(file.datasets, [&](DatasetNode &node) {
      parseBlock([&] {
        bool isBlock = at(TokenKind::word) && peek(1).kind == TokenKind::brace_open;
        if (atWord("augment") && isBlock)
          return parseAugment(node);
        if (isBlock)
          demandKnown({"augment"}, "block");
        node.settings.push_back(parseDatasetSetting());
      });
    });
  }

  void parseAugment(DatasetNode &node) {
    const Token &word = take();
    if (node.augmentLocation.line != 0)
      sink.report(DiagnosticId::given_twice, word.location, {word.text});
    node.augmentLocation = word.location;
    parseBlock([&] {
      node.augment.push_back(parseExpr());
      checkItems(node.augment.size(), "changes of samples");
    });
  }

  // In `standardize = train` a word of the language is a value.
  SettingNode parseDatasetSetting() {
    bool isShare = atWord("standardize") && peek(1).kind == TokenKind::equal &&
                   isWord(peek(2), "train") && !peek(2).startsLine;
    if (!isShare)
      return parseSetting(false);
    const Token &name = take();
    take();
    SettingNode setting{std::string(name.text), name.location, {}, {}, {}, false};
    setting.value.kind = ExprKind::name;
    setting.value.location = peek().location;
    setting.value.text = take().text;
    return setting;
  }

  void parseTraining() {
    parseNamed(file.trainings, [&](TrainingNode &node) {
      if (acceptWord("with")) {
        const Token &base = takeName();
        node.base = base.text;
        node.baseLocation = base.location;
      }
      parseSettings(node.settings, false);
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
      demandKnown({"repeat", "if", "add", "concat"}, "block");
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
    parseNamed(file.experiments, [&](ExperimentNode &node) { parseExperimentBody(node); });
  }

  File &file;
  const IncludeHandler &include;
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
