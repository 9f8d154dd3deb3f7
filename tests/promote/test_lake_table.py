"""A pipeline that reads a table of the data catalogue by its name, under the role that was made for it."""

from __future__ import annotations

import promote_support
from promote_support import Shell

SCRIPT = promote_support.SCRIPT.replace("spark.range(100)", 'spark.table("signals.universe")')


def test_rows_where_it_was_granted_and_the_denial_where_not(shell: Shell, account: dict, aws) -> None:
    shell.write("reader", script=SCRIPT)
    file = shell.folder / "emr-pipeline.yaml"
    file.write_text(
        file.read_text().replace(
            "inputs: [s3://emr-demo-us-east-1/raw/]", "inputs: [{table: signals.universe}]"
        )
    )
    shell.deploy()
    denied = shell.emr("runs", "reader", "--start", "-a", "day=2026-02-01", "--json", code=1).json
    assert denied["state"] == "FAILED"
    assert "Insufficient Lake Formation permission(s)" in denied["failure"]["message"]
    run = aws("emr-serverless").get_job_run(applicationId=denied["applicationId"], jobRunId=denied["runId"])[
        "jobRun"
    ]
    keys = aws("sts").assume_role(RoleArn=account["steward"], RoleSessionName="test")["Credentials"]
    lake = aws(
        "lakeformation",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    lake.grant_permissions(
        Principal={"DataLakePrincipalIdentifier": run["executionRole"]},
        Resource={"Table": {"DatabaseName": "signals", "Name": "universe"}},
        Permissions=["SELECT", "DESCRIBE"],
    )
    assert "rows 40" in shell.emr("runs", "reader", "--start", "-a", "day=2026-02-02").out
