"""What a browser is told that it may do with a page."""

import pytest
from secure.middleware import SecureASGIMiddleware
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.headers import security_headers


def policy(*ancestors):
    """Return the directives of the policy of a page."""
    app = SecureASGIMiddleware(Starlette(), secure=security_headers(ancestors))
    text = TestClient(app).get("/").headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (each.split() for each in text.split(";"))}


def test_scripts_are_those_of_this_site_and_no_text_becomes_one():
    allowed = policy("*")["script-src"]
    assert "'self'" in allowed
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & {*allowed}


def test_nothing_comes_from_another_site():
    for name, sources in policy("'none'").items():
        for source in sources:
            local = source.startswith(("'", "blob:", "data:"))
            assert local, name


@pytest.mark.parametrize("ancestors", [("*",), ("'self'", "https://lms.example.org")])
def test_host_says_who_may_show_a_lesson_in_a_frame(ancestors):
    assert policy(*ancestors)["frame-ancestors"] == [*ancestors]
