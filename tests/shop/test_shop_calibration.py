"""The profiles show the figures that they cite."""

import pytest

from esynapse.shop.profile import known_profiles
from flows.cli.shop import findings_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("profile", known_profiles())
def test_every_figure_of_a_profile_is_within_its_tolerance(profile: str) -> None:
    findings = findings_of(profile)
    assert len(findings) >= 25
    assert [finding for finding in findings if not finding.ok] == []
