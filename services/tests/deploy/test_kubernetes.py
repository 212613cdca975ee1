"""The Kubernetes manifests, held against the services and their images."""

from typing import Final

import pytest
import yaml

from loopjobs import HostOptions

from .resources import DEPLOY, SERVICES, Image, Manifests

ABANDONED_AFTER: Final = 5
"""Seconds that a host gives what would not end, when its budget is spent."""


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def manifests(service: str) -> Manifests:
    return Manifests(service)


@pytest.fixture
def image(service: str) -> Image:
    return Image(service)


def test_a_stop_is_granted_all_the_time_it_may_take(manifests: Manifests) -> None:
    """Killed before, a run could not end in order, and its slot would be spent for nothing."""
    host = HostOptions.model_validate(
        {"shutdown_timeout_in_seconds": manifests.settings["Host"]["ShutdownTimeoutInSeconds"]}
    )
    pause = manifests.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    longest = pause + host.shutdown_timeout_in_seconds + ABANDONED_AFTER
    assert manifests.pod["terminationGracePeriodSeconds"] > longest


def test_a_rolling_update_takes_no_replica_away(manifests: Manifests) -> None:
    """A new one is ready before an old one goes, and a drained node takes one at a time."""
    spec = manifests.of("Deployment")["spec"]
    assert spec["replicas"] > 1
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert manifests.of("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_all_resources_are_about_the_same_pods(manifests: Manifests, service: str) -> None:
    """A selector that finds nothing is no error to Kubernetes."""
    labels = manifests.of("Deployment")["spec"]["template"]["metadata"]["labels"]
    selector = {"app.kubernetes.io/name": service}
    assert selector.items() <= labels.items()
    assert manifests.of("Service")["spec"]["selector"] == selector
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert manifests.of(kind)["spec"]["selector"]["matchLabels"] == selector


def test_the_port_is_the_one_that_is_listened_on(manifests: Manifests, image: Image) -> None:
    """Settings, container, service and image name one and the same."""
    port = manifests.settings["Http"]["Port"]
    (exposed,) = manifests.container["ports"]
    (served,) = manifests.of("Service")["spec"]["ports"]
    assert (exposed["containerPort"], int(image.last("EXPOSE"))) == (port, port)
    assert (served["port"], served["targetPort"]) == (port, exposed["name"])
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert manifests.container[probe]["httpGet"]["port"] == exposed["name"]
    assert f":{port}/health/live" in image.health_command[-1]


def test_nothing_runs_as_root_or_can_change_itself(manifests: Manifests, image: Image) -> None:
    """The image names the user by number, for Kubernetes cannot tell whether a name is root."""
    pod, container = manifests.pod["securityContext"], manifests.container["securityContext"]
    user, _, group = image.last("USER").partition(":")
    assert (pod["runAsUser"], pod["runAsGroup"]) == (int(user), int(group)) != (0, 0)
    assert pod["runAsNonRoot"]
    assert container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not manifests.pod["automountServiceAccountToken"]


def test_what_is_written_has_a_place(manifests: Manifests, image: Image) -> None:
    """The root is read-only, so each directory of the settings lies in a volume."""
    mounts = {each["mountPath"]: each for each in manifests.container["volumeMounts"]}
    assert mounts[image.last("WORKDIR")]["name"] == "settings"
    written = [value for name, value in image.environment.items() if "Directory" in name]
    assert written
    for directory in (*written, "/tmp/x"):  # noqa: S108 - where uploads are spooled
        assert any(directory.startswith(f"{mount}/") for mount in mounts.keys() - {"/srv"})
    volumes = {each["name"]: each for each in manifests.pod["volumes"]}
    assert volumes.keys() == {each["name"] for each in mounts.values()}


def test_volumes_lead_to_what_is_there(manifests: Manifests) -> None:
    """The settings to the map of settings, the data to a claim that all replicas can mount."""
    volumes = {each["name"]: each for each in manifests.pod["volumes"]}
    config, claim = manifests.of("ConfigMap"), manifests.of("PersistentVolumeClaim")
    assert volumes["settings"]["configMap"]["name"] == config["metadata"]["name"]
    claimed = {each.get("persistentVolumeClaim", {}).get("claimName") for each in volumes.values()}
    assert claim["metadata"]["name"] in claimed
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_secrets_come_from_secrets(manifests: Manifests) -> None:
    """Neither the settings nor the manifest has the value of one, nor has the image."""
    assert manifests.secrets
    assert manifests.secrets == [each["name"] for each in manifests.container["env"]]
    assert 'ecret"' not in manifests.settings_text
    assert "Url" not in manifests.settings.get("Database", {})


def test_replicas_are_scraped_where_they_serve() -> None:
    """Each service has a monitor that finds it by its labels and its port by name."""
    text = (DEPLOY / "kubernetes/prometheus/service-monitors.yaml").read_text(encoding="utf-8")
    monitors = {each["metadata"]["name"]: each["spec"] for each in yaml.safe_load_all(text)}
    assert monitors.keys() == set(SERVICES)
    for name, monitor in monitors.items():
        found = Manifests(name).of("Service")
        assert monitor["selector"]["matchLabels"].items() <= found["metadata"]["labels"].items()
        (endpoint,), (port,) = monitor["endpoints"], found["spec"]["ports"]
        assert (endpoint["port"], endpoint["path"]) == (port["name"], "/metrics")
