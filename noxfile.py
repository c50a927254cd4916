"""All checks and all tests: ``nox``. One of them: ``nox -s lint``, ``nox -s default``, ``nox -s backends``,
``nox -s site``. On request alone: ``nox -s programs``, ``nox -s explanations`` and ``nox -s torchvision``.

Arguments after ``--`` go to pytest: ``nox -r -s default -- tests/images -k decode``.
"""

from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5.1"
nox.options.error_on_missing_interpreters = True

# Selections: pyproject.toml says what the markers mean.
EVERYTHING: tuple[str, ...] = ()
ON_TENSORFLOW = ("-m", "not slow")
ON_OTHERS = ("-m", "not slow and not single_backend")
NETWORKS = "tests/runtime/graph/test_networks.py"


def run_tests(session: nox.Session, backend: str, selection: tuple[str, ...]) -> None:
    # Two processes: building and converting networks is Python's work, which takes one core each.
    workers = ("-n", "2", "--dist", "worksteal")
    settings = {
        "KERAS_BACKEND": backend,
        # JAX alone reads these. What XLA optimises takes a quarter of the time and changes no number that counts; and
        # many tests have the same programs for it to compile.
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "JAX_COMPILATION_CACHE_DIR": str((session.cache_dir / "jax").resolve()),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    session.run("pytest", *workers, *selection, *session.posargs, env=settings)


def passes(session: nox.Session, backend: str, selection: tuple[str, ...]) -> bool:
    try:
        run_tests(session, backend, selection)
    except CommandFailed:
        return False
    return True


def with_backends(session: nox.Session) -> None:
    """Install what trains, and what the tests compare with."""
    session.install("torch==2.13.0")  # first and alone, so that no other requirement chooses a build with CUDA
    session.install(".", "-r", "tests/requirements.txt", "-r", "tests/requirements-backends.txt")
    session.install("--no-deps", "tf_keras==2.21.0")  # it would bring the whole tensorflow beside tensorflow-cpu


@nox.session
def lint(session: nox.Session) -> None:
    """Format, style, strict types and the order of the layers."""
    session.install(".", "-r", "tests/requirements-lint.txt")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports", "--no-cache")


@nox.session
def default(session: nox.Session) -> None:
    """What ``pip install amalthea`` gives: no training framework, Keras on OpenVINO."""
    session.install(".", "-r", "tests/requirements.txt")
    if session.posargs:
        run_tests(session, "openvino", EVERYTHING)
        return
    run_tests(session, "openvino", ("--deselect", NETWORKS))
    # The larger networks are compared with ONNX Runtime, too, which everything else here must do without.
    pinned = Path("tests/requirements-backends.txt").read_text(encoding="ascii").splitlines()
    session.install(*[line for line in pinned if line.startswith("onnxruntime==")])
    run_tests(session, "openvino", (NETWORKS,))


@nox.session
def backends(session: nox.Session) -> None:
    """The same suite where TensorFlow, torch and JAX are installed, a process each, since Keras has one for life."""
    with_backends(session)
    selections = {"tensorflow": ON_TENSORFLOW, "torch": ON_OTHERS, "jax": ON_OTHERS}
    # What fails on the first says nothing of the others: all of them run before the session ends.
    failed = [backend for backend, selection in selections.items() if not passes(session, backend, selection)]
    if failed:
        session.error(f"Tests failed on {', '.join(failed)}.")


@nox.session
def site(session: nox.Session) -> None:
    """The documentation as a site, in build/site: a warning is an error, and every reference leads somewhere."""
    session.install(".", "-r", "tests/requirements.txt", "-r", "tests/requirements-docs.txt")
    settings = {"KERAS_BACKEND": "openvino", "AMALTHEA_SITE": str(Path("build", "site").resolve())}
    session.run("sphinx-build", "-W", "--keep-going", "-n", "-E", "docs", "build/site", env=settings)
    session.run("pytest", "tests/test_site.py", *session.posargs, env=settings)


@nox.session(default=False)
def programs(session: nox.Session) -> None:
    """The two old programs that compute thousands of pictures with VGG16; a quarter of an hour."""
    with_backends(session)
    run_tests(session, "tensorflow", ("-m", "slow", "tests/keras2/seeds"))


@nox.session(default=False)
def explanations(session: nox.Session) -> None:
    """Grad-CAM of every network on every backend that trains."""
    with_backends(session)
    for backend in ("tensorflow", "torch", "jax"):
        run_tests(session, backend, ("tests/transfer/explanation/test_networks.py",))


@nox.session(default=False)
def torchvision(session: nox.Session) -> None:
    """Checkpoints of torchvision and timm against their own networks; the environment takes 6 GB."""
    session.install(".", "-r", "tests/requirements.txt", "-r", "tests/requirements-torchvision.txt")
    run_tests(session, "torch", ("-m", "torchvision"))
