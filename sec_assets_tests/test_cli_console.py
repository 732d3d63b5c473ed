"""The sentence a command ends with shows hostile text as it is."""

import pytest
import typer

from sec_assets.cli_console import give_up


@pytest.mark.parametrize("text", ["[/red] is not a ticker", "redis://[::1]:6379/0 cannot be used", "[bold]x[/bold]"])
def test_brackets_are_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        give_up(text, code=3)
    assert ended.value.exit_code == 3
    assert capsys.readouterr().err == f"error: {text}\n"
