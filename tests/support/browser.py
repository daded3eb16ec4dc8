"""Chromium, headless, with nothing remembered from one test to the next."""

from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.support.parts import program, public_folder

_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running_chromium(width: int = 1440, height: int = 900) -> Iterator[Chrome]:
    """Start a browser with a viewport of so many CSS pixels and close it afterwards."""
    chromium, driver_path = program("chromium"), program("chromedriver")
    with public_folder("chromium") as folder:
        options = ChromeOptions()
        options.binary_location = chromium
        for switch in (*_SWITCHES, f"--user-data-dir={folder}"):
            options.add_argument(switch)
        driver = Chrome(options=options, service=ChromeService(executable_path=driver_path))
        try:
            # A window of Chromium has a least width; a telephone is narrower.
            viewport = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", viewport)
            yield driver
        finally:
            driver.quit()
