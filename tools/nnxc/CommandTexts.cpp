// Walks an application of CLI11.
#include "CommandTexts.h"

#include "runtime/main/CommandLine.h"

#include <CLI/CLI.hpp>

namespace nnx {

static OptionText describe(const CLI::Option &option) {
  OptionText text;
  text.description = option.get_description();
  text.isArgument = option.nonpositional() == false;
  if (text.isArgument) {
    text.names = {option.get_name(true)};
  } else {
    for (const std::string &name : option.get_snames())
      text.names.push_back("-" + name);
    for (const std::string &name : option.get_lnames())
      text.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() == 0)
    return text;
  // "TEXT:{auto,always}": the type, then what is checked.
  std::string type = option.get_type_name();
  text.value = type.substr(0, type.find(':'));
  std::size_t open = type.find('{'), close = type.find('}');
  if (open != std::string::npos && close != std::string::npos) {
    text.choices = CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
    text.value = CLI::detail::join(text.choices, "|");
  }
  return text;
}

CommandText describe(const CLI::App &app) {
  CommandText text{app.get_name(), app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option *option : app.get_options())
    text.options.push_back(describe(*option));
  for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
    text.commands.push_back(describe(*command));
  return text;
}

CommandText describeTrainer() {
  nnxrt::Options options;
  CLI::App app("Trains its study and writes a report", "STUDY");
  nnxrt::addOptions(app, options);
  return describe(app);
}

} // namespace nnx
