// nnxc: checks, compiles and runs studies. Exit status 2 for a wrong command line or file.
#include "BuildCommand.h"
#include "CheckCommand.h"
#include "PlanCommand.h"
#include "RunCommand.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace {

void addFile(CLI::App &command, nnx::CompileOptions &options) {
  command.add_option("FILE", options.file, "A study, such as baseline.nnx")->required();
  command
      .add_option("--set", options.overrides,
                  "Change a value: training.batch=64, standard.optimizer.lr=0.1, mnist.scale=1")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command.add_flag("--Werror", options.warningsAreErrors, "Warnings are errors");
}

void addTarget(CLI::App &command, nnx::CompileOptions &options) {
  command
      .add_option("--target", options.target,
                  "The CPU: host, x86-64-v3, x86-64-v4, or a list of features")
      ->capture_default_str();
  command.add_flag("--verbose", options.verbose, "Show how long each part takes");
}

// Takes what stands behind the file of `nnxc run` away: it is the trainer's, --help included.
std::vector<std::string> takeTrainerArguments(std::vector<std::string> &arguments) {
  if (arguments.empty() || arguments.front() != "run")
    return {};
  auto file = arguments.begin() + 1;
  while (file != arguments.end() && file->starts_with("-"))
    file += *file == "--set" || *file == "--target" ? std::min<ptrdiff_t>(2, arguments.end() - file)
                                                    : 1;
  if (file == arguments.end())
    return {};
  std::vector<std::string> rest(file + 1, arguments.end());
  arguments.erase(file + 1, arguments.end());
  return rest;
}

bool isCommand(const CLI::App &app, const std::string &name) {
  auto all = app.get_subcommands([](const CLI::App *) { return true; });
  return std::any_of(all.begin(), all.end(),
                     [&](const CLI::App *command) { return command->get_name() == name; });
}

} // namespace

int main(int argc, char **argv) {
  nnx::CompileOptions options;
  options.color = isatty(STDERR_FILENO) != 0;
  std::string output, stage;

  CLI::App app("Compiles studies of neural networks to trainers", "nnxc");
  app.set_version_flag("--version", "nnxc " NNX_VERSION);
  app.require_subcommand(1);

  CLI::App &check = *app.add_subcommand("check", "Report everything that is wrong with a file");
  addFile(check, options);

  CLI::App &build = *app.add_subcommand("build", "Compile a file to a trainer");
  addFile(build, options);
  addTarget(build, options);
  build.add_option("-o,--output", output, "The trainer [the file's name without .nnx]");
  build.add_option("--emit", stage, "Print a stage instead")
      ->check(CLI::IsMember(nnx::stageNames()));

  CLI::App &run = *app.add_subcommand(
      "run", "Compile a file, if it is new, and start its trainer with the arguments behind it");
  addFile(run, options);
  addTarget(run, options);
  run.footer("Options of nnxc stand before FILE; what stands behind it is the trainer's.");

  CLI::App &plan = *app.add_subcommand("plan", "Show points, shapes, memory and kernels");
  addFile(plan, options);
  addTarget(plan, options);

  // GCC's spelling, which CLI11 would read as -W with a value.
  std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::string &argument : arguments)
    if (argument == "-Werror")
      argument = "--Werror";
  if (!arguments.empty() && !arguments.front().starts_with("-") &&
      !isCommand(app, arguments.front())) {
    std::cerr << "unknown command `" << arguments.front() << "`; known: check, build, run, plan\n";
    return 2;
  }
  std::vector<std::string> trainerArguments = takeTrainerArguments(arguments);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (check.parsed())
    return nnx::runCheck(options.file, options.overrides, "", options.warningsAreErrors,
                         options.color);
  if (plan.parsed())
    return nnx::printPlan(options);
  if (run.parsed())
    return nnx::runTrainer(options, trainerArguments);
  if (!stage.empty())
    return nnx::emitStage(options, stage);
  if (output.empty())
    output = std::filesystem::path(options.file).stem().string();
  return nnx::buildTrainer(options, output);
}
