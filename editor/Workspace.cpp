// Analyses are kept until a file that they read changes, and made when they are asked for.
#include "editor/Workspace.h"

#include <algorithm>

namespace nnx::editor {

void Workspace::open(const std::string &path, std::string text, int64_t version) {
  open_[identityOf(path)] = {path, std::move(text), version};
  analyses.clear(); // it may be one that others include
}

void Workspace::change(const std::string &path, const std::vector<Change> &changes,
                       int64_t version) {
  const std::string identity = identityOf(path);
  auto found = open_.find(identity);
  if (found == open_.end())
    return;
  std::string &text = found->second.text;
  for (const Change &change : changes) {
    if (!change.span) {
      text = change.text;
      continue;
    }
    const std::size_t start = offsetOf(text, change.span->start);
    const std::size_t end = std::max(start, offsetOf(text, change.span->end));
    text.replace(start, end - start, change.text);
  }
  found->second.version = version;
  drop(identity);
}

void Workspace::close(const std::string &path) {
  if (open_.erase(identityOf(path)))
    analyses.clear();
}

std::variant<dsl::SourceFile, dsl::ReadProblem> Workspace::load(const std::string &path) const {
  const Document *unsaved = find(path);
  if (!unsaved)
    return dsl::SourceFile::load(path);
  if (isTooLarge(*unsaved))
    return dsl::ReadProblem{
        dsl::DiagnosticId::file_too_large, {int64_t{dsl::SourceFile::maxBytes >> 20}}, {}, {}};
  return dsl::SourceFile(path, unsaved->text);
}

const Document *Workspace::find(const std::string &path) const {
  auto found = open_.find(identityOf(path));
  return found == open_.end() ? nullptr : &found->second;
}

void Workspace::drop(const std::string &identity) {
  std::erase_if(analyses,
                [&](const auto &each) { return each.second->findFile(identity).has_value(); });
}

const Analysis &Workspace::analysisOf(const std::string &identity, const Document &document) {
  std::unique_ptr<Analysis> &analysis = analyses[identity];
  if (!analysis)
    analysis = std::make_unique<Analysis>(
        document.path, document.text, [this](const std::string &path) { return load(path); },
        counterOf(document.path));
  return *analysis;
}

// A file without experiments of its own belongs to the first open study that includes it.
const std::string &Workspace::rootOf(const std::string &identity) {
  const auto &[own, document] = *open_.find(identity);
  const Analysis &analysis = analysisOf(own, document);
  const auto &experiments = analysis.tree().experiments;
  if (std::any_of(experiments.begin(), experiments.end(),
                  [](const dsl::ExperimentNode &node) { return node.location.file == 0; }))
    return own;
  for (const auto &[other, candidate] : open_)
    if (other != own && !isTooLarge(candidate) && analysisOf(other, candidate).findFile(own) &&
        !analysis.findFile(other))
      return other;
  return own;
}

std::optional<View> Workspace::view(const std::string &path) {
  const std::string identity = identityOf(path);
  auto found = open_.find(identity);
  if (found == open_.end() || isTooLarge(found->second))
    return std::nullopt;
  const std::string &root = rootOf(identity);
  const Analysis &analysis = analysisOf(root, open_.at(root));
  return View{&analysis, *analysis.findFile(identity)};
}

std::map<std::string, const Analysis *> Workspace::studies() {
  std::map<std::string, const Analysis *> result;
  for (const auto &[identity, document] : open_)
    if (!isTooLarge(document)) {
      const std::string &root = rootOf(identity);
      result[root] = &analysisOf(root, open_.at(root));
    }
  return result;
}

} // namespace nnx::editor
