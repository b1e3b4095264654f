// Explores a file and keeps, of the networks that its points train, what each line of theirs gives.
#include "editor/Analysis.h"

#include <algorithm>
#include <filesystem>

namespace nnx::editor {
namespace {

// Beyond so many networks of one study only the first of each name is looked at.
constexpr std::size_t maxUses = 500;

// As NetworkUse.network shows it.
constexpr std::size_t maxInstances = 1000;

} // namespace

std::string identityOf(const std::string &path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  return (error ? fs::path(path).lexically_normal() : whole).string();
}

Analysis::Analysis(std::string path, std::string text, const dsl::FileLoader &load,
                   const dsl::FeatureCounter &countFeatures)
    : source(std::move(path), std::move(text)) {
  dsl::DiagnosticSink sink;
  explored = dsl::explore(source, {}, sink, countFeatures, load,
                          [this](const dsl::NetworkValue &value, const dsl::Dataset &dataset,
                                 const dsl::Network &network) {
                            keepUse(toText(value), value.node->name, dataset, network);
                          });
  reports = sink.sorted();
  index = std::make_unique<dsl::NameIndex>(explored->file);
  for (uint32_t i = 0; i < source.fileCount(); ++i)
    fileIdentities.push_back(identityOf(source.file(i).path()));
  unrollUnused();
}

void Analysis::keepUse(const std::string &text, const std::string &name,
                       const dsl::Dataset &dataset, const dsl::Network &network) {
  const bool isFirst = networks.try_emplace(name, NetworkUse{text, dataset.name, {}}).second;
  if (isFirst)
    networks[name].layers = network;
  if (!isFirst && ++uses > maxUses)
    return;
  std::map<Place, std::size_t> seen;
  for (const dsl::LayerInstance &layer : network.layers) {
    const Place place{layer.location.file, layer.location.line, layer.location.column};
    auto [known, isNew] = layers.try_emplace(place, LayerUse{text, {}, false});
    LayerUse &use = known->second;
    const std::size_t count = seen[place]++;
    if (isNew || (use.network == text && count == use.instances.size() && count < maxInstances))
      use.instances.push_back(layer);
    else if (count >= use.instances.size() || use.instances[count].output != layer.output)
      use.varies = true;
  }
}

// Networks that no point trains, by their defaults on the first data set.
void Analysis::unrollUnused() {
  if (explored->study.datasets.empty())
    return;
  const dsl::Dataset &dataset = explored->study.datasets.front();
  for (const dsl::NetworkNode &node : explored->file.networks) {
    if (networks.contains(node.name))
      continue;
    if (auto network = dsl::unrollDefaults(*explored, node, dataset))
      keepUse(node.name + "()", node.name, dataset, *network);
  }
}

std::optional<uint32_t> Analysis::findFile(const std::string &identity) const {
  auto found = std::find(fileIdentities.begin(), fileIdentities.end(), identity);
  if (found == fileIdentities.end())
    return std::nullopt;
  return static_cast<uint32_t>(found - fileIdentities.begin());
}

const std::vector<dsl::Token> &Analysis::tokens(uint32_t file) const {
  auto [found, isNew] = tokensOfFiles.try_emplace(file);
  if (isNew) {
    dsl::DiagnosticSink unused;
    found->second = dsl::tokenize(source.file(file).text(), 1, unused, file);
  }
  return found->second;
}

const LayerUse *Analysis::findLayer(const dsl::SourceLocation &call) const {
  auto found = layers.find({call.file, call.line, call.column});
  return found == layers.end() ? nullptr : &found->second;
}

const NetworkUse *Analysis::findNetwork(const std::string &name) const {
  auto found = networks.find(name);
  return found == networks.end() ? nullptr : &found->second;
}

const dsl::Experiment *Analysis::findExperiment(const std::string &name) const {
  for (const dsl::Experiment &experiment : study().experiments)
    if (experiment.name == name)
      return &experiment;
  return nullptr;
}

const dsl::Dataset *Analysis::findDataset(const std::string &name) const {
  for (const dsl::Dataset &dataset : study().datasets)
    if (dataset.name == name)
      return &dataset;
  return nullptr;
}

std::size_t Analysis::findToken(const dsl::SourceLocation &place) const {
  const std::vector<dsl::Token> &list = tokens(place.file);
  auto after = std::upper_bound(list.begin(), list.end(), place,
                                [](const dsl::SourceLocation &at, const dsl::Token &token) {
                                  return dsl::isBefore(at, token.location);
                                });
  return after == list.begin() ? list.size() : static_cast<std::size_t>(after - list.begin()) - 1;
}

std::size_t Analysis::findClose(const std::vector<dsl::Token> &tokens, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    const dsl::TokenKind kind = tokens[i].kind;
    if (kind == dsl::TokenKind::paren_open || kind == dsl::TokenKind::bracket_open ||
        kind == dsl::TokenKind::brace_open)
      ++depth;
    if (kind != dsl::TokenKind::paren_close && kind != dsl::TokenKind::bracket_close &&
        kind != dsl::TokenKind::brace_close)
      continue;
    if (depth <= 1)
      return i;
    --depth;
  }
  return tokens.empty() ? 0 : tokens.size() - 1;
}

} // namespace nnx::editor
