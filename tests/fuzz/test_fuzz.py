"""A taste of the fuzz in the suite: it must be able to fail, and must not."""

from __future__ import annotations

import pytest

from tests.fuzz import fuzz_wire


def test_two_thousand_random_inputs_keep_every_promise():
    assert sum(fuzz_wire.run(2000).values()) == 2000


def test_the_fuzz_sees_what_gets_lost(monkeypatch):
    monkeypatch.setattr(fuzz_wire.ToolMarkupScanner, "_unexpected", lambda self, at, pieces: at + 1)
    with pytest.raises(fuzz_wire.Broken, match=r"lost|otherwise"):
        fuzz_wire.run(2000)


def test_the_fuzz_sees_what_depends_on_the_cuts(monkeypatch):
    monkeypatch.setattr("litellm_minimax.wire.incoming.think._begun_tag", lambda text: 0)
    monkeypatch.setattr(fuzz_wire, "CHECKS", (fuzz_wire.check_think,) * 6)
    with pytest.raises(fuzz_wire.Broken, match="otherwise"):
        fuzz_wire.run(500)
