"""scikit-learn's stochastic gradient descent, from libsvm text to a saved model and back.

    sgd_classifier.py train TRAIN MODEL      three epochs
    sgd_classifier.py predict MODEL TEST     prints the probability of label 1, a row a line
"""
import pickle
import sys

from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import SGDClassifier


def train(path, model_path):
    rows, labels = load_svmlight_file(path)
    model = SGDClassifier(loss="log_loss", max_iter=3, tol=None).fit(rows, labels)
    with open(model_path, "wb") as file:
        pickle.dump(model, file)


def predict(model_path, path):
    with open(model_path, "rb") as file:
        model = pickle.load(file)
    rows, _ = load_svmlight_file(path)
    rows.resize(rows.shape[0], model.n_features_in_)
    for p in model.predict_proba(rows)[:, 1]:
        print(p)


{"train": train, "predict": predict}[sys.argv[1]](*sys.argv[2:])
