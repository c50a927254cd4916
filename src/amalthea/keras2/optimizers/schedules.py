"""``keras.optimizers.schedules``: rates that change with the steps."""

from keras.optimizers.schedules import *  # noqa: F403 - all that Keras has
