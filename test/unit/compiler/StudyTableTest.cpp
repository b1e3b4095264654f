// Tables written as LLVM constants are read back through nnxrt/abi.h from a linked library: every
// field must come out, so a layout that differs from the C structs shows.
#include "compiler/emit/StudyTable.h"
#include "compiler/emit/Link.h"
#include "compiler/emit/Object.h"
#include "compiler/emit/ScratchFolder.h"

#include "llvm/IR/IRBuilder.h"

#include <cmath>
#include <dlfcn.h>
#include <fstream>
#include <gtest/gtest.h>

namespace {

using namespace nnx::emit;

// A function that returns `samples` of its call plus `bonus`.
void addFunction(llvm::Module &module, const char *name, int bonus) {
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> builder(context);
  auto *type = llvm::FunctionType::get(builder.getInt32Ty(), {builder.getPtrTy()}, false);
  auto *function = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, name, module);
  builder.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
  auto *place = builder.CreateConstGEP1_64(builder.getInt8Ty(), function->getArg(0),
                                           offsetof(nnxrt_call, samples));
  auto *samples = builder.CreateLoad(builder.getInt32Ty(), place);
  builder.CreateRet(builder.CreateAdd(samples, builder.getInt32(bonus)));
}

VariantRow exampleVariant(const std::string &name) {
  VariantRow row;
  row.name = name;
  row.height = 28, row.width = 27, row.channels = 3, row.classes = 10, row.targets = 2;
  BufferRow input;
  input.name = "input", input.space = NNXRT_IO, input.bytes = 1234;
  input.extent = {16, 27, 28, 3, NNXRT_TILES}, input.stride = {1, 16, 432, 12096, 36288};
  BufferRow weights;
  weights.name = "w", weights.type = NNXRT_U8, weights.space = NNXRT_STATE, weights.aliasOf = 0;
  weights.offset = uint64_t(1) << 40, weights.bytes = 77;
  weights.extent = {100}, weights.stride = {1};
  row.buffers = {input, weights};
  ParameterRow parameter;
  parameter.name = "dense_1/kernel", parameter.init = "uniform";
  parameter.initArgument[0] = -0.05, parameter.initArgument[1] = 0.25;
  parameter.fanIn = 5408, parameter.fanOut = 100, parameter.stream = 9, parameter.buffer = 1;
  parameter.shape = {5408, 100};
  parameter.dim = {13, 13, 32, 100}, parameter.stride = {1456, 112, 18928, 1};
  parameter.slots = {1, 0, 1};
  parameter.slotStarts = {NNXRT_NO_HYPER, 1, NNXRT_NO_HYPER};
  row.parameters = {parameter};
  row.hyperNames = {"lr", "momentum"};
  row.hyperStarts = {NAN, 1.5};
  row.prepare = name == "second" ? name + "_step" : "";
  row.input = 0, row.label = 1, row.loss = 2, row.output = 3;
  row.stateBytes = 4321;
  row.step = {name + "_step", {{1, 64, {0, UINT64_MAX}}, {2, 128, {64, UINT64_MAX}}}};
  row.evaluate = {name + "_evaluate", {}};
  return row;
}

