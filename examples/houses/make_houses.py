"""Writes houses.csv beside itself: 480 invented houses, their prices a formula with noise.

price = (35 + 2.1 size + 9 rooms - 0.35 age + 14 garden) * factor of the area + noise; about one value
in twenty is left out.
"""

import pathlib
import random

numbers = random.Random(7)
factors = {"centre": 1.5, "harbour": 1.3, "hills": 1.15, "suburb": 0.9, "village": 0.7}
rows = ["id,area,size,rooms,age,garden,price"]
for number in range(1, 481):
    area = numbers.choice(sorted(factors))
    size = round(numbers.uniform(35, 210), 1)
    rooms = max(1, round(size / 28 + numbers.gauss(0, 0.8)))
    age = numbers.randrange(0, 120)
    garden = numbers.randrange(2)
    price = (35 + 2.1 * size + 9 * rooms - 0.35 * age + 14 * garden) * factors[area]
    values = [area, size, rooms, age, garden]
    for column in (1, 2, 3):
        if numbers.random() < 0.05:
            values[column] = ""
    rows.append(",".join(str(value) for value in
                         [number, *values, round(price + numbers.gauss(0, 12), 1)]))
path = pathlib.Path(__file__).with_name("houses.csv")
path.write_text("\n".join(rows) + "\n", encoding="ascii")
