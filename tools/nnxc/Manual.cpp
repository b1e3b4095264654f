// Two forms of the same texts: roff with the macros of man(7), and Markdown.
#include "Manual.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <ostream>

namespace nnx {
namespace {

struct ExitStatus {
  int status;
  const char *meaning;
};
constexpr ExitStatus statuses[] = {
    {0, "All went well."},
    {1, "A point failed; `fmt --check`: a file would change; `doctor`: something is missing."},
    {2, "A wrong command line or file."},
    {130, "Interrupted, with everything saved."},
};

std::string usageOf(const CommandText &page) {
  std::string usage;
  if (!page.commands.empty())
    usage += " COMMAND";
  for (const OptionText &option : page.options)
    if (!option.isArgument) {
      usage += " [OPTION...]";
      break;
    }
  for (const OptionText &option : page.options)
    if (option.isArgument)
      usage += " " + option.names[0];
  return usage;
}

std::string namesOf(const OptionText &option) {
  std::string names = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.isArgument || option.value.empty())
    return names;
  return names + (option.names.back().starts_with("--") ? "=" : " ") + option.value;
}

// Signs that roff would read as its own.
std::string roff(const std::string &text) {
  std::string result;
  for (char c : text)
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else if (c == '|')
      result += "|\\:"; // a line may end here
    else if (c != '`')
      result += c;
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

void writeMarkdownOptions(std::ostream &out, const CommandText &command) {
  fmt::print(out, "\n| | |\n|---|---|\n");
  for (const OptionText &option : command.options) {
    std::string names, text;
    for (char c : namesOf(option))
      names += c == '|' ? std::string("\\|") : std::string(1, c);
    for (char c : option.description)
      text += c == '|' ? std::string("\\|") : std::string(1, c);
    fmt::print(out, "| `{}` | {} |\n", names, text);
  }
}

} // namespace

void writeManualPage(std::ostream &out, const CommandText &program, const CommandText &page) {
  bool isCommand = &program != &page;
  std::string name = isCommand ? program.name + "-" + page.name : page.name;
  std::string call = isCommand ? program.name + " " + page.name : page.name;
  fmt::print(out, ".TH \"{}\" 1 \"\" \"nnx {}\" \"nnx\"\n", roff(name), NNX_VERSION);
  fmt::print(out, ".ad l\n.SH NAME\n{} \\- {}\n", roff(name), roff(page.description));
  fmt::print(out, ".SH SYNOPSIS\n.B {}\n{}\n", roff(call), roff(usageOf(page).substr(1)));
  if (!page.commands.empty())
    fmt::print(out, ".SH COMMANDS\n");
  for (const CommandText &command : page.commands)
    fmt::print(out, ".TP\n.B {}\n{}\n", roff(command.name), roff(command.description));
  fmt::print(out, ".SH OPTIONS\n");
  for (const OptionText &option : page.options)
    fmt::print(out, ".TP\n.B {}\n{}\n", roff(namesOf(option)), roff(option.description));
  if (!page.footer.empty())
    fmt::print(out, ".PP\n{}\n", roff(page.footer));
  fmt::print(out, ".SH EXIT STATUS\n");
  for (const ExitStatus &each : statuses)
    fmt::print(out, ".TP\n.B {}\n{}\n", each.status, roff(each.meaning));
  if (page.commands.empty() && !isCommand)
    return;
  fmt::print(out, ".SH SEE ALSO\n");
  if (isCommand) {
    fmt::print(out, ".BR {} (1)\n", roff(program.name));
    return;
  }
  for (const CommandText &command : page.commands)
    fmt::print(out, ".BR {} (1){}\n", roff(program.name + "-" + command.name),
               &command == &page.commands.back() ? "" : ",");
}

void writeManualDocument(std::ostream &out, const CommandText &program,
                         const CommandText &trainer) {
  fmt::print(out,
             "# Commands\n\nMade by `{} man --markdown` from the command line itself; a test "
             "compares.\n\n## `{}{}`\n\n{}.\n",
             program.name, program.name, usageOf(program), program.description);
  writeMarkdownOptions(out, program);
  for (const CommandText &command : program.commands) {
    fmt::print(out, "\n## `{} {}{}`\n\n{}.\n", program.name, command.name, usageOf(command),
               command.description);
    writeMarkdownOptions(out, command);
    if (!command.footer.empty())
      fmt::print(out, "\n{}\n", command.footer);
  }
  fmt::print(out, "\n## `{}{}`\n\n{}.\n", trainer.name, usageOf(trainer), trainer.description);
  writeMarkdownOptions(out, trainer);
  fmt::print(out, "\n## Exit status\n\n| | |\n|---|---|\n");
  for (const ExitStatus &each : statuses)
    fmt::print(out, "| {} | {} |\n", each.status, each.meaning);
}

} // namespace nnx
