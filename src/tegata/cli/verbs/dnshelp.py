"""The command ``dnshelp``: which DNS providers there are, and which variables each one reads, in lego's form."""

from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.errors import NoSuchHelp, UnknownProvider
from tegata.cli.plans.plan import DnsHelp
from tegata.cli.steps import dnsproviders
from tegata.plugin_api.dns import About, Variable
from tegata.plugins.dns import CODES, RENAMED
from tegata.text.language import Language

_ALL = """\
Credentials for DNS providers must be passed through environment variables.

To display the documentation for a DNS providers:

  $ {name} dnshelp -c code

All DNS codes:
  {codes}
"""


def show(context: Context, plan: DnsHelp) -> None:
    """Print it; raises NoSuchHelp."""
    if not plan.code:
        context.console.say(_ALL.format(name=context.name, codes=", ".join(sorted(CODES))))
        return
    try:
        _, factory = dnsproviders.find(plan.code)
    except UnknownProvider as error:
        raise NoSuchHelp(**error.facts) from None
    context.console.say(_text(factory.about, context.language))


def _text(about: About, language: Language) -> str:
    aliases = [new for new, code in RENAMED.items() if code == about.code]
    lines = [f"Configuration for {shown(about.name)}.", f"Code:   '{shown(about.code)}'"]
    lines += [f"Alias:  '{alias}'" for alias in aliases]
    lines += [f"Since:  '{shown(about.since)}'", ""]
    for title, variables in (("Credentials", about.credentials), ("Additional Configuration", about.additional)):
        lines += _table(title, variables, language) if variables else []
    return "\n".join(lines)


def _table(title: str, variables: tuple[Variable, ...], language: Language) -> list[str]:
    width = max(len(each.name) for each in variables) + 5
    lines = [f"{title}:"]
    lines += ["  - " + f'"{each.name}":'.ljust(width) + shown(each.help.fill(language, {})) for each in variables]
    return [*lines, ""]
