/* Where Halide's runtime finds the functions of drivers, which are opened when a device is first
 * used and never linked. Distributions without development files have the numbered names alone. */
#include <dlfcn.h>
#include <stddef.h>

static void *findSymbol(void **library, const char *const names[2], const char *symbol) {
  for (int i = 0; i < 2 && *library == NULL; ++i)
    *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  return *library == NULL ? NULL : dlsym(*library, symbol);
}

void *halide_opencl_get_symbol(void *user, const char *name) {
  static const char *const names[2] = {"libOpenCL.so.1", "libOpenCL.so"};
  static void *library;
  (void)user;
  return findSymbol(&library, names, name);
}

void *halide_cuda_get_symbol(void *user, const char *name) {
  static const char *const names[2] = {"libcuda.so.1", "libcuda.so"};
  static void *library;
  (void)user;
  return findSymbol(&library, names, name);
}
