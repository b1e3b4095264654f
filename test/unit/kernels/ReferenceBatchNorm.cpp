// batch_norm and its gradients, by plain loops.
#include "KernelReference.h"

#include <cmath>

namespace nnx::kernels {
namespace {

// Calls body(l, p, t) for every number of a channel.
template <typename Body> void forNumbers(Reference &reference, Body body) {
  reference.forSamples([&](int l, int t) {
    for (int p = 0; p < reference.in("x").extents()[1]; ++p)
      body(l, p, t);
  });
}

int channelsOf(Reference &reference) {
  return reference.in("x").extents()[2];
}

double countOf(Reference &reference) {
  return double(reference.samples()) * reference.in("x").extents()[1];
}

double deviationOf(Reference &reference, int c) {
  return std::sqrt(at(reference.in("variance"), {c}) + reference.data().spec().realOf("epsilon"));
}

double normalized(Reference &reference, int l, int p, int c, int t) {
  return (at(reference.in("x"), {l, p, c, t}) - at(reference.in("mean"), {c})) /
         deviationOf(reference, c);
}

} // namespace

void batchNormStatistics(Reference &reference) {
  const double momentum = reference.data().spec().realOf("momentum");
  for (int c = 0; c < channelsOf(reference); ++c) {
    double sum = 0, squares = 0;
    forNumbers(reference, [&](int l, int p, int t) { sum += at(reference.in("x"), {l, p, c, t}); });
    const double mean = sum / countOf(reference);
    forNumbers(reference, [&](int l, int p, int t) {
      squares += std::pow(at(reference.in("x"), {l, p, c, t}) - mean, 2);
    });
    const double variance = squares / countOf(reference);
    reference.set("mean", {c}, mean);
    reference.set("variance", {c}, variance);
    reference.set("moving_mean", {c},
                  momentum * at(reference.in("moving_mean"), {c}) + (1 - momentum) * mean);
    reference.set("moving_variance", {c},
                  momentum * at(reference.in("moving_variance"), {c}) + (1 - momentum) * variance);
  }
}

void normalize(Reference &reference) {
  for (int c = 0; c < channelsOf(reference); ++c)
    forNumbers(reference, [&](int l, int p, int t) {
      reference.set("y", {l, p, c, t},
                    at(reference.in("gamma"), {c}) * normalized(reference, l, p, c, t) +
                        at(reference.in("beta"), {c}));
    });
}

void batchNormGradParameters(Reference &reference) {
  for (int c = 0; c < channelsOf(reference); ++c) {
    double gamma = 0, beta = 0;
    forNumbers(reference, [&](int l, int p, int t) {
      const double dy = at(reference.in("dy"), {l, p, c, t});
      gamma += dy * normalized(reference, l, p, c, t);
      beta += dy;
    });
    reference.set("dgamma", {c}, gamma);
    reference.set("dbeta", {c}, beta);
  }
}

void batchNormGradInput(Reference &reference) {
  const double n = countOf(reference);
  for (int c = 0; c < channelsOf(reference); ++c)
    forNumbers(reference, [&](int l, int p, int t) {
      const double centred =
          at(reference.in("dy"), {l, p, c, t}) - at(reference.in("dbeta"), {c}) / n -
          normalized(reference, l, p, c, t) * at(reference.in("dgamma"), {c}) / n;
      reference.set("dx", {l, p, c, t},
                    at(reference.in("gamma"), {c}) / deviationOf(reference, c) * centred);
    });
}

} // namespace nnx::kernels
