"""Both commands on a Debian where nothing was installed but git and make. Needs root, and Debian's packages."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import processes
from tools import servers

#: How long the first start may take, which installs Python; and one more from a fresh clone, where it is there.
FIRST_WITHIN, AGAIN_WITHIN = 300.0, 60.0
#: How this machine finds its registries and knows them again.
OF_THIS_MACHINE = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/usr/local/share/ca-certificates")
TRUST = (
    "PIP_",
    "SSL_",
    "NODE_EXTRA",
    "REQUESTS_",
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "no_proxy",
)
#: One story of the product, to its end, is enough to show that what `make test` needs was installed and works.
STORY = "tests/test_main_job.py"

#: What is mounted is gone with the last process, and all of them go with the first.
INSIDE = """
mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" sh -c "$1"
"""


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Debian with git and make."""
    assert os.geteuid() == 0, "the drill needs root to make a Debian in a folder"
    if not shutil.which("debootstrap"):
        subprocess.run(["sh", str(processes.ROOT / "tools/apt.sh"), "debootstrap"], check=True)
    root = tmp_path_factory.mktemp("debian") / "root"
    about = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    targets = ["apt-get", "indextargets", "--format", "$(SITE)", f"Codename: {about['VERSION_CODENAME']}"]
    mirror = subprocess.run(targets, capture_output=True, text=True, check=True).stdout.split()[0]
    make = ["debootstrap", "--variant=minbase", "--include=git,make", about["VERSION_CODENAME"], str(root), mirror]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    for path in filter(os.path.exists, OF_THIS_MACHINE):
        there = root / path[1:]
        if os.path.isdir(path):
            shutil.copytree(path, there, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(path, there)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(processes.ROOT), str(root / "srv/wuwei.git")], check=True)
    yield root
    shutil.rmtree(root, ignore_errors=True)


def inside(root: Path, script: str, said: Path) -> subprocess.Popen[bytes]:
    """A shell in that Debian, with the files and processes it has."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(TRUST)}
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", **kept}
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE, str(root), script]
    with said.open("w") as file:
        return subprocess.Popen(command, env=env, stdout=file, stderr=file, stdin=subprocess.DEVNULL)


def start(root: Path, said: Path, within: float) -> float:
    """The seconds `make run` takes from a fresh clone until it says how to go on."""
    ports = f"PORT={servers.free_port()} SIMULATOR_PORT={servers.free_port()}"
    began = time.monotonic()
    script = f"rm -rf /srv/wuwei && git clone -q /srv/wuwei.git /srv/wuwei && cd /srv/wuwei && {ports} make run"
    run = inside(root, script, said)
    try:
        processes.until(lambda: "Ctrl-C ends" in said.read_text() or run.poll() is not None, within)
        assert run.poll() is None, said.read_text()[-2000:]
        return time.monotonic() - began
    finally:
        run.kill()
        run.wait()


def test_make_run_installs_what_is_missing_and_make_test_too(
    debian: Path, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    assert not list(debian.glob("usr/bin/python3*"))
    tell(f"make run, Python installed first: up after {start(debian, tmp_path / 'first', FIRST_WITHIN):.0f} s")
    tell(f"make run, from a fresh clone: up after {start(debian, tmp_path / 'again', AGAIN_WITHIN):.0f} s")
    began, said = time.monotonic(), tmp_path / "test"
    code = inside(debian, f"cd /srv/wuwei && PYTEST_ADDOPTS={STORY} make test", said).wait(600)
    assert code == 0 and " passed" in said.read_text(), said.read_text()[-3000:]
    tell(f"make test, with {STORY} only: done after {time.monotonic() - began:.0f} s")
