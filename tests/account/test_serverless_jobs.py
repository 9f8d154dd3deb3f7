"""EMR Serverless' job runs: real Spark, with the keys of a role, within the maximum of an application."""

from __future__ import annotations

import gzip
import json
import sys
import textwrap
import urllib.error
import urllib.request
import uuid

import pytest
from account_support import HERE, Account, alive, wait_for
from botocore.exceptions import ClientError
from serverless_support import code, make, message, state_of

LIVY = HERE.parent.parent / "jupyterlab_emr" / "node" / "local" / "livy.mjs"
ENDED = ("SUCCESS", "FAILED", "CANCELLED")
#: One vCPU each for the driver and one executor.
SMALL = (
    "--conf spark.driver.cores=1 --conf spark.driver.memory=1g "
    "--conf spark.executor.cores=1 --conf spark.executor.memory=1g --conf spark.executor.instances=1"
)
ROOM_FOR_ONE = {"cpu": "2 vCPU", "memory": "8 GB", "disk": "100 GB"}


@pytest.fixture(scope="module")
def account():
    running = Account("--python", sys.executable, livy=LIVY)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def serverless(account):
    return account.client("emr-serverless")


@pytest.fixture(scope="module")
def s3(account):
    return account.client("s3", check=False)


@pytest.fixture(scope="module")
def bucket(account):
    return account.ready["buckets"]["artifacts"]


class Jobs:
    """Jobs of one pipeline: its bucket, its application, its role."""

    def __init__(self, account, serverless, s3, bucket, **application):
        self.serverless, self.s3, self.bucket = serverless, s3, bucket
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self.application = make(
            serverless, name=self.name, autoStopConfiguration={"enabled": False}, **application
        )
        self.iam = account.client("iam", check=False)
        self.role = self.make_role(self.trust(self.application))

    def trust(self, application: str) -> dict:
        arn = f"arn:aws:emr-serverless:us-east-1:123456789012:/applications/{application}"
        return {
            "Effect": "Allow",
            "Principal": {"Service": "emr-serverless.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnEquals": {"aws:SourceArn": arn},
            },
        }

    def make_role(self, trust: dict, suffix="") -> str:
        name = f"emr-pipeline-{self.name}{suffix}"
        made = self.iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        self.allow(f"{self.name}/*", name)
        return made["Role"]["Arn"]

    def allow(self, keys: str, role: str | None = None) -> None:
        statements = [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{self.bucket}/{keys}",
            },
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{self.bucket}"},
        ]
        self.iam.put_role_policy(
            RoleName=role or f"emr-pipeline-{self.name}",
            PolicyName="data",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )

    def script(self, text: str, name="job.py") -> str:
        key = f"{self.name}/scripts/{name}"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=textwrap.dedent(text).encode())
        return f"s3://{self.bucket}/{key}"

    @property
    def logs(self) -> str:
        return f"s3://{self.bucket}/{self.name}/logs"

    def start(self, script: str, *arguments: str, parameters=SMALL, role=None, **options) -> str:
        return self.serverless.start_job_run(
            applicationId=self.application,
            executionRoleArn=role or self.role,
            jobDriver={
                "sparkSubmit": {
                    "entryPoint": script,
                    "entryPointArguments": list(arguments),
                    "sparkSubmitParameters": parameters,
                }
            },
            configurationOverrides={
                "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": self.logs + "/"}}
            },
            **options,
        )["jobRunId"]

    def get(self, run: str, **options) -> dict:
        return self.serverless.get_job_run(applicationId=self.application, jobRunId=run, **options)["jobRun"]

    def state(self, run: str) -> str:
        return self.get(run)["state"]

    def until(self, run: str, *states: str, seconds=120.0) -> dict:
        def there():
            found = self.get(run)
            assert found["state"] in states or found["state"] not in ENDED, found["stateDetails"]
            return found if found["state"] in states else None

        return wait_for(there, f"{states} of job run {run}", seconds)

    def log(self, run: str, stream="stdout") -> str:
        key = f"{self.name}/logs/applications/{self.application}/jobs/{run}/SPARK_DRIVER/{stream}.gz"
        return gzip.decompress(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()).decode()

    def dashboard(self, run: str) -> str:
        asked = self.serverless.get_dashboard_for_job_run(applicationId=self.application, jobRunId=run)
        return asked["url"]


@pytest.fixture(scope="module")
def jobs(account, serverless, s3, bucket):
    return Jobs(
        account,
        serverless,
        s3,
        bucket,
        architecture="ARM64",
        maximumCapacity={"cpu": "8 vCPU", "memory": "32 GB", "disk": "200 GB"},
    )


