"""After a training nothing holds the rows: TensorFlow keeps every data set that it was given."""

from weakref import ref

import numpy as np
import pytest

from amalthea.errors import ImageError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import Rows, head, samples, trains
from tests.transfer.waiting import let_go


@trains
@pytest.mark.parametrize("settings", [{}, {"never_worse": True}])
def test_rows_are_let_go_of(settings: dict[str, bool]) -> None:
    (features, labels), (judged, judged_labels) = samples(40), samples(30, seed=1)
    train(head(), features, labels, (judged, judged_labels), Training(epochs=2, batch_size=10, **settings))
    watched = [ref(features), ref(judged)]
    del features, judged
    assert let_go(watched)


@trains
def test_rows_that_failed_are_let_go_of() -> None:
    class Broken(Rows):
        def take(self, indices: np.ndarray) -> list[np.ndarray]:
            if len(self.taken) > 6:
                raise ImageError("record 7 is damaged")
            return super().take(indices)

    given, labels = samples(40)
    broken = Broken(*given.arrays)
    with pytest.raises(ImageError, match="record 7"):
        train(head(), broken, labels, None, Training(epochs=9, batch_size=10))
    watched = [ref(broken)]
    del broken
    assert let_go(watched)
