// What the runtime calls of Halide's for devices. Weak: programs that train nothing are linked
// without Halide's runtime, trainers for the processor alone without that of the devices.
#pragma once

#include <HalideRuntimeCuda.h>
#include <HalideRuntimeOpenCL.h>

extern "C" __attribute__((weak)) void *halide_cuda_get_symbol(void *user, const char *name);
#pragma weak halide_device_malloc
#pragma weak halide_device_free
#pragma weak halide_device_release
#pragma weak halide_device_crop
#pragma weak halide_device_release_crop
#pragma weak halide_copy_to_device
#pragma weak halide_copy_to_host
#pragma weak halide_buffer_copy
#pragma weak halide_opencl_device_interface
#pragma weak halide_cuda_device_interface
