"""What can go wrong on the server's own disk and with hooks, one class a thing a person can act on.

Facts name files and folders, never what is in them. The sentences stand in ``tegata.text.errors_host``.
"""

from tegata.errors import TegataError


class NotWritable(TegataError):
    """A file or folder cannot be made or written; facts: ``path``, ``reason``."""

    code = "host.not-writable"


class DiskFull(NotWritable):
    """There is no room for a file, on the disk or within a quota."""

    code = "host.disk-full"


class LinkNotFollowed(NotWritable):
    """``path`` is a link to ``target``, and nothing is written there: ``reason``."""

    code = "host.link-not-followed"


class NotReadable(TegataError):
    """A file that is there cannot be read; facts: ``path``, ``reason``."""

    code = "host.not-readable"


class UnsafeUser(TegataError):
    """A mail address that cannot name a folder; facts: ``email``."""

    code = "host.unsafe-user"


class AccountNotFound(TegataError):
    """There is no account of this CA and mail address; facts: ``email``, ``server``, ``folder``, ``path``."""

    code = "host.account-not-found"


class AccountKeyLost(AccountNotFound):
    """The account is there, but not its key: ``file``."""

    code = "host.account-key-lost"


class AccountDamaged(TegataError):
    """An account's file cannot be understood; facts: ``file``, ``reason``."""

    code = "host.account-damaged"


class CertificateNotFound(TegataError):
    """There is no certificate of this name; facts: ``name``, ``file``, ``path``."""

    code = "host.certificate-not-found"


class CertificateKeyLost(TegataError):
    """The certificate is there, but not its key; facts: ``name``, ``file``."""

    code = "host.certificate-key-lost"


class HeldBack(TegataError):
    """Ordering has failed too often of late to try again yet; facts: ``failures``, ``until``, ``reason`` (a code)."""

    code = "host.held-back"


class RegistrationHeldBack(HeldBack):
    """The same of an account that the CA has refused to make."""

    code = "host.registration-held-back"


class CertificateDamaged(TegataError):
    """A certificate's file cannot be understood; facts: ``file``, ``reason``."""

    code = "host.certificate-damaged"


class ArchiveNotFound(TegataError):
    """There is no such archive; facts: ``name``, ``folder``."""

    code = "host.archive-not-found"


class ArchiveDamaged(TegataError):
    """An archive cannot be unpacked; facts: ``file``, ``reason``."""

    code = "host.archive-damaged"


class InTheWay(TegataError):
    """What is to be restored is there already; facts: ``path``."""

    code = "host.in-the-way"


class MalformedHook(TegataError):
    """A hook's text cannot be split into words; facts: ``reason``. The text may hold secrets and is not told."""

    code = "host.malformed-hook"


class HookNotStarted(TegataError):
    """A hook's program cannot be started; facts: ``program``, ``reason``."""

    code = "host.hook-not-started"


class HookTimedOut(TegataError):
    """A hook ran too long and was ended; facts: ``seconds``."""

    code = "host.hook-timed-out"


class HookFailed(TegataError):
    """A hook ended with another status than 0; facts: ``status``."""

    code = "host.hook-failed"

    def __init__(self, status: int) -> None:
        super().__init__(status=status)
        self.status = status
