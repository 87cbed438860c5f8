"""What can be wrong with a command line, one class a thing a person can correct.

Facts never hold the value of a secret flag. The sentences stand in ``tegata.text.errors_cli``, lego's own words for the
same things in ``tegata.cli.phrases``.
"""

from tegata.errors import TegataError


class UnknownCommand(TegataError):
    """The first word is no command; facts: ``word``, ``known``."""

    code = "cli.unknown-command"


class NoCommand(TegataError):
    """Flags were given but no command; facts: ``known``."""

    code = "cli.no-command"


class UnknownFlag(TegataError):
    """A flag that does not exist; facts: ``flag`` (without dashes)."""

    code = "cli.unknown-flag"


class MistypedFlag(UnknownFlag):
    """A flag that does not exist, but others are spelled much like it; facts: ``flag``, ``near``."""

    code = "cli.mistyped-flag"


class PrintedDash(TegataError):
    """A word that begins with a dash of print, as word processors make it of hyphens; facts: ``word`` (no value)."""

    code = "cli.printed-dash"


class MisplacedFlag(TegataError):
    """A flag of another command; facts: ``flag``, ``command`` (the one given), ``owners`` (those that take it)."""

    code = "cli.misplaced-flag"


class MissingValue(TegataError):
    """A flag that needs a value stands last or before another flag; facts: ``flag``."""

    code = "cli.missing-value"


class SwallowedCommand(TegataError):
    """No command is left because a flag took it for its value; facts: ``flag``, ``word``."""

    code = "cli.swallowed-command"


class BadSwitch(TegataError):
    """A value that is neither true nor false; facts: ``source`` (a flag with a dash, or a variable), ``value``."""

    code = "cli.bad-switch"


class BadNumber(TegataError):
    """A value that is no whole number, or too great; facts: ``source``, ``value``."""

    code = "cli.bad-number"


class BadNatural(BadNumber):
    """The same, where the least is 0."""

    code = "cli.bad-natural"


class BadText(TegataError):
    """A value that is no text; facts: ``source``, ``value``."""

    code = "cli.bad-text"


class BadReason(TegataError):
    """A value that is no reason for a revocation; facts: ``source``, ``value``, ``known`` (the names)."""

    code = "cli.bad-reason"


class BadDuration(TegataError):
    """A value that is no span of time; facts: ``source``, ``value``."""

    code = "cli.bad-duration"


class BadTime(TegataError):
    """A value that is no instant of RFC 3339; facts: ``source``, ``value``."""

    code = "cli.bad-time"


class Contradiction(TegataError):
    """Two flags that exclude each other; facts: ``first``, ``second``."""

    code = "cli.contradiction"


class BadFileName(TegataError):
    """A word that cannot name the certificate's files; facts: ``name``."""

    code = "cli.bad-file-name"


class BadMaterial(TegataError):
    """A file with a request or a key that cannot be used; facts: ``flag``, ``file``, ``reason``."""

    code = "cli.bad-material"


class KeyDoesNotFit(TegataError):
    """The private key given is not the one of the certification request."""

    code = "cli.key-does-not-fit"


class WrongKey(TegataError):
    """The private key given or found is not the certificate's; facts: ``name``."""

    code = "cli.wrong-key"


class NoKeyToWrite(TegataError):
    """A file that holds the private key was asked for, and nobody gave the key; facts: ``flag``."""

    code = "cli.no-key-to-write"


class NoNames(TegataError):
    """A command that needs a name got none; facts: ``command``."""

    code = "cli.no-names"


class AddressInDns(TegataError):
    """``names`` are addresses, for which nothing is looked for in the DNS."""

    code = "cli.address-in-dns"


class CaWithoutName(TegataError):
    """The CA at ``server`` does not say what it is called in records that stay, and nobody else did."""

    code = "cli.ca-without-name"


class NoServer(TegataError):
    """``conformance`` without a server."""

    code = "cli.no-server"


class UnknownCheck(TegataError):
    """A check of ``conformance`` that is not there; facts: ``name``, ``known``."""

    code = "cli.unknown-check"


class NoChallenge(TegataError):
    """No way was given to prove control of the names."""

    code = "cli.no-challenge"


class WildcardNeedsDns(TegataError):
    """A wildcard can be proved in the DNS only, and no DNS provider was given; facts: ``names``."""

    code = "cli.wildcard-needs-dns"


