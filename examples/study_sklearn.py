"""Would more data help a digit classifier of scikit-learn? Two lines: the estimator, and the study.

python examples/study_sklearn.py FOLDER
"""

import sys

from sklearn.datasets import load_digits
from sklearn.svm import SVC

import ganbaru as gb

if __name__ == "__main__":
    estimator, data = SVC(gamma=1e-3), load_digits(return_X_y=True)
    answer = gb.study.data(estimator, data, out=sys.argv[1], jobs=0)

    print(answer)
    print(answer.evidence["twice the data would bring"])
