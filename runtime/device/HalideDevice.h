// What the runtime calls of Halide's for devices. Weak: programs that train nothing are linked
// without Halide's runtime, trainers for the processor alone without that of the devices.
#pragma once

#include <HalideRuntimeCuda.h>
#include <HalideRuntimeOpenCL.h>

extern "C" {
#define NNXRT_WEAK __attribute__((weak))
NNXRT_WEAK int halide_device_malloc(void *user, halide_buffer_t *buffer,
                                    const halide_device_interface_t *interface);
NNXRT_WEAK int halide_device_free(void *user, halide_buffer_t *buffer);
NNXRT_WEAK void halide_device_release(void *user, const halide_device_interface_t *interface);
NNXRT_WEAK int halide_device_crop(void *user, const halide_buffer_t *from, halide_buffer_t *part);
NNXRT_WEAK int halide_device_release_crop(void *user, halide_buffer_t *part);
NNXRT_WEAK int halide_copy_to_device(void *user, halide_buffer_t *buffer,
                                     const halide_device_interface_t *interface);
NNXRT_WEAK int halide_buffer_copy(void *user, halide_buffer_t *from,
                                  const halide_device_interface_t *interface, halide_buffer_t *to);
NNXRT_WEAK int halide_copy_to_host(void *user, halide_buffer_t *buffer);
NNXRT_WEAK void *halide_cuda_get_symbol(void *user, const char *name);
NNXRT_WEAK const halide_device_interface_t *halide_opencl_device_interface();
NNXRT_WEAK const halide_device_interface_t *halide_cuda_device_interface();
#undef NNXRT_WEAK
}
