// Float code of scalar expressions against their meaning in double precision.
#include "compiler/kernels/ScalarToHalide.h"

#include "dsl/Activations.h"
#include "dsl/ScalarParser.h"
#include "dsl/ScalarProgram.h"
#include "test/unit/GoldenActivations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace nnx;
using dsl::ScalarExpr;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// The least that a target may have; AVX-512 changes no operation, only the width.
const char *const targetText = "x86-64-linux-avx-avx2-f16c-fma-sse41";

/// How the code gets its argument: from memory, or from a sum made under fast-math, of which LLVM
/// may think that it is never NaN.
enum class Source { Memory, FastSum };

struct Pipeline {
  Halide::ImageParam input{Halide::Float(32), 1, "input"};
  Halide::Func result{"result"};
};

Pipeline build(const ScalarExpr &e, Source source) {
  Pipeline p;
  Halide::Var i("i");
  Halide::Func sum("sum");
  if (source == Source::FastSum) {
    Halide::RDom r(0, 2);
    sum(i) = p.input(i) * 0.5f;
    sum(i) += p.input(i) * (cast<float>(r) * 0.5f);
  } else {
    sum(i) = p.input(i);
  }
  Halide::Expr x = sum(i);
  std::map<std::string, Halide::Expr> values;
  for (const std::string &name : e.variables())
    values[name] = x;
  p.result(i) = kernels::toHalide(e, values);
  Halide::Var io("io"), ii("ii");
  p.result.split(i, io, ii, 16, Halide::TailStrategy::RoundUp).vectorize(ii);
  if (source == Source::FastSum) {
    sum.compute_at(p.result, io).store_in(Halide::MemoryType::Stack).vectorize(i);
    sum.update().unroll(Halide::RVar(sum.rvars()[0])).vectorize(i);
  }
  return p;
}

std::vector<float> run(const ScalarExpr &e, const std::vector<float> &x,
                       Source source = Source::Memory) {
  Pipeline p = build(e, source);
  const int count = int(x.size() + 15) / 16 * 16;
  Halide::Buffer<float> in(count), out(count);
  in.fill(0);
  std::copy(x.begin(), x.end(), in.data());
  p.input.set(in);
  p.result.realize(out, Halide::Target(targetText));
  return {out.data(), out.data() + x.size()};
}

/// Linear steps where activations bend, then every magnitude from `least` to `most`, both signs.
std::vector<float> denseInputs(double least, double most) {
  std::vector<float> x;
  for (int i = -40000; i <= 40000; ++i)
    x.push_back(float(i * 0.0005));
  for (double a = least; a < most; a *= 1.001) {
    x.push_back(float(a));
    x.push_back(float(-a));
  }
  return x;
}

ScalarExpr parse(const std::string &text) {
  dsl::ScalarScope scope = dsl::activationScope();
  return dsl::parseScalarExpr(text, scope);
}

/// `scaled` is the absolute error, or where the value exceeds 1 the relative one.
struct Errors {
  double scaled = 0, relative = 0, worstAt = 0;
};

/// Greatest errors; relative ones where the value is no denormal.
Errors compare(const ScalarExpr &e, const std::vector<float> &x) {
  const dsl::ScalarProgram exact(e, {e.variables().empty() ? "x" : *e.variables().begin()});
  const std::vector<float> got = run(e, x);
  Errors errors;
  for (size_t i = 0; i < x.size(); ++i) {
    const double want = exact(double(x[i]));
    if (std::fabs(want) > std::numeric_limits<float>::max()) {
      EXPECT_TRUE(std::isinf(got[i])) << e.text() << " at " << x[i];
      continue;
    }
    const double error = std::fabs(got[i] - want);
    const double scaled = error / std::fmax(1, std::fabs(want));
    if (!(scaled <= errors.scaled))
      errors.scaled = scaled;
    if (std::fabs(want) > 1e-37 && !(error <= errors.relative * std::fabs(want))) {
      errors.relative = error / std::fabs(want);
      errors.worstAt = x[i];
    }
  }
  return errors;
}

/// Bounds of the relative error, or where cancellation is part of the form, of the scaled one.
struct Bound {
  const char *name;
  double value, derivative, ofOutput;
  bool scaled;
};

