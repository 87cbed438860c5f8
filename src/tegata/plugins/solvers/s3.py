"""http-01 by an Amazon S3 bucket (or one that speaks the same) from which a web server or the bucket itself answers.

Needs boto3, which is an extra. Credentials, region and end point come from the variables handed over, and what those do
not say from where boto3 finds it.
"""

from collections.abc import Mapping
from typing import Any

from tegata.acme.challenges import http01_path
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class S3NotInstalled(TegataError):
    """boto3 is not there."""

    code = "solver.s3-not-installed"


class S3Failed(TegataError):
    """An object of ``bucket`` cannot be written or removed: ``reason``."""

    code = "solver.s3"


class S3Solver:
    """Puts a public object for each presentation, and removes it again; raises S3NotInstalled, S3Failed."""

    challenge_type = "http-01"

    def __init__(self, bucket: str, environ: Mapping[str, str]) -> None:
        try:
            import boto3  # noqa: PLC0415 - an extra, and half a second
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3
        except ImportError:
            raise S3NotInstalled from None
        self._bucket = bucket
        self._errors: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        try:
            self._client: Any = _session(boto3, environ).client("s3", endpoint_url=_first(environ, *_ENDPOINTS))
        except self._errors as error:
            raise self._failed(error) from None

    def present(self, presentation: Presentation) -> None:
        """Put the object; raises S3Failed."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=_key(presentation),
                Body=presentation.key_authorization.encode("ascii"),
                ACL="public-read",
                ContentType="application/octet-stream",
            )
        except self._errors as error:
            raise self._failed(error) from None

    def cleanup(self, presentation: Presentation) -> None:
        """Remove the object; raises S3Failed."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=_key(presentation))
        except self._errors as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> S3Failed:
        return S3Failed(bucket=self._bucket, reason=str(error))


def _session(boto3: Any, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3 has no types
    """Of the variables that lego's library reads: boto3's own know no AWS_REGION."""
    return boto3.session.Session(
        aws_access_key_id=_first(environ, "AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=_first(environ, "AWS_SECRET_ACCESS_KEY"),
        aws_session_token=_first(environ, "AWS_SESSION_TOKEN"),
        region_name=_first(environ, "AWS_REGION", "AWS_DEFAULT_REGION"),
        profile_name=_first(environ, "AWS_PROFILE"),
    )


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _key(presentation: Presentation) -> str:
    return http01_path(presentation.token).removeprefix("/")


PLUGIN = S3Solver
