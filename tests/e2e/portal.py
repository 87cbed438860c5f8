"""How a customer logs in at the portal, in one place for all tests with a browser."""


def log_in(page, mail, password):
    """Fill in the form that the page shows, and send it; where that leads is the test's to wait for."""
    page.fill("input[name=login]", mail)
    page.fill("input[name=password]", password)
    page.click("main button")
