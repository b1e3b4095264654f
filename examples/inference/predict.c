/* Predicts digits of an IDX file with a compiled network, in C:
 *
 *   nnxc build --inference examples/mnist/baseline.nnx -o digits
 *   cc -O2 examples/inference/predict.c -I. -L. -l:libdigits.a -o predict
 *   ./predict t10k-images-idx3-ubyte 5
 */
#include "digits.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: %s IMAGES COUNT\n", arguments[0]);
    return 2;
  }
  FILE *file = fopen(arguments[1], "rb");
  const int samples = atoi(arguments[2]);
  if (file == NULL || fseek(file, 16, SEEK_SET) != 0 || samples < 1 || samples > 1000000) {
    fprintf(stderr, "%s: cannot be read\n", arguments[1]);
    return 2;
  }
  float *inputs = malloc(sizeof(float) * DIGITS_INPUTS * (size_t)samples);
  float *outputs = malloc(sizeof(float) * DIGITS_OUTPUTS * (size_t)samples);
  void *arena = malloc(digits_arena_bytes()); /* one for each thread that predicts */
  if (inputs == NULL || outputs == NULL || arena == NULL)
    return 1;
  for (int i = 0; i < samples * DIGITS_INPUTS; ++i) {
    const int byte = getc(file);
    if (byte == EOF) {
      fprintf(stderr, "%s: has less than %d images\n", arguments[1], samples);
      return 2;
    }
    inputs[i] = (float)byte * (float)DIGITS_SCALE;
  }
  const int error = digits_predict(inputs, (size_t)samples, outputs, arena);
  if (error != 0) {
    fprintf(stderr, "error %d\n", error);
    return 1;
  }
  for (int i = 0; i < samples; ++i) {
    const float *row = outputs + (size_t)i * DIGITS_OUTPUTS;
    int best = 0;
    for (int c = 1; c < DIGITS_OUTPUTS; ++c)
      best = row[c] > row[best] ? c : best;
    printf("image %d: class %d, probability %.4f\n", i, best, row[best]);
  }
  free(arena);
  free(outputs);
  free(inputs);
  fclose(file);
  return 0;
}
