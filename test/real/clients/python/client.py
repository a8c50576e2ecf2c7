"""Asserts with the official Python client what its users count on, one line each: "name: what came". The namespace is the argument."""

import json
import sys
import threading
import time
from datetime import datetime, timezone

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import stream

IMAGE = "local/redis:7"  # has a shell, and both servers run it
SLEEPER = "trap 'exit 0' TERM; echo one; echo two; while :; do sleep 0.2; done"

namespace = sys.argv[1]
config.load_kube_config()
core = client.CoreV1Api()
checks = []


def check(name):
    def keep(function):
        checks.append((name, function))
        return function

    return keep


def eventually(ask, seconds=60):
    """Asks until something comes."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"last: {answer!r}")
        time.sleep(0.1)


def refusal(call):
    try:
        return f"not refused: {call()}"
    except ApiException as error:
        body = json.loads(error.body)
        return error.status, error.reason, body["reason"], body.get("details", {}).get("causes")


def settings(name):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"app": "python"}), data={"a": "1"})


@check("version")
def version():
    code = client.VersionApi().get_code()
    return code.major, code.minor


@check("create, read, replace, delete")
def crud():
    core.create_namespaced_config_map(namespace, settings("one"))
    one = core.read_namespaced_config_map("one", namespace)
    one.data["a"] = "2"
    replaced = core.replace_namespaced_config_map("one", namespace, one)
    stale = refusal(lambda: core.replace_namespaced_config_map("one", namespace, one))
    deleted = core.delete_namespaced_config_map("one", namespace)
    return replaced.data, stale, deleted.status, one.metadata.creation_timestamp is not None


@check("refusals")
def refusals():
    bad = client.V1Service(metadata=client.V1ObjectMeta(name="Bad_Name"), spec=client.V1ServiceSpec(ports=[]))
    return refusal(lambda: core.read_namespaced_pod("none", namespace)), refusal(lambda: core.create_namespaced_service(namespace, bad))


@check("patches")
def patches():
    core.create_namespaced_config_map(namespace, settings("patched"))
    typed = [
        core.patch_namespaced_config_map("patched", namespace, body).data
        for body in ({"data": {"b": "by default"}}, [{"op": "replace", "path": "/data/b", "value": "json"}])
    ]
    maps = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")
    seen = typed + [
        maps.patch({"metadata": {"name": "patched"}, "data": data}, namespace=namespace, content_type=f"application/{kind}+json").data.to_dict()
        for kind, data in (("merge-patch", {"c": "merge"}), ("strategic-merge-patch", {"a": None}))
    ]
    core.delete_namespaced_config_map("patched", namespace)
    return seen


@check("pages")
def pages():
    for i in range(5):
        core.create_namespaced_config_map(namespace, settings(f"page-{i}"))
    sizes, token = [], None
    while token is None or token:
        page = core.list_namespaced_config_map(namespace, label_selector="app=python", limit=2, _continue=token)
        token = page.metadata._continue or ""
        sizes.append((len(page.items), page.metadata.remaining_item_count))
    core.delete_collection_namespaced_config_map(namespace, label_selector="app=python")
    return sizes


@check("a watch lists first, and follows")
def follow():
    core.create_namespaced_config_map(namespace, settings("there"))
    watcher, seen = watch.Watch(), []
    timer = threading.Timer(1, lambda: core.create_namespaced_config_map(namespace, settings("later")))
    timer.start()
    for event in watcher.stream(core.list_namespaced_config_map, namespace, label_selector="app=python", timeout_seconds=30):
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 2:
            watcher.stop()
    return seen


@check("a watch goes on from its revision after the server ended it")
def resumed():
    revision = core.list_namespaced_config_map(namespace).metadata.resource_version
    watcher, seen = watch.Watch(), []
    options = {"label_selector": "app=python", "resource_version": revision, "timeout_seconds": 1}
    for event in watcher.stream(core.list_namespaced_config_map, namespace, **options):
        seen.append(event["type"])
    core.delete_namespaced_config_map("later", namespace)
    for event in watcher.stream(core.list_namespaced_config_map, namespace, **{**options, "resource_version": watcher.resource_version or revision, "timeout_seconds": 3}):
        seen.append((event["type"], event["object"].metadata.name))
    core.delete_namespaced_config_map("there", namespace)
    return seen


@check("objects of any kind, from YAML")
def yaml():
    made = utils.create_from_dict(
        client.ApiClient(),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "any"}, "spec": {"clusterIP": "None", "ports": [{"port": 80, "name": "http"}]}},
        namespace=namespace,
    )
    return made[0].spec.ports[0].protocol


@check("dynamic client")
def dynamically():
    any_ = dynamic.DynamicClient(client.ApiClient())
    services = any_.resources.get(api_version="v1", kind="Service")
    applied = services.server_side_apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "any"}, "spec": {"ports": [{"port": 443, "name": "https"}]}},
        namespace=namespace,
        field_manager="python",
        force_conflicts=True,
    )
    ports = [port.port for port in applied.spec.ports]
    names = [one.metadata.name for one in services.get(namespace=namespace).items]
    events = [event["type"] for event in any_.watch(services, namespace=namespace, timeout=1)]
    deleted = services.delete(name="any", namespace=namespace)
    return ports, names, events, deleted.status


@check("custom objects")
def custom():
    group, name = "python.clients.opsdeck.dev", "gizmos.python.clients.opsdeck.dev"
    definitions, objects = client.ApiextensionsV1Api(), client.CustomObjectsApi()
    any_ = dynamic.DynamicClient(client.ApiClient())
    spec = {
        "group": group,
        "scope": "Namespaced",
        "names": {"plural": "gizmos", "singular": "gizmo", "kind": "Gizmo", "listKind": "GizmoList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"size": {"type": "integer", "default": 1}}},
                            "status": {"type": "object", "properties": {"ok": {"type": "boolean"}}},
                        },
                    }
                },
            }
        ],
    }
    body = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": name}, "spec": spec}

    def quietly(call):
        try:
            return call() or True
        except ApiException:
            return None

    quietly(lambda: definitions.delete_custom_resource_definition(name))
    eventually(lambda: quietly(lambda: definitions.create_custom_resource_definition(body)))
    eventually(lambda: quietly(lambda: objects.list_namespaced_custom_object(group, "v1", namespace, "gizmos")))
    made = objects.create_namespaced_custom_object(group, "v1", namespace, "gizmos", {"apiVersion": f"{group}/v1", "kind": "Gizmo", "metadata": {"name": "g"}, "spec": {"other": 1}})
    status = objects.patch_namespaced_custom_object_status(group, "v1", namespace, "gizmos", "g", {"status": {"ok": True}})
    gizmos = eventually(lambda: any_.resources.get(api_version=f"{group}/v1", kind="Gizmo"))
    listed = [one.metadata.name for one in gizmos.get(namespace=namespace).items]
    definitions.delete_custom_resource_definition(name)
    return made["spec"], status["status"], status["metadata"]["generation"], listed


@check("leader election")
def election():
    story = []

    def candidate(identity):
        lock = ConfigMapLock("leader", namespace, identity)
        leaderelection.LeaderElection(
            electionconfig.Config(lock, lease_duration=20, renew_deadline=15, retry_period=1, onstarted_leading=lambda: story.append(f"led by {identity}"), onstopped_leading=None)
        ).run()

    for identity in ("a", "b"):
        threading.Thread(target=candidate, args=(identity,), daemon=True).start()
        eventually(lambda: story)
    time.sleep(2)
    record = json.loads(core.read_namespaced_config_map("leader", namespace).metadata.annotations["control-plane.alpha.kubernetes.io/leader"])
    return story, record["holderIdentity"]


@check("lease")
def lease():
    leases = client.CoordinationV1Api()
    now = datetime.now(timezone.utc)
    made = leases.create_namespaced_lease(
        namespace, client.V1Lease(metadata=client.V1ObjectMeta(name="lease"), spec=client.V1LeaseSpec(holder_identity="a", lease_duration_seconds=15, renew_time=now))
    )
    return made.spec.renew_time == now, made.spec.holder_identity


@check("a pod runs")
def pod():
    main = client.V1Container(name="main", image=IMAGE, command=["sh", "-c", SLEEPER])
    core.create_namespaced_pod(
        namespace, client.V1Pod(metadata=client.V1ObjectMeta(name="p"), spec=client.V1PodSpec(containers=[main], termination_grace_period_seconds=1))
    )
    for event in watch.Watch().stream(core.list_namespaced_pod, namespace, field_selector="metadata.name=p", timeout_seconds=60):
        status = event["object"].status
        if status.container_statuses and status.container_statuses[0].ready:
            return status.phase, status.pod_ip is not None
    return "never"


@check("log")
def log():
    def complete():  # a container that is ready may still have to say it
        text = core.read_namespaced_pod_log("p", namespace)
        return text if "two" in text else None

    whole = eventually(complete)
    last = core.read_namespaced_pod_log("p", namespace, tail_lines=1)
    followed, watcher = [], watch.Watch()
    for line in watcher.stream(core.read_namespaced_pod_log, "p", namespace):
        followed.append(line)
        if len(followed) == 2:
            watcher.stop()
            break
    return whole, last, followed


def execute(command, **options):
    return stream(core.connect_get_namespaced_pod_exec, "p", namespace, command=command, stdout=True, stderr=True, tty=False, **options)


@check("exec, at once")
def exec_once():
    return execute(["sh", "-c", "echo out; echo err >&2"], stdin=False)


@check("exec, as a dialogue")
def exec_dialogue():
    dialogue = execute(["sh"], stdin=True, _preload_content=False)
    # One answer at a time: of two that arrive at once the client sees the second only when a third comes.
    dialogue.write_stdin("echo hello\n")
    out = eventually(lambda: dialogue.read_stdout(timeout=1))
    dialogue.write_stdin("echo oops >&2\n")
    errors = eventually(lambda: dialogue.read_stderr(timeout=1))
    dialogue.write_stdin("exit 5\n")
    dialogue.run_forever(timeout=20)
    return out, errors, dialogue.returncode


@check("exec in no pod")
def exec_nowhere():
    try:
        return stream(core.connect_get_namespaced_pod_exec, "none", namespace, command=["true"], stdout=True)
    except ApiException as error:
        return error.status, str(error.reason).split("\n")[0].split(" -+-+- ")[0]


@check("eviction")
def evict():
    core.create_namespaced_pod_eviction("p", namespace, client.V1Eviction(metadata=client.V1ObjectMeta(name="p", namespace=namespace)))

    def gone():
        try:
            core.read_namespaced_pod("p", namespace)
        except ApiException as error:
            return error.status

    return eventually(gone)


@check("may I")
def review():
    attributes = client.V1ResourceAttributes(namespace=namespace, verb="delete", resource="pods")
    body = client.V1SelfSubjectAccessReview(spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes))
    return client.AuthorizationV1Api().create_self_subject_access_review(body).status.allowed


for title, function in checks:
    try:
        said = function()
    except Exception as error:  # what went wrong is the line's content
        said = f"ERROR {type(error).__name__} {error}"
    print(f"{title}: {said}".replace("\n", r"\n"), flush=True)
