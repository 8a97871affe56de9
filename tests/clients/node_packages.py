# SPDX-License-Identifier: GPL-3.0-or-later
"""npm packages for the programs that tests run, installed into a folder of the build once."""
import re
import shutil
import subprocess

OLDEST_NODE = 20  # that all of them run on


class Unavailable(Exception):
    """Why this machine cannot run them."""


def install(folder, packages, script):
    """Installs `packages` ("NAME@VERSION") and puts `script` beside them, where it finds them."""
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        raise Unavailable("Node.js is not installed") from None
    if int(re.match(r"v(\d+)", version)[1]) < OLDEST_NODE:
        raise Unavailable(f"Node.js {OLDEST_NODE} or later is needed, this is {version}")
    done = folder / f"installed-{packages[0].rpartition('@')[2]}"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        try:
            # No scripts: nothing is downloaded or compiled, the builds come in the packages.
            subprocess.run(["npm", "install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund",
                            "--fetch-retries=1", *packages],
                           cwd=folder, check=True, timeout=300, capture_output=True, text=True)
        except FileNotFoundError:
            raise Unavailable("npm is not installed") from None
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"npm could not install {packages[0]}: {(error.stderr or str(error))[-300:]}") from None
        done.touch()
    shutil.copy(script, folder)