constexpr Bound bounds[] = {
    {"gelu", 3e-7, 5e-7, 0, true},
    {"elu", 3e-7, 3e-7, 2e-7, false},
    {"relu", 0, 0, 0, false},
    {"sigmoid", 3e-7, 3e-7, 1e-7, true},
    {"tanh", 4e-7, 5e-7, 1e-7, true},
    {"softplus", 4e-7, 3e-7, 3e-7, false},
    {"exponential", 3e-7, 3e-7, 0, false},
    {"softsign", 2e-7, 3e-7, 2e-7, true},
    {"hard_sigmoid", 2e-7, 2e-7, 2e-7, true},
    {"linear", 0, 0, 0, false},
    {"selu", 3e-7, 3e-7, 3e-7, true},
    {"leaky_relu", 1e-7, 1e-7, 0, false},
    {"swish", 4e-7, 1.5e-6, 0, true},
    {"mish", 6e-7, 1.5e-6, 0, true},
    {"gelu_tanh", 1e-6, 3e-6, 0, true},
    {"hard_sigmoid_keras2", 2e-7, 2e-7, 0, true},
};

class ActivationRows : public testing::TestWithParam<Bound> {};

void expectWithin(const char *what, const ScalarExpr &e, const std::vector<float> &x, double bound,
                  bool scaled) {
  const Errors errors = compare(e, x);
  std::printf("  %-20s scaled %.2e  rel %.2e at %g\n", what, errors.scaled, errors.relative,
              errors.worstAt);
  EXPECT_LE(scaled ? errors.scaled : errors.relative, bound) << what << ": " << e.text();
}

TEST_P(ActivationRows, agrees_with_double) {
  const Bound &bound = GetParam();
  const dsl::ActivationRow &row = *dsl::findActivation(bound.name);
  const std::vector<float> x = denseInputs(1e-12, 85);
  expectWithin("value", row.value, x, bound.value, bound.scaled);
  expectWithin("derivative", row.derivative, x, bound.derivative, bound.scaled);
  if (row.derivativeOfOutput) {
    std::vector<float> y;
    for (const float v : x)
      y.push_back(float(row.value.evaluate({{"x", v}})));
    expectWithin("derivative of output", *row.derivativeOfOutput, y, bound.ofOutput, bound.scaled);
  }
}

TEST_P(ActivationRows, lets_nan_through) {
  const ScalarExpr value = dsl::findActivation(GetParam().name)->value;
  for (const Source source : {Source::Memory, Source::FastSum}) {
    const std::vector<float> y = run(value, {nan, 1, -nan, 2}, source);
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_TRUE(std::isfinite(y[1]));
    EXPECT_TRUE(std::isnan(y[2]));
    EXPECT_TRUE(std::isfinite(y[3]));
  }
}

TEST_P(ActivationRows, stays_right_far_out) {
  const dsl::ActivationRow &row = *dsl::findActivation(GetParam().name);
  const std::vector<float> x = {-1e30f, -1e4f, -100.f, 100.f, 1e4f, 1e30f};
  for (const ScalarExpr &e : {row.value, row.derivative}) {
    const std::vector<float> got = run(e, x);
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = e.evaluate({{"x", x[i]}});
      if (std::fabs(want) > std::numeric_limits<float>::max())
        EXPECT_EQ(got[i], inf) << e.text() << " at " << x[i];
      else
        EXPECT_NEAR(got[i], want, 1e-6 + 1e-6 * std::fabs(want)) << e.text() << " at " << x[i];
    }
  }
}

