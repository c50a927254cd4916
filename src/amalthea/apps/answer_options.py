"""The options of every command that lets a network answer: ``--views`` and ``--threshold``."""

import click

VIEWS = click.option(
    "--views",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Average the answers for so many views of each picture: the first is as it is, the second its mirror image; "
    "all others are changed at random, but always in the same way: as the augmentation and seed of a .keras file say, "
    "else as in the tutorial of 2016, with seed 0.",
)
THRESHOLD = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="How probable the best class must be to be the answer, which else is 'none of these'. Without it as the file "
    "of the model says, or none; 0 names a class for every picture.",
)
