"""Every command of docs/sparql.md works, by hand as it stands there, against a running service."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.conftest import starter
from tests.api.services import SECRET, TALKS

PAGES = [Path(__file__).parents[1] / page for page in ("docs/sparql.md", "README.md")]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_every_curl_line_works(tmp_path: Path) -> None:
    (tmp_path / ".curlrc").write_text("fail-with-body\n")
    lines = [line for page in PAGES for line in re.findall(r"^\$ (curl .*)$", page.read_text(), re.M)]
    assert len(lines) > 8
    environment = os.environ | {"CURL_HOME": str(tmp_path), "SECRET": SECRET}
    with starter(tmp_path) as start:
        service = start(TALKS, tokens=f"ada:{SECRET}")
        for line in lines:
            command = line.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
            done = subprocess.run(  # noqa: S602 - our own examples, as a shell reads them
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (line, done.stdout, done.stderr)
