"""``certificates revoke --config``: certificates of a configuration file, each by its own account there."""

from pathlib import Path

from tegata.cli.config import filed, reading
from tegata.cli.context import Context
from tegata.cli.grammar.words import Invocation
from tegata.cli.plans.making import make
from tegata.cli.plans.material import read as read_material
from tegata.cli.plans.plan import Revoke
from tegata.cli.telling import tell
from tegata.cli.verbs.revoke import revoke
from tegata.errors import TegataError


def revoke_filed(context: Context, invocation: Invocation, file: Path) -> None:
    """Do it for each; one that does not work keeps none of the others from it. Raises the last error."""
    config = reading.load(context, file)
    error: TegataError | None = None
    with reading.faults_told(context):
        each_alone = list(filed.revocations(invocation, config, str(file)))
    for each in each_alone:
        if error is not None:
            tell(context, error)
        try:
            plan = make(each, context.environ, None, file.parent, read_material(each))
            assert isinstance(plan, Revoke)
            revoke(context, plan)
        except TegataError as trouble:
            error = trouble
    if error is not None:
        raise error
