"""Wheels made by hand: pip finds them without a package index."""

from __future__ import annotations

import zipfile
from pathlib import Path

#: The first bytes of a library for each processor: as much of ELF as says for which one it is.
ELF = {
    machine: b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + bytes([number, 0])
    for machine, number in (("x86_64", 0x3E), ("aarch64", 0xB7))
}


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    tag: str = "py3-none-any",
    *,
    requires: tuple[str, ...] = (),
    library: bytes = b"",
) -> None:
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    with zipfile.ZipFile(folder / f"{module}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f'VERSION = "{version}"\n')
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        )
        wheel.writestr(
            f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        if library:
            wheel.writestr(f"{module}_native.so", library)
        wheel.writestr(f"{info}/RECORD", "")
