"""`amalthea migrate`: what callbacks were told, and are no longer."""

import pytest

pytestmark = pytest.mark.single_backend

SCRIPT = """\
from keras.callbacks import Callback
from keras.models import load_model
class Shown(Callback):
    def on_train_begin(self, logs={}):
        told = self.params
        print(self.params['nb_epoch'], self.params.get("nb_epoch", 1), told['nb_epoch'], self.params['verbose'])
        print(self.params['nb_sample'])
        print(told.get('samples'))
        print(self.params['batch_size'])
        print(self.params['metrics'])
        print(self.params['do_validation'])
    def on_batch_end(self, batch, logs={}):
        print(logs['size'], logs.get('loss'))
        print(logs.get('batch'))
        print(self.mine['metrics'], logs['metrics'])
class Other:
    def on_batch_end(self, batch, logs={}):
        print(self.params['nb_epoch'], self.params['metrics'], logs['size'])
model = load_model('m.h5')
seen = model.fit(x, y)
print(seen.params['nb_epoch'])
print(seen.params['metrics'])
print(settings['nb_epoch'], settings.params['metrics'])
"""


def test_params_and_logs(migrated):
    answer = migrated(SCRIPT)
    before, after = SCRIPT.splitlines(), answer.after.splitlines()
    assert after[5].strip() == (
        "print(self.params['epochs'], self.params.get(\"epochs\", 1), told['epochs'], self.params['verbose'])"
    )
    assert after[20] == "print(seen.params['epochs'])"
    assert [place for place in range(len(before)) if before[place] != after[place]] == [5, 20]
    params, logs = "Keras 3 tells verbose, epochs and steps only", "Keras 3 tells loss and metrics only"
    assert [(one.line, one.text) for one in answer.remarks if one.kind == "left"] == [
        (7, f"self.params['nb_sample']: {params}; hand the number of samples to __init__."),
        (8, f"told['samples']: {params}; hand the number of samples to __init__."),
        (9, f"self.params['batch_size']: {params}; hand the size of a batch to __init__."),
        (10, f"self.params['metrics']: {params}; their names are the keys of logs."),
        (
            11,
            f"self.params['do_validation']: {params}; where there is validation, logs have keys that begin with val_.",
        ),
        (13, f"logs['size']: {logs}; hand the size of a batch to __init__."),
        (14, f"logs['batch']: {logs}; it is the argument before logs."),
        (22, f"seen.params['metrics']: {params}; their names are the keys of seen.history."),
    ]


def test_weights_of_classes_by_outputs(migrated):
    answer = migrated("""\
        from keras.models import load_model
        model, weights = load_model('m.h5'), {'main': {0: 1., 1: 5.}}
        model.fit(x, y, class_weight=weights)
        model.fit_generator(x, 3, class_weight=[{0: 1., 1: 5.}, None])
        model.fit(x, y, class_weight={0: 1., 1: 5.})
        """)
    said = {one.line: one.text for one in answer.remarks if one.kind == "left"}
    more = "Keras 3 takes weights of classes for a single output only. Give sample_weight, a list with an array for"
    assert said == {
        3: f"class_weight=weights: {more} each output.",
        4: f"class_weight=[{{0: 1., 1: 5.}}, None]: {more} each output.",
    }
