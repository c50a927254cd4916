"""``python -m amalthea`` is the command line."""

from .apps import main

if __name__ == "__main__":
    main()