#: Goes on when it finds its gate open, so that a test sees it while it runs.
GATED = """
    import os, sys, time, boto3
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.getOrCreate()
    print("rows", spark.range(100).count(), flush=True)
    bucket, key = sys.argv[1:3]
    s3 = boto3.client("s3")
    while True:
        try:
            s3.get_object(Bucket=bucket, Key=key)
            break
        except s3.exceptions.NoSuchKey:
            time.sleep(0.1)
"""


def fetch(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=150) as answer:
        return answer.url, answer.read().decode()


def test_a_script_reads_and_writes_s3_as_its_role(jobs, s3, bucket):
    s3.put_object(Bucket=bucket, Key=f"{jobs.name}/in/a.csv", Body=b"x\n1\n2\n")
    script = jobs.script(
        """
        import os, sys
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        source, target = sys.argv[1:3]
        frame = spark.read.option("header", True).csv(source)
        frame.write.mode("overwrite").parquet(target)
        print("wrote", frame.count(), sys.argv[3], spark.conf.get("spark.pipeline"))
        """
    )
    base = f"s3://{bucket}/{jobs.name}"
    run = jobs.start(
        script,
        f"{base}/in/",
        f"{base}/out/",
        "--day=2026-01-31",
        parameters=f"{SMALL} --conf 'spark.pipeline=a b'",
        name="daily",
        tags={"a": "b"},
        executionTimeoutMinutes=30,
    )
    found = jobs.until(run, "SUCCESS")
    assert "wrote 2 --day=2026-01-31 a b" in jobs.log(run)
    assert "Running Spark version" in jobs.log(run, "stderr")
    written = s3.list_objects_v2(Bucket=bucket, Prefix=f"{jobs.name}/out/")["Contents"]
    assert any(item["Key"].endswith(".parquet") for item in written)
    assert (found["name"], found["tags"], found["executionTimeoutMinutes"]) == ("daily", {"a": "b"}, 30)
    assert found["createdBy"] == "arn:aws:iam::123456789012:user/data-scientist"
    assert found["startedAt"] < found["endedAt"]
    seconds = max(60, found["totalExecutionDurationSeconds"])
    assert found["billedResourceUtilization"]["vCPUHour"] == pytest.approx(2 * seconds / 3600, abs=0.001)
    assert found["billedResourceUtilization"]["storageGBHour"] == 0
    assert 0 < found["totalResourceUtilization"]["storageGBHour"]


def test_no_key_is_seen(account, jobs):
    script = jobs.script(
        """
        import os, time
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        mark = "emrlocalsecret"
        assert mark in os.environ["AWS_SECRET_ACCESS_KEY"]
        shown = [*map(str, spark.sparkContext.getConf().getAll())]
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                shown.append(open(f"/proc/{pid}/cmdline").read())
            except OSError:
                pass
        print("seen", [text for text in shown if mark in text])
        """,
        "secrets.py",
    )
    run = jobs.start(script)
    jobs.until(run, "SUCCESS")
    assert "seen []" in jobs.log(run)
    assert "emrlocalsecret" not in jobs.log(run, "stderr")


def test_while_it_runs_and_after(jobs, s3, bucket):
    # The history server is up beforehand, so that it sees the log of the next run while that runs.
    past = jobs.start(jobs.script("from pyspark import SparkContext; SparkContext.getOrCreate()", "past.py"))
    jobs.until(past, "SUCCESS")
    assert "/history/" in fetch(jobs.dashboard(past))[0]
    run = jobs.start(jobs.script(GATED), bucket, f"{jobs.name}/gates/one")
    jobs.until(run, "RUNNING")

    def ui():
        try:
            return jobs.dashboard(run)
        except ClientError as error:
            assert "not available" in str(error)
            return None

    url = wait_for(ui, "a dashboard", 60)
    place, page = fetch(url)
    assert place.endswith("/jobs/") and "Spark Jobs" in page

    def written():
        try:
            return "rows 100" in jobs.log(run)
        except s3.exceptions.NoSuchKey:
            return False

    wait_for(written, "the log while it runs", 60)
    assert jobs.state(run) == "RUNNING"
    s3.put_object(Bucket=bucket, Key=f"{jobs.name}/gates/one", Body=b"")
    jobs.until(run, "SUCCESS")
    place, page = fetch(url)
    assert "/history/" in place and "Spark Jobs" in page
    assert fetch(place.replace("/jobs/", "/environment/"))[1].count("spark.executor.cores")
    with pytest.raises(urllib.error.HTTPError):
        fetch(url.replace("/_spark/", "/_spark/x"))


