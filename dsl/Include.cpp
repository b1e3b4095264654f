// A study's file and those that it includes, read into one tree.
#include "dsl/Analyse.h"
#include "dsl/Lexer.h"
#include "dsl/Parser.h"

#include <algorithm>
#include <filesystem>

namespace nnx::dsl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t maxFiles = 100;

// One name for each file, whether it exists or not.
fs::path identityOf(const fs::path &path) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? path.lexically_normal() : whole;
}

class FileReader {
public:
  FileReader(SourceFile &source, DiagnosticSink &sink, const FileLoader &load)
      : source(source), sink(sink), load(load) {}

  File run() {
    enter(source.path(), identityOf(source.path()), 0);
    return std::move(file);
  }

private:
  // A file that is being read, and the `include` in it that is.
  struct Open {
    uint32_t index = 0;
    IncludeNode at;
  };

  void enter(const std::string &path, const fs::path &identity, uint32_t index) {
    file.paths.push_back(path);
    identities.push_back(identity);
    open.push_back({index, {}});
    std::vector<Token> tokens = tokenize(source.file(index).text(), 1, sink, index);
    parseFile(tokens, file, [this](const IncludeNode &node) { include(node); }, sink);
    open.pop_back();
  }

  void include(const IncludeNode &node) {
    open.back().at = node;
    auto refuse = [&](const std::string &reason) {
      sink.report(DiagnosticId::include_unreadable, node.location, {node.path, reason});
    };
    if (node.path.empty() || node.path.find('\0') != std::string::npos)
      return refuse("this names no file");
    fs::path path = fs::path(file.paths[open.back().index]).parent_path() / node.path;
    fs::path identity = identityOf(path);
    auto known = std::find(identities.begin(), identities.end(), identity);
    if (known != identities.end())
      return checkOpen(static_cast<uint32_t>(known - identities.begin()), node);
    if (identities.size() >= maxFiles)
      return refuse("a study has at most " + std::to_string(maxFiles) + " files");
    std::error_code error;
    fs::file_status status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
      return refuse("it is no regular file"); // reading a pipe might never end
    std::string name = path.lexically_normal().string();
    std::variant<SourceFile, ReadProblem> result = load(name);
    if (const auto *problem = std::get_if<ReadProblem>(&result))
      return refuse(problem->id == DiagnosticId::file_unreadable
                        ? std::string(problem->arguments.at(0))
                        : message(problem->id, problem->arguments) +
                              (problem->location.line
                                   ? ", line " + std::to_string(problem->location.line)
                                   : ""));
    enter(name, identity, source.addIncluded(std::move(std::get<SourceFile>(result))));
  }

  // A file that was read before is not read again; one that is not yet read whole includes itself.
  void checkOpen(uint32_t index, const IncludeNode &node) {
    auto first = std::find_if(open.begin(), open.end(),
                              [&](const Open &each) { return each.index == index; });
    if (first == open.end())
      return;
    std::vector<std::string> chain;
    for (auto each = first; each != open.end(); ++each)
      chain.push_back(file.paths[each->index] + ":" + std::to_string(each->at.location.line) +
                      " includes `" + each->at.path + "`");
    sink.report(DiagnosticId::include_cycle, node.location, {file.paths[index]}, chain);
  }

  SourceFile &source;
  DiagnosticSink &sink;
  const FileLoader &load;
  File file;
  std::vector<fs::path> identities; // by index
  std::vector<Open> open;
};

} // namespace

File parse(SourceFile &source, DiagnosticSink &sink, const FileLoader &load) {
  return FileReader(source, sink, load).run();
}

} // namespace nnx::dsl
