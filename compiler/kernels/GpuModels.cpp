// Rewrites the loops over blocks behind Halide's own passes, just before they become a GPU's code.
#include "compiler/kernels/GpuModels.h"

#include "dsl/Optimizers.h"

#include <nnxrt/abi.h>

#include <numeric>

namespace nnx::kernels {

using namespace Halide;
using namespace Halide::Internal;

namespace {

// The parameters of modelArguments.
struct ModelParameters {
  Param<int> models{"models"}, modelBlocks{"model_blocks"};
  Param<int64_t> slots{"slots"};
  ImageParam numbers{Int(32), 1, "numbers"};
};

const ModelParameters &parameters() {
  static const ModelParameters made;
  return made;
}

constexpr int outermost = 2; // of the dimensions of blocks

int cellsOf(Type element) {
  return NNXRT_DEVICE_ALIGNMENT / element.bytes();
}

// Inside of the loops over blocks.
class OneModel : public IRMutator {
public:
  OneModel(const Expr &model, const std::map<std::string, int> &numbers,
           const std::set<std::string> &shared)
      : model(model), numbers(numbers), own(shared) {}

protected:
  using IRMutator::visit;

  Stmt visit(const Allocate *memory) override {
    own.insert(memory->name);
    return IRMutator::visit(memory);
  }

  Expr visit(const Load *load) override {
    if (load->image.defined())
      throw KernelError("a constant image has no place in the memory of a model");
    Expr index = mutate(load->index), predicate = mutate(load->predicate);
    if (own.count(load->name))
      return Load::make(load->type, load->name, index, load->image, load->param, predicate,
                        load->alignment);
    return Load::make(load->type, load->name, moved(index, load->type), load->image, load->param,
                      predicate, alignment(load->alignment, load->type));
  }

  Stmt visit(const Store *store) override {
    Expr value = mutate(store->value), index = mutate(store->index);
    Expr predicate = mutate(store->predicate);
    if (own.count(store->name))
      return Store::make(store->name, value, index, store->param, predicate, store->alignment);
    return Store::make(store->name, value, moved(index, store->value.type()), store->param,
                       predicate, alignment(store->alignment, value.type()));
  }

  Expr visit(const Variable *variable) override {
    auto found = numbers.find(variable->name);
    if (found == numbers.end())
      return IRMutator::visit(variable);
    const Parameter from = parameters().numbers.parameter();
    Expr word = Load::make(Int(32), from.name(), offset(Int(32)) + found->second, Buffer<>(), from,
                           const_true(), ModulusRemainder());
    return variable->type == Int(32) ? word : reinterpret(variable->type, word);
  }

private:
  Expr offset(Type element) const {
    return model * (Expr(parameters().modelBlocks) * cellsOf(element));
  }

  Expr moved(const Expr &index, Type type) const {
    const int lanes = index.type().lanes();
    Expr by = offset(type.element_of());
    return index + (lanes == 1 ? by : Broadcast::make(by, lanes));
  }

  // Of a place that was moved by a multiple of whole cells.
  static ModulusRemainder alignment(const ModulusRemainder &of, Type type) {
    const int64_t modulus = std::gcd<int64_t>(of.modulus, cellsOf(type.element_of()));
    return {modulus, modulus == 0 ? of.remainder : of.remainder % modulus};
  }

  Expr model;
  const std::map<std::string, int> &numbers;
  std::set<std::string> own;
};

// Whether a dimension of the blocks is taken.
class HasDimension : public IRVisitor {
public:
  explicit HasDimension(int dimension) : name(gpu_block_name(dimension)) {}
  bool found = false;

protected:
  using IRVisitor::visit;
  void visit(const For *loop) override {
    found |= loop->name.ends_with(name);
    IRVisitor::visit(loop);
  }

private:
  std::string name;
};

} // namespace

std::vector<KernelArgument> modelArguments() {
  using Kind = KernelArgument::Kind;
  using Type = KernelArgument::Type;
  return {{"models", Kind::Int, Type::I32, 0},
          {"model_blocks", Kind::Int, Type::I32, 0},
          {"slots", Kind::Long, Type::I32, 0},
          {"numbers", Kind::Numbers, Type::I32, 1}};
}

std::vector<Argument> modelInputs() {
  const ModelParameters &all = parameters();
  return {all.models, all.modelBlocks, all.slots, all.numbers};
}

GpuModels::GpuModels(const KernelSpec &spec, std::set<std::string> sharedBuffers)
    : what(spec.text()), numbers{{"seed_low", NNXRT_NUMBER_SEED},
                                 {"seed_high", NNXRT_NUMBER_SEED + 1},
                                 {"step", NNXRT_NUMBER_STEP}},
      shared(std::move(sharedBuffers)) {
  if (!spec.attributes.count("optimizer"))
    return;
  if (auto choice = dsl::parseOptimizerChoice(spec.textOf("optimizer"))) {
    int word = NNXRT_NUMBER_HYPER;
    for (const dsl::Hyper &hyper : choice->row->hypers(choice->flags))
      numbers[hyper.name] = word++;
  }
}

Stmt GpuModels::visit(const For *loop) {
  if (loop->for_type != ForType::GPUBlock)
    return IRMutator::visit(loop);
  HasDimension taken(outermost);
  loop->accept(&taken);
  const bool isShared = loop->name.ends_with(gpu_block_name(outermost));
  if (taken.found && !isShared)
    throw KernelError(what + ": its third dimension of blocks is not the outermost");
  // Blocks of a third dimension of its own lie inside of those of one model.
  const std::string name = unique_name("model") + gpu_block_name(outermost);
  Expr place = Variable::make(Int(32), name), models = parameters().models;
  Expr count = isShared ? models * loop->extent : models;
  Expr number = isShared ? place / loop->extent : place;
  constexpr int mask = (1 << NNXRT_SLOT_BITS) - 1;
  Expr slot =
      cast<int>((Expr(parameters().slots) >> cast<int64_t>(number * NNXRT_SLOT_BITS)) & mask);
  Expr model = Variable::make(Int(32), unique_name("slot"));
  OneModel pass(model, numbers, shared);
  Stmt body = isShared ? LetStmt::make(loop->name, place % loop->extent, pass.mutate(loop->body))
                       : pass.mutate(Stmt(loop));
  body = LetStmt::make(model.as<Variable>()->name, slot, body);
  return For::make(name, 0, count, ForType::GPUBlock, Partition::Never, loop->device_api, body);
}

// What was moved out of the loops is computed inside again where it is of one model.
Stmt GpuModels::visit(const LetStmt *let) {
  for (const auto &[name, word] : numbers)
    if (expr_uses_var(let->value, name))
      return mutate(substitute(let->name, let->value, let->body));
  return IRMutator::visit(let);
}

Stmt GpuModels::visit(const Allocate *memory) {
  throw KernelError(what + ": `" + memory->name + "` needs memory that each model has of its own");
}

Stmt GpuModels::visit(const Store *store) {
  throw KernelError(what + ": `" + store->name + "` is computed outside of the loops over blocks");
}

} // namespace nnx::kernels