class AncestorNeedsDns(TegataError):
    """A domain is proved for names below it in the DNS only, and no way there was given; facts: ``domains``."""

    code = "cli.ancestor-needs-dns"


class UnknownProvider(TegataError):
    """There is no DNS provider of this code; facts: ``word``, ``known``."""

    code = "cli.unknown-provider"


class NoSuchHelp(UnknownProvider):
    """Help was asked for on a DNS provider that there is not; facts: ``word``, ``known``."""

    code = "cli.no-such-help"


class NegativeWait(TegataError):
    """A wait of less than nothing; facts: ``flag`` (without dashes)."""

    code = "cli.negative-wait"


class ExclusiveFlags(TegataError):
    """Two flags that contradict each other; facts: ``flag``, ``other`` (without dashes)."""

    code = "cli.exclusive-flags"


class BadLogSetting(TegataError):
    """A word that is no level or format of log lines; facts: ``flag``, ``value``, ``known``."""

    code = "cli.bad-log-setting"


class NotShown(TegataError):
    """Standard output takes no more; facts: ``reason``."""

    code = "cli.not-shown"


class BadServer(TegataError):
    """The CA's address is no URL with a host; facts: ``server``, ``known`` (short names)."""

    code = "cli.bad-server"


class IncompleteEab(TegataError):
    """External account binding was asked for without both its values; facts: ``missing``."""

    code = "cli.incomplete-eab"


class BadEabFile(TegataError):
    """An EAB file that cannot be read or lacks something; facts: ``file``, ``reason``."""

    code = "cli.bad-eab-file"


class UnknownPfxFormat(TegataError):
    """A word that names no form of PKCS#12 file; facts: ``word``, ``known``."""

    code = "cli.unknown-pfx-format"


class PfxFormatRefused(TegataError):
    """RC2 or PBMAC1 was asked for by name; facts: ``word``.

    RC2 is lego v4's default, which OpenSSL 3 and current systems refuse to read; PBMAC1 (RFC 9579) no Windows reads.
    """

    code = "cli.pfx-format-refused"


class BadExitCode(TegataError):
    """The system cannot give ``value`` as an exit code: of more than 255 it would keep a part, which may be 0."""

    code = "cli.bad-exit-code"


class BadConfig(TegataError):
    """Something in the configuration file; facts: ``file``, ``line``, ``key``, ``reason``.

    ``others`` are the further faults of the same file, so that all are told at once.
    """

    code = "cli.bad-config"
    others: tuple["BadConfig", ...] = ()


class UnreadableConfig(BadConfig):
    """The configuration file as a whole cannot be used; facts: ``file``, ``reason``."""

    code = "cli.unreadable-config"


class ConfigAlone(TegataError):
    """A configuration file is processed as a whole; facts: ``word``, the command or flag given with it."""

    code = "cli.config-alone"


class BadEnvFile(TegataError):
    """A file of environment variables that cannot be used; facts: ``file``, ``line``, ``reason``. No value is told."""

    code = "cli.bad-env-file"


class UnreadableEnvFile(BadEnvFile):
    """A file of environment variables as a whole cannot be used; facts: ``file``, ``reason``."""

    code = "cli.unreadable-env-file"


class KidDiffers(TegataError):
    """The key identifier given is not the one the account was made with; facts: ``given``, ``stored``, ``folder``."""

    code = "cli.kid-differs"


class KidKept(KidDiffers):
    """The CA was asked to put the account under another key identifier, and left it as it was; facts as KidDiffers."""

    code = "cli.kid-kept"


class TermsRefused(TegataError):
    """The operator said no to the CA's terms of service; facts: ``url``."""

    code = "cli.terms-refused"


class NoAnswer(TegataError):
    """The question about the terms of service met the end of standard input; facts: ``url``."""

    code = "cli.no-answer"


class Unanswered(TegataError):
    """A question met the end of standard input; facts: ``question``."""

    code = "cli.unanswered"


class KeyUnknown(TegataError):
    """The CA has no account with the key that was given; facts: ``server``."""

    code = "cli.key-unknown"


class NothingChosen(TegataError):
    """The question which archive to bring back met the end of standard input."""

    code = "cli.nothing-chosen"
