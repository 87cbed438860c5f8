"""Certificates that are obtained but not deployed yet: noted before their files come in, crossed out by the hook.

So that a hook that failed, or a machine that went down before it, is made good by the next run without a new order.
Starting hooks is for others.
"""

from tegata.host import gojson
from tegata.host.files import Tree, forget, read, replace
from tegata.host.stems import stem_of


class DeploymentFile:
    """The file that notes it for one certificate."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree = tree
        self._file = tree.deployments / f"{stem_of(name)}.json"

    def expect(self, digest: str) -> None:
        """Note that the certificate of this digest (``pki.life.Life``) is to be deployed; raises NotWritable."""
        self._tree.make_own(self._file.parent)
        replace(self._file, gojson.dump({"certificate": digest}), shared=True)

    def is_expected(self, digest: str) -> bool:
        """Whether this very certificate is noted; raises NotReadable."""
        try:
            return gojson.load(read(self._file) or b"{}").get("certificate") == digest
        except ValueError:
            return False

    def done(self) -> None:
        """Cross it out; raises NotWritable."""
        forget(self._file)