TEST_P(ActivationRows, agrees_with_keras) {
  const dsl::ActivationRow &row = *dsl::findActivation(GetParam().name);
  std::vector<float> x, values, slopes;
  // Their forms are clamped, so that they have limits where Keras's have NaN.
  const bool hasLimits = row.name == "mish" || row.name == "gelu_tanh";
  for (const auto &golden : test::readGoldenActivations())
    if (golden.name == row.name && !(hasLimits && std::isinf(golden.x))) {
      x.push_back(float(golden.x));
      values.push_back(float(golden.value));
      // At NaN Keras's slopes are 0, 1 or NaN by accident of each kernel.
      slopes.push_back(float(std::isnan(golden.x) || test::isRoundedAway(golden)
                                 ? row.derivative.evaluate({{"x", golden.x}})
                                 : golden.gradient));
    }
  const double relative = std::fmax(5e-7, GetParam().derivative);
  ASSERT_GE(x.size(), 40u);
  const auto expectSame = [&](const ScalarExpr &e, const std::vector<float> &want) {
    const std::vector<float> got = run(e, x);
    for (size_t i = 0; i < x.size(); ++i)
      if (std::isnan(want[i]) || std::isinf(want[i]))
        EXPECT_EQ(std::to_string(std::fabs(got[i])), std::to_string(std::fabs(want[i])))
            << e.text() << " at " << x[i];
      else
        EXPECT_NEAR(got[i], want[i], relative * std::fmax(1, std::fabs(want[i])))
            << e.text() << " at " << x[i];
  };
  expectSame(row.value, values);
  expectSame(row.derivative, slopes);
}

INSTANTIATE_TEST_SUITE_P(Table, ActivationRows, testing::ValuesIn(bounds),
                         [](const auto &test) { return std::string(test.param.name); });

TEST(ScalarToHalide, every_row_has_a_bound) {
  EXPECT_EQ(std::size(bounds), dsl::activations().size());
}

struct FunctionCase {
  const char *text;
  double least, most; ///< magnitudes of inputs
  bool negative;
  double relative;
};

TEST(ScalarToHalide, functions_agree_with_double) {
  const FunctionCase cases[] = {
      {"exp(x)", 1e-9, 87, true, 2e-7},           {"expm1(x)", 1e-9, 87, true, 3e-7},
      {"log(x)", 1e-30, 1e30, false, 3e-7},       {"log1p(x)", 1e-9, 1e30, false, 3e-7},
      {"erf(x)", 1e-9, 90, true, 5e-7},           {"tanh(x)", 1e-9, 90, true, 5e-7},
      {"sigmoid(x)", 1e-9, 80, true, 4e-7},       {"softplus(x)", 1e-9, 80, true, 4e-7},
      {"sqrt(x)", 1e-30, 1e30, false, 2e-7},      {"rsqrt(x)", 1e-30, 1e30, false, 3e-7},
      {"pow(x, 0.3)", 1e-9, 1e9, false, 2e-6},    {"pow(x, 3)", 1e-9, 1e9, true, 3e-7},
      {"pow(x, -2)", 1e-9, 1e9, true, 3e-7},      {"pow(1.5, x)", 1e-3, 80, true, 5e-6},
      {"abs(x) + sign(x)", 1e-9, 10, true, 2e-7}, {"min(x, 0.5) + max(x, -2)", 1e-3, 9, true, 2e-7},
  };
  for (const FunctionCase &c : cases) {
    std::vector<float> x;
    for (double a = c.least; a < c.most; a *= 1.0007) {
      x.push_back(float(a));
      if (c.negative)
        x.push_back(float(-a));
    }
    const Errors errors = compare(parse(c.text), x);
    std::printf("  %-26s scaled %.2e  rel %.2e at %g\n", c.text, errors.scaled, errors.relative,
                errors.worstAt);
    EXPECT_LE(errors.relative, c.relative) << c.text;
  }
}

