from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schedules_api.portal_files import PORTAL, PortalFiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "portal"
    (folder / "pages").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "app.js").write_text("start();")
    (folder / "pages" / "runs.js").write_text("runs();")
    (folder / "glyphs.woff2").write_bytes(b"\xff\x00")
    (folder / "app.js.map").write_text("{}")
    (folder / ".env.js").write_text("secret")
    (folder / "notes.md").write_text("notes")
    (tmp_path / "host.json").write_text("{}")
    return folder


@pytest.mark.parametrize(
    ("path", "content", "media"),
    [
        ("app.js", b"start();", "text/javascript"),
        ("pages/runs.js", b"runs();", "text/javascript"),
        ("index.html", b"<!doctype html>", "text/html"),
        ("glyphs.woff2", b"\xff\x00", "font/woff2"),
    ],
)
def test_a_file_comes_as_it_is(folder: Path, path: str, content: bytes, media: str) -> None:
    file = PortalFiles(folder).at(path)

    assert file is not None
    assert (file.content, file.media) == (content, media)


@pytest.mark.parametrize("path", ["", "groups/sales/settings", "runs/2026-11-23/", "groups/a%2Fb"])
def test_what_names_no_file_is_the_page(folder: Path, path: str) -> None:
    file = PortalFiles(folder).at(path)

    assert file is not None
    assert file.is_page


@pytest.mark.parametrize(
    "path",
    [
        "missing.js",
        "notes.md",
        "app.js.map",
        ".env.js",
        ".git/config",
        "../host.json",
        "pages/../../host.json",
        "..",
        "/../host.json",
        "//host.json",
        "..\\host.json",
        "%2e%2e/host.json",
        "app.js\x00.html",
        "index.html/",
        "a" * 5000 + ".js",
    ],
)
def test_nothing_else_is_served(folder: Path, path: str) -> None:
    file = PortalFiles(folder).at(path)

    assert file is None or file.is_page


def test_a_link_out_of_the_folder_leads_nowhere(folder: Path) -> None:
    (folder / "host.json").symlink_to(folder.parent / "host.json")

    assert PortalFiles(folder).at("host.json") is None


def test_a_changed_file_is_read_again_and_has_another_etag(folder: Path) -> None:
    files = PortalFiles(folder)
    before = files.at("app.js")
    (folder / "app.js").write_text("start(now);")
    after = files.at("app.js")

    assert before is not None
    assert after is not None
    assert after.content == b"start(now);"
    assert after.etag != before.etag


def test_the_portal_lies_beside_the_function_app() -> None:
    assert (PORTAL.parent / "function_app.py").is_file()
