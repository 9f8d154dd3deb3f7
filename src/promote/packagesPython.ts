/** What the Python beside Jupyter does for an archive of packages: with its own pip's library, no other. */

/**
 * Writes as JSON the requirements that hold on the target and that pip did not meet: pip takes wheels for another platform,
 * but reads the environment markers of what they require (`; python_version < "3.10"`) by the Python that it runs on.
 *
 * Arguments: pip's report (`--report`), Python's version (`3.9`), machine (`aarch64`).
 */
export const UNMET = `
import json, sys
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name
report, python, machine = sys.argv[1:]
target = {
    "implementation_name": "cpython", "implementation_version": python + ".0", "os_name": "posix",
    "platform_machine": machine, "platform_python_implementation": "CPython", "platform_release": "",
    "platform_system": "Linux", "platform_version": "", "python_full_version": python + ".0",
    "python_version": python, "sys_platform": "linux",
}
with open(report) as file:
    items = json.load(file)["install"]
there = {canonicalize_name(item["metadata"]["name"]): item["metadata"]["version"] for item in items}
unmet = set()
for item in items:
    for text in item["metadata"].get("requires_dist") or []:
        wanted = Requirement(text)
        extras = ["", *(item.get("requested_extras") or [])]
        if wanted.marker and not any(wanted.marker.evaluate({**target, "extra": extra}) for extra in extras):
            continue
        version = there.get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            wanted.marker = None
            unmet.add(str(wanted))
print(json.dumps(sorted(unmet)))
`;

/** ELF's number of a machine (`e_machine`), and its name in a wheel's tag. */
export const MACHINES = { ARM64: { elf: 0xb7, name: 'aarch64' }, X86_64: { elf: 0x3e, name: 'x86_64' } } as const;

/**
 * Writes a folder into an archive, with `bin/python` in it; the same files give the same bytes. What is compiled for another
 * processor ends it with 3, its path as the last line of stderr: a wheel may say that it is for any platform, and not be.
 *
 * Arguments: folder, archive, ELF's number of the machine.
 */
export const ARCHIVE = `
import gzip, os, sys, tarfile
folder, target, machine = sys.argv[1:]
for root, folders, files in os.walk(folder):
    for name in files:
        path = os.path.join(root, name)
        with open(path, "rb") as file:
            head = file.read(20)
        if head[:4] == b"\\x7fELF" and int.from_bytes(head[18:20], "little" if head[5] == 1 else "big") != int(machine):
            print(os.path.relpath(path, folder), file=sys.stderr)
            sys.exit(3)
shim = os.path.join(folder, "bin", "python")
os.makedirs(os.path.dirname(shim))
with open(shim, "w") as file:
    file.write('''#!/bin/sh
# The packages beside this file, for the Python that is here.
here=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH="$here/site-packages\${PYTHONPATH:+:$PYTHONPATH}"
exec python3 "$@"
''')
def plain(info):
    info.mtime = info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755 if info.isdir() or info.name.startswith("bin/") else 0o644
    return info
with open(target, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as zipped:
    with tarfile.open(fileobj=zipped, mode="w") as tar:
        for root, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                path = os.path.join(root, name)
                tar.add(path, os.path.relpath(path, folder), recursive=False, filter=plain)
`;
