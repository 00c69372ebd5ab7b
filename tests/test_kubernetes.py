"""The manifests of ``deploy/kubernetes``: right by Kubernetes's schemas, and in step with each other and the image."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "deploy" / "kubernetes"
VERSION = "1.32"
BASE, PRODUCTION = FOLDER / "base", FOLDER / "overlays" / "production"


def written():
    """Every resource of the base, as it stands in the files, by kind and name."""
    listed = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    return [resource for name in listed for resource in yaml.safe_load_all((BASE / name).read_text())]


def rendered(folder):
    """What kustomize makes of a folder."""
    if kubectl := shutil.which("kubectl"):
        command = [kubectl, "kustomize", str(folder)]
    elif kustomize := shutil.which("kustomize"):
        command = [kustomize, "build", str(folder)]
    else:
        pytest.skip("neither kubectl nor kustomize is on this machine")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def pods(resources):
    for resource in resources:
        if resource["kind"] in {"Deployment", "StatefulSet"}:
            yield resource["metadata"]["name"], resource["spec"]["template"]


def proxy_of(resources):
    return next(
        resource
        for resource in resources
        if (resource["kind"], resource["metadata"]["name"]) == ("Deployment", "litellm-minimax")
    )


def containers(pod):
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def variables(container):
    return {entry["name"]: entry for entry in container.get("env", ())}


def check(resources):
    """What must hold for the base as written, and for all that kustomize makes of it."""
    for resource in resources:
        kubernetes_validate.validate(resource, VERSION, strict=True)
    for name, pod in pods(resources):
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True, name
        assert pod["spec"]["securityContext"]["runAsUser"] > 0
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in containers(pod):
            closed = container["securityContext"]
            assert closed["readOnlyRootFilesystem"] is True
            assert closed["allowPrivilegeEscalation"] is False
            assert closed["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"]
            volumes = {volume["name"] for volume in pod["spec"].get("volumes", ())} | {"data"}
            assert {mount["name"] for mount in container.get("volumeMounts", ())} <= volumes
            for variable, entry in variables(container).items():
                secret = re.search(r"KEY|PASSWORD|TOKEN", variable)
                assert not secret or "secretKeyRef" in entry["valueFrom"], variable
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(resources)}
    for resource in resources:
        if resource["kind"] in {"Service", "PodDisruptionBudget"}:
            selector = resource["spec"]["selector"]
            selector = selector.get("matchLabels", selector)
            assert selector.items() <= labels[resource["metadata"]["name"]].items()


@pytest.mark.parametrize(
    "read", [written, lambda: rendered(BASE), lambda: rendered(PRODUCTION)], ids=["written", "base", "production"]
)
def test_the_manifests_hold_together(read):
    check(read())


def test_a_wrong_manifest_is_found():
    """The checks can fail: a misspelt field, a root user, a key in plain sight."""
    for spoil, error in (
        (lambda pod: pod["spec"].update(restartPolicie="Always"), kubernetes_validate.ValidationError),
        (lambda pod: pod["spec"]["securityContext"].update(runAsUser=0), AssertionError),
        (
            lambda pod: pod["spec"]["containers"][0]["env"].append({"name": "OTHER_API_KEY", "value": "sk-1"}),
            (AssertionError, KeyError),
        ),
    ):
        resources = written()
        spoil(proxy_of(resources)["spec"]["template"])
        with pytest.raises(error):
            check(resources)


def test_every_file_is_listed():
    for folder in (BASE, PRODUCTION):
        listing = yaml.safe_load((folder / "kustomization.yaml").read_text())
        generated = [name for made in listing.get("configMapGenerator", ()) for name in made["files"]]
        named = {*listing["resources"], *generated, *(patch["path"] for patch in listing.get("patches", ()))} - {
            "../../base"
        }
        assert {path.name for path in folder.iterdir()} - {"kustomization.yaml"} == named


def test_a_replica_that_ends_has_the_time_it_needs():
    pod = proxy_of(written())["spec"]["template"]["spec"]
    [proxy] = pod["containers"]
    stop = int(proxy["lifecycle"]["preStop"]["exec"]["command"][1])
    streams = int(variables(proxy)["GRACEFUL_SHUTDOWN_TIMEOUT"]["value"])
    assert stop + streams < pod["terminationGracePeriodSeconds"]
    probe = proxy["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 180
    assert proxy_of(written())["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_the_one_that_makes_the_tables_has_what_the_proxy_has():
    pod = proxy_of(written())["spec"]["template"]["spec"]
    [migrate], [proxy] = pod["initContainers"], pod["containers"]
    only = {"DISABLE_SCHEMA_UPDATE", "GRACEFUL_SHUTDOWN_TIMEOUT"}
    assert variables(migrate) == {name: entry for name, entry in variables(proxy).items() if name not in only}
    assert migrate["image"] == proxy["image"]


def test_the_image_runs_as_the_user_that_the_manifest_names():
    pod = proxy_of(written())["spec"]["template"]["spec"]
    dockerfile = (FOLDER.parent / "Dockerfile.replicas").read_text()
    assert f"USER {pod['securityContext']['runAsUser']}\n" in dockerfile


def test_the_secrets_are_those_that_the_page_makes():
    made = set(re.findall(r"--from-literal=(\w+)=", (FOLDER / "README.md").read_text()))
    asked = {
        entry["valueFrom"]["secretKeyRef"]["key"]
        for _, pod in pods(written())
        for container in containers(pod)
        for entry in variables(container).values()
        if "valueFrom" in entry
    }
    assert made == asked