TEST(ScalarToHalide, functions_have_their_edges) {
  const std::vector<float> edges = {nan, -nan, inf, -inf, 0, 1e10f, -1e10f, 89};
  const std::pair<const char *, std::vector<float>> cases[] = {
      {"exp(x)", {nan, nan, inf, 0, 1, inf, 0, inf}},
      {"expm1(x)", {nan, nan, inf, -1, 0, inf, -1, inf}},
      {"sigmoid(x)", {nan, nan, 1, 0, 0.5, 1, 0, 1}},
      {"tanh(x)", {nan, nan, 1, -1, 0, 1, -1, 1}},
      {"erf(x)", {nan, nan, 1, -1, 0, 1, -1, 1}},
      {"softplus(x)", {nan, nan, inf, 0, std::log(2.f), 1e10f, 0, 89}},
      {"log(x)", {nan, nan, inf, nan, -inf, std::log(1e10f), nan, std::log(89.f)}},
      {"log1p(x)", {nan, nan, inf, nan, 0, std::log(1e10f), nan, std::log(90.f)}},
      {"sqrt(x)", {nan, nan, inf, nan, 0, 1e5f, nan, std::sqrt(89.f)}},
      {"max(0, x)", {nan, nan, inf, 0, 0, 1e10f, 0, 89}},
      {"max(x, 1)", {nan, nan, inf, 1, 1, 1e10f, 1, 89}},
      {"min(1, x)", {nan, nan, 1, -inf, 0, 1, -1e10f, 1}},
      {"min(2, max(1, x))", {nan, nan, 2, 1, 1, 2, 1, 2}},
      {"select(x > 0, 1, 2)", {2, 2, 1, 2, 2, 1, 2, 1}},
      {"select(x <= 0, 1, 2)", {2, 2, 2, 1, 1, 2, 1, 2}},
      {"select(0 >= x, 0, 1)", {1, 1, 1, 0, 0, 1, 0, 1}},
      {"select(x != 0, 1, 2)", {1, 1, 1, 1, 2, 1, 1, 1}},
      {"select(x == x, 1, 2)", {2, 2, 1, 1, 1, 1, 1, 1}},
  };
  for (const auto &[text, want] : cases) {
    const std::vector<float> got = run(parse(text), edges);
    for (size_t i = 0; i < edges.size(); ++i) {
      if (std::isnan(want[i]))
        EXPECT_TRUE(std::isnan(got[i])) << text << " at " << edges[i] << " gives " << got[i];
      else
        EXPECT_FLOAT_EQ(got[i], want[i]) << text << " at " << edges[i];
    }
  }
}

TEST(ScalarToHalide, names_a_missing_variable) {
  EXPECT_THROW(kernels::toHalide(ScalarExpr::variable("beta"), {}), std::out_of_range);
}

/// Least time for an element of 8192 in the first-level cache, in nanoseconds.
double nanoseconds(const ScalarExpr &e) {
  Pipeline p = build(e, Source::Memory);
  const int count = 8192;
  Halide::Buffer<float> in(count), out(count);
  for (int i = 0; i < count; ++i)
    in(i) = float(i % 1024) / 128 - 4;
  p.input.set(in);
  p.result.compile_jit(Halide::Target(std::string(targetText) + "-no_asserts-no_bounds_query"));
  double least = 1e9;
  for (int round = 0; round < 300; ++round) {
    const auto start = std::chrono::steady_clock::now();
    p.result.realize(out);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count() / count);
  }
  return least;
}

// Run by name with --gtest_also_run_disabled_tests: it measures, and judges nothing.
TEST(ScalarToHalide, DISABLED_timing) {
  for (const dsl::ActivationRow &row : dsl::activations())
    std::printf("  %-14s value %.2f  derivative %.2f  of output %.2f ns\n", row.name.c_str(),
                nanoseconds(row.value), nanoseconds(row.derivative),
                row.derivativeOfOutput ? nanoseconds(*row.derivativeOfOutput) : NAN);
}

/// Names that the assembly calls or jumps to, labels and Halide's runtime left out.
std::vector<std::string> calledNames(const std::string &path) {
  std::vector<std::string> names;
  std::ifstream file(path);
  for (std::string op, line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string target;
    words >> op >> target;
    const bool leaves = op.rfind("call", 0) == 0 || op == "jmp";
    if (leaves && target.rfind(".L", 0) != 0 && target.find("halide_") == std::string::npos &&
        target != "code@PLT") // the argv form calls it
      names.push_back(target);
  }
  return names;
}

TEST(ScalarToHalide, calls_no_math_library) {
  const auto folder = std::filesystem::temp_directory_path() / "nnx_scalar_to_halide";
  std::filesystem::create_directories(folder);
  const Halide::Target target(std::string(targetText) + "-no_asserts-no_bounds_query-no_runtime");
  for (const dsl::ScalarFunction &f : dsl::scalarFunctions()) {
    const std::string text = std::string(f.name) + (f.arity == 2 ? "(x, 0.5 * x)" : "(x)");
    Pipeline p = build(parse(text), Source::Memory);
    const std::string path = (folder / (std::string(f.name) + ".s")).string();
    p.result.compile_to_assembly(path, {p.input}, "code", target);
    EXPECT_GT(std::filesystem::file_size(path), 100u);
    EXPECT_EQ(calledNames(path), std::vector<std::string>()) << text;
  }
  std::filesystem::remove_all(folder);
}

} // namespace
