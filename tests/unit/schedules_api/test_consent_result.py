from __future__ import annotations

from schedules_api.consent_result import Result, page


def test_no_text_becomes_a_part_of_the_page() -> None:
    shown = page(Result("<b>1</b>", "2 & 3", '<script src="x">'))

    assert "<h1>&lt;b&gt;1&lt;/b&gt;</h1>" in shown
    assert "2 &amp; 3" in shown
    assert "<script" not in shown
