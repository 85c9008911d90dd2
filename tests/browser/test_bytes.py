"""What a visit costs on the wire: a first one little, a second one next to nothing."""

import time
from collections import Counter
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.browser.conftest import few, settled
from tests.navigation import ADDRESSES

FIRST, SECOND = 2_500_000, 30_000


@pytest.fixture(scope="module")
def ready(base_url):
    """Wait until the server has compressed its files."""
    while httpx2.get(f"{base_url}/readyz").status_code != 200:
        time.sleep(0.1)


def weighed(page, path):
    """Return the bytes that a page takes by HTTP, file by file, and by its WebSocket."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    names, files, socket = {}, Counter(), Counter()

    def name(event):
        names[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def weigh(event):
        files[names.get(event["requestId"], "?")] += event["encodedDataLength"]

    def hear(event):
        # Base64, as CDP tells what is not text.
        socket["received"] += len(event["response"]["payloadData"]) * 3 // 4

    network.on("Network.requestWillBeSent", name)
    network.on("Network.loadingFinished", weigh)
    network.on("Network.webSocketFrameReceived", hear)
    page.goto(path)
    settled(page)
    page.wait_for_timeout(500)
    network.detach()
    return files, socket["received"]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("path", few([*ADDRESSES, "/teach"], "/forward-reverse"))
def test_first_visit_is_light_and_second_takes_only_what_is_new(new_context, path):
    context = new_context(viewport={"width": 1280, "height": 900})
    files, told = weighed(context.new_page(), path)
    # The page itself was weighed, and the largest of its files.
    assert files[path]
    assert max(files.items(), key=lambda file: file[1])[0].endswith("/plotly.js")
    assert files.total() + told <= FIRST, files.most_common(10)
    again, _ = weighed(context.new_page(), path)
    assert again.total() <= SECOND, again.most_common(10)
