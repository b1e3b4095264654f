"""Writes iris.csv beside itself, from scikit-learn's copy of Fisher's 150 flowers.

R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936).
"""

import pathlib

from sklearn.datasets import load_iris

iris = load_iris()
rows = ["sepal_length,sepal_width,petal_length,petal_width,species"]
for flower, species in zip(iris.data, iris.target):
    rows.append(",".join(f"{length:.1f}" for length in flower) + "," + iris.target_names[species])
path = pathlib.Path(__file__).with_name("iris.csv")
path.write_text("\n".join(rows) + "\n", encoding="ascii")
