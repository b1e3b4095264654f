// A study's file with those that it includes, read once and asked often.
#pragma once

#include "dsl/Diagnostics.h"
#include "dsl/Evaluate.h"
#include "dsl/Explore.h"
#include "dsl/Lexer.h"
#include "dsl/Names.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nnx::editor {

// A layer of a network where it was used first, once for each time that its line is unrolled.
struct LayerUse {
  std::string network; // "cnn(act = relu)"
  std::vector<dsl::LayerInstance> instances;
  bool varies = false; // other uses give other shapes
};

// A network with arguments.
struct NetworkUse {
  std::string network, dataset;
  dsl::Network layers;
};

class Analysis {
public:
  // Reads what `text` includes by `load`. `path` is absolute.
  Analysis(std::string path, std::string text, const dsl::FileLoader &load,
           const dsl::FeatureCounter &countFeatures);

  const dsl::SourceFile &file(uint32_t index) const { return source.file(index); }
  uint32_t fileCount() const { return source.fileCount(); }
  // The file of an identity (see identityOf), counted from the study's own.
  std::optional<uint32_t> findFile(const std::string &identity) const;
  const std::vector<std::string> &identities() const { return fileIdentities; }

  const std::vector<dsl::Diagnostic> &diagnostics() const { return reports; }
  const dsl::File &tree() const { return explored->file; }
  const dsl::Study &study() const { return explored->study; }
  const dsl::Scope &globals() const { return explored->globals; }
  const dsl::NameIndex &names() const { return *index; }
  const std::vector<dsl::Token> &tokens(uint32_t file) const; // without reports

  // Null where nothing is known.
  const LayerUse *findLayer(const dsl::SourceLocation &call) const;
  const NetworkUse *findNetwork(const std::string &name) const;
  const dsl::Experiment *findExperiment(const std::string &name) const;
  const dsl::Dataset *findDataset(const std::string &name) const;

  // The token at a place or right before it; the number of tokens if there is none.
  std::size_t findToken(const dsl::SourceLocation &place) const;
  // The bracket that closes the one at token `open`, or the last token.
  static std::size_t findClose(const std::vector<dsl::Token> &tokens, std::size_t open);

private:
  using Place = std::tuple<uint32_t, uint32_t, uint32_t>; // file, line, column

  void keepUse(const std::string &text, const std::string &name, const dsl::Dataset &dataset,
               const dsl::Network &network);
  void unrollUnused();

  dsl::SourceFile source;
  std::unique_ptr<dsl::Exploration> explored;
  std::unique_ptr<dsl::NameIndex> index;
  std::vector<std::string> fileIdentities;
  std::vector<dsl::Diagnostic> reports;
  std::map<Place, LayerUse> layers;
  std::map<std::string, NetworkUse> networks; // the first use of each
  std::size_t uses = 0;
  mutable std::map<uint32_t, std::vector<dsl::Token>> tokensOfFiles;
};

// One name for each file, whether it exists or not and by whatever links it is reached.
std::string identityOf(const std::string &path);

} // namespace nnx::editor
