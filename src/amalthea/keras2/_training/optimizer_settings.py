"""What ``get_config`` of an optimizer returns."""

from typing import Any


class Settings(dict[str, Any]):
    """The arguments of an optimizer by the names of Keras 3; who asks for ``lr`` or ``decay``, or sets them, can.

    Example:
        >>> config = Settings(name="SGD", learning_rate=0.5)
        >>> config["lr"], config["decay"]
        (0.5, 0.0)
        >>> config["lr"] = 0.25
        >>> dict(config)
        {'name': 'SGD', 'learning_rate': 0.25}
    """

    def __missing__(self, key: str) -> Any:
        schedule = self._schedule()
        if key == "lr" and "learning_rate" in self:
            return self["learning_rate"] if schedule is None else schedule["initial_learning_rate"]
        if key == "decay":
            return 0.0 if schedule is None else schedule["decay_rate"]
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        schedule = self._schedule()
        if key == "lr" and schedule is not None:
            schedule["initial_learning_rate"] = float(value)
        elif key == "decay" and schedule is not None:
            schedule["decay_rate"] = float(value)
        else:
            super().__setitem__("learning_rate" if key == "lr" else key, value)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in ("lr", "decay")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as a plain dictionary, which opens where there is no Amalthea."""
        return dict, (dict(self),)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or a default."""
        try:
            return self[key]
        except KeyError:
            return default

    def _schedule(self) -> dict[str, Any] | None:
        """The settings of ``InverseTimeDecay``, where the rate decays."""
        rate = super().get("learning_rate")
        if not isinstance(rate, dict) or rate.get("class_name") != "InverseTimeDecay":
            return None
        found: dict[str, Any] = rate["config"]
        return found
