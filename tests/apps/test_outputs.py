"""Files to write: which suffixes will do."""

import click
import pytest

from amalthea.apps.features import features
from amalthea.apps.outputs import OutFile
from amalthea.apps.train import train

pytestmark = pytest.mark.single_backend


def out_file(command, name):
    [option] = [option for option in command.params if option.name == name]
    assert isinstance(option.type, OutFile)
    return option.type


def test_capitals_will_do_for_pictures(tmp_path):
    path = tmp_path / "curves.PNG"
    assert out_file(train, "curves").convert(path, None, None) == path


@pytest.mark.parametrize(("command", "name"), [(train, "pets.ONNX"), (train, "pets.Keras"), (features, "pets.NPZ")])
def test_capitals_are_refused_at_once_where_the_writer_refuses_them_later(tmp_path, command, name):
    with pytest.raises(click.BadParameter, match=rf"{name} must end in \."):
        out_file(command, "out").convert(tmp_path / name, None, None)
