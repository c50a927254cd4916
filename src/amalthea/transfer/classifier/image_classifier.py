"""A classifier of pictures with scikit-learn's conventions: it holds parameters, and calls functions."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ..base import base_of
from ..cutting.freezing import freeze_before, restored_flags
from ..rate_finder import LearningRates, RangeTest, find_learning_rate
from ..training.head import attach, warn_of_scores
from ..training.settings import Rates
from ..training.watching import History
from .answering import Answering, check_fitted
from .crossing import Parts
from .early_stopping import tell_given_back
from .labelled import training_samples, tuning_samples, weighted, with_validation
from .learned_pictures import NONE, warn_of_learned
from .learning import all_or_nothing, learned
from .parameters import check_crossing, head_of, training_of, tuning_of, wishes_of
from .pixels import check_all
from .planning import trains_below_head
from .saving import read_classifier, record_of, restored, write_classifier
from .unfreezing import learn_gradually

if TYPE_CHECKING:
    import keras


class ImageClassifier(Answering):
    """Learns to tell classes of pictures apart: a pretrained network, frozen, under a small head that is trained.

    Each picture crosses the frozen layers once, in the runtime; what they return is kept on the disk, and the head
    learns from it. ``fine_tune`` then trains the last layers of the network, too. An estimator of scikit-learn:
    ``clone``, ``Pipeline``, ``GridSearchCV`` and ``cross_val_score`` take it.

    Args:
        model: a network by name, which is built without its classifier and frozen; or a ``keras.Model``, which is taken
            as it is: those of its layers train whose ``trainable`` is True, in the model that was given.
        weights: of a network given by name: ``"imagenet"``, the path of a weight file, or None for random ones.
        alpha: width of a network that has several.
        image_size: pixels of a side, or (height, width); None takes the size of arrays, else the network's own.
        features: name of the layer at which the head begins, such as an early one for data unlike ImageNet's, or
            ``"predictions"`` for the network's own classifier; None takes the last one before that, of a model that is
            given the last one of all.
        pooling: of feature maps: ``"avg"``, ``"max"`` or ``"flatten"``.
        hidden: widths of dense layers between features and scores, with ReLU.
        dropout: part of the features, and of each hidden layer, that is left out in training.
        l1: weight of the sum of absolute kernel values in the loss.
        l2: weight of the sum of squared kernel values in the loss.
        loss: ``"categorical_crossentropy"``: a softmax of k classes; or ``"binary_crossentropy"``: one sigmoid of two.
        scaling: of the pixels, in place of what the network's weights expect: ``"caffe"``, ``"tf"``, ``"torch"``,
            ``"lite"``, or a number that multiplies [0, 255], such as 1 / 255. Then values are not checked.
        interpolation: by which pictures from files get their size; None takes the network's own.
        optimizer: ``"adam"``, ``"sgd"``, ``"rmsprop"``, or one of Keras.
        learning_rate: of the head; an optimizer of Keras has its own instead.
        schedule: how the rate of the head changes from step to step: None, not at all; ``"cosine"``, by which it falls
            to 0; ``"one_cycle"``, by which it rises before, in the first quarter of the steps; or a schedule of Keras.
        epochs: how often each picture is learned from.
        batch_size: pictures in a training step.
        class_weight: None, ``"balanced"`` for classes of different size, or a weight for each class by its name.
        label_smoothing: part in [0, 1) of each label that is spread evenly over all classes.
        mixup: at least 0. Above it, each picture learns together with a part, less than half, of another one and its
            label; the larger the number, the larger these parts. They are mixed where the frozen layers end. Common
            is 0.2.
        early_stopping: epochs without a better validation after which the best weights are taken; True means 5.
        augment: None; ``"live"`` for pictures that differ in every epoch, each of which then takes the time of the
            frozen layers; or how many versions of each picture are computed and kept, of which each epoch takes the
            next, so that as many as there are epochs are the same as ``"live"``. Only ``fit`` and ``fine_tune`` do so,
            and never with pictures to validate with.
        augmentation: what may change; None: shear up to 11.5 degrees, zoom of 0.8 to 1.2, flips left to right.
        seed: of the split, the head's weights and dropout, the order of pictures, and augmentation. Not of what the
            network itself has at random, its weights where ``weights`` is None, or in a model that is given a dropout
            or random flip without a seed of its own: ``keras.utils.set_random_seed`` repeats those.
        precision: of the frozen layers and of predictions: ``"float32"``, or ``"bfloat16"`` where the processor has it.
        threshold: how probable the best class of a picture must be to be its answer, in [0, 1]; else that is None, for
            "none of these". None answers in any case. ``find_threshold`` suggests one; ``save`` writes it, too.
        training_precision: of what the trained layers compute: ``"float32"``, or ``"bfloat16"`` where the processor has
            it. Weights, scores and validation stay float32.
        distribution: None; or ``"data"``, with Keras on JAX: in ``fit`` and ``fine_tune``, each step is divided among
            all devices, such as GPUs. The result is that of one device but for rounding.
        on_error: what happens to files that are no usable pictures in ``fit``, ``fine_tune``, ``evaluate`` and
            ``score``: ``"raise"``, or ``"skip"`` to leave them out with a warning. Predictions always raise.
        verify: whether files that look unchanged are read again to see that they are.
        feature_dtype: in which features are kept: ``"float32"``, or ``"float16"`` for half the room.
        store: where; None takes the cache folder.

    Attributes:
        classes_: shape (k,): the classes, sorted.
        model_: pictures to scores: one plain functional ``keras.Model``.
        preparation_: how pictures become what ``model_`` takes.
        variant_: name of the network in the catalogue; "" for other models.
        tuned_from_: number of epochs before ``fine_tune`` first trained more than the head; None: it never did.
        times_: seconds of its training, ``features``, ``head`` and ``fine-tuning``; if resumed, those in this process.
        temperature_: by which ``calibrate`` divided the weights of the last layer since they were trained; else 1.0.

    Example:
        >>> import numpy
        >>> pictures = numpy.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), numpy.uint8)
        >>> classifier = ImageClassifier("EfficientNetLite0", epochs=1).fit(pictures, ["cat", "dog"] * 4)
        >>> classifier.predict_proba(pictures).shape
        (8, 2)
    """

    def fit(
        self,
        X: Any,
        y: Any = None,
        validation: Any = None,
        *,
        sample_weight: Any = None,
        callbacks: Sequence[Any] = (),
        resume: bool = False,
    ) -> Self:
        """Build the network with a new head, and train what is not frozen.

        Args:
            X: a folder with one sub-folder a class; or with ``y``, a list of paths, or an array of shape (N, H, W, 3),
                RGB in [0, 255].
            y: one label a picture, names or whole numbers.
            validation: a folder, (pictures, labels), or the fraction of each class that is held back from ``X``.
            sample_weight: shape (N,), from 0 on: each picture's weight in the loss, times that of its class; of a
                folder, in the order of ``amalthea.images.labelled_folder``. None: all the same, as in validation.
            callbacks: of Keras, such as ``TensorBoard`` or ``CSVLogger``, or the user's own. Their ``model`` is the
                part that trains, from features to scores.
            resume: go on where the same training was killed or interrupted: of the same pictures, labels, parameters
                and versions. It ends with the weights of one that never was. Of a training that ended, the result is
                taken. It begins anew where nothing is kept, or where a callback of the user's holds objects other than
                plain values and functions, which a warning says. What Keras' EarlyStopping, ReduceLROnPlateau,
                ModelCheckpoint and SwapEMAWeights remember is kept; what a callback of the user's own remembers is not.

        Returns:
            The classifier. After Ctrl-C it is what the epochs until then made of it; after an error, or without a
            whole epoch, what it was before.

        Raises:
            ArgumentError: a parameter or an argument that cannot be used; or training diverged in its first epoch.
            ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
            DownloadError, WeightsError: the trained weights of the network.
        """
        self._fit(X, y, validation, sample_weight=sample_weight, callbacks=callbacks, resume=resume)
        tell_given_back(callbacks, self.history_)
        return self

    def _fit(
        self, X: Any, y: Any, validation: Any, *, sample_weight: Any = None, callbacks: Sequence[Any] = (), resume: bool
    ) -> Parts:
        """As ``fit``; returns the frozen part, which is ready to compute more, and what was trained."""
        samples = weighted(training_samples(X, y), sample_weight)
        samples, held_back = with_validation(samples, validation, self.seed)
        head, training = head_of(self, len(samples.classes)), training_of(self, samples.classes, callbacks)
        check_crossing(self)
        base = base_of(self.model, wishes_of(self, samples.pictures))
        with all_or_nothing(self):
            warn_of_scores(base.network, self.features)
            self.model_ = attach(base.network, self.features, head)
            self.history_, self.tuned_from_, self.times_, self.temperature_ = History(), None, {}, 1.0
            self.classes_, self.preparation_, self.variant_ = samples.classes, base.preparation, base.variant
            self._samples, self._tunings, self._learned_before = (samples, held_back), (), NONE
            check_all(self, samples, held_back, fitting=True)
            return learned(self, samples, held_back, training, resume)

    def fine_tune(
        self,
        from_layer: str | None = None,
        blocks: int | None = None,
        learning_rate: Rates = 1e-4,
        epochs: int = 10,
        batchnorm: str = "frozen",
        optimizer: "str | keras.Optimizer" = "sgd",
        *,
        X: Any = None,
        y: Any = None,
        sample_weight: Any = None,
        validation: Any = None,
        schedule: "str | keras.optimizers.schedules.LearningRateSchedule | None" = None,
        gradual: bool = False,
        callbacks: Sequence[Any] = (),
        resume: bool = False,
    ) -> Self:
        """Train the last layers of the network together with the head, slowly.

        The weights never end worse than they were: those of the best epoch are kept, and if no epoch improves, those
        from before. After an error, the classifier is what it was before, its flags ``trainable`` included.

        Args:
            from_layer: the first layer that trains, such as ``"block5_conv1"``; frozen is all that it needs. Or the
                first of the network's blocks that trains, such as ``"block5"``.
            blocks: instead, how many of the network's last blocks train. With neither of the two, the flags
                ``trainable`` of ``model_`` count as they are.
            learning_rate: small, for the weights are good already; an optimizer of Keras has its own instead. Or, for
                every optimizer, (low, high): of the first block that trains and of the head; from block to block
                between them it grows by the same factor. Where the blocks are not known, each layer is one.
            epochs: at most.
            batchnorm: ``"frozen"`` keeps BatchNormalization as it was trained; ``"train"`` does not.
            optimizer: ``"sgd"``, which has a momentum of 0.9; or as in the parameters.
            X: as for ``fit``; None takes the pictures that ``fit`` learned from.
            y: as for ``fit``.
            sample_weight: as for ``fit``, of ``X``; those of ``fit`` keep theirs.
            validation: as for ``fit``; with neither this nor ``X``, that of ``fit``.
            schedule: of these rates, see the parameter of this name, which counts in ``fit`` alone.
            gradual: whether to begin with the last block that is to train and the head, and to add the one before it
                for every equal share of the epochs. Each share is a training of its own for schedule and callbacks,
                and its pictures cross the layers that are frozen then.
            callbacks: as for ``fit``.
            resume: as for ``fit``; the weights to begin with count as well.

        Raises:
            ArgumentError: before ``fit``; or as there, or for a layer or number of blocks that is not there; or the
                weights of before give no finite loss.
        """
        check_fitted(self, "fine_tune comes after fit: the large errors of a new head would spoil the layers below it.")
        samples, held_back = tuning_samples(self._samples, X, y, validation, self.classes_, self.seed, sample_weight)
        check_all(self, samples, held_back)
        warn_of_learned(self, held_back)
        training = tuning_of(
            self,
            self.classes_,
            self.variant_,
            optimizer=optimizer,
            learning_rate=learning_rate,
            epochs=epochs,
            schedule=schedule,
            callbacks=callbacks,
        )
        with all_or_nothing(self), restored_flags(self.model_):
            self._tunings = (*self._tunings, (len(self.history_.get("loss", ())), samples, held_back))
            if from_layer is not None or blocks is not None:
                freeze_before(self.model_, from_layer, blocks, self.variant_ or None, batchnorm)
            if self.tuned_from_ is None and trains_below_head(self.model_):
                self.tuned_from_ = len(self.history_.get("loss", ()))
            learn_stage = partial(learned, self, samples, held_back, resume=resume)
            if gradual:
                learn_gradually(self.model_, self.history_, self.variant_ or None, training, learn_stage)
            else:
                learn_stage(training)
        return self

    def lr_find(
        self,
        X: Any = None,
        y: Any = None,
        *,
        from_layer: str | None = None,
        blocks: int | None = None,
        lowest: float = 1e-6,
        highest: float = 10.0,
        steps: int = 100,
        optimizer: "str | keras.Optimizer | None" = None,
    ) -> LearningRates:
        """Try learning rates in a short training whose rate rises from step to step, and suggest one.

        A copy is trained: the classifier stays as it is. Before ``fit``, that is a new head as ``fit`` trains it; after
        it, the classifier as ``fine_tune`` trains it. No picture is augmented or mixed; features are kept.

        Args:
            X: as for ``fit``; after it, None takes the pictures that it learned from.
            y: as for ``fit``.
            from_layer: as for ``fine_tune``; only after ``fit``.
            blocks: as there.
            lowest: learning rate of the first step, above 0.
            highest: of the last one, unless the loss has risen far before.
            steps: at most, from 20 on; each takes as long as one of the training.
            optimizer: that the rate is for; None takes the one of the parameters, or after ``fit`` the one that
                ``fine_tune`` takes by itself.

        Raises:
            ArgumentError: as for ``fit`` or ``fine_tune``; or the loss grows from the beginning.
            ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        """
        test = RangeTest(lowest, highest, steps)
        return find_learning_rate(self, (X, y), test, from_layer=from_layer, blocks=blocks, optimizer=optimizer)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the classifier into one file, which appears whole or not at all.

        Args:
            path: ends in ``.keras``: to train on, and for plain Keras, which loads ``model_`` from it; or in ``.onnx``:
                network, preparation and classes for ``amalthea.load`` and ``amalthea predict --model``, without Keras.

        Raises:
            ArgumentError: another suffix, or before ``fit``.
            StorageError: the folder cannot be written.
        """
        check_fitted(self, "Call fit before it can be saved.")
        write_classifier(Path(path), self.model_, record_of(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Open a ``.keras`` file of ``save``, ready to predict and to ``fine_tune(X=...)``.

        Parameters that are objects, such as an optimizer or a store, are not in the file; where ``model`` was one,
        ``fit`` needs it again.

        Raises:
            MissingFileError: there is no such file.
            ArgumentError, BrokenWeightsError: it is something else, or damaged.
        """
        return restored(cls, *read_classifier(Path(path)))
