// Every command with its options, each described once.
#include "CommandLine.h"

#include "AuditCommands.h"
#include "CheckCommand.h"
#include "Completion.h"
#include "DoctorCommand.h"
#include "ExportCommand.h"
#include "FmtCommand.h"
#include "InferenceCommand.h"
#include "LspCommand.h"
#include "Manual.h"
#include "PlanCommand.h"
#include "ResultsCommands.h"
#include "RunCommand.h"

#include "dsl/Diagnostics.h"
#include "runtime/main/CommandLine.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace nnx {

// Takes what stands behind the file of `nnxc run` away: it is the trainer's, --help included.
static std::vector<std::string> takeTrainerArguments(std::vector<std::string> &arguments) {
  if (arguments.empty() || arguments.front() != "run")
    return {};
  constexpr std::string_view withValue[] = {"--set", "--target", "--color", "--data", "--device"};
  auto file = arguments.begin() + 1;
  while (file != arguments.end() && file->starts_with("-")) {
    bool takesNext =
        std::find(std::begin(withValue), std::end(withValue), *file) != std::end(withValue);
    file += takesNext ? std::min<ptrdiff_t>(2, arguments.end() - file) : 1;
  }
  if (file == arguments.end())
    return {};
  std::vector<std::string> rest(file + 1, arguments.end());
  arguments.erase(file + 1, arguments.end());
  return rest;
}

// What the trainer is told; nothing where its own complaint about the arguments comes first.
static std::optional<nnxrt::Options> toldTo(const std::vector<std::string> &trainerArguments) {
  std::vector<std::string> arguments = {"STUDY"};
  arguments.insert(arguments.end(), trainerArguments.begin(), trainerArguments.end());
  std::ostringstream ignored;
  int status = 0;
  return nnxrt::parseCommandLine(arguments, "", "", ignored, ignored, status);
}

// https://no-color.org: set and not empty.
static bool wantsColor(const std::string &choice) {
  const char *variable = std::getenv("NO_COLOR");
  bool isUnwanted = variable != nullptr && *variable != '\0';
  return choice == "always" || (choice == "auto" && isatty(STDERR_FILENO) != 0 && !isUnwanted);
}

