// A command line as data: what CLI11 knows of commands and options, for completion and manuals.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nnx {

struct OptionText {
  std::vector<std::string> names;   // "-o", "--output"; of an argument: its name alone
  std::string value;                // "DIR", empty for a flag
  std::vector<std::string> choices; // the values there are, if they are known
  std::string description;
  bool isArgument = false; // known by its place, not by a name
};

struct CommandText {
  std::string name;
  std::string description;
  std::string footer;
  std::vector<OptionText> options;
  std::vector<CommandText> commands;
};

CommandText describe(const CLI::App &app);

// The options of every trainer.
CommandText describeTrainer();

} // namespace nnx
