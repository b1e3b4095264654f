// What a kernel is: its kind and attributes, and the arguments of the C function made from it.
//
// Attributes are text. Shapes are written as in the language and in Keras, height first: "28x28x1",
// "3x3"; in memory x (width) lies inside y. The attributes of each kind stand in docs/kernels.md.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace nnx::kernels {

// Every failure of this library: an unknown kind, an attribute that is missing or out of range, an
// error of Halide. what() says which kernel and why.
class KernelError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

// A kind of the table in docs/architecture.md and its attributes.
struct KernelSpec {
  std::string kind;
  std::map<std::string, std::string> attributes;

  // One line, the same for equal specs: `max_pool_grad(activation=none, input=26x26x32, ...)`.
  std::string text() const;

  // The attribute `name`; each throws KernelError where it is missing or not of that form.
  const std::string &textOf(const std::string &name) const;
  int intOf(const std::string &name) const;
  double realOf(const std::string &name) const;
  bool flagOf(const std::string &name) const;              // "0" or "1"
  std::vector<int> shapeOf(const std::string &name) const; // "3x3" is {3, 3}
};

// One argument of the C function `int32_t symbol(void *user_context, arguments...)`. A buffer is a
// `halide_buffer_t *`, a Float a `float`, an Int an `int32_t`, a Long an `int64_t`. An InOut buffer
// is updated in place; Numbers is the buffer of what differs between models (GpuModels.h).
struct KernelArgument {
  enum class Kind { Input, Output, InOut, Float, Int, Long, Numbers };

  bool isBuffer() const { return kind <= Kind::InOut; }

  enum class Type { F32, U8, I32 };
  std::string
      name; // "x", "weights", "dz"; a hyperparameter or a slot as its optimizer's row calls it
  Kind kind = Kind::Input;
  Type type = Type::F32;
  int rank = 0; // of a buffer; 0 for numbers
};

// The arguments of `spec` in the order of the C function, after the user context; on a GPU those of
// GpuModels.h come first, and numbers other than that of the samples are not among them.
std::vector<KernelArgument> argumentsOf(const KernelSpec &spec, bool onGpu = false);

// The kinds there are, sorted.
std::vector<std::string> kernelKinds();

} // namespace nnx::kernels
