"""What a reader does on the page, and what there is to be seen."""

from pathlib import Path

from axe_selenium_python import Axe
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from .browser import look

PATIENCE = 30  # seconds, in which whatever is expected happens
MODIFIER = Keys.CONTROL


class Visit:
    """A page that is looked at.

    Args:
        driver: the browser.
        address: of the server.
    """

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    def opened(self, query: str = "", **taste: object) -> "Visit":
        look(self.driver, **taste)
        self.driver.get(f"{self.address}/{query}")
        self.wait(lambda: self.find("#limits").text)
        return self

    def wait(self, condition):
        """What the condition returns, once that is true."""
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition())

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [each.text for each in self.all(selector)]

    def models(self) -> Select:
        """Those to choose from, once there are some."""
        self.wait(lambda: self.find("#models").is_displayed())
        return Select(self.find("#models"))

    def pick(self, *paths: Path) -> None:
        """Choose files in the dialog of the browser."""
        self.find("#files").send_keys("\n".join(map(str, paths)))

    def drop(self, *paths: Path) -> None:
        """Drag files from outside the browser onto the page, as a mouse does."""
        zone = self.find("#zone").rect
        place = {"x": zone["x"] + zone["width"] / 2, "y": zone["y"] + zone["height"] / 2}
        data = {"items": [], "files": list(map(str, paths)), "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, **place, "data": data})

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def press_with_control(self, key: str) -> None:
        ActionChains(self.driver).key_down(MODIFIER).send_keys(key).key_up(MODIFIER).perform()

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def answers(self) -> list[str]:
        """The headings of all pictures, once all are answered."""
        self.wait(lambda: self.find("#cards li"))
        self.wait(lambda: not self.all("[aria-busy=true]"))
        return self.texts(".answer")

    def said(self) -> str:
        """What a screen reader was told last."""
        return self.find("#status").get_attribute("textContent")

    def problem(self, selector: str = ".card .problem") -> str:
        """The sentence of a problem, once there is one."""
        return self.wait(lambda: self.find(selector).text)

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")

    def faults(self) -> dict[str, list[str]]:
        """What axe finds that is serious or critical: by rule, the places."""
        axe = Axe(self.driver)
        axe.inject()
        found = axe.run()["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        return {each["id"]: [node["html"] for node in each["nodes"]] for each in serious}
