"""The console as an officer meets it, in Chromium, with JavaScript switched off: log in, decide, undo, refuse."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import presence_of_element_located, staleness_of
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from tests.console.conftest import NAME, PASSWORD, Office
from tests.console.test_console_pages import HOSTILE
from tests.flow.conftest import ANNA


@pytest.fixture
def browser(chromium: Callable[..., Chrome], office: Office) -> Iterator[Chrome]:
    driver = chromium(width=1440)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    log_in(driver, office.url)
    return driver


def log_in(driver: Chrome, url: str) -> None:
    driver.get(url)
    driver.find_element(By.ID, "name").send_keys(NAME)
    driver.find_element(By.ID, "password").send_keys(PASSWORD)
    press(driver, "Logga in")


def press(driver: Chrome, words: str) -> None:
    follow(driver, driver.find_element(By.XPATH, f"//button[normalize-space()='{words}']"))


def follow(driver: Chrome, element: WebElement) -> None:
    """Click on what leads to another page, and wait until that is there."""
    element.click()
    wait = WebDriverWait(driver, 20)
    wait.until(staleness_of(element))
    wait.until(presence_of_element_located((By.TAG_NAME, "main")))


def unfold(driver: Chrome, words: str) -> None:
    driver.find_element(By.XPATH, f"//summary[normalize-space()='{words}']").click()


def text(driver: Chrome) -> str:
    return driver.find_element(By.TAG_NAME, "main").text


def test_an_officer_approves_from_the_queue_and_changes_her_mind(office: Office, browser: Chrome) -> None:
    office.queue()
    browser.refresh()
    follow(browser, browser.find_element(By.LINK_TEXT, "Radering"))
    assert "Vi har raderat" in text(browser)

    press(browser, "Godkänn")
    assert "Du kan ångra en stund till" in text(browser)
    assert office.world.requests() == [("erasure", "approved")]

    press(browser, "Ångra")
    assert "Ångrat" in text(browser)
    assert office.world.requests() == [("erasure", "queued")]


def test_a_refusal_without_a_ground_is_stopped_and_with_one_it_goes_out(office: Office, browser: Chrome) -> None:
    browser.get(office.url + office.queue())
    unfold(browser, "Avslå")
    reasons = browser.find_element(By.NAME, "reasons")
    reasons.send_keys("Du är kontaktperson för en kund.")
    press(browser, "Avslå och skicka brevet")

    assert "Välj en grund för avslaget" in text(browser)
    assert office.world.requests() == [("erasure", "queued")]

    choice = browser.find_element(By.NAME, "ground")
    Select(choice).select_by_value("still_needed")
    press(browser, "Avslå och skicka brevet")
    assert office.world.requests() == [("erasure", "refused")]


def test_the_browser_follows_our_policy_without_a_complaint(office: Office, chromium: Callable[..., Chrome]) -> None:
    driver = chromium(width=1440)
    log_in(driver, office.url)
    driver.get(office.url + office.queue())
    complaints = [line for line in driver.get_log("browser") if line["level"] == "SEVERE"]
    assert complaints == []


def test_a_hostile_mail_runs_nothing_and_nothing_leaves_the_browser(
    office: Office, chromium: Callable[..., Chrome]
) -> None:
    office.world.receive(ANNA, f"? {HOSTILE}", subject=HOSTILE)
    driver = chromium(width=1440)
    log_in(driver, office.url)
    driver.execute_cdp_cmd("Network.enable", {})
    driver.get(f"{office.url}/case/{office.world.case().number}")

    assert "<script>alert(1)</script>" in text(driver)
    assert driver.find_elements(By.CSS_SELECTOR, "main img, main script, main meta, main iframe") == []
    asked = driver.execute_script(
        "return JSON.stringify(performance.getEntriesByType('resource').map(entry => entry.name))"
    )
    hosts = {urlsplit(address).netloc for address in json.loads(asked)}
    assert hosts <= {urlsplit(office.url).netloc}


@pytest.mark.parametrize("path", ["/login", "/", "case"])
def test_no_page_is_wider_than_a_telephone(office: Office, chromium: Callable[..., Chrome], path: str) -> None:
    case = office.queue()
    driver = chromium(width=390, height=844)
    log_in(driver, office.url)
    driver.get(office.url + (case if path == "case" else path))
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 390


def test_the_keyboard_alone_reaches_the_decision(office: Office, browser: Chrome) -> None:
    browser.get(office.url + office.queue())
    reached = []
    for _ in range(60):
        browser.switch_to.active_element.send_keys("\ue004")
        reached.append(browser.switch_to.active_element.text)
        if reached[-1] == "Godkänn":
            break
    assert reached[0] == "Hoppa till innehållet"
    assert reached[-1] == "Godkänn"
    browser.switch_to.active_element.send_keys("\ue007")
    assert office.world.requests() == [("erasure", "approved")]