def test_a_failure_says_its_exceptions(jobs):
    run = jobs.start(jobs.script("raise ValueError('no such day')", "fails.py"))
    found = jobs.until(run, "FAILED")
    assert found["stateDetails"].startswith(
        "Job failed, please check complete logs in configured logging destination. ExitCode: 1. "
        "Last few exceptions: ValueError: no such day"
    )
    assert "ValueError: no such day" in jobs.log(run)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("s3://{bucket}/{name}/none.py", "NoSuchKey"),
        ("s3://{bucket}/of-others/x.py", "S3 access denied"),
        ("/home/me/x.py", "does not exist"),
    ],
)
def test_a_script_that_cannot_be_read(jobs, s3, bucket, script, says):
    s3.put_object(Bucket=bucket, Key="of-others/x.py", Body=b"")
    run = jobs.start(script.format(bucket=bucket, name=jobs.name))
    assert says in jobs.until(run, "FAILED")["stateDetails"]


def test_data_that_the_role_may_not_read(jobs, s3, bucket):
    s3.put_object(Bucket=bucket, Key="of-others/a.csv", Body=b"x\n1\n")
    script = jobs.script(
        f"""
        from pyspark.sql import SparkSession
        SparkSession.builder.getOrCreate().read.csv("s3://{bucket}/of-others/a.csv").show()
        """,
        "denied.py",
    )
    run = jobs.start(script)
    assert "java.nio.file.AccessDeniedException" in jobs.until(run, "FAILED")["stateDetails"]
    assert "Status Code: 403" in jobs.log(run)


def test_a_role_that_trusts_another_application(jobs):
    other = jobs.make_role(jobs.trust("00f0000000000000"), "-other")
    for role in (other, "arn:aws:iam::123456789012:role/emr-pipeline-nobody"):
        run = jobs.start(jobs.script("print(1)", "one.py"), role=role)
        assert jobs.until(run, "FAILED")["stateDetails"] == (
            f"Could not assume execution role {role} because it does not exist "
            "or is not set up with the required trust relationship."
        )


def test_more_than_the_maximum_is_refused_with_the_reason(jobs):
    run = jobs.start(jobs.script("print(1)", "one.py"), parameters="--num-executors 5")
    found = jobs.until(run, "FAILED")
    assert "exceeded maximumCapacity" in found["stateDetails"]
    assert "24 vCPU" in found["stateDetails"] and "8 vCPU" in found["stateDetails"]
    assert found["billedResourceUtilization"]["vCPUHour"] == 0


def test_jobs_queue_until_there_is_room(account, serverless, s3, bucket):
    jobs = Jobs(
        account,
        serverless,
        s3,
        bucket,
        maximumCapacity=ROOM_FOR_ONE,
        schedulerConfiguration={"queueTimeoutMinutes": 15},
    )
    script = jobs.script(GATED)
    first, second, third = (jobs.start(script, bucket, f"{jobs.name}/gates/all") for _ in range(3))
    jobs.until(first, "RUNNING")
    jobs.until(second, "QUEUED")
    jobs.until(third, "QUEUED")
    listed = serverless.list_job_runs(applicationId=jobs.application, states=["QUEUED"])["jobRuns"]
    assert [item["id"] for item in listed] == [third, second]
    with pytest.raises(ClientError) as refused:
        serverless.stop_application(applicationId=jobs.application)
    assert code(refused) == "ValidationException"
    serverless.cancel_job_run(applicationId=jobs.application, jobRunId=second)
    assert jobs.until(second, "CANCELLED")["billedResourceUtilization"]["vCPUHour"] == 0
    s3.put_object(Bucket=bucket, Key=f"{jobs.name}/gates/all", Body=b"")
    jobs.until(first, "SUCCESS")
    assert jobs.until(third, "SUCCESS")["queuedDurationMilliseconds"] > 0


def test_without_a_scheduler_it_fails_where_others_have_the_room(account, serverless, s3, bucket):
    jobs = Jobs(account, serverless, s3, bucket, maximumCapacity=ROOM_FOR_ONE)
    script = jobs.script(GATED)
    first = jobs.start(script, bucket, f"{jobs.name}/gates/never")
    jobs.until(first, "RUNNING")
    second = jobs.start(script, bucket, f"{jobs.name}/gates/never")
    assert "worker could not be allocated" in jobs.until(second, "FAILED")["stateDetails"]
    serverless.cancel_job_run(applicationId=jobs.application, jobRunId=first, shutdownGracePeriodInSeconds=1)
    found = jobs.until(first, "CANCELLED")
    assert found["billedResourceUtilization"]["vCPUHour"] > 0
    wait_for(lambda: state_of(serverless, jobs.application) == "STARTED", "STARTED")
    serverless.stop_application(applicationId=jobs.application)


