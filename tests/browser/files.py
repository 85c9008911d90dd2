"""The files that a page offers, as whoever saved them has them."""

import csv
from pathlib import Path

from playwright.sync_api import Page


def saved(page: Page, label: str, folder: Path) -> Path:
    """Press the button with this label and return the file, under the name that it comes with."""
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def saved_data(page: Page, name: str, folder: Path) -> list[dict[str, str]]:
    """Return the rows of a lesson's data, which comes as `name`.csv."""
    file = saved(page, "Data (CSV)", folder)
    assert file.name == f"{name}.csv"
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


def open_saved_chart(page: Page, name: str, folder: Path) -> None:
    """Open a lesson's chart, which comes as `name`.html, without the app."""
    file = saved(page, "Chart (HTML)", folder)
    assert file.name == f"{name}.html"
    page.goto(file.as_uri())
    page.wait_for_function("() => document.querySelector('.js-plotly-plot')?.data")
