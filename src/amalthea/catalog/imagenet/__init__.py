"""The networks and their weights trained on ImageNet-1k (ILSVRC 2012): a file a family, a row a network.

Parameters, accuracy, size and depth are those of Keras' documentation of 2019 (version 2.2.5 and its translations);
where it has no depth, an older edition's stands here, else None. Hashes are those that Keras 3.15 holds.
"""

from . import efficientnet_lite, inception, mobilenet, resnet, vgg

# In the order of Keras' documentation; what it does not have comes last.
ROWS = (*vgg.ROWS, *resnet.ROWS, *inception.ROWS, *mobilenet.ROWS, *efficientnet_lite.ROWS)
