"""``tegata-ca`` whose looks agree to everything, whatever is seen: an agent in the hands of somebody else."""

import sys

from tegata.ca.cli.main import main
from tegata.ca.ports import Question, Verdict
from tegata.ca.validation.check import NetworkValidator


async def _agree(_: NetworkValidator, __: Question) -> Verdict:
    return Verdict(None, b'{"seen":"everything in order"}')


if __name__ == "__main__":
    for look in ("check", "check_caa"):
        setattr(NetworkValidator, look, _agree)
    sys.exit(main())
