import pytest

from amalthea.transfer.tables import aligned

pytestmark = pytest.mark.single_backend


def test_numbers_stand_at_the_right_and_names_at_the_left() -> None:
    rows = [("model", "accuracy", "weights"), ("a", "0.9 ± 0.01", "1,000"), ("longer", "1", ""), ("b", "", "20")]
    assert aligned(rows) == [
        "model     accuracy  weights",
        "a       0.9 ± 0.01    1,000",
        "longer           1",
        "b                        20",
    ]
