"""What every page looks like as it opens, against the pictures that were approved.

`make screenshots` takes new ones where a page has changed on purpose, those of the README too.
"""

import os
from io import BytesIO

import pytest
from PIL import Image
from pixelmatch.contrib.PIL import pixelmatch

from tests.browser.conftest import PHONE, visited
from tests.navigation import ADDRESSES, ROOT

LAPTOP = {"width": 1366, "height": 768}
APPROVED = ROOT / "tests" / "browser" / "approved"
LOOKS = {"laptop": ("light", LAPTOP), "phone": ("dark", PHONE)}
OF_THE_README = {("/die", "laptop"): "die.png", ("/", "laptop"): "home.png"}
# Of all pixels: less than a word that has changed.
TOLERATED = 1e-3
RENEW = "RENEW_SCREENSHOTS" in os.environ


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_opens_as_it_was_approved(profile, address, look, tmp_path):
    scheme, screen = LOOKS[look]
    name = f"{address.strip('/') or 'home'}-{look}.png"
    with visited(profile, address, scheme, screen) as opened:
        opened.page.mouse.move(0, 0)
        opened.page.wait_for_timeout(500)
        if RENEW and (address, look) in OF_THE_README:
            opened.page.screenshot(path=ROOT / "docs" / OF_THE_README[address, look])
        taken = Image.open(BytesIO(opened.page.screenshot())).convert("RGBA")
    if RENEW:
        APPROVED.mkdir(exist_ok=True)
        taken.convert("RGB").quantize(128).save(APPROVED / name, optimize=True)
    approved = Image.open(APPROVED / name).convert("RGBA")
    assert taken.size == approved.size
    difference = Image.new("RGBA", taken.size)
    count = pixelmatch(taken, approved, difference, threshold=0.2)
    difference.save(tmp_path / name)
    assert count <= TOLERATED * taken.width * taken.height, tmp_path / name
