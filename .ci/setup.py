"""Sets up .venv with pinned versions; the sh script `setup` beside it chooses the Python that runs this.

`runtime` installs what the service needs, `test` what the tests need as well, `bench` the servers that it is compared
with, `dev` the tools of development. A finished stage is marked by .venv/.STAGE, newer than the files that it was made
of. An interrupted set-up is begun anew. `pins` writes constraints.txt.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
BOOTSTRAP = Path(".bootstrap")
PINS = Path("constraints.txt")
INPUTS = (Path("pyproject.toml"), PINS)
TOOLS = ["pip", "hatchling", "editables", "virtualenv"]
PROJECT = ["--no-build-isolation", "--editable"]
STAGES = {
    "runtime": [*PROJECT, "."],
    "test": [*PROJECT, ".", "--group", "test"],
    "bench": [*PROJECT, ".", "--group", "bench"],
    "dev": [*PROJECT, ".[notebook]", "--group", "dev"],
}
QUIET = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]


def make_venv(folder: Path) -> None:
    """An environment with pip, by venv where this Python has all of it, else by virtualenv."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        return
    pip = [sys.executable, "-m", "pip", "install", *QUIET, "--constraint", PINS]
    subprocess.run([*pip, "--upgrade", "--target", BOOTSTRAP, "virtualenv"], check=True)
    environment = os.environ | {"PYTHONPATH": str(BOOTSTRAP.resolve())}
    subprocess.run([sys.executable, "-m", "virtualenv", "--quiet", folder], env=environment, check=True)


def install(python: Path, *what: str, pinned: bool = True) -> None:
    """Installs into the environment of `python`, at the pinned versions."""
    pins = ["--constraint", str(PINS)] if pinned else []
    subprocess.run([python, "-m", "pip", "install", *QUIET, *pins, *what], check=True)


def is_usable() -> bool:
    """True where .venv is whole and its Python still runs."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def is_done(stamp: Path) -> bool:
    """True where another run has finished the stage meanwhile."""
    return is_usable() and stamp.exists() and stamp.stat().st_mtime >= max(i.stat().st_mtime for i in INPUTS)


def set_up(stage: str) -> None:
    """Brings .venv to the stage, from nothing where need be."""
    stamp = VENV / f".{stage}"
    if is_done(stamp):
        stamp.touch()
        return
    print(f"Setting up .venv for: {stage}", file=sys.stderr, flush=True)
    if not is_usable():
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        make_venv(VENV)
    UNFINISHED.touch()
    install(PYTHON, "pip")
    install(PYTHON, "hatchling", "editables")
    install(PYTHON, *STAGES[stage])
    UNFINISHED.unlink()
    stamp.touch()


def write_pins() -> None:
    """Resolves everything anew in an environment of its own and writes constraints.txt."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        make_venv(Path(folder))
        install(python, "--upgrade", "pip", pinned=False)
        install(python, *TOOLS, ".[notebook]", "--group", "bench", "--group", "dev", pinned=False)
        freeze = [python, "-m", "pip", "freeze", "--all", "--exclude", "tertius", "--exclude", "setuptools"]
        found = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
    heading = [line for line in PINS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    PINS.write_text("\n".join([*heading, found]), encoding="utf-8")


def main() -> None:
    """Runs one set-up at a time, whoever else has started one."""
    wanted = sys.argv[1:]
    if len(wanted) != 1 or wanted[0] not in (*STAGES, "pins"):
        sys.exit(f"usage: .ci/setup {' | '.join((*STAGES, 'pins'))}")
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            write_pins() if wanted == ["pins"] else set_up(wanted[0])
        except subprocess.CalledProcessError as error:
            sys.exit(f"The set-up stopped: {' '.join(map(str, error.cmd))} failed; its message stands above.")


main()
