"""What the command line says to a mistake: one sentence, and where to look."""

from __future__ import annotations

import pytest

from devkit.commands import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demo", "--nights", "0"], "there must be at least one"),
        (["demo", "--nights", "-1"], "not a whole number of 0 or more"),
        (["demo", "--port", "99999"], "they go up to 65535"),
        (["demo", "--members", "1000000000"], "at most 200000 people"),
        (["demo", "--bogus"], "--bogus"),
        (["token"], "--role"),
        (["token", "--role", "everything"], "invalid choice: 'everything'"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.count("\n") == 1
    assert said in told
