// nnxc's commands and options: one table for parsing, help, completion and manuals.
#pragma once

#include "BuildCommand.h"
#include "PredictCommand.h"
#include "TrainedPoint.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace nnx {

class CommandLine {
public:
  CommandLine();

  // Reads and does what the arguments (without the program) say; returns the exit status.
  int run(std::vector<std::string> arguments);

private:
  // A command that ends with what `action` returns.
  CLI::App &add(const char *name, const char *description, std::function<int()> action);
  void addFile(CLI::App &command);
  void addTarget(CLI::App &command);
  std::vector<CLI::Option *> addTrainedPoint(CLI::App &command);
  void addStudyCommands();
  void addPredict();
  void addOtherCommands();

  int printManual() const;

  CLI::App app;
  std::function<int()> chosen;
  CompileOptions options;
  TrainedPointOptions trained;
  PredictOptions prediction;
  std::string color = "auto";
  std::string output, stage, shell, page;
  std::vector<std::string> files, trainerArguments;
  bool isCheck = false, isPrinted = false, isJson = false, isQuick = false, isMarkdown = false,
       isInference = false, isLitTest = false;
};

} // namespace nnx
