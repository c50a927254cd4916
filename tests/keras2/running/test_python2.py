"""Lines of Python 2, and what they are today."""

import pytest

from amalthea.keras2._running.python2 import old_name, old_syntax

pytestmark = pytest.mark.single_backend


def refused(source):
    with pytest.raises(SyntaxError) as caught:
        compile(source, "script.py", "exec")
    return caught.value


@pytest.mark.parametrize(
    ("line", "today"),
    [
        ('print "Model loaded."', 'print("Model loaded.")'),
        ("print'loss', loss", "print('loss', loss)"),
        ("print loss,", "print(loss, end=' ')"),
        ("print 'acc: %f' % acc", "print('acc: %f' % acc)"),
        ("if verbose: print 'x'", "print('x')"),
        ("raise ValueError, 'no data'", "raise ValueError('no data')"),
        ("exec 'a = 1'", "exec('a = 1')"),
        ("a <> b", "a != b"),
        ("x = `n`", "repr(n)"),
        ("n = 10L", "`10`"),
        ("os.chmod(path, 0755)", "0o755"),
        ("s = ur'x'", "r'…'"),
        ("f = lambda (a, b): a", "lambda pair: …, with pair unpacked into a, b"),
    ],
)
def test_a_line_of_python_2_is_shown_as_it_is_written_today(line, today):
    answer = old_syntax(refused(line))
    assert answer.startswith(f"`{line}` is Python 2; today it is ")
    assert today in answer


def test_an_exception_with_a_comma():
    assert "`except IOError as e:`" in old_syntax(refused("try:\n    pass\nexcept IOError, e:\n    pass"))
    assert "`except (A, B) as e:`" in old_syntax(refused("try:\n    pass\nexcept (A, B), e:\n    pass"))


def test_tabs_and_spaces():
    assert "mix tabs and spaces" in old_syntax(refused("if a:\n        b\n\tc\n"))


@pytest.mark.parametrize("line", ["print(x))", "x = (1", "def f(:", "a b", "print('0755') b", "if x = 1: pass"])
def test_other_mistakes_are_none_of_python_2(line):
    assert old_syntax(refused(line)) is None


def failed(source):
    try:
        exec(source, {})
    except Exception as error:
        return old_name(error)


@pytest.mark.parametrize(
    ("source", "today"),
    [
        ("xrange(3)", "range"),
        ("raw_input()", "input"),
        ("import cPickle", "pickle"),
        ("import urllib2", "urllib.request"),
        ("{}.iteritems()", "items"),
        ("{}.has_key(1)", "key in the dictionary"),
        ("iter([]).next()", r"next(iterator)"),
    ],
)
def test_a_name_of_python_2_is_told_with_that_of_today(source, today):
    assert failed(source).endswith(f" is Python 2; today it is {today}")


@pytest.mark.parametrize("source", ["train_data", "import no_such_module", "{}.nothing", "1 / 0"])
def test_other_names_are_not(source):
    assert failed(source) is None
