"""Packs: region, rasters and graph in one file, for a USB stick; hashed, signed on request, and used alone."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

from api.region_choice import chosen_region, uses_pack
from api.shelf import root_of
from api.store.identity import Signer, node_id_of, signed_file
from api.usecases.source_import import file_digest
from data.data_folder import data_root, read_state
from data.errors import BadInput

FORM = "guelta pack 1"
_MANIFEST, _SIGNATURE, _GRAPH = "pack.json", "pack.sig", "graph.graphml"
MOST_FILES, MOST_MANIFEST, MOST_BYTES = 200, 1_000_000, 20_000_000_000
#: Tables shrink to a fifth and rasters hardly: what unpacks to more than this times its size is made to fill a disk.
MOST_RATIO = 100
_NAME = re.compile(r"region/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Pack:
    """A pack that was found whole.

    Attributes
    ----------
    folder : Path
        Its region, unpacked.
    data_version : str
    made_at : str
    signer : str
        Id of the store that signed it; "" where nobody did.
    """

    folder: Path
    data_version: str
    made_at: str
    signer: str


def write_pack(path: Path, signer: Signer | None = None) -> dict[str, Any]:
    """Write the region in use into a new file and return what its manifest says.

    Raises
    ------
    BadInput
        If there is a file of that name, or the region has faults.
    """
    from api.prepared_region import open_prepared

    if path.exists():
        raise BadInput(f"{path}: there is a file of that name already; name another")
    folder, context = chosen_region(), open_prepared()
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:
            os.chmod(part, 0o600)  # noqa: PTH101
            files = {}
            for each in sorted(folder.iterdir()):
                if each.suffix in (".csv", ".tif", ".md"):
                    files[f"region/{each.name}"] = _add(archive, f"region/{each.name}", each)
            graph = _graphml(context)
            archive.writestr(_entry(_GRAPH), graph)
            files[_GRAPH] = {"sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)}
            manifest = {
                "form": FORM,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "data_version": context.version,
                "program": metadata.version("guelta"),
                "places": len(context.pack.places),
                "legs": len(context.pack.legs),
                "attribution": _attribution(),
                "files": files,
            }
            said = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            archive.writestr(_entry(_MANIFEST), said)
            if signer is not None:
                signature = signer.sign_file(_signed_text(said))
                signed = {"node": signer.node_id, "key": signer.public_key, "sig": signature}
                archive.writestr(_entry(_SIGNATURE), orjson.dumps(signed))
        part.rename(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            part.unlink()
    return manifest | {"signer": signer.node_id if signer else ""}


def open_pack(path: Path, signed_by: str = "") -> Pack:
    """Unpack a pack where it is not yet, and prove every file of it.

    Parameters
    ----------
    path : Path
    signed_by : str
        Beginning of the id of the store that has to have signed it, 8 digits or more; "" for whoever did or nobody.

    Raises
    ------
    BadInput
        In one line: what is wrong with it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            said, manifest = _manifest(path, archive)
            signer = _signer(path, archive, said)
            _require(path, signer, signed_by)
            folder = _home() / hashlib.sha256(said).hexdigest()[:16]
            if not _is_whole(folder, manifest["files"]):
                _unpack(path, archive, manifest["files"], folder)
    # zipfile says RuntimeError of a member that is locked with a password
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, EOFError):
        raise BadInput(f"{path.name} is no pack, or a damaged one") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read or unpacked ({error.strerror or error})") from None
    return Pack(folder / "region", str(manifest["data_version"]), str(manifest["made_at"]), signer)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            target.write(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _entry(name: str) -> zipfile.ZipInfo:
    # no clock: the same region gives the same bytes
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _graphml(context: Any) -> bytes:
    """Return the graph as OSMnx saves its own: lines as WKT."""
    import networkx as nx

    graph = context.network.graph.copy()
    for *_, values in graph.edges(data=True):
        values["geometry"] = values["geometry"].wkt
    return "\n".join(nx.generate_graphml(graph)).encode()


def _attribution() -> list[str]:
    from data.source import source_named

    lines = ["Guelta region pack, CC BY 4.0"]
    if not uses_pack():
        for each in read_state(data_root()).imports:
            source = source_named(each.source)
            lines.append(f"{source.title}: {source.citation}; {source.licence}")
    return list(dict.fromkeys(lines))


def _manifest(path: Path, archive: zipfile.ZipFile) -> tuple[bytes, dict[str, Any]]:
    said = _small(path, archive, _MANIFEST)
    try:
        manifest = orjson.loads(said)
        if manifest["form"] != FORM:
            raise BadInput(f"{path.name} is a pack of another version ({str(manifest['form'])[:40]})")
        files = manifest["files"]
        sizes = [int(each["bytes"]) for each in files.values()]
        sound = all(_is_plain(name) and len(each["sha256"]) == 64 for name, each in files.items())
        str(manifest["data_version"]), str(manifest["made_at"])
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError, ValueError):
        raise BadInput(f"{path.name}: its manifest is damaged") from None
    if not sound or not 1 <= len(files) <= MOST_FILES or min(sizes) < 0 or sum(sizes) > MOST_BYTES:
        raise BadInput(f"{path.name}: its manifest names files that no pack has")
    if sum(sizes) > MOST_RATIO * path.stat().st_size:
        raise BadInput(f"{path.name}: unpacks to {sum(sizes) / 1e6:.0f} MB, which no pack of its size does")
    return said, manifest


