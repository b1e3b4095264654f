// One writer for each shell; all of them list the same names.
#include "Completion.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <ostream>

namespace nnx {
namespace {

struct Shell {
  const char *name;
  void (*write)(std::ostream &, const CommandText &, const CommandText &);
};

std::vector<std::string> namesOf(const CommandText &command) {
  std::vector<std::string> names;
  for (const OptionText &option : command.options)
    if (!option.isArgument)
      names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::vector<std::string> commandNames(const CommandText &program) {
  std::vector<std::string> names;
  for (const CommandText &command : program.commands)
    names.push_back(command.name);
  return names;
}

// A text between single quotes of a shell.
std::string quoted(const std::string &text) {
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

// The first argument of `command` with known values, or null.
const OptionText *chosenArgument(const CommandText &command) {
  for (const OptionText &option : command.options)
    if (option.isArgument && !option.choices.empty())
      return &option;
  return nullptr;
}

void writeBashChoices(std::ostream &out, const CommandText &command) {
  for (const OptionText &option : command.options)
    if (!option.isArgument && !option.choices.empty())
      fmt::print(out, "    {}:{}) words={} ;;\n", command.name, fmt::join(option.names, "|"),
                 quoted(fmt::format("{}", fmt::join(option.choices, " "))));
}

void writeBash(std::ostream &out, const CommandText &program, const CommandText &trainer) {
  fmt::print(out, "# Completion of {0} for bash: source <({0} completion bash)\n_{0}() {{\n",
             program.name);
  fmt::print(out,
             "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
             "  local command=${{COMP_WORDS[1]}} words= file=0 i\n"
             "  COMPREPLY=()\n"
             "  if [[ $COMP_CWORD == 1 ]]; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\")\n"
             "    return\n"
             "  fi\n"
             "  for ((i = 2; i < COMP_CWORD; ++i)); do\n"
             "    [[ ${{COMP_WORDS[i]}} != *.nnx ]] || file=1\n"
             "  done\n",
             quoted(fmt::format("{} {}", fmt::join(commandNames(program), " "),
                                fmt::join(namesOf(program), " "))));
  // `--emit=LAYER` comes as three words.
  fmt::print(out, "  [[ $before != '=' ]] || before=${{COMP_WORDS[COMP_CWORD - 2]}}\n"
                  "  [[ $word != '=' ]] || {{ before=${{COMP_WORDS[COMP_CWORD - 1]}} word=; }}\n"
                  "  case $command:$before in\n");
  for (const CommandText &command : program.commands)
    writeBashChoices(out, command);
  fmt::print(out,
             "  esac\n"
             "  if [[ -n $words ]]; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
             "    return\n"
             "  fi\n"
             "  case $command:$file in\n"
             "    run:1) words={} ;;\n",
             quoted(fmt::format("{}", fmt::join(namesOf(trainer), " "))));
  for (const CommandText &command : program.commands) {
    const OptionText *argument = chosenArgument(command);
    fmt::print(
        out, "    {}:*) words={} ;;\n", command.name,
        quoted(fmt::format("{}{}{}", fmt::join(namesOf(command), " "), argument ? " " : "",
                           argument ? fmt::format("{}", fmt::join(argument->choices, " ")) : "")));
  }
  fmt::print(out,
             "  esac\n"
             "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"; "
             "compgen -f -X '!*.nnx' -- \"$word\"; compgen -d -- \"$word\")\n"
             "}}\ncomplete -o filenames -F _{0} {0}\n",
             program.name);
}

// In the specifications of _arguments, these mean something.
std::string zshText(const std::string &text) {
  std::string result;
  for (char c : text)
    result += (c == '[' || c == ']' || c == ':' || c == '\\' ? "\\" : "") + std::string(1, c);
  return result;
}

void writeZshOptions(std::ostream &out, const CommandText &command) {
  for (const OptionText &option : command.options) {
    std::string action = option.choices.empty()
                             ? (option.isArgument ? "_files" : "")
                             : fmt::format("({})", fmt::join(option.choices, " "));
    if (option.isArgument) {
      fmt::print(out, "        {} \\\n",
                 quoted(fmt::format("*:{}:{}", zshText(option.names[0]), action)));
      continue;
    }
    std::string value =
        option.value.empty() ? "" : fmt::format(":{}:{}", zshText(option.value), action);
    for (const std::string &name : option.names)
      fmt::print(out, "        {} \\\n",
                 quoted(fmt::format("*{}{}[{}]{}", name,
                                    !value.empty() && name.starts_with("--") ? "=" : "",
                                    zshText(option.description), value)));
  }
}

void writeZsh(std::ostream &out, const CommandText &program, const CommandText &trainer) {
  fmt::print(out, "#compdef {0}\n_{0}() {{\n  local -a commands\n  commands=(\n", program.name);
  for (const CommandText &command : program.commands)
    fmt::print(out, "    {}\n", quoted(command.name + ":" + zshText(command.description)));
  fmt::print(out, "  )\n"
                  "  if (( CURRENT == 2 )); then\n"
                  "    _describe command commands\n"
                  "    return\n"
                  "  fi\n"
                  "  local command=$words[2]\n"
                  "  if [[ $command == run && -n ${{(M)words[3,CURRENT-1]:#*.nnx}} ]]; then\n"
                  "    command=trainer\n"
                  "  fi\n"
                  "  shift words\n"
                  "  (( CURRENT-- ))\n"
                  "  case $command in\n");
  auto writeCase = [&](const std::string &name, const CommandText &command) {
    fmt::print(out, "    {})\n      _arguments \\\n", name);
    writeZshOptions(out, command);
    fmt::print(out, "        && return\n      ;;\n");
  };
  for (const CommandText &command : program.commands)
    writeCase(command.name, command);
  writeCase("trainer", trainer);
  fmt::print(out, "  esac\n}}\ncompdef _{0} {0}\n", program.name);
}

void writeFishOptions(std::ostream &out, const std::string &program, const std::string &condition,
                      const CommandText &command) {
  for (const OptionText &option : command.options) {
    std::string line = fmt::format("complete -c {} -n {}", program, quoted(condition));
    if (option.isArgument) {
      if (!option.choices.empty())
        fmt::print(out, "{} -f -a {}\n", line,
                   quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      continue;
    }
    for (const std::string &name : option.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.value.empty())
      line += " -r";
    if (!option.choices.empty())
      line += fmt::format(" -f -a {}", quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    fmt::print(out, "{} -d {}\n", line, quoted(option.description));
  }
}

void writeFish(std::ostream &out, const CommandText &program, const CommandText &trainer) {
  fmt::print(out, "# Completion of {0} for fish: {0} completion fish | source\n", program.name);
  for (const CommandText &command : program.commands) {
    fmt::print(out, "complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", program.name,
               command.name, quoted(command.description));
    writeFishOptions(out, program.name, "__fish_seen_subcommand_from " + command.name, command);
  }
  writeFishOptions(
      out, program.name,
      "__fish_seen_subcommand_from run; and string match -q '*.nnx' (commandline -opc)", trainer);
}

constexpr Shell shells[] = {{"bash", writeBash}, {"zsh", writeZsh}, {"fish", writeFish}};

} // namespace

std::vector<std::string> completionShells() {
  std::vector<std::string> names;
  for (const Shell &shell : shells)
    names.emplace_back(shell.name);
  return names;
}

void writeCompletion(std::ostream &out, const std::string &shell, const CommandText &program,
                     const CommandText &trainer) {
  for (const Shell &each : shells)
    if (shell == each.name)
      each.write(out, program, trainer);
}

} // namespace nnx
