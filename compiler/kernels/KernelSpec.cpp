// Specs of kernels: their text, their attributes, and the signatures of Kernels.def.
#include "compiler/kernels/KernelSpec.h"

#include "compiler/kernels/GpuModels.h"
#include "compiler/kernels/Kernel.h"
#include "dsl/Optimizers.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace nnx::kernels {
namespace {

struct KernelRow {
  const char *kind;
  const char *attributes;
  const char *inputs;
  const char *outputs;
  Kernel (*build)(const KernelSpec &, const KernelTarget &);
};

const KernelRow rows[] = {
#define NNX_KERNEL(kind, attributes, inputs, outputs)                                              \
  {#kind, attributes, inputs, outputs, build_##kind},
#include "compiler/kernels/Kernels.def"
};

std::vector<std::string> splitWords(const std::string &text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;)
    words.push_back(word);
  return words;
}

// Finds the row of `spec` and checks that its attributes are there, and no others.
const KernelRow &rowOf(const KernelSpec &spec) {
  for (const KernelRow &row : rows) {
    if (spec.kind != row.kind)
      continue;
    const std::vector<std::string> names = splitWords(row.attributes);
    for (const std::string &name : names)
      spec.textOf(name);
    for (const auto &[name, value] : spec.attributes)
      if (std::find(names.begin(), names.end(), name) == names.end())
        throw KernelError(spec.text() + ": `" + spec.kind + "` has no attribute `" + name + "`");
    return row;
  }
  throw KernelError("unknown kernel kind `" + spec.kind + "`");
}

int parsePositive(const std::string &text) {
  int value = 0;
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= 0 ? value : -1;
}

using Kind = KernelArgument::Kind;
using Type = KernelArgument::Type;

// Appends the arguments that one word of a signature stands for.
void appendArguments(const KernelSpec &spec, std::string word, bool isOutput,
                     std::vector<KernelArgument> &arguments) {
  if (size_t mark = word.find('?'); mark != std::string::npos) {
    const std::string &condition = spec.textOf(word.substr(mark + 1));
    if (condition == "0" || condition == "none")
      return;
    word.resize(mark);
  }
  auto optimizer = [&] {
    auto choice = dsl::parseOptimizerChoice(spec.textOf("optimizer"));
    if (!choice)
      throw KernelError(spec.text() + ": unknown optimizer");
    return *choice;
  };
  if (word == "H") {
    for (const std::string &name : optimizer().row->kernelHypers(optimizer().flags))
      arguments.push_back({name, Kind::Float, Type::F32, 0});
    return;
  }
  const size_t colon = word.find(':');
  KernelArgument argument{word.substr(0, colon), isOutput ? Kind::Output : Kind::Input, Type::F32,
                          0};
  std::string type = word.substr(colon + 1);
  if (type.back() == '*') {
    argument.kind = Kind::InOut;
    type.pop_back();
  }
  if (type == "int") {
    argument.kind = Kind::Int;
    argument.type = Type::I32;
  } else {
    argument.type = type[0] == 'f' ? Type::F32 : type[0] == 'u' ? Type::U8 : Type::I32;
    argument.rank = type[1] == '@' ? (spec.textOf("over") == "c" ? 5 : 3) : type[1] - '0';
  }
  if (argument.name == "N") {
    if (!optimizer().row->readsNorm(optimizer().flags))
      return;
    argument.name = "squared_norm";
  }
  if (argument.name != "S") {
    arguments.push_back(argument);
    return;
  }
  for (const dsl::OptimizerSlot &slot : optimizer().row->slots(optimizer().flags)) {
    argument.name = slot.name;
    arguments.push_back(argument);
  }
}

} // namespace

std::string KernelSpec::text() const {
  std::string out = kind + "(";
  const char *separator = "";
  for (const auto &[name, value] : attributes) {
    out.append(separator).append(name).append("=").append(value);
    separator = ", ";
  }
  return out + ")";
}

const std::string &KernelSpec::textOf(const std::string &name) const {
  auto found = attributes.find(name);
  if (found == attributes.end())
    throw KernelError(text() + ": attribute `" + name + "` is missing");
  return found->second;
}

int KernelSpec::intOf(const std::string &name) const {
  int value = parsePositive(textOf(name));
  if (value < 0)
    throw KernelError(text() + ": `" + name + "` is not a whole number");
  return value;
}

double KernelSpec::realOf(const std::string &name) const {
  const std::string &text = textOf(name);
  double value = 0;
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end)
    throw KernelError(this->text() + ": `" + name + "` is not a number");
  return value;
}

bool KernelSpec::flagOf(const std::string &name) const {
  const std::string &value = textOf(name);
  if (value != "0" && value != "1")
    throw KernelError(text() + ": `" + name + "` is neither 0 nor 1");
  return value == "1";
}

std::vector<int> KernelSpec::shapeOf(const std::string &name) const {
  std::vector<int> shape;
  std::istringstream in(textOf(name));
  for (std::string part; std::getline(in, part, 'x');) {
    int extent = parsePositive(part);
    if (extent < 1)
      throw KernelError(text() + ": `" + name + "` is no shape such as 3x3");
    shape.push_back(extent);
  }
  return shape;
}

std::vector<KernelArgument> argumentsOf(const KernelSpec &spec, bool onGpu) {
  const KernelRow &row = rowOf(spec);
  std::vector<KernelArgument> arguments;
  for (const std::string &word : splitWords(row.inputs))
    appendArguments(spec, word, false, arguments);
  for (const std::string &word : splitWords(row.outputs))
    appendArguments(spec, word, true, arguments);
  if (!onGpu)
    return arguments;
  std::erase_if(arguments, [](const KernelArgument &argument) {
    return !argument.isBuffer() && argument.name != "samples";
  });
  const std::vector<KernelArgument> first = modelArguments();
  arguments.insert(arguments.begin(), first.begin(), first.end());
  return arguments;
}

std::vector<std::string> kernelKinds() {
  std::vector<std::string> kinds;
  for (const KernelRow &row : rows)
    kinds.emplace_back(row.kind);
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

Kernel buildKernel(const KernelSpec &spec, const KernelTarget &target) {
  return rowOf(spec).build(spec, target);
}

} // namespace nnx::kernels
