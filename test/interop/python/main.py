"""The Kubernetes client for Python against one server; prints one JSON object of what it saw."""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

NAMESPACE = "default"
GROUP = "interop.example.com"


def config_map(name, data):
    metadata = client.V1ObjectMeta(name=name, labels={"app": "python"})
    return client.V1ConfigMap(metadata=metadata, data=data)


def typed(core):
    """Creates, reads, patches in three ways, lists in pages, watches, and deletes."""
    seen = {}
    created = core.create_namespaced_config_map(NAMESPACE, config_map("first", {"a": "1"}))
    seen["uid"] = bool(created.metadata.uid)
    seen["ageIsATime"] = created.metadata.creation_timestamp.tzinfo is not None
    patched = core.patch_namespaced_config_map("first", NAMESPACE, {"data": {"b": "2"}})
    seen["patched"] = patched.data
    patched = core.patch_namespaced_config_map(
        "first", NAMESPACE, [{"op": "remove", "path": "/data/a"}]
    )
    seen["jsonPatched"] = patched.data
    patched.data = {"c": "3"}
    seen["replaced"] = core.replace_namespaced_config_map("first", NAMESPACE, patched).data
    stale = config_map("first", {})
    stale.metadata.resource_version = created.metadata.resource_version
    seen["staleReplace"] = refusal(
        lambda: core.replace_namespaced_config_map("first", NAMESPACE, stale)
    )
    seen["createdTwice"] = refusal(
        lambda: core.create_namespaced_config_map(NAMESPACE, config_map("first", {}))
    )

    core.create_namespaced_config_map(NAMESPACE, config_map("second", {}))
    page = core.list_namespaced_config_map(
        NAMESPACE, label_selector="app=python", limit=1, watch=False
    )
    rest = core.list_namespaced_config_map(
        NAMESPACE, label_selector="app=python", limit=1, _continue=page.metadata._continue
    )
    seen["pages"] = [[item.metadata.name for item in each.items] for each in (page, rest)]

    seen["deleted"] = core.delete_namespaced_config_map("second", NAMESPACE).status
    seen["gone"] = refusal(lambda: core.read_namespaced_config_map("second", NAMESPACE))
    return seen, created.metadata.resource_version


def watched(core, resource_version):
    """Everything that happened since the first write, in its order."""
    events = []
    watcher = watch.Watch()
    for event in watcher.stream(
        core.list_namespaced_config_map,
        NAMESPACE,
        label_selector="app=python",
        resource_version=resource_version,
        timeout_seconds=30,
    ):
        events.append(f"{event['type']} {event['object'].metadata.name}")
        if event["type"] == "DELETED":
            watcher.stop()
    return events


def custom(objects):
    """Objects of a kind that the client knows nothing of."""
    place = (GROUP, "v1", NAMESPACE, "gadgets")
    body = {"apiVersion": f"{GROUP}/v1", "kind": "Gadget", "metadata": {"name": "one"}}
    body["spec"] = {"size": 3}
    seen = {"created": objects.create_namespaced_custom_object(*place, body)["spec"]}
    seen["invalid"] = refusal(
        lambda: objects.patch_namespaced_custom_object(*place, "one", {"spec": {"size": "big"}})
    )
    seen["patched"] = objects.patch_namespaced_custom_object(*place, "one", {"spec": {"size": 5}})[
        "spec"
    ]
    status = objects.patch_namespaced_custom_object_status(
        *place, "one", {"status": {"ready": True}, "spec": {"size": 9}}
    )
    seen["status"] = [status["status"], status["spec"]]
    listed = objects.list_namespaced_custom_object(*place)
    seen["listed"] = [listed["kind"], [item["metadata"]["name"] for item in listed["items"]]]
    seen["deleted"] = objects.delete_namespaced_custom_object(*place, "one")["status"]
    return seen


def discovered(api):
    """The dynamic client, which finds kinds by discovery; the last step is a server-side apply."""
    found = dynamic.DynamicClient(api)
    gadgets = found.resources.get(api_version=f"{GROUP}/v1", kind="Gadget")
    body = {"apiVersion": f"{GROUP}/v1", "kind": "Gadget", "metadata": {"name": "two"}}
    body["spec"] = {"size": 1}
    gadgets.create(body=body, namespace=NAMESPACE)
    seen = {"size": gadgets.get(name="two", namespace=NAMESPACE).spec.size}
    changed = gadgets.patch(
        body={"spec": {"size": 2}},
        name="two",
        namespace=NAMESPACE,
        content_type="application/merge-patch+json",
    )
    seen["patched"] = changed.spec.size
    body["spec"] = {"size": 4}
    applied = gadgets.server_side_apply(
        body=body, namespace=NAMESPACE, field_manager="python", force_conflicts=True
    )
    seen["applied"] = applied.spec.size
    seen["managers"] = [
        entry.manager for entry in applied.metadata.managedFields if entry.operation == "Apply"
    ]
    gadgets.delete(name="two", namespace=NAMESPACE)
    seen["left"] = len(gadgets.get(namespace=NAMESPACE).items)
    return seen


def refusal(call):
    try:
        call()
    except ApiException as refused:
        return f"{refused.status} {json.loads(refused.body)['reason']}"
    return "not refused"


def main():
    config.load_kube_config(sys.argv[1])
    core = client.CoreV1Api()
    results = {"version": client.VersionApi().get_code().minor}
    results["typed"], first_version = typed(core)
    results["watched"] = watched(core, first_version)
    results["custom"] = custom(client.CustomObjectsApi())
    results["dynamic"] = discovered(client.ApiClient())
    print(json.dumps(results))


main()
