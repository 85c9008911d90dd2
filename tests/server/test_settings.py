"""What a host sets: read as it is meant, or refused with a sentence that names it."""

import pytest

from server.settings import Settings, settings


def test_host_who_sets_nothing_gets_the_defaults():
    assert settings({}) == settings({"KL_SESSIONS": " ", "OTHER": "1"}) == Settings()


def test_settings_are_read_as_they_are_meant():
    found = settings(
        {
            "KL_FRAME_ANCESTORS": "self https://lms.example.org",
            "KL_ACCESS_LOG": "all",
            "KL_DRAIN_SECONDS": "7.5",
            "KL_SESSIONS": "300",
        }
    )
    assert found == Settings(("'self'", "https://lms.example.org"), "all", 7.5, 300)
    assert settings({"KL_FRAME_ANCESTORS": "none"}).frame_ancestors == ("'none'",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("KL_FRAME_ANCESTORS", "*; script-src *"),
        ("KL_FRAME_ANCESTORS", "https://a.example, https://b.example"),
        ("KL_FRAME_ANCESTORS", "https://a.example\nX: y"),
        ("KL_ACCESS_LOG", "yes"),
        ("KL_DRAIN_SECONDS", "-1"),
        ("KL_DRAIN_SECONDS", "nan"),
        ("KL_DRAIN_SECONDS", "soon"),
        ("KL_SESSIONS", "0"),
        ("KL_SESSIONS", "1.5"),
    ],
)
def test_setting_that_makes_no_sense_is_named(name, text):
    with pytest.raises(ValueError, match=f"{name}: expected .*, got"):
        settings({name: text})