def test_attempts(jobs, s3, bucket):
    script = jobs.script(
        """
        import sys, boto3
        s3, (bucket, key) = boto3.client("s3"), sys.argv[1:3]
        try:
            s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            s3.put_object(Bucket=bucket, Key=key, Body=b"")
            raise RuntimeError("the first time")
        print("the second time")
        """,
        "twice.py",
    )
    run = jobs.start(script, bucket, f"{jobs.name}/seen", retryPolicy={"maxAttempts": 3})
    found = jobs.until(run, "SUCCESS")
    assert (found["attempt"], found["retryPolicy"]["maxAttempts"]) == (2, 3)
    attempts = jobs.serverless.list_job_run_attempts(applicationId=jobs.application, jobRunId=run)
    assert [(item["attempt"], item["state"]) for item in attempts["jobRunAttempts"]] == [
        (2, "SUCCESS"),
        (1, "FAILED"),
    ]
    assert "the first time" in jobs.get(run, attempt=1)["stateDetails"]
    assert "the second time" in jobs.log(run)


def test_the_same_token_starts_one_run(jobs):
    script = jobs.script("print(1)", "one.py")
    first = jobs.start(script, clientToken="run-once")
    assert jobs.start(script, clientToken="run-once") == first
    with pytest.raises(ClientError) as refused:
        jobs.start(script, "another", clientToken="run-once")
    assert code(refused) == "ConflictException"
    jobs.until(first, "SUCCESS")


def test_an_archive_of_packages(jobs, s3, bucket, tmp_path):
    """An interpreter that does not run on this machine, as that of an archive for Arm64."""
    import tarfile

    packages = tmp_path / "lib" / "python3.11" / "site-packages" / "ours"
    packages.mkdir(parents=True)
    (packages / "__init__.py").write_text("NAME = 'packed'")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_bytes(b"\x7fELF of another machine")
    (tmp_path / "bin" / "python").chmod(0o755)
    archive = tmp_path / "packages.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        for folder in ("lib", "bin"):
            file.add(tmp_path / folder, folder)
    s3.put_object(Bucket=bucket, Key=f"{jobs.name}/packages.tar.gz", Body=archive.read_bytes())
    python = "./environment/bin/python"
    run = jobs.start(
        jobs.script("import ours; print('with', ours.NAME)", "packed.py"),
        parameters=f"{SMALL} --conf spark.archives=s3://{bucket}/{jobs.name}/packages.tar.gz#environment"
        f" --conf spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON={python}"
        f" --conf spark.emr-serverless.driverEnv.PYSPARK_PYTHON={python}"
        f" --conf spark.executorEnv.PYSPARK_PYTHON={python}",
    )
    jobs.until(run, "SUCCESS")
    assert "with packed" in jobs.log(run)
    assert "does not run on this machine" in jobs.log(run, "stderr")


def test_a_caller_may_what_its_policies_say(account, serverless):
    iam, sts = account.client("iam", check=False), account.client("sts")
    application, other = make(serverless), make(serverless)
    mine = f"arn:aws:emr-serverless:us-east-1:123456789012:/applications/{application}"
    statement = {"Effect": "Allow", "Action": "emr-serverless:GetApplication", "Resource": mine}
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName="emr-pipeline-reader", AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName="emr-pipeline-reader", PolicyName="x", PolicyDocument=policy(statement))
    keys = sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="reader")["Credentials"]
    reader = account.client(
        "emr-serverless",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert state_of(reader, application) == "CREATED"
    for ask in (
        lambda: state_of(reader, other),
        lambda: reader.list_applications(),
        lambda: reader.start_application(applicationId=application),
    ):
        with pytest.raises(ClientError) as refused:
            ask()
        assert code(refused) == "AccessDeniedException"
        assert "is not authorized to perform: emr-serverless:" in message(refused)


def policy(statement: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_nothing_is_left_when_the_account_ends(own_account):
    running = own_account("--python", sys.executable, livy=LIVY)
    serverless = running.client("emr-serverless")
    s3 = running.client("s3", check=False)
    jobs = Jobs(running, serverless, s3, running.ready["buckets"]["artifacts"])
    run = jobs.start(
        jobs.script(
            """
            import os, sys, time, boto3
            boto3.client("s3").put_object(Bucket=sys.argv[1], Key=sys.argv[2], Body=str(os.getpid()).encode())
            time.sleep(600)
            """
        ),
        jobs.bucket,
        f"{jobs.name}/pid",
    )
    jobs.until(run, "RUNNING")

    def started():
        try:
            return int(s3.get_object(Bucket=jobs.bucket, Key=f"{jobs.name}/pid")["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    pid = wait_for(started, "the script", 60)
    assert running.stop() == 0
    wait_for(lambda: not alive(pid), "the script to be gone")
