"""EMR as boto3 sees it."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request

import pytest
from account_support import follow, provision, state_of, wait_for
from botocore.exceptions import ClientError


def code(error) -> str:
    return error.value.response["Error"]["Code"]


def message(error) -> str:
    return error.value.response["Error"]["Message"]


def livy_port(emr, cluster_id: str) -> int:
    """Where DESIGN.md says it is: cluster, else MASTER group, else MASTER fleet."""
    cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    found = [cluster["Configurations"]]
    if cluster["InstanceCollectionType"] == "INSTANCE_GROUP":
        groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        found += [group["Configurations"] for group in groups if group["InstanceGroupType"] == "MASTER"]
    else:
        fleets = emr.list_instance_fleets(ClusterId=cluster_id)["InstanceFleets"]
        found += [
            specification["Configurations"]
            for fleet in fleets
            if fleet["InstanceFleetType"] == "MASTER"
            for specification in fleet["InstanceTypeSpecifications"]
        ]
    ports = [
        item["Properties"]["livy.server.port"]
        for configurations in found
        for item in configurations
        if item["Classification"] == "livy-conf"
    ]
    assert len(ports) == 1
    return int(ports[0])


class Livy:
    """A cluster's Livy, reached as a client does: its name and port from EMR, its certificate against the account's CA."""

    def __init__(self, account, emr, cluster_id: str, credentials: dict | None):
        self.base = f"https://localhost:{livy_port(emr, cluster_id)}"
        self.context = ssl.create_default_context(cafile=account.ready["ca"])
        self.headers = {}
        if credentials:
            pair = f"{credentials['Username']}:{credentials['Password']}"
            self.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()

    def ask(self, method="GET", path="/sessions", body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, context=self.context, timeout=30) as answer:
            return json.load(answer)

    def status(self) -> int:
        try:
            self.ask()
            return 200
        except urllib.error.HTTPError as error:
            return error.code


def credentials_for(account, emr, cluster_id: str, role="analyst") -> dict:
    answer = emr.get_cluster_session_credentials(ClusterId=cluster_id, ExecutionRoleArn=account.roles[role])
    assert 890 < answer["ExpiresAt"].timestamp() - time.time() <= 900
    return answer["Credentials"]["UsernamePassword"]


def test_life_of_a_cluster(account, emr):
    """RunJobFlow: every state is passed in order, and each says what it should."""
    cluster_id = emr.run_job_flow(
        Name="by hand",
        ReleaseLabel="emr-7.9.0",
        Applications=[{"Name": "Spark"}, {"Name": "Livy"}],
        Instances={
            "InstanceCount": 3,
            "MasterInstanceType": "m6g.xlarge",
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        Tags=[{"Key": "Owner", "Value": "somebody.else"}],
        SecurityConfiguration="emr-runtime-roles",
    )["JobFlowId"]
    seen = {}

    def look():
        cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
        seen.setdefault(cluster["Status"]["State"], cluster)
        return cluster["Status"]["State"] == "WAITING"

    wait_for(look, "WAITING")
    assert list(seen) == ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]
    assert "MasterPublicDnsName" not in seen["STARTING"]
    assert "ReadyDateTime" not in seen["BOOTSTRAPPING"]["Status"]["Timeline"]
    assert seen["WAITING"]["MasterPublicDnsName"] == "localhost"
    assert {"Key": "Owner", "Value": "somebody.else"} in seen["WAITING"]["Tags"]
    instances = [
        item
        for page in emr.get_paginator("list_instances").paginate(ClusterId=cluster_id)
        for item in page["Instances"]
    ]
    assert len(instances) == 3 and {item["Status"]["State"] for item in instances} == {"RUNNING"}
    masters = emr.list_instances(ClusterId=cluster_id, InstanceGroupTypes=["MASTER"])["Instances"]
    assert len(masters) == 1
    groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert [(group["InstanceGroupType"], group["RunningInstanceCount"]) for group in groups] == [
        ("MASTER", 1),
        ("CORE", 2),
    ]
    with pytest.raises(ClientError) as error:
        emr.list_instance_fleets(ClusterId=cluster_id)
    assert code(error) == "InvalidRequestException"

    emr.add_tags(
        ResourceId=cluster_id, Tags=[{"Key": "Team", "Value": "risk"}, {"Key": "Owner", "Value": "me"}]
    )
    emr.remove_tags(ResourceId=cluster_id, TagKeys=["Team"])
    assert emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Tags"] == [{"Key": "Owner", "Value": "me"}]

    emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=True)
    with pytest.raises(ClientError) as error:
        emr.terminate_job_flows(JobFlowIds=[cluster_id])
    assert code(error) == "ValidationException" and "protected" in message(error)
    emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=False)
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    assert state_of(emr, cluster_id) == "TERMINATING"
    wait_for(lambda: state_of(emr, cluster_id) == "TERMINATED", "TERMINATED")
    status = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
    assert status["StateChangeReason"] == {"Code": "USER_REQUEST", "Message": "Terminated by user request"}
    ended = emr.list_instances(ClusterId=cluster_id, InstanceStates=["TERMINATED"])["Instances"]
    assert len(ended) == 3 and ended[0]["Status"]["Timeline"]["EndDateTime"]
    emr.terminate_job_flows(JobFlowIds=[cluster_id])  # again is no error
    with pytest.raises(ClientError) as error:
        emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=True)
    assert code(error) == "ValidationException"


def test_clusters_come_in_pages_and_by_state(account, emr, cluster):
    for number in range(4):
        made = emr.run_job_flow(
            Name=f"page {number}", ReleaseLabel="emr-7.9.0", Instances={"InstanceCount": 1}
        )
        emr.terminate_job_flows(JobFlowIds=[made["JobFlowId"]])
    pages = list(emr.get_paginator("list_clusters").paginate())
    assert len(pages) > 1
    found = [item for page in pages for item in page["Clusters"]]
    assert len({item["Id"] for item in found}) == len(found)
    assert sum(item["Name"].startswith("page ") for item in found) == 4
    created = [item["Status"]["Timeline"]["CreationDateTime"] for item in found]
    assert created == sorted(created, reverse=True)
    waiting = [
        item
        for page in emr.get_paginator("list_clusters").paginate(ClusterStates=["WAITING"])
        for item in page["Clusters"]
    ]
    assert {item["Status"]["State"] for item in waiting} == {"WAITING"}
    assert {cluster["clusterId"], account.ready["otherCluster"]} <= {item["Id"] for item in waiting}
    with pytest.raises(ClientError) as error:
        emr.list_clusters(Marker="nonsense")
    assert code(error) == "InvalidRequestException"


def test_runtime_role_credentials_open_livy(account, emr, cluster):
    cluster_id = cluster["clusterId"]
    first = credentials_for(account, emr, cluster_id)
    second = credentials_for(account, emr, cluster_id)
    other_role = credentials_for(account, emr, cluster_id, "engineer")
    assert first["Username"] == second["Username"] != other_role["Username"]
    assert first["Password"] != second["Password"]
    for pair in (first, second, other_role):
        assert Livy(account, emr, cluster_id, pair).status() == 200
    assert Livy(account, emr, cluster_id, None).status() == 401
    assert Livy(account, emr, cluster_id, {**first, "Password": "wrong"}).status() == 401
    # Nobody but the account's own CA vouches for it.
    with pytest.raises(urllib.error.URLError) as error:
        urllib.request.urlopen(f"https://localhost:{livy_port(emr, cluster_id)}/sessions")
    assert isinstance(error.value.reason, ssl.SSLCertVerificationError)

    status, answer = account.control("POST", "expire-credentials", {"clusterId": cluster_id})
    assert (status, answer) == (200, {"clusters": [cluster_id]})
    wait_for(lambda: Livy(account, emr, cluster_id, first).status() == 401, "the first pair's end")
    assert Livy(account, emr, cluster_id, credentials_for(account, emr, cluster_id)).status() == 200


def test_credentials_are_refused_with_the_reason(account, emr, cluster):
    def refused(**options):
        with pytest.raises(ClientError) as error:
            emr.get_cluster_session_credentials(
                **{"ClusterId": cluster["clusterId"], "ExecutionRoleArn": account.roles["analyst"], **options}
            )
        return code(error), message(error)

    assert refused(ClusterId="j-NOSUCHCLUSTER") == (
        "InvalidRequestException",
        "Cluster id 'j-NOSUCHCLUSTER' is not valid.",
    )
    kind, text = refused(ExecutionRoleArn=account.roles["denied"])
    assert kind == "AccessDeniedException"
    assert (
        ":user/data-scientist is not authorized to perform: elasticmapreduce:GetClusterSessionCredentials"
        in text
    )
    kind, text = refused(ExecutionRoleArn="arn:aws:iam::123456789012:role/nobody-knows")
    assert kind == "AccessDeniedException" and "iam:PassRole" in text
    assert refused(ExecutionRoleArn="not-an-arn-but-long-enough")[0] == "ValidationException"
    with pytest.raises(ClientError) as error:
        emr.get_cluster_session_credentials(ClusterId=cluster["clusterId"])
    assert code(error) == "ValidationException"

    starting = emr.run_job_flow(
        Name="not up",
        ReleaseLabel="emr-7.9.0",
        Instances={"InstanceCount": 1},
        SecurityConfiguration="emr-runtime-roles",
    )["JobFlowId"]
    kind, text = refused(ClusterId=starting)
    assert kind == "InvalidRequestException" and "STARTING" in text
    emr.terminate_job_flows(JobFlowIds=[starting])
    wait_for(lambda: state_of(emr, starting) == "TERMINATED", "TERMINATED")
    kind, text = refused(ClusterId=starting)
    assert kind == "InvalidRequestException" and "TERMINATED" in text


def test_a_cluster_without_runtime_roles(account, emr):
    catalog = account.client("servicecatalog")
    record = provision(account, "EMR without runtime roles", "no-roles", catalog)
    assert follow(catalog, record["RecordId"])["Status"] == "SUCCEEDED"
    outputs = catalog.get_provisioned_product_outputs(
        ProvisionedProductName="no-roles", OutputKeys=["ClusterId"]
    )
    cluster_id = outputs["Outputs"][0]["OutputValue"]
    name = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["SecurityConfiguration"]
    body = json.loads(emr.describe_security_configuration(Name=name)["SecurityConfiguration"])
    assert "AuthorizationConfiguration" not in body
    with pytest.raises(ClientError) as error:
        emr.get_cluster_session_credentials(ClusterId=cluster_id, ExecutionRoleArn=account.roles["analyst"])
    assert code(error) == "InvalidRequestException" and "Runtime roles are not supported" in message(error)
    assert Livy(account, emr, cluster_id, None).status() == 200
    catalog.terminate_provisioned_product(ProvisionedProductName="no-roles")


def test_the_port_may_be_said_in_the_master_group_only(account, emr):
    catalog = account.client("servicecatalog")
    record = provision(account, "EMR memory-optimised", "in-the-group", catalog)
    follow(catalog, record["RecordId"])
    outputs = catalog.get_provisioned_product_outputs(
        ProvisionedProductName="in-the-group", OutputKeys=["ClusterId"]
    )
    cluster_id = outputs["Outputs"][0]["OutputValue"]
    described = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Configurations"]
    assert "livy-conf" not in [item["Classification"] for item in described]
    pair = credentials_for(account, emr, cluster_id)
    assert Livy(account, emr, cluster_id, pair).status() == 200
    catalog.terminate_provisioned_product(ProvisionedProductName="in-the-group")


def test_the_cluster_that_was_there_before(account, emr):
    """Its Livy starts with the first connection."""
    cluster_id = account.ready["otherCluster"]
    described = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert described["Status"]["State"] == "WAITING"
    assert {"Key": "Owner", "Value": "m.curie"} in described["Tags"]
    assert not [tag for tag in described["Tags"] if tag["Key"].startswith("aws:servicecatalog:")]
    pair = credentials_for(account, emr, cluster_id)
    assert Livy(account, emr, cluster_id, pair).status() == 200
    assert "AutoTerminationPolicy" not in emr.get_auto_termination_policy(ClusterId=cluster_id)


def test_security_configurations(emr):
    pages = list(emr.get_paginator("list_security_configurations").paginate())
    assert len(pages) > 1
    names = [item["Name"] for page in pages for item in page["SecurityConfigurations"]]
    on = {
        name: json.loads(emr.describe_security_configuration(Name=name)["SecurityConfiguration"])
        .get("AuthorizationConfiguration", {})
        .get("IAMConfiguration", {})
        .get("EnableApplicationScopedIAMRole", False)
        for name in names
    }
    assert on["emr-runtime-roles"] is True and False in on.values()
    with pytest.raises(ClientError) as error:
        emr.describe_security_configuration(Name="nonsense")
    assert code(error) == "InvalidRequestException"


def test_idleness_ends_a_cluster(account, emr):
    """With a session it stays, however long; without one it ends after the time-out, and says so."""
    cluster_id = emr.run_job_flow(
        Name="idle",
        ReleaseLabel="emr-7.9.0",
        Instances={"InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
        AutoTerminationPolicy={"IdleTimeout": 604_800},
    )["JobFlowId"]
    wait_for(lambda: state_of(emr, cluster_id) == "WAITING", "WAITING")
    livy = Livy(account, emr, cluster_id, None)
    session = livy.ask("POST")["sessions"][-1]["id"]
    wait_for(
        lambda: [item for item in account.control("GET", "sessions")[1] if item["clusterId"] == cluster_id],
        "session",
    )
    emr.put_auto_termination_policy(ClusterId=cluster_id, AutoTerminationPolicy={"IdleTimeout": 120})
    policy = emr.get_auto_termination_policy(ClusterId=cluster_id)["AutoTerminationPolicy"]
    assert policy == {"IdleTimeout": 120}
    began = time.monotonic()
    with pytest.raises(AssertionError):
        wait_for(lambda: state_of(emr, cluster_id) != "WAITING", "no end", 1.5)  # 300 s of AWS's time
    assert time.monotonic() - began > 1.2
    livy.ask("DELETE", f"/sessions/{session}")
    wait_for(lambda: state_of(emr, cluster_id) == "TERMINATED", "the end by idleness")
    reason = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["StateChangeReason"]
    assert "idle for 120 seconds" in reason["Message"]
    for seconds in (59, 604_801):
        with pytest.raises(ClientError) as error:
            emr.put_auto_termination_policy(
                ClusterId=cluster_id, AutoTerminationPolicy={"IdleTimeout": seconds}
            )
        assert code(error) == "ValidationException"


def test_the_spark_ui_through_a_presigned_url(account, emr, cluster):
    cluster_id = cluster["clusterId"]
    pair = credentials_for(account, emr, cluster_id)
    sessions = Livy(account, emr, cluster_id, pair).ask("POST")["sessions"]
    application = sessions[-1]["appId"]
    options = {
        "ClusterId": cluster_id,
        "OnClusterAppUIType": "ApplicationMaster",
        "ApplicationId": application,
        "ExecutionRoleArn": account.roles["analyst"],
    }
    first = emr.get_on_cluster_app_ui_presigned_url(**options)
    assert first["PresignedURLReady"] is False and "PresignedURL" not in first

    def ready():
        answer = emr.get_on_cluster_app_ui_presigned_url(**options)
        return answer.get("PresignedURL") if answer["PresignedURLReady"] else None

    url = wait_for(ready, "the URL")
    with urllib.request.urlopen(url) as page:  # follows the driver's own redirect
        text = page.read().decode()
        assert page.url == url + "jobs/"
    assert text.startswith("Spark UI /jobs/ base=/_ui/")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url.replace("/_ui/", "/_ui/x"))
    assert error.value.code == 403
    # Another role does not see the application.
    wait_for(lambda: emr.get_on_cluster_app_ui_presigned_url(**options)["PresignedURLReady"], "ready")
    stranger = emr.get_on_cluster_app_ui_presigned_url(
        **{**options, "ExecutionRoleArn": account.roles["engineer"]}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(stranger["PresignedURL"])
    assert error.value.code == 404


def test_persistent_uis(emr, cluster):
    arn = emr.describe_cluster(ClusterId=cluster["clusterId"])["Cluster"]["ClusterArn"]
    made = emr.create_persistent_app_ui(TargetResourceArn=arn)
    assert made["RuntimeRoleEnabledCluster"] is True
    ui = made["PersistentAppUIId"]
    wait_for(
        lambda: (
            emr.describe_persistent_app_ui(PersistentAppUIId=ui)["PersistentAppUI"]["PersistentAppUIStatus"]
            == "ATTACHED"
        ),
        "ATTACHED",
    )
    answer = emr.get_persistent_app_ui_presigned_url(PersistentAppUIId=ui, PersistentAppUIType="SHS")
    assert answer["PresignedURLReady"] is True
    with urllib.request.urlopen(answer["PresignedURL"]) as page:
        assert page.status == 200
    for call in (
        lambda: emr.create_persistent_app_ui(TargetResourceArn=arn + "X"),
        lambda: emr.describe_persistent_app_ui(PersistentAppUIId="p-nonsense"),
        lambda: emr.get_persistent_app_ui_presigned_url(PersistentAppUIId="p-nonsense"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "InvalidRequestException"


def test_what_is_not_there(emr):
    for call in (
        lambda: emr.describe_cluster(ClusterId="j-NOSUCHCLUSTER"),
        lambda: emr.list_instance_groups(ClusterId="j-NOSUCHCLUSTER"),
        lambda: emr.list_bootstrap_actions(ClusterId="j-NOSUCHCLUSTER"),
        lambda: emr.list_steps(ClusterId="j-NOSUCHCLUSTER"),
        lambda: emr.get_on_cluster_app_ui_presigned_url(ClusterId="j-NOSUCHCLUSTER"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "InvalidRequestException"
        assert message(error) == "Cluster id 'j-NOSUCHCLUSTER' is not valid."
    with pytest.raises(ClientError) as error:
        emr.terminate_job_flows(JobFlowIds=["j-NOSUCHCLUSTER"])
    assert code(error) == "ValidationException"
    with pytest.raises(ClientError) as error:
        emr.run_job_flow(Name="x", ReleaseLabel="emr-latest", Instances={})
    assert code(error) == "ValidationException"


def test_steps_and_bootstrap_actions(emr, cluster):
    assert emr.list_steps(ClusterId=cluster["clusterId"])["Steps"] == []
    assert emr.list_bootstrap_actions(ClusterId=cluster["clusterId"])["BootstrapActions"] == []