class StudyTableTest : public testing::Test {
protected:
  void SetUp() override {
    llvm::LLVMContext context;
    llvm::Module module("study", context);
    for (const char *name : {"first", "second"}) {
      addFunction(module, (std::string(name) + "_step").c_str(), 1);
      addFunction(module, (std::string(name) + "_evaluate").c_str(), 2);
    }
    emitStudyTable(module, {exampleVariant("first"), exampleVariant("second")}, "x86-64-linux",
                   "{\"schema\": 1}");
    std::string object = llvm::cantFail(emitCode(module, CodeForm::Object));
    std::ofstream(scratch.pathOf("study.o"), std::ios::binary) << object;
    llvm::cantFail(link(LinkMode::Shared, {scratch.pathOf("study.o")}, scratch.pathOf("study.so")));
    library = dlopen(scratch.pathOf("study.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    study = static_cast<const nnxrt_study *>(dlsym(library, "nnxrt_study_table"));
    ASSERT_NE(study, nullptr);
  }
  void TearDown() override {
    if (library)
      dlclose(library);
  }

  ScratchFolder scratch = llvm::cantFail(ScratchFolder::create());
  void *library = nullptr;
  const nnxrt_study *study = nullptr;
};

TEST_F(StudyTableTest, names_version_target_and_json) {
  EXPECT_EQ(study->abi_version, uint32_t(NNXRT_ABI_VERSION));
  EXPECT_STREQ(study->target, "x86-64-linux");
  EXPECT_STREQ(study->json, "{\"schema\": 1}");
  EXPECT_EQ(study->json_bytes, 13u);
  ASSERT_EQ(study->variant_count, 2u);
  EXPECT_STREQ(study->variants[0].name, "first");
  EXPECT_STREQ(study->variants[1].name, "second");
}

TEST_F(StudyTableTest, keeps_every_field_of_a_variant) {
  const nnxrt_variant &variant = study->variants[1];
  EXPECT_EQ(variant.height, 28);
  EXPECT_EQ(variant.width, 27);
  EXPECT_EQ(variant.channels, 3);
  EXPECT_EQ(variant.classes, 10);
  EXPECT_EQ(variant.targets, 2);
  EXPECT_EQ(variant.buffer_count, 2u);
  EXPECT_EQ(variant.parameter_count, 1u);
  ASSERT_EQ(variant.hyper_count, 2u);
  EXPECT_STREQ(variant.hyper_names[1], "momentum");
  EXPECT_TRUE(std::isnan(variant.hyper_starts[0]));
  EXPECT_EQ(variant.hyper_starts[1], 1.5);
  EXPECT_EQ(reinterpret_cast<void *>(variant.prepare), reinterpret_cast<void *>(variant.step.run));
  EXPECT_EQ(study->variants[0].prepare, nullptr);
  EXPECT_EQ(variant.parameters[0].slot_starts[1], 1u);
  EXPECT_EQ(variant.parameters[0].slot_starts[2], NNXRT_NO_HYPER);
  EXPECT_EQ(variant.input, 0u);
  EXPECT_EQ(variant.label, 1u);
  EXPECT_EQ(variant.loss, 2u);
  EXPECT_EQ(variant.output, 3u);
  EXPECT_EQ(variant.state_bytes, 4321u);
}

TEST_F(StudyTableTest, keeps_every_field_of_buffers) {
  const nnxrt_buffer &input = study->variants[0].buffers[0];
  EXPECT_STREQ(input.name, "input");
  EXPECT_EQ(input.type, NNXRT_F32);
  EXPECT_EQ(input.space, NNXRT_IO);
  EXPECT_EQ(input.rank, 5);
  EXPECT_EQ(input.alias_of, NNXRT_NO_BUFFER);
  EXPECT_EQ(input.bytes, 1234u);
  EXPECT_EQ(input.extent[3], 3);
  EXPECT_EQ(input.extent[4], NNXRT_TILES);
  EXPECT_EQ(input.stride[4], 36288);
  const nnxrt_buffer &weights = study->variants[0].buffers[1];
  EXPECT_EQ(weights.type, NNXRT_U8);
  EXPECT_EQ(weights.space, NNXRT_STATE);
  EXPECT_EQ(weights.rank, 1);
  EXPECT_EQ(weights.alias_of, 0u);
  EXPECT_EQ(weights.offset, uint64_t(1) << 40);
  EXPECT_EQ(weights.bytes, 77u);
  EXPECT_EQ(weights.extent[0], 100);
  EXPECT_EQ(weights.extent[1], 0);
}

TEST_F(StudyTableTest, keeps_every_field_of_parameters) {
  const nnxrt_parameter &parameter = study->variants[0].parameters[0];
  EXPECT_STREQ(parameter.name, "dense_1/kernel");
  EXPECT_STREQ(parameter.init, "uniform");
  EXPECT_EQ(parameter.init_argument[0], -0.05);
  EXPECT_EQ(parameter.init_argument[1], 0.25);
  EXPECT_EQ(parameter.fan_in, 5408);
  EXPECT_EQ(parameter.fan_out, 100);
  EXPECT_EQ(parameter.stream, 9u);
  EXPECT_EQ(parameter.buffer, 1u);
  EXPECT_EQ(parameter.shape_rank, 2u);
  EXPECT_EQ(parameter.rank, 4u);
  EXPECT_EQ(parameter.shape[0], 5408);
  EXPECT_EQ(parameter.dim[2], 32);
  EXPECT_EQ(parameter.stride[2], 18928);
  ASSERT_EQ(parameter.slot_count, 3u);
  EXPECT_EQ(parameter.slots[1], 0u);
  EXPECT_EQ(parameter.slots[2], 1u);
}

TEST_F(StudyTableTest, keeps_plans_and_functions_that_run) {
  const nnxrt_variant &variant = study->variants[0];
  ASSERT_EQ(variant.step.plan_count, 2u);
  EXPECT_EQ(variant.step.plans[1].tiles, 2);
  EXPECT_EQ(variant.step.plans[1].arena_bytes, 128u);
  EXPECT_EQ(variant.step.plans[1].offsets[0], 64u);
  EXPECT_EQ(variant.step.plans[1].offsets[1], UINT64_MAX);
  EXPECT_EQ(variant.evaluate.plan_count, 0u);
  EXPECT_EQ(variant.evaluate.plans, nullptr);
  nnxrt_call call{};
  call.samples = 40;
  EXPECT_EQ(variant.step.run(&call), 41);
  EXPECT_EQ(variant.evaluate.run(&call), 42);
}

TEST(Link, leaves_nothing_behind_where_it_fails) {
  ScratchFolder scratch = llvm::cantFail(ScratchFolder::create());
  std::ofstream(scratch.pathOf("bad.o")) << "no object";
  llvm::Error error = link(LinkMode::Shared, {scratch.pathOf("bad.o")}, scratch.pathOf("study.so"));
  ASSERT_TRUE(bool(error));
  EXPECT_NE(toString(std::move(error)).find("bad.o"), std::string::npos);
  EXPECT_FALSE(std::ifstream(scratch.pathOf("study.so")).good());
}

TEST(Link, names_an_output_that_cannot_be_written) {
  llvm::Error error = link(LinkMode::Shared, {}, "/nonexistent/folder/study");
  ASSERT_TRUE(bool(error));
  EXPECT_NE(toString(std::move(error)).find("/nonexistent/folder/study"), std::string::npos);
}

} // namespace
