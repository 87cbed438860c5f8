"""What an order would fail of whenever it is made, looked for before anything is asked and whether or not it is due.

Whoever writes a schedule is then told at once, as by lego, and not when the certificate is about to end. Loads nothing
that proves names: a renewal that is not due stays quick.
"""

from tegata.cli.plans.ways import Ways


def foresee(ways: Ways) -> None:
    """Raise UnknownProvider, BrokenPlugin or WebrootMissing for ways that lead nowhere."""
    for plan in (ways.dns, ways.dns_account, ways.persist.dns if ways.persist else None):
        if plan is not None:
            from tegata.cli.steps import dnsproviders

            dnsproviders.check(plan.provider)
    if ways.http is not None and ways.http.webroot is not None and not ways.http.webroot.is_dir():
        from tegata.plugins.solvers.webroot import WebrootMissing

        raise WebrootMissing(path=ways.http.webroot)
