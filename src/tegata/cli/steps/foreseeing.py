"""What an order would fail of whenever it is made, looked for before anything is asked and whether or not it is due.

Whoever writes a schedule is then told at once, as by lego, and not when the certificate is about to end. Loads nothing
that proves names: a renewal that is not due stays quick.
"""

import os

from tegata.cli.plans.ways import Ways


def foresee(ways: Ways) -> None:
    """Raise UnknownProvider, BrokenPlugin, WebrootMissing or WebrootUnwritable for ways that lead nowhere."""
    for plan in (ways.dns, ways.dns_account, ways.persist.dns if ways.persist else None):
        if plan is not None:
            from tegata.cli.steps import dnsproviders

            dnsproviders.check(plan.provider)
    webroot = ways.http.webroot if ways.http is not None else None
    if webroot is not None and not os.path.isdir(webroot):  # noqa: PTH112 - a Path would raise where nobody may look
        from tegata.plugins.solvers import webroot as plugin

        plugin.check(webroot)
