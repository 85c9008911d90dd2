"""The manifests against the published schemas, and against each other."""

import re

import kubernetes_validate
import pytest
import yaml

from tests.deploy.conftest import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
MANIFESTS = {
    document["kind"]: document
    for file in sorted(FOLDER.glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text())
}
KUSTOMIZATION = MANIFESTS.pop("Kustomization")
LABEL = {"app.kubernetes.io/name": "klexplained"}
POD = MANIFESTS["Deployment"]["spec"]["template"]
[APP] = POD["spec"]["containers"]
[PORT] = APP["ports"]
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def test_everything_that_the_issue_asks_for_is_there():
    assert {
        "Deployment",
        "Service",
        "Ingress",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
    } < set(MANIFESTS)


@pytest.mark.parametrize("kind", MANIFESTS)
@pytest.mark.parametrize("version", ["1.33", "1.37"])
def test_schemas_accept_the_manifests(kind, version):
    kubernetes_validate.validate(MANIFESTS[kind], version, strict=True)


def test_schemas_refuse_what_is_wrong():
    wrong = MANIFESTS["Service"] | {"spec": {"ports": [{"prot": 80}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.37", strict=True)


def test_kustomization_lists_every_manifest():
    files = {each.name for each in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == files
    assert [each["name"] for each in KUSTOMIZATION["images"]] == [APP["image"]]


def test_selectors_select_the_pod():
    assert POD["metadata"]["labels"] == LABEL
    spec = {kind: each.get("spec") for kind, each in MANIFESTS.items()}
    assert spec["Deployment"]["selector"]["matchLabels"] == LABEL
    assert spec["Service"]["selector"] == LABEL
    assert spec["PodDisruptionBudget"]["selector"]["matchLabels"] == LABEL
    assert spec["NetworkPolicy"]["podSelector"]["matchLabels"] == LABEL
    [spread] = POD["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == LABEL


def test_names_and_ports_lead_to_the_server():
    assert f"STREAMLIT_SERVER_PORT={PORT['containerPort']}" in DOCKERFILE
    [service] = MANIFESTS["Service"]["spec"]["ports"]
    assert service["targetPort"] == PORT["name"]
    [rule] = MANIFESTS["Ingress"]["spec"]["rules"]
    [path] = rule["http"]["paths"]
    target = path["backend"]["service"]
    assert target["name"] == MANIFESTS["Service"]["metadata"]["name"]
    assert target["port"]["name"] == service["name"]
    [tls] = MANIFESTS["Ingress"]["spec"]["tls"]
    assert tls["hosts"] == [rule["host"]]
    scaled = MANIFESTS["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert scaled["name"] == MANIFESTS["Deployment"]["metadata"]["name"]
    [let_in] = MANIFESTS["NetworkPolicy"]["spec"]["ingress"]
    assert let_in["ports"] == [{"port": PORT["name"]}]
    assert {APP[probe]["httpGet"]["port"] for probe in PROBES} == {PORT["name"]}


def test_a_pod_may_do_nothing_but_answer():
    policy = MANIFESTS["NetworkPolicy"]["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert policy["egress"] == []
    rights = APP["securityContext"]
    assert rights["readOnlyRootFilesystem"]
    assert not rights["allowPrivilegeEscalation"]
    assert rights["capabilities"]["drop"] == ["ALL"]
    assert POD["spec"]["securityContext"]["runAsNonRoot"]
    assert not POD["spec"]["automountServiceAccountToken"]


def test_user_of_the_pod_is_the_user_of_the_image():
    [user] = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert POD["spec"]["securityContext"]["runAsUser"] == int(user)
    assert f"--uid {user} " in DOCKERFILE


def test_a_replica_that_ends_has_time_to_drain():
    drain = {each["name"]: each["value"] for each in APP["env"]}["KL_DRAIN_SECONDS"]
    assert float(drain) < POD["spec"]["terminationGracePeriodSeconds"]
    # Not ready for as long as it takes the Ingress to hear of it.
    assert APP["readinessProbe"]["periodSeconds"] < float(drain)


def test_an_update_or_a_drained_node_leaves_a_replica():
    assert MANIFESTS["HorizontalPodAutoscaler"]["spec"]["minReplicas"] >= 2
    assert MANIFESTS["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert MANIFESTS["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_visitors_stay_with_their_replica():
    asked = MANIFESTS["Ingress"]["metadata"]["annotations"]
    assert asked["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    assert asked["nginx.ingress.kubernetes.io/session-cookie-samesite"] == "None"
