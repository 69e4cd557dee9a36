"""boto3 clients for every account and Region of an emulated organization."""

import re

import boto3
from botocore.config import Config

# Made by Organizations in every account it creates; trusts the management account.
# See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
MEMBER_ROLE = "OrganizationAccountAccessRole"

# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (`AKIA`: long-term key)
CALLER = {"aws_access_key_id": "AKIAEMULATEDCALLER00", "aws_secret_access_key": "emulated"}


# One for all: it reads the description of each service once.
SESSION = boto3.session.Session()


class Clients:
    """Clients by service, account and Region; the caller is in the management account."""

    def __init__(self, url, management, region):
        self._url, self._management, self._home = url, management, region
        self._credentials = {management: CALLER}
        self._clients = {}

    def at(self, url):
        """The same accounts at another endpoint that knows the same credentials (a copy of the emulator)."""
        other = Clients(url, self._management, self._home)
        other._credentials = dict(self._credentials)
        return other

    def __call__(self, service, account=None, region=None):
        """A client; without an account the management account's, without a Region the home Region's."""
        where = (service, account or self._management, region or self._home)
        if where not in self._clients:
            self._clients[where] = self._client(*where)
        return self._clients[where]

    def _client(self, service, account, region):
        client = SESSION.client(
            service,
            region_name=region,
            endpoint_url=self._url,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            **self._credentials_of(account),
        )
        if service == "s3control":
            client.meta.events.register("before-send.s3-control", without_account_in_host)
        return client

    def _credentials_of(self, account):
        if account not in self._credentials:
            arn = f"arn:aws:iam::{account}:role/{MEMBER_ROLE}"
            given = self("sts").assume_role(RoleArn=arn, RoleSessionName="seed")["Credentials"]
            self._credentials[account] = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        return self._credentials[account]


def without_account_in_host(request, **_):
    """The SDK puts the account in front of the host name, which resolves only under amazonaws.com."""
    request.url = re.sub(r"^http://\d{12}\.", "http://", request.url)
