// What the frontend makes of parameters, places and endings.
#include "InterpretedNetwork.h"

#include "compiler/dialect/NnxDialect.h"
#include "compiler/frontend/BuildModule.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

#include <set>

namespace {

using nnx::test::studyOf;

struct BuildModule : testing::Test {
  BuildModule() { context.loadDialect<nnx::NnxDialect, mlir::func::FuncDialect>(); }

  mlir::OwningOpRef<mlir::ModuleOp> build(const nnx::dsl::Variant &variant) {
    return nnx::buildModule(context, variant, {"test.nnx"});
  }
  static std::vector<nnx::ParameterAttr> parametersOf(mlir::ModuleOp module) {
    auto forward = module.lookupSymbol<mlir::func::FuncOp>("forward");
    std::vector<nnx::ParameterAttr> parameters;
    for (unsigned i = 2; i < forward.getNumArguments(); ++i)
      parameters.push_back(forward.getArgAttrOfType<nnx::ParameterAttr>(i, nnx::kParameterAttr));
    return parameters;
  }

  mlir::MLIRContext context;
};

TEST_F(BuildModule, says_how_parameters_start) {
  auto module =
      build(studyOf("conv2d(7, kernel = 3x2, activation = relu, init = uniform(low = -0.1, "
                    "high = 0.2))\nflatten()\ndense(classes, activation = softmax, bias = "
                    "false)",
                    "5x6x2")
                .variants[0]);
  ASSERT_TRUE(module);
  EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
  std::vector<nnx::ParameterAttr> parameters = parametersOf(*module);
  ASSERT_EQ(parameters.size(), 3u);
  EXPECT_EQ(parameters[0].getName(), "conv2d_1/kernel");
  EXPECT_EQ(parameters[0].getInit(), "uniform");
  EXPECT_EQ(parameters[0].getArguments().asArrayRef(), llvm::ArrayRef<double>({-0.1, 0.2}));
  EXPECT_EQ(parameters[0].getFanIn(), 3 * 2 * 2);
  EXPECT_EQ(parameters[0].getFanOut(), 3 * 2 * 7);
  EXPECT_EQ(parameters[1].getName(), "conv2d_1/bias");
  EXPECT_EQ(parameters[1].getInit(), "zeros");
  EXPECT_EQ(parameters[1].getFanIn(), 7);
  EXPECT_EQ(parameters[2].getName(), "dense_1/kernel");
  EXPECT_EQ(parameters[2].getFanIn(), 3 * 5 * 7);
  EXPECT_EQ(parameters[2].getFanOut(), 5);
}

TEST_F(BuildModule, draws_alike_for_layers_of_one_place_and_shape) {
  auto narrow =
      build(studyOf("flatten()\ndense(3)\ndense(4)\ndense(classes, activation = softmax)", "2x3x1")
                .variants[0]);
  auto other =
      build(studyOf("flatten()\ndense(3)\ndense(9)\ndense(classes, activation = softmax)", "2x3x1")
                .variants[0]);
  std::vector<nnx::ParameterAttr> a = parametersOf(*narrow), b = parametersOf(*other);
  EXPECT_EQ(a[0].getStream(), b[0].getStream());
  EXPECT_NE(a[2].getStream(), b[2].getStream());
  std::set<int64_t> streams;
  for (nnx::ParameterAttr parameter : a)
    streams.insert(parameter.getStream());
  EXPECT_EQ(streams.size(), a.size());
}

TEST_F(BuildModule, points_into_the_file) {
  auto module =
      build(studyOf("flatten()\ndense(classes, activation = softmax)", "2x2x1").variants[0]);
  module->walk([](nnx::DenseOp op) {
    auto name = llvm::cast<mlir::NameLoc>(op.getLoc());
    auto place = llvm::cast<mlir::FileLineColLoc>(name.getChildLoc());
    EXPECT_EQ(name.getName(), "dense_1");
    EXPECT_EQ(place.getFilename(), "test.nnx");
    EXPECT_EQ(place.getLine(), 9u);
    EXPECT_EQ(place.getColumn(), 1u);
  });
}

TEST_F(BuildModule, refuses_a_network_without_softmax_at_its_end) {
  nnx::dsl::Study study = studyOf("flatten()\ndense(4)\ndense(classes)\nsoftmax()", "2x2x1");
  nnx::dsl::Variant variant = study.variants[0];
  variant.network.layers.pop_back();
  std::string found;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &diagnostic) { found += diagnostic.str(); });
  EXPECT_FALSE(build(variant));
  EXPECT_EQ(found, "cross_entropy needs a network that ends in a softmax of 5 classes");
}

TEST_F(BuildModule, says_which_layer_cannot_be_built) {
  nnx::dsl::Study study =
      studyOf("max_pool(2)\nflatten()\ndense(classes, activation = softmax)", "20x20x1");
  // A window that the language refuses.
  nnx::dsl::LayerInstance &pool = study.variants[0].network.layers[0];
  std::vector<nnx::dsl::Setting> settings(pool.settings.begin(), pool.settings.end());
  for (nnx::dsl::Setting &setting : settings)
    if (setting.name == "size")
      setting.value = nnx::dsl::Shape{17, 17};
  pool.settings = nnx::dsl::Settings(std::move(settings));
  std::string found;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &diagnostic) { found += diagnostic.str(); });
  EXPECT_FALSE(build(study.variants[0]));
  EXPECT_EQ(found, "a window has at most 256 places, which a byte counts");
}

} // namespace
