"""The networks and their weights trained on ImageNet-1k (ILSVRC 2012): a file a family, a row a network.

Parameters, accuracy, size and depth are those of Keras' documentation of 2019 (version 2.2.5 and its translations);
where it has no depth, an older edition's stands here, else None. Hashes are those that Keras 3.15 holds.
"""

from . import (
    densenet,
    efficientnet_lite,
    inception,
    inception_resnet,
    mobilenet,
    mobilenet_v2,
    nasnet,
    resnet,
    resnext,
    vgg,
    xception,
)

# In the order of Keras' documentation; what it does not have comes last.
ROWS = (
    *xception.ROWS,
    *vgg.ROWS,
    *resnet.ROWS,
    *resnext.ROWS,
    *inception.ROWS,
    *inception_resnet.ROWS,
    *mobilenet.ROWS,
    *mobilenet_v2.ROWS,
    *densenet.ROWS,
    *nasnet.ROWS,
    *efficientnet_lite.ROWS,
)
