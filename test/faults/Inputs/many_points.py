"""many_points.py N: a study of N trainings, a moment and 80 kB of weights each, on the data of make_data.py."""

import sys

rates = ", ".join(f"{0.001 * (i + 1):.3f}" for i in range(int(sys.argv[1])))
print(f"""dataset bars {{
  train   = idx("train-images", "train-labels")
  test    = idx("test-images", "test-labels")
  shape   = 12x12x1
  classes = 3
  scale   = 1 / 255
}}

network small() {{
  conv2d(4, kernel = 3, activation = relu)
  max_pool(2)
  flatten()
  dense(200, activation = relu)
  dense(classes, activation = softmax)
}}

training standard {{
  loss      = cross_entropy
  optimizer = sgd(lr = 0.01, momentum = 0.9)
  epochs    = 1
}}

experiment rates {{
  grid {{ rate in [{rates}] }}
  train small() on bars with standard {{ optimizer.lr = rate }}
}}""")
