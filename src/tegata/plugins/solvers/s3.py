"""http-01 by an Amazon S3 bucket (or one that speaks the same) from which a web server or the bucket itself answers.

Needs boto3, which is an extra; credentials, region and end point come from the environment as boto3 finds them.
"""

from typing import Any

from tegata.acme.challenges import http01_path
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation


class S3NotInstalled(TegataError):
    """boto3 is not there."""

    code = "solver.s3-not-installed"


class S3Failed(TegataError):
    """An object of ``bucket`` cannot be written or removed: ``reason``."""

    code = "solver.s3"


class S3Solver:
    """Puts a public object for each presentation, and removes it again; raises S3NotInstalled, S3Failed."""

    challenge_type = "http-01"

    def __init__(self, bucket: str) -> None:
        try:
            import boto3  # noqa: PLC0415 - an extra, and half a second
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3
        except ImportError:
            raise S3NotInstalled from None
        self._bucket = bucket
        self._errors: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        try:
            self._client: Any = boto3.client("s3")
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


def _key(presentation: Presentation) -> str:
    return http01_path(presentation.token).removeprefix("/")


PLUGIN = S3Solver
