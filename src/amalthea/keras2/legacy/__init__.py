"""``keras.legacy``: where Keras 2 kept what it had taken over from Keras 1."""