def _is_plain(name: str) -> bool:
    return name == _GRAPH or _NAME.fullmatch(name) is not None


def _small(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > MOST_MANIFEST:
            raise BadInput(f"{path.name}: {name} is too large")
        return archive.read(name)
    except KeyError:
        raise BadInput(f"{path.name} is no pack: it has no {name}") from None


def _signer(path: Path, archive: zipfile.ZipFile, said: bytes) -> str:
    """Return the id of the store that signed a manifest, "" where nobody did; a wrong signature is a fault."""
    if _SIGNATURE not in archive.namelist():
        return ""
    try:
        signed = orjson.loads(_small(path, archive, _SIGNATURE))
        own = node_id_of(signed["key"]) == signed["node"]
        right = own and signed_file(signed["key"], _signed_text(said), signed["sig"])
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError, ValueError):
        right = False
    if not right:
        raise BadInput(f"{path.name}: its signature is wrong: it was changed after it was signed")
    return str(signed["node"])


def _signed_text(said: bytes) -> str:
    """What is signed: the digest of a manifest, under the name of this kind of file."""
    return f"{FORM} {hashlib.sha256(said).hexdigest()}"


def _require(path: Path, signer: str, signed_by: str) -> None:
    wanted = signed_by.replace(" ", "").lower()
    if wanted and len(wanted) < 8:
        raise BadInput("--signed-by: give 8 digits of the store's id or more")
    if wanted and not signer.startswith(wanted):
        raise BadInput(f"{path.name} is signed by {f'store {signer[:8]}' if signer else 'nobody'}, not by {wanted[:8]}")


def _home() -> Path:
    root = root_of()
    if root is None:
        return Path(tempfile.mkdtemp(prefix="guelta-pack-"))
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root / "packs"


def _is_whole(folder: Path, files: dict[str, Any]) -> bool:
    """Say whether a pack was unpacked here before, and nothing was added, lost or changed since."""
    if not folder.is_dir():
        return False
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return there == set(files) and all(file_digest(folder / name) == each["sha256"] for name, each in files.items())


def _unpack(path: Path, archive: zipfile.ZipFile, files: dict[str, Any], folder: Path) -> None:
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    (part / "region").mkdir(mode=0o700, parents=True)
    try:
        for name, said in files.items():
            digest, size = hashlib.sha256(), 0
            try:
                source = archive.open(name)
            except KeyError:
                raise BadInput(f"{path.name}: {name} is missing from it") from None
            with source, (part / name).open("wb") as target:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > said["bytes"]:
                        break
                    digest.update(piece)
                    target.write(piece)
            if size != said["bytes"] or digest.hexdigest() != said["sha256"]:
                raise BadInput(f"{path.name}: {name} is damaged or was changed: its hash differs")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
