// Buffers of kernels as Halide parameters.
#include "compiler/kernels/Tensors.h"

namespace nnx::kernels {
namespace {

template <typename Buffer> void constrain(Buffer buffer, const Extents &extents, bool hasBounds) {
  buffer.set_host_alignment(64);
  int stride = 1; // 0 once an extent inside is not constant
  for (size_t d = 0; d < extents.size(); ++d) {
    if (hasBounds) {
      buffer.dim(d).set_min(0);
      if (extents[d] != runTime)
        buffer.dim(d).set_extent(extents[d]);
    }
    if (stride != 0)
      buffer.dim(d).set_stride(stride);
    stride *= extents[d];
  }
}

} // namespace

Halide::ImageParam inputBuffer(Halide::Type type, const std::string &name, const Extents &extents) {
  Halide::ImageParam buffer(type, static_cast<int>(extents.size()), name);
  constrain(buffer, extents, true);
  return buffer;
}

void constrainOutputs(Halide::Func func, const Extents &extents) {
  // Halide takes min and extent from the first output of a Tuple only.
  bool isFirst = true;
  for (const Halide::OutputImageParam &buffer : func.output_buffers()) {
    constrain(buffer, extents, isFirst);
    isFirst = false;
  }
  for (size_t d = 0; d < extents.size(); ++d)
    if (extents[d] != runTime)
      func.bound(func.args()[d], 0, extents[d]);
}

OldElements::OldElements(const std::vector<Halide::Expr> &from) : reads(from) {
  for (const Halide::Expr &read : reads)
    names.push_back(
        Halide::Internal::Variable::make(read.type(), Halide::Internal::unique_name("old")));
}

Halide::Tuple OldElements::bind(std::vector<Halide::Expr> values) const {
  for (Halide::Expr &value : values)
    for (size_t i = 0; i < reads.size(); ++i)
      value = Halide::Internal::Let::make(names[i].as<Halide::Internal::Variable>()->name, reads[i],
                                          value);
  return Halide::Tuple(values);
}

} // namespace nnx::kernels
