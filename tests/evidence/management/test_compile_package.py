"""What the command refuses before it compiles anything."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evidence.models import CompileJob
from tests.evidence.packages.compiling import compiled, path_of
from tests.factories.stories import make_story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("quarter", "sentence"),
    [
        ("2026Q5", "'2026Q5' is not a quarter"),
        ("Q3", "'Q3' is not a quarter"),
        ("", "'' is not a quarter"),
        ("2026q3", "'2026q3' is not a quarter"),
        ("\u0662\u0660\u0662\u0666Q3", "is not a quarter"),
        ("2026Q4", "2026Q4 has not begun yet"),
        ("2999Q4", "2999Q4 has not begun yet"),
    ],
)
def test_quarter_that_cannot_be_compiled_is_refused(quarter: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        call_command("compile_package", quarter)

    assert refusal.value.returncode == 2
    assert not CompileJob.objects.exists()


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(CommandError, match="cannot be written to") as refusal:
        call_command("compile_package", "2026Q3", output=str(file / "folder"))

    assert refusal.value.returncode == 2
    assert not CompileJob.objects.exists()


@pytest.mark.usefixtures("quick_sheets")
def test_unchanged_record_gives_the_existing_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_story()
    package = compiled()

    call_command("compile_package", "2026Q3")
    call_command("compile_package", "2026Q3", output=str(tmp_path / "a" / "b"))

    copy = tmp_path / "a" / "b" / package.file_name
    assert capsys.readouterr().out.split() == [str(path_of(package)), str(copy)]
    assert copy.read_bytes() == path_of(package).read_bytes()
    assert CompileJob.objects.count() == 1