CommandLine::CommandLine() : app("Compiles studies of neural networks to trainers", "nnxc") {
  app.set_version_flag("--version", "nnxc " NNX_VERSION, "Print the version and end");
  app.set_help_flag("-h,--help", "Print this and end");
  app.add_option("--color", color,
                 "Whether messages have colours; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "always", "never"}));
  app.require_subcommand(1);
  addStudyCommands();
  addPredict();
  addOtherCommands();
  addResultsCommands(app, chosen);
  addAuditCommands(app, chosen);
}

CLI::App &CommandLine::add(const char *name, const char *description, std::function<int()> action) {
  CLI::App &command = *app.add_subcommand(name, description);
  command.fallthrough();
  command.callback([this, action = std::move(action)] { chosen = action; });
  return command;
}

void CommandLine::addFile(CLI::App &command) {
  command.add_option("FILE", options.file, "A study, such as baseline.nnx")->required();
  command
      .add_option("--set", options.overrides,
                  "Change a value: training.batch=64, standard.optimizer.lr=0.1, mnist.scale=1")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command.add_option("--data", options.data, "Folder with the data set's files")->type_name("DIR");
  command.add_flag("--Werror", options.warningsAreErrors, "Warnings are errors");
}

void CommandLine::addTarget(CLI::App &command) {
  command
      .add_option("--target", options.target,
                  "The CPU: host (default), x86-64-v3, x86-64-v4, or a list of features")
      ->type_name("CPU");
  command
      .add_option("--device", options.devices,
                  "Compile for a device beside the CPU, too: opencl or cuda; `run` trains on it; "
                  "$NNX_DEVICE where it is not given")
      ->type_name("DEVICE")
      ->check(CLI::IsMember(std::vector<std::string>{"cpu", "opencl", "cuda"}))
      ->allow_extra_args(false);
  command.add_flag("--verbose", options.verbose, "Show how long each part takes");
}

std::vector<CLI::Option *> CommandLine::addTrainedPoint(CLI::App &command) {
  CLI::Option *weights =
      command
          .add_option("--weights", trained.weights,
                      "A file of weights (models/EXPERIMENT.safetensors in results/STUDY)")
          ->type_name("FILE");
  CLI::Option *point =
      command
          .add_option("--point", trained.point,
                      "The point; POINT is a label or a number (the one that the weights are of)")
          ->type_name("EXPERIMENT[/POINT]");
  return {weights, point};
}

void CommandLine::addStudyCommands() {
  addFile(add("check", "Report everything that is wrong with a file",
              [this] { return runCheck(options, ""); }));

  CLI::App &plan = add("plan", "Show points, shapes, memory, kernels and the time they take",
                       [this] { return printPlan(options, isJson); });
  addFile(plan);
  addTarget(plan);
  plan.add_flag("--json", isJson, "Write one JSON object");

  CLI::App &build = add("build", "Compile a file to a trainer", [this] {
    if (!stage.empty())
      return emitStage(options, stage);
    if (output.empty())
      output = std::filesystem::path(options.file).stem().string();
    if (const char *const device = std::getenv("NNX_DEVICE");
        device != nullptr && *device != '\0' && options.devices.empty())
      options.devices = {device};
    return isInference ? buildInference(options, trained, output) : buildTrainer(options, output);
  });
  addFile(build);
  addTarget(build);
  build.add_option("-o,--output", output, "The trainer (the file's name without .nnx)")
      ->type_name("STUDY");
  CLI::Option *emit = build.add_option("--emit", stage, "Print a stage instead")
                          ->check(CLI::IsMember(stageNames()));
  CLI::Option *inference =
      build
          .add_flag("--inference", isInference,
                    "Write a trained network instead: STUDY.h, libSTUDY.a and libSTUDY.so")
          ->excludes(emit);
  for (CLI::Option *option : addTrainedPoint(build))
    option->needs(inference);

  CLI::App &run = add(
      "run", "Compile a file, if it is new, and start its trainer with the arguments behind it",
      [this] {
        if (isQuick)
          trainerArguments.insert(trainerArguments.begin(), "--quick");
        const auto told = toldTo(trainerArguments);
        if (told && !told->data.empty())
          options.data = told->data.string();
        else if (!options.data.empty())
          trainerArguments.insert(trainerArguments.begin(), {"--data", options.data});
        const bool isDeviceTold = std::ranges::any_of(trainerArguments, [](const auto &each) {
          return each == "--device" || each.starts_with("--device=");
        });
        if (!isDeviceTold && !options.devices.empty())
          trainerArguments.insert(trainerArguments.begin(), {"--device", options.devices.back()});
        else if (told) // there or by NNX_DEVICE
          options.devices = {told->device};
        return runTrainer(options, trainerArguments);
      });
  addFile(run);
  addTarget(run);
  run.add_flag("--quick", isQuick, "One epoch on a fiftieth of the data");
  run.footer("Options of nnxc stand before FILE; what stands behind it is the trainer's.");

  CLI::App &onnx = add("export", "Write a trained network as an ONNX model", [this] {
    if (output.empty())
      output = std::filesystem::path(options.file).stem().string() + ".onnx";
    return exportOnnx(options, trained, output);
  });
  addFile(onnx);
  addTrainedPoint(onnx);
  onnx.add_option("-o,--output", output, "The model (the file's name with .onnx)")
      ->type_name("MODEL");
}

void CommandLine::addPredict() {
  CLI::App &predict = add("predict", "Name the classes of PNG files with a trained network",
                          [this] { return predictImages(options, trained, prediction); });
  addFile(predict);
  addTrainedPoint(predict);
  predict.add_option("IMAGE", prediction.images, "PNG files, and folders of them")->required();
  CLI::Option *json = predict.add_flag("--json", prediction.isJson, "Write one JSON object");
  predict.add_flag("--csv", prediction.isCsv, "Write comma-separated values")->excludes(json);
}

void CommandLine::addOtherCommands() {
  CLI::App &format = add("fmt", "Format files canonically, in place", [this] {
    FormatMode mode = isCheck     ? FormatMode::Check
                      : isPrinted ? FormatMode::Print
                                  : FormatMode::InPlace;
    return formatFiles(files, mode, options.color);
  });
  format.add_option("FILE", files, "Files to format")->required();
  CLI::Option *check =
      format.add_flag("--check", isCheck, "Change nothing; name the files that would change");
  format.add_flag("--stdout", isPrinted, "Print the formatted text instead")->excludes(check);

  CLI::App &server = add("lsp", "Serve an editor by the language server protocol",
                         [this] { return serveEditor(isLitTest); });
  server.add_flag("--lit-test", isLitTest,
                  "Messages stand between lines of // -----, as tests write them");

  CLI::App &doctor =
      add("doctor", "Say what this machine offers and lacks", [this] { return runDoctor(isJson); });
  doctor.add_flag("--json", isJson, "Write one JSON object");

  CLI::App &completion =
      add("completion", "Print a script that completes commands in a shell", [this] {
        writeCompletion(std::cout, shell, describe(app), describeTrainer());
        return 0;
      });
  completion.add_option("SHELL", shell, "The shell")
      ->required()
      ->check(CLI::IsMember(completionShells()));

  CLI::App &manual = add("man", "Print a manual page", [this] { return printManual(); });
  CLI::Option *command = manual.add_option(
      "COMMAND", page, "A command of nnxc, or trainer; without: the page of nnxc");
  manual.add_flag("--markdown", isMarkdown, "Print all pages as one Markdown document")
      ->excludes(command);
}

int CommandLine::printManual() const {
  CommandText program = describe(app), trainer = describeTrainer();
  if (isMarkdown) {
    writeManualDocument(std::cout, program, trainer);
    return 0;
  }
  const CommandText *found = page.empty() ? &program : page == "trainer" ? &trainer : nullptr;
  for (const CommandText &command : program.commands)
    if (command.name == page)
      found = &command;
  if (!found) {
    std::cerr << "error: there is no page for `" << page << "`\n";
    return 2;
  }
  writeManualPage(std::cout, found == &trainer ? trainer : program, *found);
  return 0;
}

int CommandLine::run(std::vector<std::string> arguments) {
  // GCC's spelling, which CLI11 would read as -W with a value.
  std::replace(arguments.begin(), arguments.end(), std::string("-Werror"), std::string("--Werror"));
  CommandText program = describe(app);
  auto isCommand = [&](const CommandText &command) { return command.name == arguments.front(); };
  if (!arguments.empty() && !arguments.front().starts_with("-") &&
      std::none_of(program.commands.begin(), program.commands.end(), isCommand)) {
    std::vector<std::string> known;
    for (const CommandText &command : program.commands)
      known.push_back(command.name);
    const std::string *nearest = dsl::nearestOf(arguments.front(), known);
    std::cerr << "unknown command `" << arguments.front() << "`; "
              << (nearest ? "did you mean `" + *nearest + "`?"
                          : "known: " + llvm::join(known, ", "))
              << '\n';
    return 2;
  }
  trainerArguments = takeTrainerArguments(arguments);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.color = wantsColor(color);
  return chosen();
}

} // namespace nnx
