// What a kernel must give, by plain loops in double precision: one function for each kind, in the
// table of KernelReference.cpp. Inputs are read through their buffers, results are kept apart.
#pragma once

#include "KernelCase.h"

#include <functional>
#include <initializer_list>

namespace nnx::kernels {

/// Reads a buffer at coordinates, innermost first; 0 outside.
double at(TestBuffer &buffer, std::initializer_list<int> place);
size_t indexOf(const std::vector<int> &extents, std::initializer_list<int> place);

/// The function of a row of Activations.def, and its slope as a function of the output where the
/// row has such a form, otherwise of the input. "none" is the identity.
std::function<double(double)> activationOf(const std::string &name);
std::function<double(double)> slopeOf(const std::string &name);

class Reference {
public:
  using Results = std::map<std::string, std::vector<double>>;

  Reference(KernelCase &data, int samples) : kernelCase(data), sampleCount(samples) {}

  /// The results by buffer; NaN where nothing is written. Throws for a kind that has no function.
  Results run();

  KernelCase &data() { return kernelCase; }
  int samples() const { return sampleCount; }
  TestBuffer &in(const std::string &name) { return kernelCase.buffer(name); }
  std::vector<double> &out(const std::string &name);
  void set(const std::string &name, std::initializer_list<int> place, double value);
  const std::string &text(const std::string &name) { return kernelCase.spec().textOf(name); }

  /// Calls body(lane, tile) for each sample.
  template <typename Body> void forSamples(Body body) {
    for (int s = 0; s < sampleCount; ++s)
      body(s % 16, s / 16);
  }

  /// One step of the optimizer over a buffer of weights; `gradient` of element i.
  void update(const std::function<double(size_t)> &gradient, const std::string &weights);

private:
  KernelCase &kernelCase;
  int sampleCount;
  Results results;
};

void conv2dForward(Reference &reference);
void conv2dSoftmaxForward(Reference &reference);
void conv2dGradWeights(Reference &reference);
void conv2dGradBias(Reference &reference);
void conv2dGradInput(Reference &reference);
void maxPoolForward(Reference &reference);
void maxPoolGrad(Reference &reference);
void maxPoolSoftmaxGrad(Reference &reference);
void avgPoolForward(Reference &reference);
void avgPoolGrad(Reference &reference);
void add(Reference &reference);
void concat(Reference &reference);
void slice(Reference &reference);
void gatherSamples(Reference &reference);
void gatherAugmented(Reference &reference);
void gatherLabels(Reference &reference);
void dropout(Reference &reference);
void batchNormStatistics(Reference &reference);
void normalize(Reference &reference);
void batchNormGradParameters(Reference &reference);
void batchNormGradInput(Reference &reference);
void denseForward(Reference &reference);
void denseGradWeights(Reference &reference);
void denseGradBias(Reference &reference);
void denseGradInput(Reference &reference);
void transposeDelta(Reference &reference);
void elementwise(Reference &reference);
void softmax(Reference &reference);
void softmaxCrossEntropy(Reference &reference);
void elementwiseLoss(Reference &reference);

} // namespace nnx::kernels
