"""The house rules that a machine can see, besides the layers.

    no_local_names.py ROOT

No file names a package registry's host or a place on one developer's machine:
pip, npm and apt use what they are configured with.
"""

import pathlib
import re
import subprocess
import sys

# Put together here, so that this file does not trip over itself.
HOSTS = ["registry.npmjs" + ".org", "pypi" + ".org",
         "pythonhosted" + ".org", "proxy.golang" + ".org",
         "registry.yarnpkg" + ".com"]
PLACES = re.compile(r"(?<![\w$}/.])/(?:home/\w+|root|work)/")


def tracked(root):
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True,
        check=False)
    if listing.returncode != 0:
        sys.exit(77)  # Not a clone: nothing says what belongs to the project.
    return [name for name in listing.stdout.decode().split("\0") if name]


def complaints(name, text):
    found = [f"{name}: names the host {host}" for host in HOSTS if host in text]
    found += [f"{name}:{number}: a path of one machine: {line.strip()[:70]}"
              for number, line in enumerate(text.split("\n"), 1)
              if PLACES.search(line)]
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    assert complaints("x", "see https://" + HOSTS[0] + "/y"), "cannot fail"
    assert complaints("x", 'cd "' + "/home" + '/me/project"'), "cannot fail"
    found = []
    for name in tracked(root):
        path = root / name
        if path.is_file():
            found += complaints(name, path.read_text(errors="replace"))
    print("\n".join(found) if found else "no host, no place")
    sys.exit(1 if found else 0)


main()
