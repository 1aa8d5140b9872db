"""`esynapse work-pool` takes what is provisioned for granted."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def account_and_bucket(*arguments: str) -> tuple[str, str]:
    made = subprocess.run(
        [*(sys.executable, "-m", "flows.cli", "work-pool"), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ESYNAPSE_PROJECT": "shop-1", "ESYNAPSE_DATASET": "my_shop"},
        timeout=120,
    )
    template = json.loads(made.stdout)
    (volume,) = template["job_configuration"]["job_body"]["template"]["template"]["volumes"]
    account = template["variables"]["properties"]["service_account_name"]["default"]
    return account, volume["gcs"]["bucket"]


def test_account_and_bucket_are_those_provisioned_unless_they_are_given() -> None:
    where = ("--image", "image", "--region", "europe-west1")
    assert account_and_bucket(*where) == (
        "my-shop-pipeline@shop-1.iam.gserviceaccount.com",
        "shop-1-my-shop-shop",
    )
    given = ("--account", "me@shop-1.iam.gserviceaccount.com", "--bucket", "mine")
    assert account_and_bucket(*where, *given) == (given[1], given[3])
