"""Seconds to build each network without weights, ours against keras.applications, on the backend of KERAS_BACKEND."""

import argparse

import keras

from amalthea.architectures import get_model
from amalthea.catalog import list_models
from benchmarks.measure import in_turn, median_ratio, summary, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    rows: list[dict[str, object]] = []
    for name in list_models():
        theirs = getattr(keras.applications, name, None)
        contenders = {"amalthea": lambda name=name: _fresh(get_model, name)}
        if theirs:
            contenders["keras.applications"] = lambda theirs=theirs: _fresh(theirs)
        seconds = in_turn(contenders, rounds)
        row: dict[str, object] = {"model": name, **{who: summary(times) for who, times in seconds.items()}}
        if theirs:
            row["keras / amalthea"] = median_ratio(seconds["keras.applications"], seconds["amalthea"])
        rows.append(row)
    write(f"construction-{keras.config.backend()}", rows, unit="seconds", rounds=rounds)


def _fresh(build, *arguments):
    keras.utils.clear_session(free_memory=False)
    return build(*arguments, weights=None)


if __name__ == "__main__":
    main()
